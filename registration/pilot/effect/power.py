"""How small an effect a pilot can tell, and after how many months: of a roll-out that is planned, or of one as it stands."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from scipy import stats

from registration.pilot.effect.panel import Indices, Numbers, Panel

#: An effect that would be worth having, where nobody says another: five families more of a hundred.
WORTH_HAVING = 0.05
#: Further than so many months nobody plans a pilot.
MOST_MONTHS = 120
_ENOUGH, _CONFIDENCE = 0.8, 0.975
_SINGULAR = 1e-12
#: Families of a centre that are more alike than this do not differ at all: what is left over is arithmetic's.
_ALL_ALIKE = 1 - 1e-9


@dataclass(frozen=True)
class Design:
    """A planned roll-out: `steps` times `every` months one more share of the centres begins, after `before` months without any.

    `centres` register, `never` of them never; each has `families` births a month, of which the share `rate` joins without the
    pilot; `icc` is how alike families of one centre are (0 not at all, 1 wholly).
    """

    centres: int
    families: float
    rate: float
    steps: int
    every: int = 3
    before: int = 3
    never: int = 0
    icc: float = 0.02

    def live(self, months: int) -> Numbers:
        """Give which centres are live in each of so many months: centres x months of 0 and 1, the steps as equal as can be."""
        step = np.arange(self.centres - self.never) * self.steps // (self.centres - self.never)
        starts = np.append(self.before + step * self.every, np.full(self.never, months))
        return (np.arange(months) >= starts[:, None]).astype(float)


@dataclass(frozen=True)
class Power:
    """What a roll-out can tell.

    `sd` is the spread of one family's joining, `icc` how alike families of a centre are, `detectable` the effect told four times in
    five with the `months` of births there are, `months_needed` how many tell an effect that is `worth` having (None: never).
    """

    sd: float
    icc: float
    detectable: float
    months: int
    worth: float
    months_needed: int | None


def variance(live: Numbers, families: Numbers, sd: float, icc: float) -> float:
    """Give the variance of the effect by generalised least squares, months as they are and centres by chance; infinite if untold.

    `live` and `families` are centres x months, any numbers of families. The mean of a cell has the variance sd²(1 - icc)/n and
    centres the variance sd²·icc: (X'V⁻¹X)⁻¹ in the model of Hussey and Hughes (2007), whose equation 8 is the case of equal cells.
    """
    within, between = sd**2 * (1 - icc), sd**2 * icc
    kept = families.sum(axis=0) > 0
    weight, exposed = families[:, kept] / within, live[:, kept]
    shrunk = between / (1 + between * weight.sum(axis=1))
    months = np.diag(weight.sum(axis=0)) - (weight.T * shrunk) @ weight
    pulled = weight * exposed
    crossed = pulled.sum(axis=0) - weight.T @ (shrunk * pulled.sum(axis=1))
    own = (pulled * exposed).sum() - (shrunk * pulled.sum(axis=1) ** 2).sum()
    told = own - crossed @ np.linalg.lstsq(months, crossed, rcond=None)[0]
    return float(1 / told) if told > _SINGULAR * max(own, 1.0) else inf


def detectable(of_variance: float) -> float:
    """Give the effect found four times in five at 5 % two-sided: (z.975 + z.8)·√variance. Hussey and Hughes (2007), equation 7."""
    return float(stats.norm.ppf(_CONFIDENCE) + stats.norm.ppf(_ENOUGH)) * sqrt(of_variance)


def planned(design: Design, months: int) -> float:
    """Give the effect that a planned roll-out can tell after so many months of births."""
    sd = sqrt(design.rate * (1 - design.rate))
    return detectable(variance(design.live(months), np.full((design.centres, months), design.families), sd, design.icc))


def months_planned(design: Design, effect: float) -> int | None:
    """Give the months of births after which a planned roll-out can tell an effect; None if not within MOST_MONTHS."""
    return _first(lambda months: planned(design, months) <= effect, MOST_MONTHS)


def power(panel: Panel, worth: float = WORTH_HAVING) -> Power | None:
    """Say what a roll-out as it stands can tell, and how many months of births in all it needs for an effect worth having.

    How families differ is taken from the cells that were not live. Months to come have as many families as each centre's months
    so far on average, with every centre that is to begin live from its month. None where nothing varies, or nothing within
    any centre.
    """
    rate, icc = spread(panel)
    if not 0 < rate < 1 or icc > _ALL_ALIKE:
        return None
    sd = sqrt(rate * (1 - rate))
    families = _families(panel)
    now = detectable(variance(_live(panel.starts, panel.months), families, sd, icc))
    return Power(sd, icc, now, len(panel.months), worth, _months_needed(panel, families, (sd, icc), worth))


def spread(panel: Panel) -> tuple[float, float]:
    """Give the share that joined in cells not live, and the intraclass correlation of its families by centre, at least 0.

    The analysis of variance of a yes or no: (MSB - MSW)/(MSB + (n₀ - 1)·MSW). Fleiss (1981), chapter 13; Donner and Klar (2000).
    """
    idle = panel.live == 0
    size = np.bincount(panel.centre[idle], panel.families[idle])
    joined = np.bincount(panel.centre[idle], panel.joined[idle])
    size, joined = size[size > 0], joined[size > 0]
    total, centres = size.sum(), len(size)
    rate = float(joined.sum() / total) if total else 0.0
    if centres < 2 or total <= centres:  # noqa: PLR2004 -- one centre has no other to differ from
        return rate, 0.0
    between = float((size * (joined / size - rate) ** 2).sum()) / (centres - 1)
    within = float((joined * (1 - joined / size)).sum()) / float(total - centres)
    typical = float(total - (size**2).sum() / total) / (centres - 1)
    below = between + (typical - 1) * within
    return rate, max(0.0, (between - within) / below) if below > 0 else 0.0


def _families(panel: Panel) -> Numbers:
    """Give the families as centres x months."""
    table = np.zeros((len(panel.centres), len(panel.months)))
    table[panel.centre, np.searchsorted(panel.months, panel.month)] = panel.families
    return table


def _live(starts: Sequence[int | None], months: Indices) -> Numbers:
    return np.array([[0.0 if start is None else float(month >= start) for month in months] for start in starts])


def _months_needed(panel: Panel, families: Numbers, spreads: tuple[float, float], worth: float) -> int | None:
    usual = families.sum(axis=1) / np.maximum((families > 0).sum(axis=1), 1)
    there = len(panel.months)
    more = np.repeat(usual[:, None], max(MOST_MONTHS - there, 0), axis=1)
    grid = np.hstack([families, more])
    months = np.append(panel.months, panel.months[-1] + 1 + np.arange(more.shape[1]))
    live = _live(panel.starts, months)
    return _first(
        lambda count: detectable(variance(live[:, :count], grid[:, :count], *spreads)) <= worth, grid.shape[1]
    )


def _first(suffices: Callable[[int], bool], most: int) -> int | None:
    """Find the least number from 1 that suffices: births more never tell less, so that half of what is left can be left out."""
    found = 1 + bisect_left(range(1, most + 1), True, key=suffices)  # noqa: FBT003 -- the order of no and yes
    return found if found <= most else None
