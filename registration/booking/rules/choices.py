"""Which free times a family is shown first, and what it is offered instead of a time that is gone.

Times are shown as people choose: the soonest near them, then others each with its reason. A time after the 42 days is
named only where there is none within them at any centre or office; then the soonest anywhere comes first, an office's
too, because every day counts, and of several at one minute the nearest. So it does where nobody knows what is near. On
the last lawful days the nearest place with a time at once is always among the choices, an office too. A careful
council's margin changes this order and nothing else.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from functools import lru_cache
from itertools import islice, zip_longest
from zoneinfo import ZoneInfo

from registration.booking.rules.slots import Minute

LONDON = ZoneInfo("Europe/London")
SATURDAY = 5
NOON, EVENING = 12, 17
OF_EACH_KIND = 3
#: As many other choices as a person takes in at a glance.
MOST_OTHERS = 5

Offer = tuple[int, Minute]  # a centre, and a start there that is free


@lru_cache(maxsize=65536)
def wall(start: Minute) -> datetime:
    """Give what a clock in England shows at a count of minutes since 1970."""
    return datetime.fromtimestamp(start * 60, LONDON)


def day_of(start: Minute) -> date:
    """Give the civil day in England of a start."""
    return wall(start).date()


def on_saturday(start: Minute) -> bool:
    """Say whether it is on a Saturday in England."""
    return wall(start).weekday() == SATURDAY


def in_the_evening(start: Minute) -> bool:
    """Say whether it begins at 5pm or later in England."""
    return wall(start).hour >= EVENING


# -- instead of a time that is gone


class Kind(StrEnum):
    """In what an alternative is like the time that was wanted."""

    SAME_DAY = "same_day"
    SAME_CENTRE = "same_centre"
    OTHER_CENTRE = "other_centre"


@dataclass(frozen=True, slots=True)
class Alternative:
    """A free start instead of one that cannot be had."""

    kind: Kind
    centre_id: int
    start: Minute


def alternatives(
    wanted_centre: int,
    wanted_start: Minute,
    offers: Iterable[Offer],
    distance_of: Callable[[int], float | None],
    offices: Collection[int] = (),
) -> tuple[Alternative, ...]:
    """Offer what is left instead of one start at a centre: that day there, other days there, other centres.

    At most three of each kind. At the same centre those nearest in time come first. Other centres come in order of
    their distance from it (kilometres; None, unknown, is farthest), register offices after centres as far away, each
    with its soonest start before any has two.
    """
    here: list[Minute] = []
    elsewhere: dict[int, list[Minute]] = {}
    for centre, start in sorted(set(offers)):
        if centre != wanted_centre:
            elsewhere.setdefault(centre, []).append(start)
        elif start != wanted_start:
            here.append(start)
    here.sort(key=lambda start: (abs(start - wanted_start), start))
    day = day_of(wanted_start)
    order = _by_distance(elsewhere, distance_of, offices)
    found = {
        Kind.SAME_DAY: ((wanted_centre, start) for start in here if day_of(start) == day),
        Kind.SAME_CENTRE: ((wanted_centre, start) for start in here if day_of(start) != day),
        Kind.OTHER_CENTRE: _in_turns({centre: elsewhere[centre] for centre in order}),
    }
    return tuple(Alternative(kind, *offer) for kind, those in found.items() for offer in islice(those, OF_EACH_KIND))


def _by_distance(
    centres: Iterable[int], distance_of: Callable[[int], float | None], offices: Collection[int]
) -> list[int]:
    away = {centre: distance_of(centre) for centre in centres}
    return sorted(away, key=lambda centre: (away[centre] is None, away[centre] or 0, centre in offices, centre))


def _in_turns(starts: Mapping[int, Sequence[Minute]]) -> Iterator[Offer]:
    """Give every centre's first start, then every centre's second ..."""
    columns = ([(centre, start) for start in there] for centre, there in starts.items())
    return (offer for turn in zip_longest(*columns) for offer in turn if offer is not None)


# -- what a family sees first


class Band(IntEnum):
    """How a day stands to the 42 days: within what a careful council prefers, in time, late."""

    PREFERRED = 0
    IN_TIME = 1
    LATE = 2


class Reason(StrEnum):
    """Why another time is worth a look."""

    AT_ONCE = "at_once"
    SOONER = "sooner"
    SATURDAY = "saturday"
    EVENING = "evening"
    LANGUAGE = "language"
    STEP_FREE = "step_free"
    ANOTHER_CENTRE = "another_centre"


@dataclass(frozen=True, slots=True)
class Venue:
    """A centre or register office as far as choosing goes. Venues are listed from the nearest on, where that is known."""

    id: int
    office: bool = False
    step_free: bool = False
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What decides the order for one family.

    `near`: the venues stand in the order of their distance from it. `kept` is the day of the time it has so far.
    `at_once_by` is the day until which a time is to be had at once, where so few days are left that it should be.
    """

    last_lawful_day: date
    preferred_by: date
    step_free: bool = False
    language: str = "en"
    near: bool = True
    kept: date | None = None
    at_once_by: date | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A free start with the reason to look at it; `days` is how much sooner than the soonest near the family.

    Where the family has a time that is sooner still, it is how much sooner than that.
    """

    centre_id: int
    start: Minute
    reason: Reason
    days: int = 0


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The first look at the free times: the soonest at the nearest centre, and others. No band: nothing is free.

    In the band LATE, and where nobody knows what is near, the soonest are those of all places together.
    """

    band: Band | None
    soonest: tuple[Offer, ...] = ()
    others: tuple[Suggestion, ...] = ()


