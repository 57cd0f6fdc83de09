"""The fixed catalogue of tables that may be published: a metric by one geography, one characteristic and the quarter of birth.

Nobody filters: two filters that differ by one family would tell of it. A family stands where its first counted birth stands, in
every table, so that groups and quarters add up to their margins and a later birth moves nobody. For the same reason a child is
under two, here, while the quarter of its birth began less than two years before the as-of date: whole quarters turn two.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import product
from typing import NamedTuple

from registration.pilot.disclosure.rules import (
    ALL,
    AT_CENTRE,
    AUTHORITY,
    BIRTHS,
    COUNT,
    DEN,
    FAMILIES,
    FIRST_KNOWN,
    IN_TIME,
    KNOWN,
    MISSED,
    NONE,
    NUM,
    SIGNED_UP_CENTRE,
    SIGNED_UP_OFFICE,
    Settings,
    Spot,
    first_day,
    quarter_of,
    quarters,
)
from registration.pilot.extract.rules import ATTENDED, DNA, LAWFUL_DAYS, Birth, Extract, Registered, under_two

CLUSTER, HOME_CENTRE = "cluster", "home_centre"
DECILE, HARD_TO_REACH, VULNERABLE, UNDER_TWO = "imd_decile", "hard_to_reach", "vulnerable", "under_two"
GEOGRAPHIES = (AUTHORITY, CLUSTER, HOME_CENTRE)
CHARACTERISTICS = (NONE, DECILE, HARD_TO_REACH, VULNERABLE, UNDER_TWO)
NOT_KNOWN = "not known"
#: The metrics that may be broken down by a characteristic within a single home centre; the others have too little there to tell.
DETAILED = frozenset({BIRTHS, FAMILIES, KNOWN})
TITLES: Mapping[str, str] = {
    BIRTHS: "Births to residents",
    FAMILIES: "Families with a birth",
    KNOWN: "Families known to a centre or to the council",
    FIRST_KNOWN: "Families first known by registering at a centre",
    AT_CENTRE: "Registered births that were registered at a centre",
    IN_TIME: "Births registered within 42 days, of those 42 days ago or more",
    MISSED: "Times to register that were missed, of those attended or missed",
    SIGNED_UP_CENTRE: "Families that joined on the day they registered at a centre",
    SIGNED_UP_OFFICE: "Families that joined on the day they registered at an office",
}
_OF = {
    AUTHORITY: "in the whole area",
    CLUSTER: "by cluster",
    HOME_CENTRE: "by home centre",
    NONE: "",
    DECILE: " and decile of deprivation",
    HARD_TO_REACH: " and whether hard to reach",
    VULNERABLE: " and whether vulnerable",
    UNDER_TWO: " and whether under two",
}


class Place(NamedTuple):
    """Where a birth stands in every table: its value of each geography and characteristic, and the quarter it was born in."""

    cluster: str
    home_centre: str
    imd_decile: str
    hard_to_reach: str
    vulnerable: str
    under_two: str
    quarter: str


@dataclass(frozen=True)
class Table:
    """A table of the catalogue with its exact counts, margins included: by measure (count, or num and den), by spot.

    It is not to be shown to anybody: `protect` makes of it what may be.
    """

    metric: str
    title: str
    geography: str
    characteristic: str
    as_of: date
    counts: Mapping[str, Mapping[Spot, int]]


#: What happened to whom: the birth by which somebody stands in the tables, and whether it is of the part that is counted.
Case = tuple[Birth, bool]


class _Facts:
    """What is asked of an extract for every metric, once."""

    def __init__(self, extract: Extract) -> None:
        self.extract, self.as_of = extract, extract.as_of
        self.centre_booked = self._first_centre_booking()

    def _first_centre_booking(self) -> Mapping[str, date]:
        found: dict[str, date] = {}
        for each in self.extract.bookings:
            if each.venue_id in self.extract.centre_ids and each.booked_on <= self.as_of:
                found[each.birth_id] = min(each.booked_on, found.get(each.birth_id, date.max))
        return found

    @cached_property
    def families(self) -> Mapping[str, Sequence[Birth]]:
        """Give the counted births of each family, the first one first."""
        found: dict[str, list[Birth]] = {}
        for birth in sorted(self.extract.counted, key=lambda birth: (birth.dob, birth.birth_id)):
            found.setdefault(birth.family_id, []).append(birth)
        return found

    def at_centre(self, row: Registered | None) -> bool:
        """Say whether a birth was registered at a centre."""
        return row is not None and row.venue_id in self.extract.centre_ids

    def route(self, birth: Birth) -> date | None:
        """Give the day on which registering at a centre made a birth known: booked there or registered there."""
        row = self.extract.registered.get(birth.birth_id)
        days = [self.centre_booked.get(birth.birth_id), row.registered_on if row and self.at_centre(row) else None]
        return min(filter(None, days), default=None)

    def known(self, birth: Birth) -> bool:
        """Say whether a birth is known by the feed or by registering at a centre."""
        fed = birth.feed_received_on is not None and birth.feed_received_on <= self.as_of
        return fed or self.route(birth) is not None

    def first_known(self, birth: Birth) -> bool:
        """Say whether registering at a centre made a birth known before its feed and before its family joined."""
        route = self.route(birth)
        joined = self.extract.first_joined.get(birth.family_id, date.max)
        return route is not None and route < min(birth.feed_received_on or date.max, joined)

    def index(self, births: Sequence[Birth]) -> Registered | None:
        """Give the first registration of a family's births."""
        rows = (self.extract.registered.get(birth.birth_id) for birth in births)
        return min(filter(None, rows), key=lambda row: (row.registered_on, row.birth_id), default=None)


