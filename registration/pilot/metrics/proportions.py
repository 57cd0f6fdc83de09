"""Shares and differences of shares with their 95 % intervals."""

from collections.abc import Iterator
from math import sqrt

from registration.pilot.figures import Figure, Proportion

#: The 97.5 % quantile of the normal distribution.
Z = 1.959963984540054


def wilson(num: int, den: int) -> Proportion:
    """Give num of den with Wilson's 95 % score interval (E B Wilson, JASA 22, 1927), without continuity correction.

    Of none there is no share: value, lo and hi are None. ValueError where num is not between 0 and den.
    """
    if not 0 <= num <= den:
        raise ValueError(f"{num} of {den} is no share")
    if den == 0:
        return Proportion(num, den)
    share, square = num / den, Z * Z
    middle = share + square / (2 * den)
    half = Z * sqrt(share * (1 - share) / den + square / (4 * den * den))
    low = (middle - half) / (1 + square / den) if num else 0.0
    high = (middle + half) / (1 + square / den) if num < den else 1.0
    return Proportion(num, den, share, low, high)


def newcombe(num1: int, den1: int, num2: int, den2: int) -> tuple[float, float, float] | None:
    """Give the difference of two independent shares with its 95 % interval; None where either has no share.

    R G Newcombe, Statistics in Medicine 17, 1998, 873-890, method 10: Wilson's score intervals without continuity correction.
    """
    one, two = wilson(num1, den1), wilson(num2, den2)
    if one.value is None or one.lo is None or one.hi is None or two.value is None or two.lo is None or two.hi is None:
        return None
    gap = one.value - two.value
    low = gap - sqrt((one.value - one.lo) ** 2 + (two.hi - two.value) ** 2)
    return gap, low, gap + sqrt((one.hi - one.value) ** 2 + (two.value - two.lo) ** 2)


def share(metric: str, of: str, num: int, den: int) -> Iterator[Figure]:
    """Give the figures of num of den: num and den, and value, lo and hi where den is not 0."""
    found = wilson(int(num), int(den))
    yield from named(metric, of, num=found.num, den=found.den, value=found.value, lo=found.lo, hi=found.hi)


def named(metric: str, of: str, **values: float | None) -> Iterator[Figure]:
    """Give figures by their keys, those that are not None."""
    for key, value in values.items():
        if value is not None:
            yield Figure(metric, of, key, float(value))
