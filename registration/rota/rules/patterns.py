"""How a registrar works by the week: half-days at centres, in versions that follow one another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import combinations

from registration.common.times import spoken_span

HALVES = ("morning", "afternoon", "evening")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY = timedelta(days=1)
#: The weeks a half-day is worked in: every one, or those that take turns with the others, weeks A and weeks B.
EVERY, WEEK_A, WEEK_B = "every", "a", "b"
#: A Monday with which a week A begins, whatever the year: turns do not shift where a year has 53 weeks.
FIRST_A = date(2026, 1, 5)

#: Sessions lie between these, so that no clock change (1 to 2 in the morning) ever falls into one.
EARLIEST, LATEST = time(6), time(22)
NOON, EVENING = time(12), time(17)
#: A longer session fills two half-days of a contract.
HALF_DAY = timedelta(hours=4, minutes=30)


@dataclass(frozen=True, slots=True)
class HalfDay:
    """One half-day of a weekly pattern: where, in which room or any that is free, and when. Weekday 1 is Monday.

    `weeks` says whether it is worked in every week, or in weeks A or B alone.
    """

    weekday: int
    centre: int
    room: int | None
    begins: time
    ends: time
    weeks: str = EVERY

    @property
    def half(self) -> str:
        """Give the half of the day that it begins in."""
        return half_of(self.begins)

    @property
    def named(self) -> str:
        """Give what a person calls it: Monday morning, or Monday morning in weeks A."""
        turn = "" if self.weeks == EVERY else f" in weeks {self.weeks.upper()}"
        return f"{WEEKDAYS[self.weekday - 1]} {self.half}{turn}"

    def falls_on(self, day: date) -> bool:
        """Say whether it is worked on a day: on its weekday, and in its weeks."""
        return self.weekday == day.isoweekday() and self.weeks in {EVERY, turn_of(day)}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A registrar's week from a day on, to its last day, or until further notice."""

    registrar: int
    valid_from: date
    valid_to: date | None
    half_days: tuple[HalfDay, ...]

    def holds_on(self, day: date) -> bool:
        """Say whether it is in force on a day; its first and its last day count."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def turn_of(day: date) -> str:
    """Give whose turn the week of a day is: WEEK_A or WEEK_B."""
    return (WEEK_A, WEEK_B)[(day - FIRST_A).days // 7 % 2]


def read_weeks(text: str) -> str:
    """Read in which weeks a half-day is worked: every, A or B; ValueError for anything else."""
    word = text.casefold()
    if word not in {EVERY, WEEK_A, WEEK_B}:
        raise ValueError("is neither every, A nor B")
    return word


def half_of(begins: time) -> str:
    """Give the half of the day a session that begins then belongs to: morning until noon, evening from five."""
    if begins < NOON:
        return "morning"
    return "afternoon" if begins < EVENING else "evening"


def weekday(text: str) -> int:
    """Read a day of the week, Monday, mon or 1; ValueError for what is none."""
    word = text.casefold()
    for number, name in enumerate(WEEKDAYS, 1):
        if word == str(number) or (len(word) >= len("mon") and name.casefold().startswith(word)):
            return number
    raise ValueError("is not a day of the week like Monday")


def half_days_of(length: timedelta) -> int:
    """Give how many half-days of a contract a session of this length fills."""
    return 1 if length <= HALF_DAY else 2


def span_fault(begins: time, ends: time) -> str:
    """Say what is wrong with the times of a session, or nothing."""
    if begins < EARLIEST or ends > LATEST:
        return "Sessions lie between 6:00 and 22:00"
    if ends <= begins:
        return "The end must be after the beginning"
    return ""


def half_day_faults(half_days: Sequence[HalfDay]) -> list[tuple[HalfDay, str]]:
    """Find what is wrong in one week: times that are none, two at once, two that begin in the same half-day."""
    faults = [(each, fault) for each in half_days if (fault := span_fault(each.begins, each.ends))]
    ordered = sorted(half_days, key=lambda each: (each.weekday, each.begins))
    for earlier, later in combinations(ordered, 2):
        if earlier.weekday != later.weekday:
            continue
        if {earlier.weeks, later.weeks} == {WEEK_A, WEEK_B}:
            if earlier.half == later.half and (earlier.begins, earlier.ends) != (later.begins, later.ends):
                faults.append((later, f"{later.named} has other times than in the other weeks: write the same"))
            continue
        if later.begins < earlier.ends:
            when = spoken_span(earlier.begins, earlier.ends)
            faults.append((later, f"{later.named} overlaps the session from {when} on the same day"))
        elif later.half == earlier.half:
            faults.append((later, f"There are two sessions on {later.named}: write them as one"))
    return faults


def in_force_between(pattern: Pattern, first: date, last: date | None) -> bool:
    """Say whether a version is in force on any day of a span; None is without end."""
    return (last is None or pattern.valid_from <= last) and (pattern.valid_to is None or first <= pattern.valid_to)


def succeeded(versions: Iterable[Pattern], new: Pattern) -> Pattern | None:
    """Give the version that ends the day before a new one begins: one until further notice that began before."""
    for each in versions:
        if each.valid_to is None and each.valid_from < new.valid_from:
            return replace(each, valid_to=new.valid_from - DAY)
    return None


def left_without(versions: Iterable[Pattern], new: Pattern) -> Pattern | None:
    """Give the version until further notice that a new one with a last day would end for good; None where it ends none."""
    return None if new.valid_to is None else succeeded(versions, new)


def resumed(ended: Pattern, new: Pattern) -> Pattern:
    """Give the version that goes on as an ended one did, from the day after the new one's last day; ValueError without one."""
    if new.valid_to is None:
        raise ValueError("a pattern until further notice has no day after it")
    return replace(ended, valid_from=new.valid_to + DAY, valid_to=None)


def overlapping(versions: Iterable[Pattern], new: Pattern) -> Pattern | None:
    """Give a version that would be in force at the same time as a new one, once its predecessor has ended."""
    for each in versions:
        predecessor = each.valid_to is None and each.valid_from < new.valid_from
        if not predecessor and in_force_between(each, new.valid_from, new.valid_to):
            return each
    return None


def length_of(half_day: HalfDay) -> timedelta:
    """Give how long a half-day's session is by the clock on the wall."""
    on = date.min
    return datetime.combine(on, half_day.ends) - datetime.combine(on, half_day.begins)


def contract_of(half_days: Iterable[HalfDay]) -> int:
    """Give how many half-days of a contract a week's pattern fills: the fuller of the two, where weeks take turns."""
    listed = list(half_days)
    return max(
        sum(half_days_of(length_of(each)) for each in listed if each.weeks in {EVERY, turn})
        for turn in (WEEK_A, WEEK_B)
    )
