"""How often births are promised, and whether they came: period by period, with a grace of 14 days after each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

#: So long after a period its births may still come in time.
GRACE = timedelta(days=14)
_DAY = timedelta(days=1)
_MONTHS = 12


class Frequency(StrEnum):
    """How often a source promises to send births, the most often first."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


#: So many periods, the latest, are looked at and shown: about a year of them, and more where that would be few.
SHOWN = {Frequency.WEEKLY: 13, Frequency.MONTHLY: 12, Frequency.QUARTERLY: 8, Frequency.YEARLY: 5}
#: Months in a period, where it is made of months.
_LENGTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.YEARLY: 12}


class State(StrEnum):
    """What became of one period's births; AWAITED while they may still come in time."""

    IN_TIME = "in_time"
    LATE = "late"
    MISSING = "missing"
    AWAITED = "awaited"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days whose births one file is to tell of, both included."""

    first: date
    last: date

    @property
    def due(self) -> date:
        """Give the last day on which its births come in time."""
        return self.last + GRACE


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which an agreement was in force; no last day where it still is, without an end."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Say whether the agreement was in force on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Came:
    """One file that came: the first day of the month that most of its births fall in, where known, and the day it came."""

    month: date | None
    on: date


@dataclass(frozen=True, slots=True)
class Promise:
    """One period of which births were promised, what became of it, and the day they came."""

    period: Period
    state: State
    on: date | None = None


def period_of(frequency: Frequency, day: date) -> Period:
    """Give the week from Monday, month, quarter or year of the calendar that a day lies in."""
    if frequency is Frequency.WEEKLY:
        first = day - timedelta(days=day.weekday())
        return Period(first, first + timedelta(days=6))
    length = _LENGTHS[frequency]
    month = (day.month - 1) // length * length
    after = month + length
    last = date(day.year + after // _MONTHS, after % _MONTHS + 1, 1) - _DAY
    return Period(date(day.year, month + 1, 1), last)


def promises(frequency: Frequency, spans: Sequence[Span], came: Sequence[Came], today: date) -> tuple[Promise, ...]:
    """Say of each period that is over whether its births came, the oldest first.

    Births of a period are promised where an agreement was in force on its last day.
    """
    owed = [period for period in _over(frequency, spans, today) if any(span.holds(period.last) for span in spans)]
    found = _matched(frequency, owed, came)
    return tuple(Promise(period, _state(period, found.get(period), today), found.get(period)) for period in owed)


def _over(frequency: Frequency, spans: Sequence[Span], today: date) -> list[Period]:
    if not spans:
        return []
    found = []
    period = period_of(frequency, min(span.first for span in spans))
    while period.last < today:
        found.append(period)
        period = period_of(frequency, period.last + _DAY)
    return found


def _matched(frequency: Frequency, owed: Sequence[Period], came: Sequence[Came]) -> dict[Period, date]:
    """Give the day on which the first file of each period came."""
    found: dict[Period, date] = {}
    for file in sorted(came, key=lambda file: file.on):
        period = _meant(frequency, owed, file, found)
        if period is not None:
            found.setdefault(period, file.on)
    return found


def _meant(frequency: Frequency, owed: Sequence[Period], file: Came, found: dict[Period, date]) -> Period | None:
    """Give the period a file tells of: by the month of its births, or else the latest that was over and is still open.

    A month does not say which of its weeks is meant.
    """
    if file.month is not None and frequency is not Frequency.WEEKLY:
        return period_of(frequency, file.month)
    return next((period for period in reversed(owed) if period.last < file.on and period not in found), None)


def _state(period: Period, on: date | None, today: date) -> State:
    if on is None:
        return State.AWAITED if today <= period.due else State.MISSING
    return State.IN_TIME if on <= period.due else State.LATE
