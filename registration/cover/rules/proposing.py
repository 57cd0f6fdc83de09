"""What is proposed to each family of an absent registrar: the least disturbance first, the least days left first.

Nothing here knows the database. Moments are whole minutes since 1970, days are civil days in England. A family is never
proposed a time after its last lawful day (1953 Act s.2) while it had one within it: where there is none, a person rings it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from registration.booking.rules.slots import Minute, Need, Span, free_starts
from registration.cover.rules.moments import DAY, day_of, first_minute
from registration.cover.rules.takers import Sitting, take_overs

#: Later than any time there is.
NEVER: Minute = 2**40

#: A time offered is so far away that a family has a day to answer and another to find its way, where there is one.
COMFORTABLE_MINUTES = 26 * 60
#: A family waits at most so much longer at its own centre before others are asked, and keeps so many days in hand if it can.
#: A time earlier than its own leaves it so many whole days before, while there are other times.
PATIENT_DAYS, MARGIN_DAYS, NOTICE_DAYS = 7, 3, 2
#: However soon it must be, nobody is offered a time that begins within so many minutes.
SOONEST_MINUTES = 3 * 60


class Way(StrEnum):
    """How a family is seen all the same, the least disturbance first."""

    TAKE_OVER = "take_over"
    SAME_TIME = "same_time"
    SAME_REGISTRAR = "same_registrar"
    SAME_CENTRE = "same_centre"
    OTHER_CENTRE = "other_centre"
    OFFICE = "office"
    CALL = "call"


#: Nothing changes for the family, so nobody tells it anything.
QUIET = frozenset({Way.TAKE_OVER, Way.SAME_TIME})


class Standing(StrEnum):
    """How far one family of a plan that was sent has come."""

    UNDISTURBED = "undisturbed"
    ACCEPTED = "accepted"
    MOVED = "moved"  # to a time it, or the desk, chose itself
    CANCELLED = "cancelled"
    CALLED = "called"
    WAITING = "waiting"
    TO_CALL = "to_call"
    RESTORED = "restored"  # the absence was taken back, so it has its own time again


OPEN = frozenset({Standing.WAITING, Standing.TO_CALL})


def standing(
    *, way: str, live: bool, displaced: bool, own: bool, offer_state: str, kept: bool, called: bool
) -> Standing:
    """Say how far a family has come.

    `displaced` says that its time does not stand, `own` that it is the very one it had, `kept` that another is kept for it.
    """
    if not live:
        return Standing.CANCELLED
    if not displaced:
        if way in QUIET:
            return Standing.UNDISTURBED
        if own:
            return Standing.RESTORED
        return Standing.ACCEPTED if offer_state == "accepted" else Standing.MOVED
    if called:
        return Standing.CALLED
    return Standing.WAITING if kept and offer_state == "sent" else Standing.TO_CALL


@dataclass(frozen=True, slots=True)
class Family:
    """A family whose registrar is away. `speaks` is the language it needs of the registrar, empty where any will do."""

    booking_id: int
    session_id: int
    centre_id: int
    start: Minute
    need: Need
    last_lawful_day: date
    speaks: str = ""
    by_post: bool = False  # it is told by letter alone
    registrar_general_from: date = date.max  # without whose authority it cannot be registered then (1953 Act s.7)

    @property
    def last_day(self) -> date:
        """Give the last day it may be offered: its last lawful day, or a later one where its own time was later already."""
        late = day_of(self.start) > self.last_lawful_day
        return self.registrar_general_from - DAY if late else self.last_lawful_day


@dataclass(frozen=True, slots=True)
class Seat:
    """A session of another registrar with what fills it; `busy` in order of begin."""

    session_id: int
    registrar_id: int
    centre_id: int
    begin: Minute
    end: Minute
    busy: tuple[Span, ...]
    per_baby: int
    languages: frozenset[str] = frozenset()

    def starts(self, need: Need) -> list[Minute]:
        """List when an appointment may begin; the telephone desk's minutes too, for the family is in need."""
        return free_starts((self.begin, self.end), self.busy, need.minutes(self.per_baby), self.per_baby)

    def filled(self, start: Minute, need: Need) -> "Seat":
        """Give the same seat with one more appointment in it."""
        return replace(self, busy=tuple(sorted((*self.busy, (start, start + need.minutes(self.per_baby))))))


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed to one family; without a time where a person has to ring it."""

    booking_id: int
    way: Way
    session_id: int | None = None
    registrar_id: int | None = None  # who takes over
    centre_id: int | None = None
    start: Minute | None = None


@dataclass(slots=True)
class Ground:
    """What there is to propose: sessions that could be taken over, seats, and how far centres are from each other.

    `moves` gives, for a session at a centre that closes, the centre to which it goes whole with its registrar.

    `near` gives, for a centre, the other centres that are no offices from the nearest on; `offices` likewise the register
    offices. `now` is a minute; a family that is told by letter can answer for times from the minute `by_post` on.
    """

    now: Minute
    by_post: Minute
    sittings: Sequence[Sitting]
    seats: Mapping[int, Sequence[Seat]]  # by centre
    near: Mapping[int, Sequence[int]]
    offices: Mapping[int, Sequence[int]]
    moves: Mapping[int, int] = field(default_factory=dict)
    _seats: dict[int, dict[int, Seat]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._seats = {centre: {seat.session_id: seat for seat in seats} for centre, seats in self.seats.items()}

    def seats_at(self, centre: int) -> Iterable[Seat]:
        """Give a centre's seats as they are filled by now."""
        return self._seats.get(centre, {}).values()

    def fill(self, seat: Seat, start: Minute, need: Need) -> None:
        """Put a family into a seat, so that the next finds it filled."""
        self._seats[seat.centre_id][seat.session_id] = seat.filled(start, need)


