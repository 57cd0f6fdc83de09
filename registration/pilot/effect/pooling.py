"""Several authorities' pilots as one: how much joining differs, how authorities differ in that, what another may expect."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from registration.common.errors import Refused
from registration.pilot.effect.panel import Numbers

_CONFIDENCE = 0.975
#: The slope of the restricted likelihood at which the variance between authorities is found.
_FLAT = 1e-8


class CannotPool(Refused):
    """These counts cannot be pooled."""


@dataclass(frozen=True, slots=True)
class Counts:
    """An authority's families of its pilot centres and of those compared: how many joined, of how many registered."""

    authority: str
    pilot_signups: int
    pilot_registrations: int
    comp_signups: int
    comp_registrations: int


@dataclass(frozen=True)
class Pooled:
    """The mean difference over `k` authorities with its 95 % interval, and how much they differ.

    `tau2` is the variance between them, `pi_lo` to `pi_hi` where another authority's would lie (95 % prediction interval), `i2`
    the share of what they differ by that is no chance. Of one authority there is only its own difference, the rest is None.
    """

    estimate: float
    lo: float | None
    hi: float | None
    tau2: float | None
    pi_lo: float | None
    pi_hi: float | None
    i2: float | None
    k: int


@dataclass(frozen=True)
class Study:
    """One authority's risk difference, its variance, its weight in the mean (shares of 1), and the pooled result without it.

    `families` are those of both arms.
    """

    authority: str
    families: int
    difference: float
    variance: float
    weight: float
    without: Pooled | None


@dataclass(frozen=True)
class Review:
    """The pooled result and every authority's own, in the order given: what a forest plot shows."""

    pooled: Pooled
    studies: Sequence[Study]


def difference(counts: Counts) -> tuple[float, float]:
    """Give the risk difference, pilot less compared, and its variance, the sum of p(1-p)/n of both arms.

    CannotPool where it has none, all or nobody having joined in both arms: such a difference would outweigh all others.
    """
    pilot = counts.pilot_signups / counts.pilot_registrations
    compared = counts.comp_signups / counts.comp_registrations
    variance = pilot * (1 - pilot) / counts.pilot_registrations + compared * (1 - compared) / counts.comp_registrations
    if variance <= 0:
        raise CannotPool(f"{counts.authority}: in both arms all families or none joined, so that its variance is 0")
    return pilot - compared, variance


def review(all_counts: Sequence[Counts]) -> Review:
    """Pool authorities, and pool them again without each; CannotPool names an authority whose counts have no variance."""
    differences = np.array([difference(counts) for counts in all_counts]).reshape(-1, 2)
    pooled = pool(differences[:, 0], differences[:, 1])
    weights = 1 / (differences[:, 1] + (pooled.tau2 or 0.0))
    return Review(pooled, [_study(all_counts, differences, weights / weights.sum(), n) for n in range(len(all_counts))])


def _study(all_counts: Sequence[Counts], differences: Numbers, weights: Numbers, number: int) -> Study:
    others = np.delete(differences, number, axis=0)
    without = pool(others[:, 0], others[:, 1]) if len(others) else None
    value, variance = differences[number]
    of = all_counts[number]
    families = of.pilot_registrations + of.comp_registrations
    return Study(of.authority, families, float(value), float(variance), float(weights[number]), without)


def pool(values: Numbers, variances: Numbers) -> Pooled:
    """Pool differences by random effects: REML, Hartung-Knapp-Sidik-Jonkman errors without truncation, Student's t(k-1).

    Errors: q = Σw(y-μ)²/(k-1), se² = q/Σw with w = 1/(v+tau²). Hartung and Knapp (2001), Sidik and Jonkman (2002). Prediction:
    estimate ± t(k-1)·√(tau²+se²), Higgins, Thompson and Spiegelhalter (2009). I² = tau²/(tau²+s²) with s² the typical variance,
    Higgins and Thompson (2002), section 3.
    """
    k = len(values)
    if k < 2:  # noqa: PLR2004 -- one has no other to differ from
        return Pooled(float(values[0]), None, None, None, None, None, None, k)
    tau2 = reml(values, variances)
    weights = 1 / (variances + tau2)
    mean = float((weights * values).sum() / weights.sum())
    se = float(np.sqrt((weights * (values - mean) ** 2).sum() / (k - 1) / weights.sum()))
    t = float(stats.t.ppf(_CONFIDENCE, k - 1))
    reach, further = t * se, t * float(np.sqrt(tau2 + se**2))
    fixed = 1 / variances
    typical = float((k - 1) * fixed.sum() / (fixed.sum() ** 2 - (fixed**2).sum()))
    i2 = tau2 / (tau2 + typical)
    return Pooled(mean, mean - reach, mean + reach, tau2, mean - further, mean + further, i2, k)


def reml(values: Numbers, variances: Numbers) -> float:
    """Find the variance between studies, at least 0, of the greatest restricted likelihood; its slope is under 1e-8 there.

    Raudenbush (2009); Viechtbauer (2005). The likelihood may have several heights: all places where its slope goes from up to down
    are found, and the highest of them and of 0 is taken.
    """
    slope = _slope(values, variances)
    greatest = float(np.ptp(values) ** 2 + variances.max())
    grid = np.append(0.0, np.geomspace(min(float(variances.min()), greatest) * 1e-6, greatest * 4, 120))
    slopes = [slope(tau2) for tau2 in grid]
    tops = [0.0]
    for low, high, rising, falling in zip(grid, grid[1:], slopes, slopes[1:], strict=False):
        if rising > 0 >= falling:
            tops.append(_converged(slope, float(low), float(high)))
    return max(tops, key=lambda tau2: _likelihood(values, variances, tau2))


def _converged(slope: Callable[[float], float], low: float, high: float) -> float:
    """Narrow the place of slope 0 until it is flat enough, or numbers lie no closer."""
    found = float(optimize.brentq(slope, low, high, xtol=1e-300, rtol=4 * np.finfo(float).eps, maxiter=500))
    near = (found, float(np.nextafter(found, low)), float(np.nextafter(found, high)))
    return min(near, key=lambda tau2: abs(slope(tau2)))


def _slope(values: Numbers, variances: Numbers) -> Callable[[float], float]:
    """Give the derivative of the restricted log-likelihood by tau²: ½(y'PPy - tr P), P = W - W11'W/Σw."""

    def slope(tau2: float) -> float:
        """Give it at one tau²."""
        weights = 1 / (variances + tau2)
        total = weights.sum()
        rest = weights * (values - (weights * values).sum() / total)
        return float((rest**2).sum() - (total - (weights**2).sum() / total)) / 2

    return slope


def _likelihood(values: Numbers, variances: Numbers, tau2: float) -> float:
    weights = 1 / (variances + tau2)
    mean = (weights * values).sum() / weights.sum()
    return float(np.log(weights).sum() - np.log(weights.sum()) - (weights * (values - mean) ** 2).sum()) / 2