def _births(facts: _Facts) -> Iterator[Case]:
    yield from ((birth, True) for birth in facts.extract.counted)


def _families(facts: _Facts) -> Iterator[Case]:
    yield from ((births[0], True) for births in facts.families.values())


def _known(facts: _Facts) -> Iterator[Case]:
    known = _known_families(facts)
    yield from ((births[0], family in known) for family, births in facts.families.items())


def _known_families(facts: _Facts) -> Collection[str]:
    joined = facts.extract.first_joined
    return {family for family, births in facts.families.items() if family in joined or any(map(facts.known, births))}


def known_families(extract: Extract) -> Collection[str]:
    """Give the families that M02 counts as known by the as-of date."""
    return _known_families(_Facts(extract))


def _first_known(facts: _Facts) -> Iterator[Case]:
    yield from ((births[0], any(map(facts.first_known, births))) for births in facts.families.values())


def _registered_at_centre(facts: _Facts) -> Iterator[Case]:
    for birth in facts.extract.counted:
        if row := facts.extract.registered.get(birth.birth_id):
            yield birth, facts.at_centre(row)


def _in_time(facts: _Facts) -> Iterator[Case]:
    for birth in facts.extract.counted:
        if birth.dob + timedelta(days=LAWFUL_DAYS) <= facts.as_of:
            row = facts.extract.registered.get(birth.birth_id)
            yield birth, row is not None and (row.registered_on - birth.dob).days <= LAWFUL_DAYS


def _missed(facts: _Facts) -> Iterator[Case]:
    births = {birth.birth_id: birth for birth in facts.extract.counted}
    for each in facts.extract.bookings:
        if each.birth_id in births and each.slot_on <= facts.as_of and each.status in {ATTENDED, DNA}:
            yield births[each.birth_id], each.status == DNA


def _signed_up(facts: _Facts, *, centre: bool) -> Iterator[Case]:
    for family, births in facts.families.items():
        row, joined = facts.index(births), facts.extract.first_joined.get(family, date.max)
        if row and facts.at_centre(row) is centre and joined >= row.registered_on:
            yield births[0], joined == row.registered_on


_CASES: Mapping[str, Callable[[_Facts], Iterator[Case]]] = {
    BIRTHS: _births,
    FAMILIES: _families,
    KNOWN: _known,
    FIRST_KNOWN: _first_known,
    AT_CENTRE: _registered_at_centre,
    IN_TIME: _in_time,
    MISSED: _missed,
    SIGNED_UP_CENTRE: lambda facts: _signed_up(facts, centre=True),
    SIGNED_UP_OFFICE: lambda facts: _signed_up(facts, centre=False),
}


def tables(extract: Extract) -> Sequence[Table]:
    """Count every table of the catalogue, in the catalogue's order.

    The metrics are those of the evaluation; only where a family stands, and who is under two, is settled as said above.
    """
    facts = _Facts(extract)
    places = {birth.birth_id: _place(birth, extract.as_of) for birth in extract.counted}
    grid = _Grid(extract, set(places.values()))
    return [made for metric in TITLES for made in _of_metric(metric, _CASES[metric](facts), places, grid)]


