"""The effect of each group of centres that began together in each month, against those not yet live: a check of the headline.

A regression on centre, month and live also compares centres newly live with others live before, and goes wrong where the effect
grows (Goodman-Bacon 2021). Here no live centre is ever compared with another.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from registration.pilot.effect.panel import Indices, Numbers, Panel

_CONFIDENCE = 0.975
_SAME = 1e-9
_FEWEST = 3


@dataclass(frozen=True)
class GroupTime:
    """The mean over groups and months by their families, its standard error (jackknife over centres), 95 % interval by t(G-1)."""

    att: float
    se: float
    lo: float
    hi: float


@dataclass(frozen=True)
class _Table:
    """Families and those that joined as centres x months, and each centre's first live month (past the end: never)."""

    families: Numbers
    joined: Numbers
    starts: Numbers
    months: Numbers


def group_time(panel: Panel) -> GroupTime | None:
    """Average ATT(g, t) over all groups g and months t from g on in which a centre is not yet live; None where there is none.

    ATT(g, t) is the regression on centre, month and (in g and at t), weighted by families, over the months before g and month t, of
    the centres of g and those not live by t: Callaway and Sant’Anna (2021), with not-yet-treated controls, and all months before g
    as their base rather than the last alone, which few births a month would leave to chance. Weights are the families of g in t.
    The jackknife leaves each centre out in turn, (G-1)/G·Σ(θ_(-i) - mean)² (Efron and Stein 1981): no chance is in it.
    """
    if not all(panel.arms):
        return None
    table = _table(panel)
    everybody = np.arange(len(table.starts))
    att = _average(table, everybody)
    without = [_average(table, np.delete(everybody, centre)) for centre in everybody]
    told = np.array([each for each in without if each is not None])
    if att is None or len(told) < max(_FEWEST, len(everybody) - 1):
        return None
    size = len(told)
    se = float(np.sqrt((size - 1) / size * ((told - told.mean()) ** 2).sum()))
    reach = float(stats.t.ppf(_CONFIDENCE, size - 1)) * se
    return GroupTime(att, se, att - reach, att + reach)


def _table(panel: Panel) -> _Table:
    centres, index = np.unique(panel.centre, return_inverse=True)
    month = np.searchsorted(panel.months, panel.month)
    families, joined = (np.zeros((len(centres), len(panel.months))) for _ in range(2))
    families[index, month] = panel.families
    joined[index, month] = panel.joined
    never = float(panel.months[-1]) + 1
    starts = [panel.starts[centre] for centre in centres]
    return _Table(
        families, joined, np.array([never if s is None else float(s) for s in starts]), panel.months.astype(float)
    )


def _average(table: _Table, centres: Indices) -> float | None:
    told = list(_effects(table, centres))
    weight = sum(families for _, families in told)
    return sum(effect * families for effect, families in told) / weight if weight else None


def _effects(table: _Table, centres: Indices) -> Iterator[tuple[float, float]]:
    """Give each ATT(g, t) with the families of g in t."""
    starts = table.starts[centres]
    for start in np.unique(starts[starts <= table.months[-1]]):
        before = np.flatnonzero(table.months < start)
        for month in np.flatnonzero(table.months >= start):
            group, waiting = centres[starts == start], centres[starts > table.months[month]]
            used = np.concatenate([group, waiting])
            places = np.append(before, month)
            treated = np.zeros((len(used), len(places)))
            treated[: len(group), -1] = 1.0
            effect = _effect(table.families[np.ix_(used, places)], table.joined[np.ix_(used, places)], treated)
            if effect is not None:
                yield effect, float(table.families[group, month].sum())


def _effect(families: Numbers, joined: Numbers, treated: Numbers) -> float | None:
    """Regress joined/families on centre, month and treated, all centres x months, weighted by families; None if it cannot be told.

    Centres are left out by their means, months by the equations that are left (Frisch and Waugh 1933), the first month being 0.
    """
    total = families.sum(axis=1)
    if not (families * treated).any() or not (families[:, -1:] * (1 - treated[:, -1:])).any():
        return None
    share = families / np.where(total > 0, total, 1.0)[:, None]
    months = (np.diag(families.sum(axis=0)) - families.T @ share)[1:, 1:]
    live = families * treated
    crossed = (live.sum(axis=0) - share.T @ live.sum(axis=1))[1:]
    given = (joined.sum(axis=0) - share.T @ joined.sum(axis=1))[1:]
    part = np.linalg.lstsq(months, crossed, rcond=None)[0]
    own = live.sum() - (live.sum(axis=1) ** 2 / np.where(total > 0, total, 1.0)).sum()
    below = own - part @ crossed
    if below <= _SAME * live.sum():
        return None
    above = (joined * treated).sum() - (share * treated).sum(axis=1) @ joined.sum(axis=1)
    return float((above - part @ given) / below)