def band_of(day: date, wishes: Wishes) -> Band:
    """Say how a day stands to the 42 days."""
    if day <= wishes.preferred_by:
        return Band.PREFERRED
    return Band.IN_TIME if day <= wishes.last_lawful_day else Band.LATE


def suggest(offers: Iterable[Offer], venues: Sequence[Venue], wishes: Wishes) -> Suggestions:
    """Choose what a family sees first. Offers at places not listed among the venues are left out.

    While any start is free, some are suggested. One in time is never passed over for a late one. Offices come after
    centres; where only late times are left, or nobody knows what is near, the soonest comes first, wherever it is, and
    of equal ones the nearest, an office too. Nothing away from the family's own centre is named while a place that is
    nearer has the same minute.
    """
    listed = {venue.id for venue in venues}
    known = {offer for offer in offers if offer[0] in listed}
    if not known:
        return Suggestions(None)
    bands = {offer: band_of(day_of(offer[1]), wishes) for offer in known}
    best = min(bands.values())
    starts: dict[int, list[Minute]] = {}
    for centre, start in sorted(known):
        if bands[centre, start] is best:
            starts.setdefault(centre, []).append(start)
    # Sorting keeps what is equal in its order: the nearest first.
    nearest = sorted(venues, key=lambda venue: wishes.step_free and not venue.step_free)
    fitting = sorted(offices_last(venues), key=lambda venue: wishes.step_free and not venue.step_free)
    open_now = [venue for venue in fitting if venue.id in starts]
    anywhere = best is Band.LATE or not wishes.near
    fit = [venue for venue in open_now if venue.step_free or not wishes.step_free] or open_now
    reachable = fit if anywhere else open_now[:1]
    in_turn = [(venue.id, start) for venue in reachable for start in starts[venue.id]]
    soonest = tuple(_a_few(by_time(in_turn, venues, near=wishes.near)))
    near = next(venue for venue in open_now if venue.id == soonest[0][0])
    by_way = [venue for venue in (nearest if wishes.near else fitting) if venue.id in starts]
    others = _Others(near, open_now, by_way, starts, wishes, soonest, anywhere=anywhere).chosen()
    return Suggestions(best, soonest, tuple(others))


def by_time(offers: Iterable[Offer], venues: Sequence[Venue], *, near: bool) -> list[Offer]:
    """Put starts in order of time; of those at one minute the nearest comes first, an office too.

    Where nobody knows what is `near`, centres come before offices. Places not listed among the venues come last.
    """
    order = {venue.id: rank for rank, venue in enumerate(venues if near else offices_last(venues))}
    return sorted(offers, key=lambda offer: (offer[1], order.get(offer[0], len(order)), offer[0]))


def offices_last(venues: Iterable[Venue]) -> list[Venue]:
    """Put register offices after the centres; otherwise the order stays."""
    return sorted(venues, key=lambda venue: venue.office)


def _a_few(offers: Sequence[Offer]) -> list[Offer]:
    """Take the first two, then the first of each of the next two mornings, afternoons or evenings; in their order."""
    halves: dict[tuple[date, int], Offer] = {}
    for offer in offers:
        halves.setdefault(_half_day(offer[1]), offer)
    few = {*offers[:2], *islice(halves.values(), 3)}
    return [offer for offer in offers if offer in few]


def _half_day(start: Minute) -> tuple[date, int]:
    hour = wall(start).hour
    return day_of(start), (hour >= NOON) + (hour >= EVENING)


