"""Registrars' grades and languages as files and forms write them, and names that are the same."""

import re
from collections.abc import Callable
from dataclasses import dataclass

#: A superintendent registrar has no part in births of the last twelve months; a deputy registers as a registrar does.
GRADES = ("registrar", "deputy_registrar", "superintendent_registrar")

_TAG = re.compile(r"[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the council knows of a registrar; None is what it does not say. Minutes are for each baby."""

    name: str
    grade: str
    may_register_births: bool
    languages: tuple[str, ...]
    home_postcode: str | None
    contracted_sessions: int | None
    minutes_per_baby: int | None


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


def same_name(name: str) -> str:
    """Give the form in which two ways of writing a name are equal: case, spacing, and the apostrophe's shape."""
    return " ".join(name.casefold().replace("\u2019", "'").split())


def whole_between(least: int, most: int) -> Callable[[str], int]:
    """Make a reader of whole numbers between two, both included; what it gives raises ValueError for anything else."""

    def read(text: str) -> int:
        """Read the number; ValueError is raised for anything else and outside the limits."""
        if not re.fullmatch(r"\d{1,3}", text, re.ASCII) or not least <= int(text) <= most:
            raise ValueError(f"is not a whole number from {least} to {most}")
        return int(text)

    return read
