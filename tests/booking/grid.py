"""Two years of single minutes, walked one by one on an English clock: what sessions and starts must equal.

Nothing here knows how the service computes them: a minute is looked at, and asked who sits where, and whether they are free.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from registration.common.clock import LONDON

FIRST, LAST = date(2026, 10, 1), date(2028, 9, 30)  # both changes of the clocks, twice


@cache
def minutes():
    """Give every minute of the two years as (minutes since 1970, English day, English minute of the day)."""
    begin = int(datetime.combine(FIRST, time(), LONDON).timestamp()) // 60
    end = int(datetime.combine(LAST + timedelta(days=1), time(), LONDON).timestamp()) // 60
    found = []
    for hour in range(begin, end, 60):
        wall = datetime.fromtimestamp(hour * 60, UTC).astimezone(LONDON)
        day, at = wall.date(), wall.hour * 60
        found += [(hour + minute, day, at + minute) for minute in range(60)]
    return found


@dataclass(frozen=True)
class Half:
    """A registrar at a centre on a weekday from a first day to a last, or on one day only where both are the same."""

    registrar: int
    centre: int
    weekday: int
    begins: int
    ends: int
    first: date
    last: date

    def holds(self, day, at):
        """Say whether somebody with this half-day works at that minute of a day."""
        return self.first <= day <= self.last and self.weekday == day.isoweekday() and self.begins <= at < self.ends


def sittings(halves, closed, instead):
    """Give, by registrar, centre and session, the minutes somebody sits: {(registrar, centre, day, begins): [minutes]}.

    `closed` are (centre, day); `instead` are (registrar, day, half of the day) of which the pattern says nothing.
    """
    by_weekday = defaultdict(list)
    for half in halves:
        by_weekday[half.weekday].append(half)
    found = defaultdict(list)
    for minute, day, at in minutes():
        for half in by_weekday[day.isoweekday()]:
            if not half.begins <= at < half.ends or not half.first <= day <= half.last:
                continue
            part = "morning" if half.begins < 720 else "afternoon" if half.begins < 1020 else "evening"
            if (half.centre, day) not in closed and (half.registrar, day, part) not in instead:
                found[half.registrar, half.centre, day, half.begins].append(minute)
    return found


def starts(sitting, taken, length, step, kept):
    """Walk the minutes of one session: where may an appointment begin? `taken` are spans of minutes, `kept` its last ones."""
    begin, end = sitting[0], sitting[-1] + 1
    filled = {minute for a, b in taken for minute in range(a, b)}
    ends = {min(b, end) for _, b in taken}
    public = set(sitting) - set(range(end - kept, end))
    return [
        minute
        for minute in sitting
        if ((minute - begin) % step == 0 or minute in ends)
        and all(each in public and each not in filled for each in range(minute, minute + length))
    ]
