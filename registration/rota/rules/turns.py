"""A centre worker’s half-day at the register office, to sign families up there."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from registration.rota.rules.days import OpenDays

#: When somebody may be there at all, and how long a half-day may be: from nine until two, say.
EARLIEST, LATEST = time(7), time(21)
SHORTEST, LONGEST = timedelta(minutes=15), timedelta(hours=5)
#: So far ahead somebody may be put on the rota.
AHEAD = timedelta(days=365)
SUNDAY = 7


@dataclass(frozen=True, slots=True)
class Turning:
    """Who is to be where, on which day, from when to when."""

    user_id: int
    centre_id: int
    day: date
    begins: time
    ends: time

    @property
    def half(self) -> str:
        """Name the half-day in which it begins: morning until midday, evening from 5pm."""
        return "morning" if self.begins < time(12) else "afternoon" if self.begins < time(17) else "evening"


def day_refused(centre: int, day: date, today: date, days: OpenDays) -> str:
    """Say why nobody is put on the rota of a place for a day, '' where they may be: over, far off, a Sunday, closed."""
    if day < today:
        return "Enter today or a day to come"
    if day > today + AHEAD:
        return "Enter a day within a year from today"
    decided = days.decision(centre, day)
    if day.isoweekday() == SUNDAY and not (decided and decided.open):
        return "Nobody registers births on a Sunday. Enter another day"
    closed = days.closed(centre, day)
    return f"It is closed on this day: {closed}. Enter another day" if closed else ""


def times_refused(begins: time, ends: time) -> str:
    """Say why a time is no half-day, '' where it is one."""
    if ends <= begins:
        return "It must end after it begins"
    if begins < EARLIEST or ends > LATEST:
        return "Enter times from 7am to 9pm"
    length = datetime.combine(date.min, ends) - datetime.combine(date.min, begins)
    if length < SHORTEST:
        return "A half-day is 15 minutes at the least"
    return "A half-day is 5 hours at most" if length > LONGEST else ""
