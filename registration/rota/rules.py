"""Registrars' grades, times on an English clock, and sessions that would have someone in two places at once."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

#: A superintendent registrar has no part in births of the last twelve months; a deputy registers as a registrar does.
GRADES = ("registrar", "deputy_registrar", "superintendent_registrar")

#: A session this long keeps minutes at its end for the telephone desk.
LONG_SESSION = timedelta(hours=3)

_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)(?::00)?", re.ASCII)
_TAG = re.compile(r"[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?", re.ASCII | re.IGNORECASE)


def grade(text: str) -> str:
    """Read a grade, 'Deputy registrar' or 'deputy_registrar'; ValueError for what is none."""
    name = re.sub(r"[\s_-]+", "_", text.strip().casefold())
    if name not in GRADES:
        raise ValueError(f"is no grade: {', '.join(each.replace('_', ' ') for each in GRADES)}")
    return name


def languages(text: str) -> tuple[str, ...]:
    """Read languages as BCP 47 tags parted by semicolons or commas, 'en;ur;pt-BR'; ValueError for what is no tag."""
    tags = tuple(part.strip() for part in re.split("[;,]", text) if part.strip())
    for tag in tags:
        if not _TAG.fullmatch(tag):
            raise ValueError(f"has {tag}, which is no language tag like en, ur or pt-BR")
    return tags


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


def same_name(name: str) -> str:
    """Give the form in which two ways of writing a name are equal: case, spacing, and the apostrophe's shape."""
    return " ".join(name.casefold().replace("\u2019", "'").split())


@dataclass(frozen=True, slots=True)
class Sitting:
    """A registrar in a room for a span of time; `line` where a file says so, None for a session there is already."""

    registrar: int
    room: int
    begins: datetime
    ends: datetime
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A part of a session that a family has: the reference of its booking, empty while the family still answers."""

    begins: datetime
    ends: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class Clash:
    """Two sittings that would have one registrar, or one room, at two things at once."""

    whose: str  # registrar or room
    later: Sitting
    earlier: Sitting


def clashes(sittings: Sequence[Sitting]) -> list[Clash]:
    """Find the clashes that a line of a file has a part in; the one told last is a line's."""
    found: list[Clash] = []
    for whose in ("registrar", "room"):
        held: defaultdict[int, list[Sitting]] = defaultdict(list)
        for sitting in sittings:
            held[getattr(sitting, whose)].append(sitting)
        for each in held.values():
            found += _among(whose, sorted(each, key=lambda sitting: (sitting.begins, sitting.line or 0)))
    return sorted(found, key=lambda clash: (clash.later.line or 0, clash.whose))


def _among(whose: str, sittings: list[Sitting]) -> list[Clash]:
    """Compare each sitting, in order of beginning, with the one before it that ends last."""
    found: list[Clash] = []
    longest: Sitting | None = None
    for sitting in sittings:
        if longest is not None and sitting.begins < longest.ends and (sitting.line or longest.line):
            earlier, later = sorted((longest, sitting), key=lambda each: each.line or 0)
            found.append(Clash(whose, later, earlier))
        if longest is None or sitting.ends > longest.ends:
            longest = sitting
    return found
