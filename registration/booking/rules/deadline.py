"""The 42 days, in civil dates of England and nothing finer.

Births and Deaths Registration Act 1953 s.2: information is to be given "before the expiration of a period of forty-two days
from the date of the birth". "From the date of" leaves the day of birth out (Radcliffe v Bartholomew [1892] 1 QB 161; Marren v
Dawson Bentley [1961] 2 QB 135), so birth is day 0 and day 42 is the last lawful day, to midnight. It always falls on the weekday
of the birth. The Act knows no extension for Sundays, bank holidays or closed offices, and a late birth is never refused.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

PERIOD = timedelta(days=42)
DAY = timedelta(days=1)
SATURDAY = 5


class NotBornYet(ValueError):
    """The date of birth must be today or in the past."""


class LegalStatus(StrEnum):
    """Where a birth stands in law on a day."""

    IN_TIME = "IN_TIME"
    LATE = "LATE"  # register now; nobody is refused (1953 Act ss.4 and 5)
    RG_AUTHORITY = "RG_AUTHORITY"  # only with the Registrar General's written authority (s.7)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The dates that govern one birth, or several babies of one family by the earliest of them."""

    born: date
    on: date
    day_number: int
    last_lawful_day: date
    first_late_day: date
    registrar_general_authority_from: date
    days_left: int  # below nought once late
    legal_status: LegalStatus


def last_lawful_day(born: date) -> date:
    """Give the last day on which a birth may be registered in time: the birth plus 42 days."""
    return born + PERIOD


def registrar_general_authority_from(born: date) -> date:
    """Give the first day that needs the Registrar General's authority.

    Twelve months end with the corresponding date (Dodds v Walker [1981] 1 WLR 1027), or with the month's last day where there is
    none: born on 29 February 2024, they end on 28 February 2025.
    """
    try:
        anniversary = born.replace(year=born.year + 1)
    except ValueError:  # 29 February
        anniversary = date(born.year + 1, 2, 28)
    return anniversary + DAY


def legal_status(born: date, on: date) -> LegalStatus:
    """Say where a birth stands in law on a day; NotBornYet if it lies after that day."""
    if born > on:
        raise NotBornYet
    if on <= last_lawful_day(born):
        return LegalStatus.IN_TIME
    return LegalStatus.LATE if on < registrar_general_authority_from(born) else LegalStatus.RG_AUTHORITY


def deadline(births: Iterable[date], on: date) -> Deadline:
    """Give the dates that govern a family's babies on a day: the earliest birth decides for all of them.

    Raises NotBornYet if any lies after that day, ValueError if there is none.
    """
    dates = sorted(births)
    if dates[-1:] > [on]:
        raise NotBornYet
    born = dates[0] if dates else _no_birth()
    last = last_lawful_day(born)
    return Deadline(
        born=born,
        on=on,
        day_number=(on - born).days,
        last_lawful_day=last,
        first_late_day=last + DAY,
        registrar_general_authority_from=registrar_general_authority_from(born),
        days_left=(last - on).days,
        legal_status=legal_status(born, on),
    )


def _no_birth() -> date:
    raise ValueError("a deadline needs at least one date of birth")


def last_working_day(last: date, holidays: Collection[date]) -> date:
    """Give the last day offices are open on or before a date: no Saturday, Sunday or bank holiday.

    It moves what a family is advised, never what the law allows.
    """
    day = last
    while day.weekday() >= SATURDAY or day in holidays:
        day -= DAY
    return day


def preferred_by(last: date, caution_days: int) -> date:
    """Give the day by which a careful council would rather see the birth registered: its margin before the last lawful day."""
    return last - timedelta(days=caution_days)


def is_urgent(last: date, on: date, urgent_days: int) -> bool:
    """Say whether so few days are left (or none) that times kept for the telephone desk open to this family."""
    return (last - on).days <= urgent_days