def _place(birth: Birth, as_of: date) -> Place:
    quarter = quarter_of(birth.dob)
    return Place(
        birth.cluster,
        birth.home_centre or NOT_KNOWN,
        NOT_KNOWN if birth.imd_decile is None else str(birth.imd_decile),
        _flag(birth.hard_to_reach),
        _flag(birth.vulnerable),
        _age(quarter, as_of),
        quarter,
    )


def _flag(value: bool | None) -> str:  # noqa: FBT001 -- a value, not a choice
    return NOT_KNOWN if value is None else "yes" if value else "no"


def _age(quarter: str, as_of: date) -> str:
    return "under two" if under_two(first_day(quarter), as_of) else "two and over"


class _Grid:
    """The places, groups and quarters that every table of an extract shows, whether anybody stands there or not."""

    def __init__(self, extract: Extract, there: Iterable[Place]) -> None:
        seen = list(there)
        self.as_of = extract.as_of
        self.quarters = quarters(min((birth.dob for birth in extract.counted), default=extract.as_of), extract.as_of)
        clusters = {place.cluster for place in seen} | {centre.cluster for centre in extract.centres}
        homes = {place.home_centre for place in seen} | extract.centre_ids
        deciles = [str(number) for number in range(1, 11)]
        self.places = {AUTHORITY: [], CLUSTER: sorted(clusters), HOME_CENTRE: sorted(homes)}
        self.groups = {
            NONE: [],
            DECILE: deciles + ([NOT_KNOWN] if NOT_KNOWN in {place.imd_decile for place in seen} else []),
            HARD_TO_REACH: _flags({place.hard_to_reach for place in seen}),
            VULNERABLE: _flags({place.vulnerable for place in seen}),
        }

    def spots(self, geography: str, characteristic: str) -> Iterator[Spot]:
        """Give every spot of a table, margins included."""
        for place, quarter in product([*self.places[geography], ALL], [*self.quarters, ALL]):
            for group in [*self._groups(characteristic, quarter), ALL]:
                yield Spot(geography, place, characteristic, group, quarter)

    def _groups(self, characteristic: str, quarter: str) -> Sequence[str]:
        """Give the groups there are; a quarter has children of one age only."""
        if characteristic != UNDER_TWO:
            return self.groups[characteristic]
        return sorted({_age(each, self.as_of) for each in ([quarter] if quarter != ALL else self.quarters)})


def _flags(seen: set[str]) -> Sequence[str]:
    return ["yes", "no", *({NOT_KNOWN} & seen)]


def _of_metric(metric: str, cases: Iterable[Case], places: Mapping[str, Place], grid: _Grid) -> Iterator[Table]:
    counted, of = Counter[Place](), Counter[Place]()
    for birth, part in cases:
        of[places[birth.birth_id]] += 1
        counted[places[birth.birth_id]] += part
    measures = {COUNT: of} if metric in {BIRTHS, FAMILIES} else {NUM: counted, DEN: of}
    for geography, characteristic in product(GEOGRAPHIES, CHARACTERISTICS):
        if geography != HOME_CENTRE or characteristic == NONE or metric in DETAILED:
            spots = list(grid.spots(geography, characteristic))
            title = f"{TITLES[metric]}, {_OF[geography]}{_OF[characteristic]} by quarter of birth"
            counts = {name: _summed(number, geography, characteristic, spots) for name, number in measures.items()}
            yield Table(metric, title, geography, characteristic, grid.as_of, counts)


def _summed(numbers: Counter[Place], geography: str, characteristic: str, spots: Iterable[Spot]) -> Mapping[Spot, int]:
    """Sum the counts of a table's spots."""
    found = dict.fromkeys(spots, 0)
    for at, number in numbers.items():
        row = at._asdict()
        for place, group, quarter in product(
            _with_margin(row.get(geography)), _with_margin(row.get(characteristic)), (at.quarter, ALL)
        ):
            found[Spot(geography, place, characteristic, group, quarter)] += number
    return found


def _with_margin(value: str | None) -> Sequence[str]:
    return (ALL,) if value is None else (value, ALL)


def telling(tables: Iterable[Table], settings: Settings) -> Sequence[Table]:
    """Give the tables that tell more than they withhold: one of which most counts are small would be rows of marks.

    Those of the whole area alone are always given.
    """

    def tells(table: Table) -> bool:
        counts = [number for numbers in table.counts.values() for number in numbers.values()]
        return 2 * sum(number < settings.threshold for number in counts) <= len(counts)

    return [table for table in tables if (table.geography, table.characteristic) == (AUTHORITY, NONE) or tells(table)]
