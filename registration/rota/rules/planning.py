"""From weekly patterns to the sessions of a span of days: a pure function, its result always in the same order."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from registration.rota.rules.days import OpenDays
from registration.rota.rules.patterns import DAY, HalfDay, Pattern
from registration.rota.rules.times import LONDON, moment

WEEK = timedelta(weeks=1)
#: A rota is published this far ahead.
WEEKS_AHEAD = 13


@dataclass(frozen=True, slots=True)
class Planned:
    """A session that a draft proposes; without a room where none is free. `key` is its number in the draft, if kept.

    `goes_on` is the number of a published session of another registrar that it goes on with: that one’s families stay in it.
    """

    registrar: int
    centre: int
    room: int | None
    begins: datetime
    ends: datetime
    key: int = 0
    goes_on: int = 0

    @property
    def day(self) -> date:
        """Give the civil day it falls on."""
        return self.begins.astimezone(LONDON).date()

    @property
    def monday(self) -> date:
        """Give the Monday of its week."""
        return monday_of(self.day)


@dataclass(frozen=True, slots=True)
class Exceptional:
    """What a registrar does otherwise on one half-day: somewhere else, at other times, or no session where `place` is None."""

    registrar: int
    day: date
    half: str
    place: HalfDay | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Away:
    """A span in which a registrar is absent."""

    registrar: int
    begins: datetime
    ends: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A half-day of a pattern that becomes no session, and why."""

    registrar: int
    centre: int
    day: date
    half: str
    why: str


@dataclass(frozen=True, slots=True)
class Basis:
    """What a draft is made of: how registrars work, what is otherwise, who is away or gone, which days centres are open."""

    patterns: Sequence[Pattern]
    exceptions: Sequence[Exceptional]
    away: Sequence[Away]
    days: OpenDays
    left: Mapping[int, date]


def monday_of(day: date) -> date:
    """Give the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def missing_span(today: date, published_to: date | None) -> tuple[date, date]:
    """Give the whole weeks, Monday to Sunday, of the next WEEKS_AHEAD that have no rota yet; else the week after them.

    `published_to` is the day of the last published session, None where there is none.
    """
    this = monday_of(today)
    first = this + WEEK if published_to is None else max(this, monday_of(published_to)) + WEEK
    last = max(this + WEEKS_AHEAD * WEEK, first) + WEEK - DAY
    return first, last


def expand(first: date, last: date, basis: Basis) -> tuple[list[Planned], list[LeftOut]]:
    """Give the sessions that patterns make on the days of a span, both ends included, and the half-days that make none.

    A closed centre, a registrar who has left or is away all the while, and an exception without a place leave one out. The
    room is the pattern's own; `with_rooms` finds one where the pattern names none.
    """
    sessions: list[Planned] = []
    left_out: list[LeftOut] = []
    for day, registrar, half_day in _half_days(first, last, basis):
        why = _why_not(day, registrar, half_day, basis)
        if why:
            left_out.append(LeftOut(registrar, half_day.centre, day, half_day.half, why))
        else:
            sessions.append(planned(day, registrar, half_day))
    cancelled = {(each.registrar, each.day, each.half): each for each in basis.exceptions if each.place is None}
    for pattern, day, half_day in _in_force(first, last, basis):
        without = cancelled.get((pattern.registrar, day, half_day.half))
        if without is not None:
            why = without.reason or "an exception for that day"
            left_out.append(LeftOut(pattern.registrar, half_day.centre, day, half_day.half, why))
    return sorted(sessions, key=_order), sorted(left_out, key=lambda each: (each.day, each.registrar, each.half))


def _order(session: Planned) -> tuple[datetime, int, int]:
    return session.begins, session.centre, session.registrar


def planned(day: date, registrar: int, half_day: HalfDay) -> Planned:
    """Give the session of a half-day on a day, its times by an English clock."""
    begins, ends = moment(day, half_day.begins), moment(day, half_day.ends)
    return Planned(registrar, half_day.centre, half_day.room, begins, ends)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _in_force(first: date, last: date, basis: Basis) -> Iterator[tuple[Pattern, date, HalfDay]]:
    """Give each half-day of a pattern on each day that it is in force."""
    for day in _days(first, last):
        for pattern in basis.patterns:
            if pattern.holds_on(day):
                yield from ((pattern, day, each) for each in pattern.half_days if each.falls_on(day))


def _half_days(first: date, last: date, basis: Basis) -> Iterator[tuple[date, int, HalfDay]]:
    """Give the half-days worked: the patterns' without those that an exception stands for, and the exceptions'."""
    instead = {(each.registrar, each.day, each.half) for each in basis.exceptions}
    for pattern, day, half_day in _in_force(first, last, basis):
        if (pattern.registrar, day, half_day.half) not in instead:
            yield day, pattern.registrar, half_day
    for each in basis.exceptions:
        if each.place is not None and first <= each.day <= last:
            yield each.day, each.registrar, each.place


def _why_not(day: date, registrar: int, half_day: HalfDay, basis: Basis) -> str:
    closed = basis.days.closed(half_day.centre, day)
    if closed:
        return closed
    if registrar in basis.left and day >= basis.left[registrar]:
        return "no longer works here"
    session = planned(day, registrar, half_day)
    for away in basis.away:
        if away.registrar == registrar and away.begins <= session.begins and session.ends <= away.ends:
            return away.reason
    return ""


def with_rooms(
    sessions: Sequence[Planned],
    rooms: Mapping[int, Sequence[int]],
    standing: Sequence[Planned],
    kept: Mapping[tuple[int, int, datetime], int],
) -> list[Planned]:
    """Give every session a room of its centre that is free all the while, as long as there is one.

    Rooms that a pattern names are filled first, and `standing` sessions stay where they are. `kept` has, by registrar,
    centre and beginning, the room a session has in the rota as it stands: it keeps that where it can.
    """
    filled: defaultdict[int, list[Planned]] = defaultdict(list)
    for session in (*standing, *sessions):
        if session.room is not None:
            filled[session.room].append(session)
    placed = []
    for session in sorted(sessions, key=_order):
        room = session.room
        if room is None:
            wanted = kept.get((session.registrar, session.centre, session.begins))
            room = _free_room(session, rooms.get(session.centre, ()), wanted, filled)
        placed.append(replace(session, room=room))
        if session.room is None and room is not None:
            filled[room].append(placed[-1])
    return placed


def _free_room(
    session: Planned, rooms: Collection[int], wanted: int | None, filled: Mapping[int, Sequence[Planned]]
) -> int | None:
    ordered = sorted(rooms, key=lambda room: (room != wanted, room))
    return next((room for room in ordered if not any(overlap(session, each) for each in filled.get(room, ()))), None)


def overlap(one: Planned, other: Planned) -> bool:
    """Say whether two sessions have a moment in common."""
    return one.begins < other.ends and other.begins < one.ends
