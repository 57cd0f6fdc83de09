"""Cells of files about places as values; ValueError with the reason otherwise."""

import re
from calendar import day_name
from datetime import time
from typing import TypeVar

from registration.common.files import decimal, several, whole

N = TypeVar("N", int, float)

_WEB = re.compile(r"https?://[^\s/]+\.[^\s/]+(/\S*)?", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SERVICE = re.compile(
    r"(.+?)\s+(\w+day)s?\s+(\d{1,2}:\d\d)\s*(?:-|\u2013|to)\s*(\d{1,2}:\d\d)", re.ASCII | re.IGNORECASE
)
_WEEKDAYS = {name.casefold(): number for number, name in enumerate(day_name, 1)}
_GSS = re.compile(r"[A-Z]\d{8}", re.ASCII)


def easting(text: str) -> int:
    """Read metres east on a national grid, zeros before them or not."""
    return _between(whole(text), 0, 700_000, "is not an easting in metres")


def northing(text: str) -> int:
    """Read metres north on a national grid."""
    return _between(whole(text), 0, 1_300_000, "is not a northing in metres")


def latitude(text: str) -> float:
    """Read degrees north in or near the United Kingdom."""
    return _between(decimal(text), 49.0, 61.5, "is not a latitude of the United Kingdom")


def longitude(text: str) -> float:
    """Read degrees east in or near the United Kingdom; most are negative."""
    return _between(decimal(text), -9.0, 2.5, "is not a longitude of the United Kingdom")


def decile(text: str) -> int:
    """Read a decile, 1 to 10."""
    return _between(whole(text), 1, 10, "is not a decile from 1 to 10")


def positive(text: str) -> int:
    """Read a whole number from 1 up, as ranks and registers' reference numbers are."""
    return _between(whole(text), 1, 2_147_483_647, "is not a whole number from 1 up")


def gss(text: str) -> str:
    """Read a nine-character code of the Government Statistical Service, 'E08000033'."""
    if not _GSS.fullmatch(text):
        raise ValueError("is not a code like E08000033")
    return text


def web_address(text: str) -> str:
    """Read a web address, also one written without its https://."""
    address = text if re.match("https?:", text, re.IGNORECASE) else f"https://{text}"
    if not _WEB.fullmatch(address):
        raise ValueError("is not a web address: left out")
    return address


def email(text: str) -> str:
    """Read an e-mail address, checked for form only."""
    if not _EMAIL.fullmatch(text):
        raise ValueError("is not an e-mail address")
    return text


def languages(text: str) -> list[str]:
    """Read language tags (BCP 47) parted by semicolons or commas: 'pl; ur'."""
    tags = list(several(text))
    if not all(_LANGUAGE.fullmatch(tag) for tag in tags):
        raise ValueError("is not a list of language codes like pl; ur")
    return tags


Service = tuple[str, int, time, time]


def services(text: str) -> tuple[Service, ...]:
    """Read what happens each week, parted by semicolons: 'Weighing clinic Tuesday 9:30-11:30; Story time Friday ...'.

    Gives title, weekday (1 = Monday), start and end of each.
    """
    return tuple(_service(part.strip()) for part in text.split(";") if part.strip())


def _service(text: str) -> Service:
    parts = _SERVICE.fullmatch(text)
    try:
        if parts is None:
            raise ValueError  # noqa: TRY301 -- one sentence for all
        title, weekday, *times = parts.groups()
        starts, ends = (time.fromisoformat(f"{clock:0>5}") for clock in times)
        if starts >= ends:
            raise ValueError  # noqa: TRY301
        return title, _WEEKDAYS[weekday.casefold()], starts, ends
    except (KeyError, ValueError):
        raise ValueError("is not like Weighing clinic Tuesday 9:30-11:30; Story time Friday 14:00-15:00") from None


def _between(number: N, least: N, most: N, reason: str) -> N:
    if not least <= number <= most:
        raise ValueError(reason)
    return number
