"""What is typed as it is heard on the telephone: what a family is looked for by, days and times of day."""

import re
from dataclasses import dataclass
from datetime import date, time

from registration.booking.rules.reference import canonical
from registration.families.rules import name_words

#: Fewer figures than these fit too many telephone numbers, fewer letters too many names.
LEAST_FIGURES, LEAST_LETTERS = 4, 2
_CENTURY = 2000
_LEAP_YEAR = 2000  # has every day there is
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"(?<![\w/])(?:(?P<iso_year>\d{4})-(?P<iso_month>\d{1,2})-(?P<iso_day>\d{1,2})"
    r"|(?P<apart_day>\d{1,2})\s+(?P<apart_month>\d{1,2})\s+(?P<apart_year>\d{4})"
    r"|(?P<day>\d{1,2})(?:\s*[/.-]\s*(?P<month>\d{1,2})|(?:st|nd|rd|th)?\s*(?P<name>[a-z]{3,9})(?![a-z])\.?)"
    r"(?:\s*[/.-]?\s*(?P<year>\d{4}|\d{2}))?)(?![\w/])",
    re.IGNORECASE | re.ASCII,
)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s*(?:(?P<half>[ap])\.?m\.?)?", re.IGNORECASE | re.ASCII
)
_NOON, _HOURS, _MINUTES = 12, 24, 60
_EMAIL = re.compile(r"\S+@\S*")
_TELEPHONE = re.compile(r"\+?\d[\d\s().-]*", re.ASCII)
_COUNTRY = re.compile(r"^(?:0044|44|0)0?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sought:
    """What a line says: every part of it must fit. `figures` are the last of a telephone number, without country or nought.

    `no_day` is what was written as a day and is none, like 31/2/2026.
    """

    reference: str | None = None
    born: date | None = None
    email: str = ""
    figures: str = ""
    words: tuple[str, ...] = ()
    no_day: str = ""

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to look for."""
        return self == Sought()

    @property
    def kinds(self) -> list[str]:
        """Name what is looked for by, without saying it: for the record."""
        given = {
            "reference": self.reference,
            "birth": self.born,
            "email": self.email,
            "telephone": self.figures,
            "name": self.words,
        }
        return [kind for kind, value in given.items() if value]


def understand(line: str, today: date) -> Sought:
    """Read a line: a reference, or any of a date of birth, an e-mail address, a telephone number and names, in any order.

    A day without its year is the last one that is not in the future. What fits nothing is left out; a line with a day that
    no calendar has is not understood any further.
    """
    reference = canonical(line.strip())
    if reference:
        return Sought(reference)
    rest, born = _take_date(line, today)
    if born is None and (no_day := _no_day(line)):
        return Sought(no_day=no_day)
    rest, email = _take(_EMAIL, rest)
    rest, telephone = _take_telephone(rest)
    words = tuple(word for word in name_words(rest) if len(word) >= LEAST_LETTERS and not word.isdecimal())
    return Sought(None, born, email.casefold(), telephone, words)


def _take(pattern: re.Pattern[str], line: str) -> tuple[str, str]:
    found = pattern.search(line)
    return (line[: found.start()] + " " + line[found.end() :], found[0]) if found else (line, "")


def _take_telephone(line: str) -> tuple[str, str]:
    for found in _TELEPHONE.finditer(line):
        typed = re.sub(r"\D", "", found[0])
        figures = _COUNTRY.sub("", typed)
        if figures and len(typed) >= LEAST_FIGURES:
            return line[: found.start()] + " " + line[found.end() :], figures
    return line, ""


def _take_date(line: str, today: date) -> tuple[str, date | None]:
    for found in _DATE.finditer(line):
        day = _past(found, today)
        if day is not None:
            return line[: found.start()] + " " + line[found.end() :], day
    return line, None


def _no_day(line: str) -> str:
    """Give what can only be meant as a day and is in no calendar; a telephone number has no slash, and no month."""
    for found in _DATE.finditer(line):
        meant = found["iso_year"] or "/" in found[0] or (found["name"] and _month(found["name"]))
        if meant and not _days(found, (_LEAP_YEAR,)):
            return found[0].strip()
    return ""


def past_day(written: str, today: date) -> date | None:
    """Read a text that is a day and nothing else; without its year the last one not in the future. None for any other."""
    found = _DATE.fullmatch(written.strip())
    return _past(found, today) if found else None


def coming_day(written: str, today: date) -> date | None:
    """Read a text that is a day and nothing else; without its year the next one from today. None for any other."""
    found = _DATE.fullmatch(written.strip())
    if found is None:
        return None
    years = (today.year, today.year + 1)
    return next((day for day in _days(found, years) if _has_year(found) or day >= today), None)


def time_of_day(written: str) -> time | None:
    """Read a time of day: 14:30, 9.15, 2pm, 2:30 pm, midday. None for anything else."""
    if written.strip().casefold() in {"midday", "noon"}:
        return time(_NOON)
    found = _CLOCK.fullmatch(written.strip())
    if found is None:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if found["half"].lower() == "p" else 0)
    elif found["minute"] is None:
        return None
    return time(hour, minute) if hour < _HOURS and minute < _MINUTES else None


def _past(found: re.Match[str], today: date) -> date | None:
    years = (today.year, today.year - 1)
    return next((day for day in _days(found, years) if _has_year(found) or day <= today), None)


def _has_year(found: re.Match[str]) -> bool:
    return bool(found["iso_year"] or found["apart_year"] or found["year"])


def _days(found: re.Match[str], years: tuple[int, ...]) -> list[date]:
    """List the days a match may mean: in its own year, or where it names none in each of these years."""
    if found["iso_year"]:
        made = [_day(int(found["iso_year"]), int(found["iso_month"]), int(found["iso_day"]))]
    elif found["apart_year"]:
        made = [_day(int(found["apart_year"]), int(found["apart_month"]), int(found["apart_day"]))]
    else:
        month = int(found["month"]) if found["month"] else _month(found["name"])
        named = (_whole_year(found["year"]),) if found["year"] else years
        made = [_day(year, month, int(found["day"])) for year in named]
    return [day for day in made if day is not None]


def _whole_year(written: str) -> int:
    return int(written) + (_CENTURY if len(written) == 2 else 0)  # noqa: PLR2004 -- figures of a short year


def _month(name: str) -> int:
    """Give the number of a month by its first three letters; nought, which is no month, for any other word."""
    short = name[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
