"""How sure a figure is: 95 % intervals, by methods that are named with their source."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import atan, cos, exp, lgamma, log, sqrt
from statistics import NormalDist, fmean, stdev

#: All intervals of the service are 95 %.
SURE = 0.95
_STEPS = 200


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the lowest and the highest value that go with what was seen."""

    value: float
    lo: float
    hi: float


@lru_cache(maxsize=64)
def students_t(degrees: int) -> float:
    """Give the value that Student's t of so many degrees of freedom stays within with probability SURE (1: 12.706).

    The probability is an integral of cos^(degrees - 1) (Abramowitz and Stegun 26.7.3 and 26.7.4), here by Simpson's rule.
    ValueError below one degree.
    """
    if degrees < 1:
        raise ValueError("at least two values are needed for an interval")
    lo, hi = 0.0, 1e4
    whole = _cosines(degrees, atan(1e8))
    for _ in range(80):
        middle = (lo + hi) / 2
        if _cosines(degrees, atan(middle / sqrt(degrees))) < SURE * whole:
            lo = middle
        else:
            hi = middle
    return hi


def _cosines(degrees: int, upto: float) -> float:
    step = upto / _STEPS
    weights = (1 if number in (0, _STEPS) else 4 if number % 2 else 2 for number in range(_STEPS + 1))
    return step / 3 * sum(weight * cos(number * step) ** (degrees - 1) for number, weight in enumerate(weights))


def mean_interval(values: Sequence[float], least: float | None = None) -> Interval:
    """Give the mean of independent runs with Student's t interval (Gosset 1908), cut off at `least` where that is given.

    ValueError where there are fewer than two.
    """
    half = students_t(len(values) - 1) * stdev(values) / sqrt(len(values)) if len(values) > 1 else students_t(0)
    mean = fmean(values)
    lo = mean - half
    return Interval(mean, lo if least is None else max(lo, least), mean + half)


def share_interval(some: float, of: float) -> Interval:
    """Give a share with its interval (Wilson 1927, JASA 22:209); of nothing it may be any. `some` need not be whole."""
    if of <= 0:
        return Interval(0.0, 0.0, 1.0)
    z = NormalDist().inv_cdf((1 + SURE) / 2)
    share, centre = some / of, (some + z * z / 2) / (of + z * z)
    half = z / (of + z * z) * sqrt(max(some * (of - some), 0.0) / of + z * z / 4)
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half))


def count_interval(mean: float, variance: float) -> Interval:
    """Give a count to come with the range it will lie in: negative binomial of that mean and variance.

    That is a Poisson count whose rate is known as well as a gamma distribution knows it (Gelman et al., Bayesian Data
    Analysis, 3rd ed., 2.6). With no more variance than the mean it is Poisson. Both ends are whole counts.
    """
    if mean <= 0:
        return Interval(0.0, 0.0, 0.0)
    low, high = (1 - SURE) / 2, (1 + SURE) / 2
    if mean > LARGE:
        return _large(mean, max(variance, mean))
    ends: list[int] = []
    below, count = 0.0, -1
    for end in (low, high):
        while below < end:
            count += 1
            below += exp(_log_chance(count, mean, variance))
        ends.append(count)
    return Interval(mean, float(ends[0]), float(ends[1]))


#: Beyond this a normal distribution says the same.
LARGE = 1000.0


def _large(mean: float, variance: float) -> Interval:
    half = NormalDist().inv_cdf((1 + SURE) / 2) * sqrt(variance)
    return Interval(mean, float(max(0, round(mean - half))), float(round(mean + half)))


def _log_chance(count: int, mean: float, variance: float) -> float:
    """Give the logarithm of the chance of a count."""
    if variance <= mean * (1 + 1e-9):
        return count * log(mean) - mean - lgamma(count + 1)
    shape = mean * mean / (variance - mean)
    return (
        lgamma(count + shape)
        - lgamma(shape)
        - lgamma(count + 1)
        + shape * log(shape / (shape + mean))
        + count * log(mean / (shape + mean))
    )
