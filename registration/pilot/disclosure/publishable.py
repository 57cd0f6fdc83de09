"""Single numbers that stand in a sentence or a chart, outside the tables: rounded, or not told where they are small.

A number that is also a cell of the tables must be taken from there: said twice, once by other rules, it could be worked out.
"""

from registration.pilot.disclosure.rules import MARK, Settings

_SETTINGS = Settings()
#: Days between the points of a curve that is published.
GRID_DAYS = 30


def count(n: int, settings: Settings = _SETTINGS) -> str:
    """Write a count of people: 1,235, or [c] where it is below the threshold."""
    return MARK if n < settings.threshold else f"{settings.rounded(n):,}"


def percentage(num: int, den: int, settings: Settings = _SETTINGS) -> str | None:
    """Write the share of the rounded counts, 62.5%; None where the part, or what it leaves of the whole, is below the threshold."""
    if min(num, den - num) < settings.threshold:
        return None
    return f"{100 * settings.rounded(num) / settings.rounded(den):.1f}%"


def interval(num: int, den: int, lo: float, hi: float, settings: Settings = _SETTINGS) -> str | None:
    """Write the interval of a share (0 to 1) in whole per cent, 58% to 67%; None where the share itself is not told."""
    return None if percentage(num, den, settings) is None else f"{lo:.0%} to {hi:.0%}"


def curve_point(day: int, value: float, n_risk: int, settings: Settings = _SETTINGS) -> float | None:
    """Give a point of a curve in whole per cent, as a share; None off the 30-day grid, or where too few are still followed."""
    if day % GRID_DAYS or n_risk < settings.threshold:
        return None
    return round(value, 2)