@dataclass(frozen=True, slots=True)
class _Others:
    """The search for other choices worth showing; `venues` have free times and come in the family's order.

    `nearest` are the same in the order of the way there alone, offices among them. `anywhere`: the soonest are already
    those of all places together.
    """

    near: Venue
    venues: Sequence[Venue]
    nearest: Sequence[Venue]
    starts: Mapping[int, Sequence[Minute]]
    wishes: Wishes
    soonest: Sequence[Offer]
    anywhere: bool

    def chosen(self) -> list[Suggestion]:
        """List the other choices in the order of the reasons, none twice."""
        shown = set(self.soonest)
        chosen: list[Suggestion] = []
        for reason, offer in self._candidates():
            if offer is None or offer in shown or self._has(reason, shown):
                continue
            shown.add(offer)
            chosen.append(Suggestion(*offer, reason, max(0, (self._sooner_than - day_of(offer[1])).days)))
        return chosen[:MOST_OTHERS]

    @property
    def _sooner_than(self) -> date:
        """Give the first day near the family, or that of the time it has where it is before."""
        first = day_of(self.soonest[0][1])
        return min(first, self.wishes.kept or first)

    def _candidates(self) -> Iterator[tuple[Reason, Offer | None]]:
        yield Reason.AT_ONCE, self._at_once()
        yield from ((Reason.SOONER, self._nearer(offer)) for offer in self._sooner())
        yield Reason.SATURDAY, self._nearer(self._first(on_saturday))
        yield Reason.EVENING, self._nearer(self._first(in_the_evening))
        yield Reason.LANGUAGE, self._at(lambda venue: self.wishes.language in venue.languages)
        yield Reason.STEP_FREE, self._at(lambda venue: venue.step_free)
        yield Reason.ANOTHER_CENTRE, self._at(lambda venue: venue.id != self.near.id and not venue.office)

    def _nearer(self, offer: Offer | None) -> Offer | None:
        """Give the same minute at the nearest place that has it; the family's own centre, if it has one, before any office."""
        if offer is None or (offer[0] == self.near.id and not self.anywhere):
            return offer
        return next((venue.id, offer[1]) for venue in self.nearest if offer[1] in self.starts[venue.id])

    def _has(self, reason: Reason, shown: set[Offer]) -> bool:
        """Say whether what is shown already answers a reason."""
        if reason is Reason.SATURDAY:
            return any(on_saturday(start) for _, start in shown)
        if reason is Reason.EVENING:
            return any(in_the_evening(start) for _, start in shown)
        here = {venue for venue in self.venues for centre, _ in shown if venue.id == centre}
        if reason is Reason.LANGUAGE:
            return any(self.wishes.language in venue.languages for venue in here)
        if reason is Reason.STEP_FREE:
            return any(venue.step_free for venue in here)
        return reason is Reason.ANOTHER_CENTRE and len(here) > 1

    def _at_once(self) -> Offer | None:
        """Give the first start at the nearest place that has one at once; none where that place stands first anyway."""
        by = None if self.anywhere else self.wishes.at_once_by
        first = ((venue.id, self.starts[venue.id][0]) for venue in self.nearest)
        found = next((offer for offer in first if by is not None and day_of(offer[1]) <= by), None)
        return found if found is not None and found[0] != self.near.id else None

    def _sooner(self) -> Iterator[Offer]:
        """Give the nearest place with a time on an earlier day, and the earliest of all where that is sooner still."""
        first = {venue.id: self.starts[venue.id][0] for venue in self.venues}
        sooner = [centre for centre, start in first.items() if day_of(start) < self._sooner_than]
        if not sooner:
            return
        nearest, earliest = sooner[0], min(sooner, key=lambda centre: first[centre])  # _nearer settles equal ones
        yield nearest, first[nearest]
        if day_of(first[earliest]) < day_of(first[nearest]):
            yield earliest, first[earliest]

    def _first(self, wanted: Callable[[Minute], bool]) -> Offer | None:
        """Give the soonest start of a kind at the first place that has one."""
        found = ((venue.id, start) for venue in self.venues for start in self.starts[venue.id] if wanted(start))
        return next(found, None)

    def _at(self, wanted: Callable[[Venue], bool]) -> Offer | None:
        """Give the soonest start at the first place of a kind."""
        return next(((venue.id, self.starts[venue.id][0]) for venue in self.venues if wanted(venue)), None)


# -- every time


@dataclass(frozen=True, slots=True)
class Day:
    """A day with free times: at each place, in the order of the list asked for, its starts."""

    day: date
    in_time: bool
    places: tuple[tuple[int, tuple[Minute, ...]], ...]

    @property
    def count(self) -> int:
        """Count its free starts."""
        return sum(len(starts) for _, starts in self.places)


def by_day(offers: Iterable[Offer], venues: Sequence[Venue], last_lawful_day: date) -> list[Day]:
    """List every free start by day, earliest first: those in time stand before the late ones; offices last each day."""
    order = [venue.id for venue in offices_last(venues)]
    days: dict[date, dict[int, list[Minute]]] = {}
    for centre, start in sorted(set(offers), key=lambda offer: offer[1]):
        days.setdefault(day_of(start), {}).setdefault(centre, []).append(start)
    return [
        Day(day, day <= last_lawful_day, tuple((centre, tuple(there[centre])) for centre in order if centre in there))
        for day, there in days.items()
        if not there.keys().isdisjoint(order)
    ]
