"""How the rows of an extract are put together from events: which records are one family, which babies one birth.

Where records of one family tell of babies, one record's babies are other babies each, and another record's may be the same: first
those of the same day of birth, then those born nearest within four weeks (a slip of the pen), else they are births of their own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from operator import attrgetter

from registration.centres.rules import UNASSIGNED
from registration.pilot.record.rules.events import Event, History, Kind

#: Days of birth further apart than this are of two babies.
A_SLIP = timedelta(days=28)
LIVE = "live_births"
#: Of a key so many letters stand in an extract: 80 bits, which no two of a country's families share.
LETTERS = 20
Rows = Mapping[str, Sequence[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Families:
    """How records are counted, by their keys: which two are one family, and which are left out of everything."""

    linked: Sequence[tuple[str, str]] = ()
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Assembled:
    """The rows of an extract by file; `early` counts registrations left out because the birth came after them."""

    rows: Rows
    early: int


@dataclass(slots=True)
class _Birth:
    """One birth: the histories of every record that tells of it, live birth data first."""

    family: str
    told: list[History] = field(default_factory=list)

    @property
    def key(self) -> str:
        return str(self.told[0][-1].birth)

    @property
    def born(self) -> date:
        return self.told[0][-1].day

    def first(self, fact: str) -> object:
        """Give what was told of it first: where a family lived when its baby was born, and not where it moved to since."""
        versions = (event for history in self.told for event in history)
        return next((event.facts[fact] for event in versions if event.facts.get(fact) is not None), None)

    def home(self) -> str:
        versions = (event for history in self.told for event in history)
        return next((event.venue for event in versions if event.venue), "")


class _Together:
    """Records that are one family, each under the smallest key of them."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def of(self, key: str) -> str:
        while (parent := self._parent.get(key, key)) != key:
            key = parent
        return key

    def join(self, one: str, other: str) -> None:
        first, last = sorted((self.of(one), self.of(other)))
        if first != last:
            self._parent[last] = first


class _Assembly:
    """The families and births of the events in hand, to put rows together from."""

    def __init__(self, told: Iterable[History], families: Families, clusters: Mapping[str, str]) -> None:
        self.by_kind: dict[Kind, list[History]] = defaultdict(list)
        for history in told:
            if history[-1].family not in families.left_out:
                self.by_kind[history[0].kind].append(history)
        self.clusters = clusters
        self.together = self._families(families.linked)
        self.of_record: dict[str, list[_Birth]] = defaultdict(list)
        self.births = [birth for group in self._records() for birth in self._of_family(*group)]
        self.bookings = {history[0].source: history for history in self.by_kind[Kind.BOOKED]}
        self.marked = self._marked()

    def _marked(self) -> dict[str, str]:
        """Say what became of bookings, by their keys; of the others nobody said anything."""
        outcomes = (*self.by_kind[Kind.ATTENDED], *self.by_kind[Kind.DNA], *self.by_kind[Kind.CANCELLED])
        return {history[-1].facts["booking"]: history[-1].kind.value for history in outcomes}

    def _families(self, linked: Iterable[tuple[str, str]]) -> _Together:
        """Join what is linked, and what was booked twice for the same babies with the same address or number."""
        together = _Together()
        for one, other in linked:
            together.join(one, other)
        first: dict[str, str] = {}
        for history in self.by_kind[Kind.BORN]:
            for alike in {key for event in history for key in event.facts.get("alike", ())}:
                together.join(first.setdefault(alike, history[0].family), history[0].family)
        return together

    def _records(self) -> Iterable[tuple[str, list[list[History]]]]:
        """Give each family with the babies of each of its records: live birth data first."""
        records: dict[str, dict[tuple[bool, str], list[History]]] = defaultdict(lambda: defaultdict(list))
        for history in self.by_kind[Kind.BORN]:
            last = history[-1]
            records[self.together.of(last.family)][last.route != LIVE, last.family].append(history)
        for family, those in sorted(records.items()):
            yield family, [sorted(those[key], key=lambda each: (each[-1].day, each[-1].birth)) for key in sorted(those)]

    def _of_family(self, family: str, records: Sequence[Sequence[History]]) -> list[_Birth]:
        births: list[_Birth] = []
        for babies in records:
            free = list(births)
            for slip in (timedelta(0), A_SLIP):
                babies = [baby for baby in babies if not self._matched(baby, free, slip)]  # noqa: PLW2901 -- those left
            for baby in babies:
                births.append(_Birth(family))
                self._tell(births[-1], baby)
        return births

    def _matched(self, baby: History, free: list[_Birth], slip: timedelta) -> bool:
        """Tell a free birth of the family by this baby, where one was born near enough."""
        apart = [(abs(birth.born - baby[-1].day), number) for number, birth in enumerate(free)]
        nearest, number = min(apart, default=(A_SLIP + slip, 0))
        if nearest > slip:
            return False
        self._tell(free.pop(number), baby)
        return True

    def _tell(self, birth: _Birth, baby: History) -> None:
        birth.told.append(baby)
        self.of_record[baby[-1].family].append(birth)

    def family(self, event: Event) -> str:
        return f"f-{self.together.of(event.family)[:LETTERS]}"

    def lasting(self, kind: Kind) -> Iterable[Event]:
        """Give the last version of everything of a kind that happened at a centre."""
        return (history[-1] for history in self.by_kind[kind] if history[-1].venue in self.clusters)


