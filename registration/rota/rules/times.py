"""Times on an English clock, and the minutes of a session that the telephone desk keeps."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

#: A session this long keeps minutes at its end for the telephone desk.
LONG_SESSION = timedelta(hours=3)

_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)(?::00)?", re.ASCII)


def clock_time(text: str) -> time:
    """Read a time of day, 9:30 or 16:00; ValueError for what is none."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError("is not a time like 9:30 or 16:00")
    return time(int(found[1]), int(found[2]))


def minutes(text: str) -> int:
    """Read a number of minutes from 0 to 480; ValueError for anything else."""
    if not re.fullmatch(r"\d{1,3}", text, re.ASCII) or int(text) > 480:  # noqa: PLR2004 -- eight hours
        raise ValueError("is not a number of minutes from 0 to 480")
    return int(text)


def moment(day: date, at: time) -> datetime:
    """Give the moment of a time on an English clock, the first where the clocks go back over it (Summer Time Act 1972).

    Raises ValueError for a time that the clocks leap over in spring.
    """
    given = datetime.combine(day, at, LONDON).astimezone(UTC)
    if given.astimezone(LONDON).time() != at:
        raise ValueError("does not exist that day: the clocks go forward")
    return given


def happens_twice(day: date, at: time) -> bool:
    """Say whether an English clock shows this time twice that day, as it does once each autumn."""
    first = datetime.combine(day, at, LONDON)
    return (
        first.utcoffset() != first.replace(fold=1).utcoffset() and first.astimezone(UTC).astimezone(LONDON).time() == at
    )


def kept_for_desk(begins: datetime, ends: datetime, council_minutes: int) -> int:
    """Give the minutes at the end of a session that only the telephone desk may book: none of a short one."""
    return council_minutes if ends - begins >= LONG_SESSION else 0
