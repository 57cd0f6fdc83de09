"""The births that count and their bookings as columns: what the metrics are computed from.

Days are day numbers of the Gregorian calendar (`date.toordinal`). One that is not known, or never came, is FAR, later than every
other, so that "by the as-of date" is one comparison.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from registration.pilot.extract.rules import ATTENDED, DNA, Birth, Extract, under_two

Days: TypeAlias = NDArray[np.int64]
Marks: TypeAlias = NDArray[np.bool_]
Numbers: TypeAlias = NDArray[np.float64]

FAR = date.max.toordinal()
NOT_KNOWN = -1
MOST_DEPRIVED = 3
ALL = "all"


@dataclass(frozen=True)
class Births:
    """The counted births in the order of their ids, each column one row a birth.

    `family` numbers the families from 0; `fed`, `booked` (first booking at a centre), `registered`, `joined` (the family's first
    membership) and `left` are days; `at_centre` says whether it was registered at a centre; `decile`, `hard_to_reach` and
    `vulnerable` are NOT_KNOWN where they are not; `home` names the home centre. `slices` marks the births of each slice.
    """

    as_of: int
    families: Mapping[str, int]
    rows: Sequence[Birth]
    family: Days
    dob: Days
    fed: Days
    booked: Days
    registered: Days
    at_centre: Marks
    joined: Days
    left: Days
    decile: Days
    hard_to_reach: Days
    home: NDArray[np.str_]
    slices: Mapping[str, Marks]

    @property
    def known_route(self) -> Days:
        """Give the day on which each birth made its family known by way of registration: booked or registered at a centre."""
        return np.minimum(self.booked, np.where(self.at_centre, self.registered, FAR))

    def any_of_family(self, marks: Marks) -> Marks:
        """Mark the families of which any birth is marked: one row a family."""
        return np.bincount(self.family[marks], minlength=len(self.families)) > 0

    def first_of_family(self, days: Days) -> Days:
        """Give the earliest day of the births of each family: one row a family."""
        first = np.full(len(self.families), FAR, dtype=np.int64)
        np.minimum.at(first, self.family, days)
        return first

    def numbers(self, rows: Iterable[tuple[str, date]]) -> tuple[Days, Days]:
        """Give, of rows of a family and a day, the family's number and the day's; families that do not count are left out."""
        found = [(self.families[family], day.toordinal()) for family, day in rows if family in self.families]
        pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]


@dataclass(frozen=True)
class Bookings:
    """The bookings of counted births, each column one row a booking: `birth` is the row of `Births`, days as there."""

    birth: Days
    booked: Days
    slot: Days
    at_centre: Marks
    attended: Marks
    dna: Marks


def births(extract: Extract) -> Births:
    """Bring the births that count into columns."""
    rows = extract.counted
    families = {family: number for number, family in enumerate(dict.fromkeys(row.family_id for row in rows))}
    registered = [extract.registered.get(row.birth_id) for row in rows]
    booked = _first_centre_bookings(extract)
    return Births(
        as_of=extract.as_of.toordinal(),
        families=families,
        rows=rows,
        family=_whole(families[row.family_id] for row in rows),
        dob=_days(row.dob for row in rows),
        fed=_days(row.feed_received_on for row in rows),
        booked=_whole(booked.get(row.birth_id, FAR) for row in rows),
        registered=_days(None if row is None else row.registered_on for row in registered),
        at_centre=_marks(row is not None and row.venue_id in extract.centre_ids for row in registered),
        joined=_days(extract.first_joined.get(row.family_id) for row in rows),
        left=_days(row.left_area_on for row in rows),
        decile=_whole(NOT_KNOWN if row.imd_decile is None else row.imd_decile for row in rows),
        hard_to_reach=_flags(row.hard_to_reach for row in rows),
        home=np.array([row.home_centre for row in rows], dtype=np.str_),
        slices=_slices(extract),
    )


def bookings(extract: Extract) -> Bookings:
    """Bring the bookings of counted births into columns."""
    number = {row.birth_id: place for place, row in enumerate(extract.counted)}
    rows = [row for row in extract.bookings if row.birth_id in number]
    return Bookings(
        birth=_whole(number[row.birth_id] for row in rows),
        booked=_days(row.booked_on for row in rows),
        slot=_days(row.slot_on for row in rows),
        at_centre=_marks(row.venue_id in extract.centre_ids for row in rows),
        attended=_marks(row.status == ATTENDED for row in rows),
        dna=_marks(row.status == DNA for row in rows),
    )


def clusters(extract: Extract) -> Sequence[str]:
    """Name the clusters of the centres and of the births that count, in the order of their names."""
    return sorted({row.cluster for row in extract.centres} | {row.cluster for row in extract.counted})


def _slices(extract: Extract) -> Mapping[str, Marks]:
    rows = extract.counted
    named = clusters(extract)
    cluster = np.array([row.cluster for row in rows], dtype=np.str_)
    decile = _whole(NOT_KNOWN if row.imd_decile is None else row.imd_decile for row in rows)
    hard, vulnerable = _flags(row.hard_to_reach for row in rows), _flags(row.vulnerable for row in rows)
    return {
        ALL: np.ones(len(rows), dtype=np.bool_),
        **{name: cluster == name for name in named},
        "imd1_3": (decile != NOT_KNOWN) & (decile <= MOST_DEPRIVED),
        "imd4_10": decile > MOST_DEPRIVED,
        "htr": hard == 1,
        "not_htr": hard == 0,
        "vulnerable": vulnerable == 1,
        "not_vulnerable": vulnerable == 0,
        "under2": _marks(under_two(row.dob, extract.as_of) for row in rows),
    }


def _first_centre_bookings(extract: Extract) -> Mapping[str, int]:
    first: dict[str, int] = {}
    for row in extract.bookings:
        if row.venue_id in extract.centre_ids:
            first[row.birth_id] = min(first.get(row.birth_id, FAR), row.booked_on.toordinal())
    return first


def _whole(values: Iterable[int]) -> Days:
    return np.fromiter(values, dtype=np.int64)


def _days(values: Iterable[date | None]) -> Days:
    return _whole(FAR if value is None else value.toordinal() for value in values)


def _flags(values: Iterable[bool | None]) -> Days:
    return _whole(NOT_KNOWN if value is None else value for value in values)


def _marks(values: Iterable[bool]) -> Marks:
    return np.fromiter(values, dtype=np.bool_)
