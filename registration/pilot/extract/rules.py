"""The rows of an event extract, and what is counted of them as of a date.

Every date is the Europe/London civil date of its stamp: a booking at 23:47Z in summer was made on the next day. A venue that is in
`centres` is a children's centre, every other an office.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

ATTENDED, DNA, CANCELLED, BOOKED = "attended", "dna", "cancelled", "booked"
STATUSES = (ATTENDED, DNA, CANCELLED, BOOKED)
#: The first and the last year of which a day can be in an extract.
FIRST_YEAR, LAST_YEAR = 1900, 2199
#: What results of some of the families are called by; a cluster's are called by its name, which must be none of these.
FIXED_SLICES = ("all", "imd1_3", "imd4_10", "htr", "not_htr", "vulnerable", "not_vulnerable", "under2")
#: The days within which the law wants a birth registered: Births and Deaths Registration Act 1953, section 2.
LAWFUL_DAYS = 42


@dataclass(frozen=True, slots=True)
class Centre:
    """A children's centre; `pilot_from` is the day from which births are registered there, None where it is not in the pilot."""

    centre_id: str
    cluster: str
    pilot_from: date | None


@dataclass(frozen=True, slots=True)
class Birth:
    """A birth as the live birth data and the booking tell it.

    `home_centre` is the centre of the reach area the mother lives in (intention to treat goes by it), empty where none is known;
    `feed_received_on` the day its live birth data came; `left_area_on` the day the family moved away. None means not known, and
    for the dates that it did not happen.
    """

    birth_id: str
    family_id: str
    dob: date
    cluster: str
    home_centre: str
    imd_decile: int | None
    resident_in_area: bool | None
    born_in_district: bool | None
    hard_to_reach: bool | None
    vulnerable: bool | None
    feed_received_on: date | None
    left_area_on: date | None


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking of a time, at a centre or an office: the civil days on which it was made and of its time, and what became of it."""

    booking_id: str
    birth_id: str
    venue_id: str
    booked_on: date
    slot_on: date
    status: str


@dataclass(frozen=True, slots=True)
class Registered:
    """A birth registered at a venue on a civil day."""

    birth_id: str
    venue_id: str
    registered_on: date


@dataclass(frozen=True, slots=True)
class Joined:
    """A family that joined a centre, and how that came to be known (at the visit, the centre's own records)."""

    family_id: str
    centre_id: str
    joined_on: date
    source: str


@dataclass(frozen=True, slots=True)
class Visited:
    """A family that used a centre on a day."""

    family_id: str
    centre_id: str
    visited_on: date


@dataclass(frozen=True, slots=True)
class Contacted:
    """A contact that a centre made, or tried to make, with a family."""

    family_id: str
    contacted_on: date
    route: str
    result: str


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes in which a registrar was at a venue to register births on a day."""

    venue_id: str
    date: date
    registrar_minutes: int


@dataclass(frozen=True)
class Extract:
    """The rows of one extract as of a date; `contacts` and `hours` are None where the file was not there.

    `digests` names each file read by its SHA-256, for the manifest of what is made of it.
    """

    as_of: date
    centres: Sequence[Centre]
    births: Sequence[Birth]
    bookings: Sequence[Booking]
    registrations: Sequence[Registered]
    memberships: Sequence[Joined]
    visits: Sequence[Visited]
    contacts: Sequence[Contacted] | None = None
    hours: Sequence[Hours] | None = None
    digests: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def centre_ids(self) -> frozenset[str]:
        """Give the venues that are children's centres; every other is an office."""
        return frozenset(centre.centre_id for centre in self.centres)

    @cached_property
    def counted(self) -> Sequence[Birth]:
        """Give the births that count, in the order of their ids: to residents, born on or before the as-of date."""
        born = (birth for birth in self.births if birth.resident_in_area and birth.dob <= self.as_of)
        return sorted(born, key=lambda birth: birth.birth_id)

    @cached_property
    def registered(self) -> Mapping[str, Registered]:
        """Give the first registration of each birth by the as-of date, by birth; of one day the venue that sorts first."""
        first: dict[str, Registered] = {}
        for row in sorted(self.registrations, key=lambda row: (row.registered_on, row.venue_id)):
            if row.registered_on <= self.as_of:
                first.setdefault(row.birth_id, row)
        return first

    @cached_property
    def first_joined(self) -> Mapping[str, date]:
        """Give the day on which each family first joined any centre by the as-of date, by family."""
        first: dict[str, date] = {}
        for row in self.memberships:
            if row.joined_on <= self.as_of and row.joined_on < first.get(row.family_id, date.max):
                first[row.family_id] = row.joined_on
        return first


def within_years(day: date) -> date:
    """Give a day, or the nearest one that can be in an extract."""
    return min(max(day, date(FIRST_YEAR, 1, 1)), date(LAST_YEAR, 12, 31))


def under_two(born: date, day: date) -> bool:
    """Say whether a child born then is under two on a day. One born on 29 February turns two on 28 February's morrow."""
    try:
        second = born.replace(year=born.year + 2)
    except ValueError:
        second = date(born.year + 2, 3, 1)
    return day < second


def first_live_month(pilot_from: date) -> date:
    """Give the first day of the first whole month in which a centre was live: the broken month of its start is left out."""
    if pilot_from.day == 1:
        return pilot_from
    return (pilot_from.replace(day=1) + timedelta(days=32)).replace(day=1)
