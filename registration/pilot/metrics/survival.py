"""Time to an event when not everybody has been followed to it: Kaplan and Meier's estimate, and the log-rank test."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import erfc, exp, log, sqrt

import numpy as np

from registration.pilot.metrics.columns import Days, Marks, Numbers
from registration.pilot.metrics.proportions import Z


@dataclass(frozen=True, slots=True)
class Point:
    """The share that had the event by a day, its 95 % interval, and how many were followed that far.

    `families` is how many wholly followed ones would tell the share as surely, `joined` how many of these had the event: the
    effective numbers of F J Dorey and E L Korn (Statistics in Medicine 6, 1987). Where all were followed they are the very counts.
    """

    day: int
    value: float
    lo: float
    hi: float
    n_risk: int
    families: float

    @property
    def joined(self) -> float:
        """Give how many of `families` had the event."""
        return self.value * self.families


@dataclass(frozen=True, slots=True)
class Curve:
    """The share that had the event by each of some days."""

    name: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Estimate:
    """The share with the event by a day; value, lo and hi are None where there is nobody to follow. `effective`: see Point."""

    value: float | None
    lo: float | None
    hi: float | None
    n_risk: int
    effective: float = 0.0


def cumulative(days: Days, events: Marks, horizons: Sequence[int]) -> Sequence[Estimate]:
    """Estimate 1 - S(T) for each horizon T in days, of rows followed for `days` (0 or more) to an event or its end unmarked.

    S is E L Kaplan and P Meier's (JASA 53, 1958): events on day T count, and S is carried forward past the last. The interval is
    of log(-log S) with M Greenwood's variance (1926), as J D Kalbfleisch and R L Prentice give it (1980, section 1.3); where nobody
    or everybody had the event it has no width, which says nothing of how sure that is.
    """
    if not len(days):
        return [Estimate(None, None, None, 0) for _ in horizons]
    at_risk, met = _table(days, events)
    survival = np.cumprod(1 - met / at_risk)
    greenwood = np.cumsum(np.divide(met, at_risk * (at_risk - met), out=np.zeros(len(met)), where=at_risk > met))
    places = [min(horizon, len(met) - 1) for horizon in horizons]
    bounds = [
        (1 - float(survival[place]), *_interval(float(survival[place]), float(greenwood[place]))) for place in places
    ]
    followed = [int((days >= horizon).sum()) for horizon in horizons]
    effective = [_effective(float(survival[place]), float(greenwood[place]), int(at_risk[0])) for place in places]
    return [Estimate(*bound, n_risk, of) for bound, n_risk, of in zip(bounds, followed, effective, strict=True)]


def _effective(survival: float, greenwood: float, everybody: int) -> float:
    """Give how many wholly followed ones have the same variance: F·S/n = S²·greenwood. All, where nothing varies."""
    return (1 - survival) / (survival * greenwood) if 0 < survival < 1 and greenwood > 0 else float(everybody)


def logrank(days: Days, events: Marks, first: Marks) -> tuple[float, float] | None:
    """Give chi squared of one degree of freedom and its p, two-sided, for rows marked `first` against the others.

    N Mantel, Cancer Chemotherapy Reports 50, 1966, with the hypergeometric variance. None where nothing can be told: no event while
    rows of both were followed.
    """
    if not len(days):
        return None
    at_risk, met = _table(days, events)
    of_first, met_first = _table(days, events, first)
    more = at_risk > 1
    share = of_first / at_risk
    variance = np.where(more, met * share * (1 - share) * (at_risk - met) / np.where(more, at_risk - 1, 1), 0.0).sum()
    if not variance > 0:
        return None
    squared = float((met_first - met * share).sum() ** 2 / variance)
    return squared, erfc(sqrt(squared / 2))


def curve(name: str, days: Days, events: Marks, grid: Sequence[int]) -> Curve:
    """Give the estimates of a grid of days as a curve, which has no points where there is nobody to follow."""
    return Curve(name, list(_points(grid, cumulative(days, events, grid))))


def _points(grid: Sequence[int], estimates: Sequence[Estimate]) -> Iterator[Point]:
    for day, each in zip(grid, estimates, strict=True):
        if each.value is not None and each.lo is not None and each.hi is not None:
            yield Point(day, each.value, each.lo, each.hi, each.n_risk, each.effective)


def _table(days: Days, events: Marks, among: Marks | None = None) -> tuple[Numbers, Numbers]:
    """Count, for each day from 0 to the last, those still followed on it and the events on it, of all rows or those `among`."""
    chosen = np.ones_like(events) if among is None else among
    size = int(days.max()) + 1
    ended = np.bincount(days[chosen], minlength=size).astype(np.float64)
    met = np.bincount(days[chosen & events], minlength=size).astype(np.float64)
    return ended[::-1].cumsum()[::-1], met


def _interval(survival: float, greenwood: float) -> tuple[float, float]:
    if not 0 < survival < 1:
        return 1 - survival, 1 - survival
    width = Z * sqrt(greenwood) / abs(log(survival))
    low, high = (1 - exp(log(survival) * exp(sign * width)) for sign in (-1, 1))
    return low, high
