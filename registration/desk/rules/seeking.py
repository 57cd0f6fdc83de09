"""What somebody on the telephone is looked for by: one line, typed as it was heard."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from registration.booking.rules.reference import canonical
from registration.families.rules import name_words

#: Fewer figures than these fit too many telephone numbers, fewer letters too many names.
LEAST_FIGURES, LEAST_LETTERS = 4, 2
_CENTURY = 2000
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"(?<![\w/])(?:(?P<iso_year>\d{4})-(?P<iso_month>\d{1,2})-(?P<iso_day>\d{1,2})"
    r"|(?P<day>\d{1,2})(?:\s*[/.-]\s*(?P<month>\d{1,2})|(?:st|nd|rd|th)?\s*(?P<name>[a-z]{3,9})(?![a-z])\.?)"
    r"(?:\s*[/.-]?\s*(?P<year>\d{4}|\d{2}))?)(?![\w/])",
    re.IGNORECASE | re.ASCII,
)
_EMAIL = re.compile(r"\S+@\S*")
_TELEPHONE = re.compile(r"\+?\d[\d\s().-]*", re.ASCII)
_COUNTRY = re.compile(r"^(?:0044|44|0)0?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sought:
    """What a line says: every part of it must fit. `figures` are the last of a telephone number, without country or nought."""

    reference: str | None = None
    born: date | None = None
    email: str = ""
    figures: str = ""
    words: tuple[str, ...] = ()

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

    A day without its year is the last one that is not in the future. What fits nothing is left out.
    """
    reference = canonical(line.strip())
    if reference:
        return Sought(reference)
    rest, born = _take_date(line, today)
    rest, email = _take(_EMAIL, rest)
    rest, telephone = _take_telephone(rest)
    words = tuple(word for word in name_words(rest) if len(word) >= LEAST_LETTERS and not word.isdecimal())
    return Sought(None, born, email.casefold(), telephone, words)


def _take(pattern: re.Pattern[str], line: str) -> tuple[str, str]:
    found = pattern.search(line)
    return (line[: found.start()] + " " + line[found.end() :], found[0]) if found else (line, "")


def _take_telephone(line: str) -> tuple[str, str]:
    for found in _TELEPHONE.finditer(line):
        figures = _COUNTRY.sub("", re.sub(r"\D", "", found[0]))
        if len(figures) >= LEAST_FIGURES:
            return line[: found.start()] + " " + line[found.end() :], figures
    return line, ""


def _take_date(line: str, today: date) -> tuple[str, date | None]:
    for found in _DATE.finditer(line):
        day = next((day for day in _days(found, today) if day is not None), None)
        if day is not None:
            return line[: found.start()] + " " + line[found.end() :], day
    return line, None


def _days(found: re.Match[str], today: date) -> Iterator[date | None]:
    """Give the days a match may mean, the likeliest first."""
    if found["iso_year"]:
        yield _day(int(found["iso_year"]), int(found["iso_month"]), int(found["iso_day"]))
        return
    month = int(found["month"]) if found["month"] else _month(found["name"])
    if found["year"]:
        year = int(found["year"])
        yield _day(year if len(found["year"]) > 2 else _CENTURY + year, month, int(found["day"]))  # noqa: PLR2004
        return
    for year in (today.year, today.year - 1):
        day = _day(year, month, int(found["day"]))
        yield day if day and day <= today else None


def _month(name: str) -> int:
    """Give the number of a month by its first three letters; nought, which is no month, for any other word."""
    short = name[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
