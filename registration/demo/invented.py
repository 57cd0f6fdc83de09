"""What was invented for the demonstration, read from the files in data/. No person, centre or address of them exists.

The postcodes are real ones of Calderdale, so that distances are true; so are the names of the public hospitals.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_name("data")

#: The postcode districts that a demonstration's families live in.
POSTCODE_DISTRICTS = frozenset({"HX1", "HX2", "HX3", "HX4", "HX5", "HX6", "HX7", "HD6", "OL14"})

#: This centre opens again after the 42 days: a family that asks for it has nothing there in time.
REOPENING = "Packhorse Best Start Family Hub"

#: These have hardly a place left.
NEARLY_FULL = frozenset({"Bluebell Children’s Centre", "Skylark Best Start Family Hub"})

#: In this cluster more families want a time than there are: few registrars live within reach of all its centres.
TIGHT = "Upper Valley"


@dataclass(frozen=True, slots=True)
class InventedCentre:
    """A centre that does not exist, at a postcode that does."""

    name: str
    kind: str
    cluster: str
    street: str
    town: str
    postcode: str
    telephone: str
    step_free: bool
    parking: bool
    feeding_room: bool
    languages: tuple[str, ...]
    rooms: tuple[str, ...]
    bus: str
    directions: str
    entrance: str


@dataclass(frozen=True, slots=True)
class InventedService:
    """Something else at a centre each week; weekday 1 is Monday."""

    centre: str
    title: str
    weekday: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class InventedRegistrar:
    """A registrar, with the languages spoken as BCP 47 tags, and the postcode where journeys begin, empty where nobody said."""

    name: str
    grade: str
    may_register_births: bool
    languages: tuple[str, ...]
    home: str


@dataclass(frozen=True, slots=True)
class WeeklySession:
    """A registrar at a centre each week, each odd or even week of the year, or once the centre has opened again."""

    registrar: str
    centre: str
    room: str
    weekday: int
    begins: time
    ends: time
    weeks: str


@dataclass(frozen=True, slots=True)
class District:
    """A registration district by its real code; `ours` where the demonstration's council registers."""

    code: str
    name: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Birthplace:
    """Where babies are born, with the code of its registration district."""

    name: str
    kind: str
    district: str


@dataclass(frozen=True, slots=True)
class Community:
    """Names that go together, the language of the help those families want, and of the pages they read."""

    language: str
    locale: str
    share: int
    given: tuple[str, ...]
    family: tuple[str, ...]


def _yes(text: str) -> bool:
    return text == "yes"


def _several(text: str) -> tuple[str, ...]:
    return tuple(text.split(";"))


def _rows(name: str, *convert: Callable[[str], object]) -> Iterator[tuple[object, ...]]:
    """Give the rows of a file, each cell by its column's conversion."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            yield tuple(change(cell) for change, cell in zip(convert, row, strict=True))


@cache
def centres() -> tuple[InventedCentre, ...]:
    """Give the centres, the register office last."""
    texts = [str] * 7
    rows = _rows("centres", *texts, _yes, _yes, _yes, _several, _several, str, str, str)
    return tuple(InventedCentre(*row) for row in rows)  # type: ignore[arg-type]


@cache
def cluster_of(centre: str) -> str:
    """Give the cluster of a centre by its name."""
    return next(each.cluster for each in centres() if each.name == centre)


@cache
def services() -> tuple[InventedService, ...]:
    """Give what else happens at the centres."""
    rows = _rows("services", str, str, int, time.fromisoformat, time.fromisoformat)
    return tuple(InventedService(*row) for row in rows)  # type: ignore[arg-type]


@cache
def registrars() -> tuple[InventedRegistrar, ...]:
    """Give the registrars; one may not register births, for a superintendent registrar marries."""
    return tuple(InventedRegistrar(*row) for row in _rows("registrars", str, str, _yes, _several, str))  # type: ignore[arg-type]


@cache
def week() -> tuple[WeeklySession, ...]:
    """Give the pattern of the week."""
    rows = _rows("week", str, str, str, int, time.fromisoformat, time.fromisoformat, str)
    return tuple(WeeklySession(*row) for row in rows)  # type: ignore[arg-type]


@cache
def districts() -> tuple[District, ...]:
    """Give our registration district and its neighbours."""
    return tuple(District(*row) for row in _rows("districts", str, str, _yes))  # type: ignore[arg-type]


@cache
def birthplaces() -> tuple[Birthplace, ...]:
    """Give the hospitals and birth centres in and around the district."""
    return tuple(Birthplace(*row) for row in _rows("birthplaces", str, str, str))  # type: ignore[arg-type]


@cache
def communities() -> tuple[Community, ...]:
    """Give the names of families."""
    return tuple(Community(*row) for row in _rows("people", str, str, int, _several, _several))  # type: ignore[arg-type]
