"""One week of the rota as a table: half-days across, and down the centres, the registrars or the clusters."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from registration.rota.rules.absences import MIDDAY
from registration.rota.rules.days import OpenDays
from registration.rota.rules.patterns import EVENING, HALVES, half_of
from registration.rota.rules.planning import Away, monday_of
from registration.rota.rules.times import LONDON

_DAY = timedelta(days=1)
_WORKING_DAYS = 5
_KINDS_OF_PLACE = re.compile(
    r"\s+((best start )?(children[’']?s?[’']? centre|family hub|family centre)|register office|library)$", re.IGNORECASE
)

Column = tuple[date, str]  # a day, and morning, afternoon or evening


@dataclass(frozen=True, slots=True)
class Sat:
    """A published session of the week: who holds it and whether they may, where, when by an English clock, what is booked."""

    id: int
    registrar_id: int
    registrar: str
    may_register_births: bool
    left_on: date | None
    centre_id: int
    room: str
    begins: datetime
    ends: datetime
    extra: bool
    booked: int = 0

    @property
    def column(self) -> Column:
        """Give the half-day it begins in, on an English clock."""
        return self.begins.date(), half_of(self.begins.time())

    @property
    def minutes(self) -> int:
        """Give how long it is."""
        return int(self.ends.timestamp() - self.begins.timestamp()) // 60

    @property
    def share(self) -> int:
        """Give the part of it that families have booked, in whole per cent, never rounded up to all of it."""
        return min(100, self.booked * 100 // self.minutes)


def week_to_open(today: date, next_sitting: date | None, holidays: Collection[date]) -> date:
    """Give the Monday of the week somebody wants to see: that of the next working day, today if it is one, or of the next sitting.

    So a week is over once its last session is, on a Saturday or a Sunday. `next_sitting` is the day of the next session that
    has not ended, None where none is published.
    """
    day = today
    while day.isoweekday() > _WORKING_DAYS or day in holidays:
        day += _DAY
    return monday_of(day if next_sitting is None else min(day, next_sitting))


def away_in(away: Iterable[Away], begins: datetime, ends: datetime) -> list[str]:
    """Give why somebody is away in a span, in words, each reason once."""
    return list(dict.fromkeys(each.reason for each in away if each.begins < ends and each.ends > begins))


def columns(monday: date, sessions: Iterable[Sat]) -> list[Column]:
    """Give the half-days shown: Monday to Friday by morning and afternoon, any other where somebody sits then."""
    always = {(monday + _DAY * n, half) for n in range(_WORKING_DAYS) for half in HALVES[:2]}
    days = {day for day, _ in (sat.column for sat in sessions)}
    shown = always | {(day, half) for day in days for half in HALVES[:2]} | {sat.column for sat in sessions}
    return sorted(shown, key=lambda column: (column[0], HALVES.index(column[1])))


def span_of(column: Column) -> tuple[datetime, datetime]:
    """Give the hours of a half-day, from its first moment to that of the next: an absence of half a day fills one."""
    day, half = column
    bounds = (time(), MIDDAY, EVENING)
    at = HALVES.index(half)
    begins = datetime.combine(day, bounds[at], LONDON)
    ends = datetime.combine(*((day, bounds[at + 1]) if half != HALVES[-1] else (day + _DAY, time())), LONDON)
    return begins, ends


def cells(sessions: Iterable[Sat], row_of: Callable[[Sat], Hashable]) -> Mapping[tuple[Hashable, Column], list[Sat]]:
    """Put the sessions into the cells of their row and half-day, each cell in order of time."""
    found: defaultdict[tuple[Hashable, Column], list[Sat]] = defaultdict(list)
    for sat in sorted(sessions, key=lambda each: (each.begins, each.room, each.id)):
        found[row_of(sat), sat.column].append(sat)
    return found


def lasting(
    sessions: Iterable[Sat], shown: Iterable[Column], row_of: Callable[[Sat], Hashable]
) -> Mapping[tuple[Hashable, Column], list[Sat]]:
    """Put the sessions that began in an earlier half-day into the later ones of that day into which they last."""
    begins = {column: span_of(column)[0] for column in shown}
    found: defaultdict[tuple[Hashable, Column], list[Sat]] = defaultdict(list)
    for sat in sessions:
        for column, at in begins.items():
            if column[0] == sat.column[0] and sat.begins < at < sat.ends and column != sat.column:
                found[row_of(sat), column].append(sat)
    return found


def faults(sat: Sat, away: Iterable[Away], days: OpenDays, takes_part: Callable[[int, date], bool]) -> list[str]:
    """Say what is wrong with a published session, as a predicate: 'is away (sickness)'.

    `away` are its registrar's absences, their reasons as words that follow "is".
    """
    day = sat.column[0]
    found = [f"is {reason}" for reason in away_in(away, sat.begins, sat.ends)]
    if not sat.may_register_births:
        found.append("may not register births")
    if sat.left_on is not None and sat.left_on <= day:
        found.append("no longer works here")
    if not takes_part(sat.centre_id, day):
        found.append("sits at a centre that does not take part that day")
    elif closed := days.closed(sat.centre_id, day):
        found.append(f"sits at a centre that is closed: {closed}")
    return found


def initials(names: Mapping[int, str]) -> dict[int, str]:
    """Give each registrar the shortest initials that nobody else has: AB, AnB, then the whole name and a number."""
    made: dict[int, str] = {}
    for length in (1, 2, 3):
        short = {who: _short(name, length) for who, name in names.items() if who not in made}
        those = list(short.values())
        made |= {who: text for who, text in short.items() if those.count(text) == 1 and text not in made.values()}
    for who in sorted(set(names) - set(made)):
        made[who] = f"{_short(names[who], 1)}{who}"
    return made


def _short(name: str, length: int) -> str:
    words: list[str] = re.findall(r"\w+", name) or ["?"]
    return "".join(word[:length].capitalize() for word in words[:-1]) + words[-1][:length].capitalize()


def short_names(names: Mapping[int, str]) -> dict[int, str]:
    """Give each centre its name without the kind of place it is, where that leaves it a name of its own."""
    short = {centre: _KINDS_OF_PLACE.sub("", name) or name for centre, name in names.items()}
    those = list(short.values())
    return {centre: name if those.count(name) == 1 else names[centre] for centre, name in short.items()}


def share_of(sessions: Sequence[Sat]) -> int:
    """Give the part of several sessions together that families have booked, in whole per cent."""
    minutes = sum(sat.minutes for sat in sessions)
    return sum(sat.booked for sat in sessions) * 100 // minutes if minutes else 0
