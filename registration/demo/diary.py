"""The demonstration's sessions and appointments: a pure function of the day, bank holidays and chance."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

from registration.demo.invented import NEARLY_FULL, TIGHT, WeeklySession, cluster_of, week

LONDON = ZoneInfo("Europe/London")
WEEKS_BACK, WEEKS_AHEAD = 8, 13
PERIOD = 42
DAY = timedelta(days=1)

#: Nobody books this many days ahead: a baby born the day before yesterday would be past the 42 days.
LAST_BOOKED_DAY = 40
EVERY_NTH_TWINS, EVERY_NTH_INTERPRETER = 45, 16
LATE = 0.03


@dataclass(frozen=True, slots=True)
class Lengths:
    """The council's minutes: of an appointment for each baby, and more with an interpreter."""

    per_baby: int
    interpreter: int


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """A registrar at a centre, in a room, from one moment to another."""

    registrar: str
    centre: str
    room: str
    begins: datetime
    ends: datetime

    @property
    def day(self) -> date:
        """Give the civil day it falls on."""
        return self.begins.astimezone(LONDON).date()


@dataclass(frozen=True, slots=True)
class PlannedAppointment:
    """A family's appointment within the session of that number, and when it was booked."""

    session: int
    begins: datetime
    ends: datetime
    births: tuple[date, ...]
    interpreter: bool
    booked_at: datetime


def sessions(today: date, holidays: Collection[date]) -> list[PlannedSession]:
    """Give the sessions of the past 8 weeks and the next 13, none on a bank holiday."""
    first, days = today - timedelta(weeks=WEEKS_BACK), (WEEKS_BACK + WEEKS_AHEAD) * 7
    open_days = [day for day in (first + timedelta(days=n) for n in range(days)) if day not in holidays]
    return [_on(day, weekly) for day in open_days for weekly in week() if _is_held(weekly, day, today)]


def _is_held(weekly: WeeklySession, day: date, today: date) -> bool:
    if weekly.weekday != day.isoweekday():
        return False
    if weekly.weeks == "reopening":
        return day > today + timedelta(days=PERIOD)
    odd = day.isocalendar().week % 2 == 1
    return weekly.weeks == "every" or (weekly.weeks == "odd") == odd


def _on(day: date, weekly: WeeklySession) -> PlannedSession:
    begins, ends = (datetime.combine(day, at, LONDON) for at in (weekly.begins, weekly.ends))
    return PlannedSession(weekly.registrar, weekly.centre, weekly.room, begins, ends)


def share_booked(centre: str, days_ahead: int) -> float:
    """Give the share of a session's times that are booked: most of the near ones, few of the far ones, more where times are few."""
    tight = cluster_of(centre) == TIGHT
    if days_ahead < 0:
        return 0.92 if tight else 0.55
    if days_ahead > LAST_BOOKED_DAY:
        return 0.0
    if centre in NEARLY_FULL:
        return 0.96
    nearest, falls = (0.92, 0.5) if tight else (0.75, 0.7)
    return nearest - falls * days_ahead / LAST_BOOKED_DAY


def appointments(
    planned: Sequence[PlannedSession], now: datetime, lengths: Lengths, chance: Random
) -> Iterator[PlannedAppointment]:
    """Give the appointments of the sessions, in their order: no two overlap, each lies in its session."""
    today = now.astimezone(LONDON).date()
    numbers = count()
    for index, session in enumerate(planned):
        share = share_booked(session.centre, (session.day - today).days)
        cursor = session.begins
        while cursor + timedelta(minutes=lengths.per_baby) <= session.ends:
            if chance.random() >= share:
                cursor += timedelta(minutes=lengths.per_baby)
                continue
            made = _appointment(index, next(numbers), cursor, now, chance, lengths, session.ends)
            yield made
            cursor = made.ends


def _appointment(
    session: int, number: int, begins: datetime, now: datetime, chance: Random, lengths: Lengths, limit: datetime
) -> PlannedAppointment:
    """Make one appointment: of twins or with an interpreter now and then, where the session leaves the time."""
    babies, interpreter = 1 + (number % EVERY_NTH_TWINS == 7), number % EVERY_NTH_INTERPRETER == 5  # noqa: PLR2004
    length = timedelta(minutes=lengths.per_baby * babies + (lengths.interpreter if interpreter else 0))
    if begins + length > limit:
        babies, interpreter, length = 1, False, timedelta(minutes=lengths.per_baby)
    births = (_born(begins, now, chance),) * babies
    return PlannedAppointment(
        session, begins, begins + length, births, interpreter, _booked(births[0], begins, now, chance)
    )


def _born(begins: datetime, now: datetime, chance: Random) -> date:
    """Choose a date of birth: two days ago at least, mostly three weeks before the appointment, seldom over 42 days."""
    day = begins.astimezone(LONDON).date()
    least = max(3, (day - now.astimezone(LONDON).date()).days + 2)
    if chance.random() < LATE:
        return day - timedelta(days=chance.randint(PERIOD + 1, 70))
    return day - timedelta(days=round(chance.triangular(least, PERIOD, max(least, 18))))


def _booked(born: date, begins: datetime, now: datetime, chance: Random) -> datetime:
    """Choose when the family booked: after the day of birth, before the appointment, and not in the future."""
    first = datetime.combine(born + DAY, time(8), LONDON)
    last = min(now.astimezone(LONDON) - timedelta(minutes=10), begins - timedelta(hours=3))
    return first + (last - first) * chance.random()
