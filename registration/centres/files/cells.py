"""Cells of files about places as values; ValueError with the reason otherwise."""

import re
from typing import TypeVar

from registration.common.files import decimal, several, whole

N = TypeVar("N", int, float)

_WEB = re.compile(r"https?://[^\s/]+\.[^\s/]+(/\S*)?", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
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


def _between(number: N, least: N, most: N, reason: str) -> N:
    if not least <= number <= most:
        raise ValueError(reason)
    return number