def plan(families: Iterable[Family], ground: Ground) -> list[Proposal]:
    """Propose something to every family, in the order in which they have to be settled."""
    waiting = sorted(families, key=lambda family: (family.last_lawful_day, family.start, family.booking_id))
    taken = dict(take_overs(spoken_in(waiting), ground.sittings))
    return [
        Proposal(
            family.booking_id,
            Way.TAKE_OVER,
            family.session_id,
            taken[family.session_id],
            family.centre_id,
            family.start,
        )
        if family.session_id in taken
        else _propose(family, ground)
        for family in waiting
    ]


def spoken_in(families: Iterable[Family]) -> dict[int, set[str]]:
    """Give the languages that whoever takes a session over must speak, sessions in the order of their families."""
    needed: dict[int, set[str]] = {}
    for family in families:
        needed.setdefault(family.session_id, set()).update({family.speaks} - {""})
    return needed


def goes_along(family: Family, ground: Ground) -> bool:
    """Say whether a family can be offered its own time with its own registrar elsewhere, and is told in time."""
    soonest = ground.by_post if family.by_post else ground.now + SOONEST_MINUTES
    return family.session_id in ground.moves and family.start >= soonest


def _propose(family: Family, ground: Ground) -> Proposal:
    if goes_along(family, ground):
        centre = ground.moves[family.session_id]
        return Proposal(family.booking_id, Way.SAME_REGISTRAR, family.session_id, None, centre, family.start)
    for way, start, seat in choices(family, ground):
        ground.fill(seat, start, family.need)
        return Proposal(family.booking_id, way, seat.session_id, seat.registrar_id, seat.centre_id, start)
    return Proposal(family.booking_id, Way.CALL)


def choices(family: Family, ground: Ground) -> Iterator[tuple[Way, Minute, Seat]]:
    """Give what a family could be proposed, the best first: each start of a centre once.

    Its own time with another registrar comes before everything; then times far enough away to be answered in peace, at most a
    week later and with days in hand, at its own centre, the next ones, an office; at each the nearest to its own time. Later ones,
    and then sooner ones, only where there are no others.
    """
    own = [(Way.SAME_TIME, *each) for each in _at(family, ground, family.centre_id) if each[0] == family.start]
    yield from own[:1]
    if family.start <= ground.now:  # it may be sitting there: only a person can help
        return
    free: dict[int, list[tuple[Minute, Seat]]] = {}
    seen = {(family.centre_id, family.start)}
    for after, until in _windows(family, ground):
        for way, centre in _places(family.centre_id, ground):
            if centre not in free:
                free[centre] = _at(family, ground, centre)
            for start, seat in free[centre]:
                if after <= start < until and (centre, start) not in seen:
                    seen.add((centre, start))
                    yield way, start, seat


def _windows(family: Family, ground: Ground) -> tuple[tuple[Minute, Minute], ...]:
    """Give spans of time, the best first: soon after its own time, with days in hand, at all, earlier, and in a hurry.

    An earlier one leaves it NOTICE_DAYS whole days, unless no other is left. By letter nothing is offered in a hurry.
    """
    comfortable = ground.by_post if family.by_post else ground.now + COMFORTABLE_MINUTES
    not_too_early = max(comfortable, min(family.start, first_minute(day_of(ground.now) + (NOTICE_DAYS + 1) * DAY)))
    patient = family.start + PATIENT_DAYS * 24 * 60
    in_hand = NEVER if family.last_day == date.max else first_minute(family.last_day - (MARGIN_DAYS - 1) * DAY)
    return (
        (not_too_early, min(patient, in_hand)),
        (not_too_early, in_hand),
        (not_too_early, NEVER),
        (comfortable, NEVER),
        (comfortable if family.by_post else ground.now + SOONEST_MINUTES, comfortable),
    )


def _places(centre: int, ground: Ground) -> Iterator[tuple[Way, int]]:
    yield Way.SAME_CENTRE, centre
    for other in ground.near.get(centre, ()):
        yield Way.OTHER_CENTRE, other
    for office in ground.offices.get(centre, ()):
        yield Way.OFFICE, office


def _at(family: Family, ground: Ground, centre: int) -> list[tuple[Minute, Seat]]:
    """List a centre's free starts within the family's days, one who speaks its language first, then the nearest in time."""
    found = [
        (seat.session_id, start, seat)
        for seat in ground.seats_at(centre)
        if day_of(seat.begin) <= family.last_day
        for start in seat.starts(family.need)
        if start > ground.now and day_of(start) <= family.last_day
    ]
    found.sort(key=lambda each: (_foreign(family, each[2]), abs(each[1] - family.start), each[1], each[0]))
    return [(start, seat) for _, start, seat in found]


def way_to(was_centre: int, was: Minute, centre: int, start: Minute, *, office: bool) -> Way:
    """Name the way in which a family that had one time is given another."""
    if centre == was_centre:
        return Way.SAME_TIME if start == was else Way.SAME_CENTRE
    return Way.OFFICE if office else Way.OTHER_CENTRE


def _foreign(family: Family, seat: Seat) -> bool:
    return bool(family.speaks) and family.speaks not in seat.languages
