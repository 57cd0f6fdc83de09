"""A council's clusters, centres and registrars over some weeks, and a rota of half-day sessions for them.

Weeks, days and half-days are counted from 0; a week has five working days, so half-day t is week·10 + weekday·2, and one more
for the afternoon. An instance says what is given, a rota what is decided.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

Id = int | str
OFFICE = "office"
REGISTRAR = "registrar"
HALVES = 2
DAYS = 5
WEEK = HALVES * DAYS
#: Births are given from so many weeks before the first week planned: older babies have passed their last lawful day.
WEEKS_BEFORE = 5
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


@dataclass(frozen=True, slots=True)
class OfficeNeed:
    """How many the register office needs in one half-day, and how many of them must be full registrars."""

    least: int
    least_registrars: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """Centres near one another that families choose among. `births` are a week's, from WEEKS_BEFORE before the first week.

    `language` is one that a registrar must bring every so often, None where there is no such need.
    """

    id: Id
    language: str | None
    births: tuple[float, ...]
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Centre:
    """A place with rooms. Per half-day: rooms there are, and sessions that families have booked into, which must stay."""

    id: Id
    cluster: Id
    rooms: tuple[int, ...]
    booked: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Registrar:
    """A person who sees `slots` families in a half-day, works at most `contract` half-days a week, and lives in `home`.

    `available` is per half-day; `reach` gives the minutes to each cluster the registrar can work in. The office is in
    everybody's reach. A registration officer or a deputy has another grade than REGISTRAR.
    """

    id: Id
    grade: str
    slots: int
    contract: int
    home: Id
    languages: frozenset[str]
    available: tuple[bool, ...]
    reach: Mapping[Id, int]

    @property
    def is_registrar(self) -> bool:
        """Whether this one counts towards the full registrars that the office needs."""
        return self.grade == REGISTRAR


@dataclass(frozen=True, slots=True)
class Assignment:
    """One registrar in one half-day at one centre, or at OFFICE."""

    registrar: Id
    half_day: int
    centre: Id


@dataclass(frozen=True)
class Instance:
    """What a rota is made for. `curve[n]` is the share of a week's babies whose families have come n weeks after birth.

    `pins` must stand in every rota: a wish of the manager's, or a session that families have booked into; a centre's `booked`
    counts them too (see `pinned`). `forbidden` are registrar, half-day, and the cluster or OFFICE where that one must not be.
    `wished` are the pins that a manager wishes. A registrar placed otherwise than before is as bad as `change_minutes` of travel.
    """

    name: str
    weeks: int
    presence_weeks: int
    language_weeks: int
    curve: tuple[float, ...]
    deadline_weeks: int
    office: tuple[OfficeNeed, ...]
    clusters: tuple[Cluster, ...]
    centres: tuple[Centre, ...]
    registrars: tuple[Registrar, ...]
    pins: frozenset[Assignment] = frozenset()
    forbidden: frozenset[tuple[Id, int, Id]] = frozenset()
    change_minutes: int = 20
    wished: frozenset[Assignment] = frozenset()

    @property
    def half_days(self) -> range:
        """Every half-day planned."""
        return range(self.weeks * WEEK)

    @property
    def days(self) -> range:
        """Every working day planned."""
        return range(self.weeks * DAYS)

    @cached_property
    def cluster_of(self) -> dict[Id, Id]:
        """Give the cluster of each centre."""
        return {centre.id: centre.cluster for centre in self.centres}

    @cached_property
    def centres_of(self) -> dict[Id, tuple[Centre, ...]]:
        """Give the centres of each cluster."""
        return {
            cluster.id: tuple(centre for centre in self.centres if centre.cluster == cluster.id)
            for cluster in self.clusters
        }

    @cached_property
    def registrar(self) -> dict[Id, Registrar]:
        """Find a registrar by its id."""
        return {one.id: one for one in self.registrars}

    @cached_property
    def centre(self) -> dict[Id, Centre]:
        """Find a centre by its id."""
        return {one.id: one for one in self.centres}

    @cached_property
    def rooms_in(self) -> dict[tuple[Id, int], int]:
        """Count the rooms of a cluster in a half-day."""
        return {
            (cluster, half): sum(centre.rooms[half] for centre in centres)
            for cluster, centres in self.centres_of.items()
            for half in self.half_days
        }

    @cached_property
    def pinned_place(self) -> dict[tuple[Id, int], Id]:
        """Give the cluster, or OFFICE, where a registrar must be in a half-day."""
        return {(pin.registrar, pin.half_day): self.cluster_of.get(pin.centre, OFFICE) for pin in self.pins}

    @cached_property
    def pinned_centre(self) -> dict[tuple[Id, int], Id]:
        """Give the centre, or OFFICE, where a registrar must be in a half-day."""
        return {(pin.registrar, pin.half_day): pin.centre for pin in self.pins}

    @cached_property
    def wishes_at(self) -> Counter[tuple[Id, int]]:
        """Count the sessions of a centre and half-day that are held because a manager wishes it, and for no family."""
        return Counter((pin.centre, pin.half_day) for pin in self.wished & self.pins)

    def may_be(self, one: Registrar, half: int, place: Id) -> bool:
        """Whether a registrar may be in a cluster, or at the office, in a half-day, whatever else is decided."""
        return (
            one.available[half]
            and (place == OFFICE or place in one.reach)
            and (one.id, half, place) not in self.forbidden
            and self.pinned_place.get((one.id, half), place) == place
        )

    def presence_blocks(self) -> Iterator[range]:
        """Give the half-days of each run of weeks in which every centre that has rooms must open once."""
        return blocks(self.weeks, self.presence_weeks)

    def language_blocks(self) -> Iterator[range]:
        """Give the half-days of each run of weeks in which a speaker must come to a cluster that needs one."""
        return blocks(self.weeks, self.language_weeks)


def pinned(instance: Instance, pins: Iterable[Assignment], forbidden: Iterable[tuple[Id, int, Id]] = ()) -> Instance:
    """Add pins, and what is forbidden, to an instance; a centre holds at least as many sessions as are pinned there."""
    every = instance.pins | set(pins)
    counted = Counter((pin.centre, pin.half_day) for pin in every)
    centres = tuple(
        replace(one, booked=tuple(max(booked, counted[one.id, half]) for half, booked in enumerate(one.booked)))
        for one in instance.centres
    )
    return replace(instance, centres=centres, pins=every, forbidden=instance.forbidden | set(forbidden))


@dataclass(frozen=True, slots=True)
class Rota:
    """Who is where and when. What is not said is free."""

    assignments: tuple[Assignment, ...]

    def places(self) -> dict[tuple[Id, int], Id]:
        """Give the centre of each registrar and half-day."""
        return {(one.registrar, one.half_day): one.centre for one in self.assignments}


def rota_of(places: Mapping[tuple[Id, int], Id]) -> Rota:
    """Write down who is where, in the order of half-days, so that equal decisions make equal files."""
    ordered = sorted(places.items(), key=lambda item: (item[0][1], _by_number(item[0][0])))
    return Rota(tuple(Assignment(registrar, half, centre) for (registrar, half), centre in ordered))


def blocks(weeks: int, length: int) -> Iterator[range]:
    """Cut weeks into runs of `length` weeks, the last perhaps shorter; give the half-days of each."""
    for first in range(0, weeks, length):
        yield range(first * WEEK, min(weeks, first + length) * WEEK)


def in_words(half_day: int) -> str:
    """Say when a half-day is: "Thursday morning of week 3". Weeks are counted from 1 for people."""
    week, rest = divmod(half_day, WEEK)
    return f"{WEEKDAYS[rest // HALVES]} {'afternoon' if rest % HALVES else 'morning'} of week {week + 1}"


def weeks_in_words(block: range) -> str:
    """Say which weeks a run of half-days covers: "week 3" or "weeks 3 to 4"."""
    first, last = block[0] // WEEK + 1, block[-1] // WEEK + 1
    return f"week {first}" if first == last else f"weeks {first} to {last}"


def _by_number(one: Id) -> tuple[bool, int, str]:
    """Order numbers as numbers, and before names."""
    return (True, 0, one) if isinstance(one, str) else (False, one, "")


def in_order(ids: Iterable[Id]) -> list[Id]:
    """Sort ids, numbers as numbers and before names."""
    return sorted(ids, key=_by_number)


def in_one_order(assignments: Iterable[Assignment]) -> list[Assignment]:
    """Sort assignments by half-day and registrar."""
    return sorted(assignments, key=lambda one: (one.half_day, _by_number(one.registrar), str(one.centre)))