def assembled(told: Iterable[History], families: Families, clusters: Mapping[str, str]) -> Assembled:
    """Put the rows of an extract together; `clusters` gives the cluster of each children's centre by its key.

    A booking that went to another place is, there, a booking that was cancelled; here it is one made at the moment it came.
    """
    one = _Assembly(told, families, clusters)
    registered, early = _registrations(one)
    rows: Rows = {
        "births.csv": _births(one),
        "bookings.csv": [row for history in one.bookings.values() for row in _booked(one, history)],
        "registrations.csv": registered,
        "memberships.csv": _memberships(one),
        "visits.csv": [(one.family(event), place(event), str(event.day)) for event in one.lasting(Kind.USED)],
        "contacts.csv": [
            (one.family(event), str(event.day), event.route, str(event.facts["result"]))
            for event in one.lasting(Kind.CONTACTED)
        ],
    }
    return Assembled(rows, early)


def place(event: Event) -> str:
    """Give the place of an event as an extract names it."""
    return venue_id(event.venue or "")


def venue_id(key: str) -> str:
    """Name a place by its key as an extract does."""
    return f"c-{key[:LETTERS]}" if key else ""


def _births(one: _Assembly) -> list[tuple[str, ...]]:
    fed = {history[-1].birth: history[-1].day for history in one.by_kind[Kind.FED]}
    left: dict[str, date] = {}
    for history in one.by_kind[Kind.MOVED_AWAY]:
        family = one.together.of(history[-1].family)
        left[family] = min(history[-1].day, left.get(family, date.max))
    ours = _districts(one)
    rows = []
    for birth in one.births:
        days = [fed[key] for history in birth.told if (key := history[-1].birth) in fed]
        home, decile, helped = birth.home(), birth.first("decile"), birth.first("help")
        resident = True if birth.told[0][-1].route == LIVE else birth.first("resident")
        rows.append(
            (
                _birth_id(birth),
                f"f-{birth.family[:LETTERS]}",
                str(birth.born),
                one.clusters.get(home, UNASSIGNED),
                venue_id(home if home in one.clusters else ""),
                "" if decile is None else str(decile),
                *map(_flag, (resident, ours.get(birth.key), helped, None)),
                str(min(days, default="")),
                str(left.get(birth.family, "")),
            )
        )
    return rows


def _districts(one: _Assembly) -> dict[str, bool]:
    """Say of births that were booked whether they happened in our district, by the birth's key."""
    return {
        birth.key: not history[0].facts["declaration"]
        for history in one.bookings.values()
        for birth in one.of_record[history[0].family]
    }


def _flag(value: object) -> str:
    return "" if value is None else str(int(bool(value)))


def _birth_id(birth: _Birth) -> str:
    return f"b-{birth.key[:LETTERS]}"


def stamp(moment: datetime) -> str:
    """Write a moment as an extract has it: in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _stints(history: History) -> list[list[Event]]:
    """Part the versions of a booking by the place where it stood."""
    stints = [[history[0]]]
    for before, event in pairwise(history):
        if event.venue == before.venue:
            stints[-1].append(event)
        else:
            stints.append([event])
    return stints


def _booked(one: _Assembly, history: History) -> Iterable[tuple[str, ...]]:
    """Give a row for each place where a booking stood: its first baby stands for all of a family."""
    births = one.of_record[history[0].family]
    stints = _stints(history) if births else []
    for number, stint in enumerate(stints):
        first, last = stint[0], stint[-1]
        yield (
            f"k-{first.source[:LETTERS]}-{number}",
            _birth_id(min(births, key=attrgetter("born", "key"))),
            place(last),
            stamp(first.at),
            stamp(datetime.fromisoformat(last.facts["slot"])),
            one.marked.get(first.source, "booked") if stint is stints[-1] else "cancelled",
        )


def _registrations(one: _Assembly) -> tuple[list[tuple[str, ...]], int]:
    rows: list[tuple[str, ...]] = []
    early = 0
    for history in one.by_kind[Kind.REGISTERED]:
        event = history[-1]
        for birth in one.of_record[event.family]:
            if event.day < birth.born:
                early += 1
            else:
                rows.append((_birth_id(birth), place(event), stamp(event.at)))
    return rows, early


def _memberships(one: _Assembly) -> list[tuple[str, ...]]:
    """Give each joining: one that ended before the family joined anew is a joining of its own."""
    rows: list[tuple[str, ...]] = []
    for history in one.by_kind[Kind.JOINED]:
        ended = [event for event, later in pairwise(history) if _ended_before(event, later)]
        rows += [
            (one.family(event), place(event), str(event.day), event.route)
            for event in (*ended, history[-1])
            if event.venue in one.clusters
        ]
    return rows


def _ended_before(event: Event, later: Event) -> bool:
    left = event.facts.get("left")
    return left is not None and date.fromisoformat(left) <= later.day
