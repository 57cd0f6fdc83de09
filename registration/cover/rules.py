"""What is proposed to each family of an absent registrar: the least disturbance first, the least days left first.

Nothing here knows the database. Moments are whole minutes since 1970, days are civil days in England. A family is never
proposed a time after its last lawful day (1953 Act s.2) while it had one within it: where there is none, a person rings it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from registration.booking.rules.slots import Minute, Need, Span, free_starts
from registration.rota.rules.patterns import half_days_of
from registration.rota.rules.times import LONDON

DAY = timedelta(days=1)
#: Later than any time there is.
NEVER: Minute = 2**40

#: A registrar who takes over needs so long to come from a session at another centre.
TRAVEL_MINUTES = 30
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
class Sitting:
    """A session of the absent registrar that lies whole within the absence, and who could take it over, the best first."""

    session_id: int
    centre_id: int
    begin: Minute
    end: Minute
    takers: tuple["Taker", ...]

    @property
    def half_days(self) -> int:
        """Give how many half-days of a contract it fills."""
        return half_days_of(timedelta(minutes=self.end - self.begin))


@dataclass(frozen=True, slots=True)
class Taker:
    """A registrar who is free for a whole session; `spare` half-days of the week's contract are left, None: any number."""

    registrar_id: int
    languages: frozenset[str] = frozenset()
    spare: int | None = None


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


@lru_cache(maxsize=65536)
def day_of(minute: Minute) -> date:
    """Give the civil day in England of a minute."""
    return datetime.fromtimestamp(minute * 60, LONDON).date()


def plan(families: Iterable[Family], ground: Ground) -> list[Proposal]:
    """Propose something to every family, in the order in which they have to be settled."""
    waiting = sorted(families, key=lambda family: (family.last_lawful_day, family.start, family.booking_id))
    taken = dict(take_overs(waiting, ground.sittings))
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


def take_overs(families: Sequence[Family], sittings: Iterable[Sitting]) -> Iterator[tuple[int, int]]:
    """Give whole sessions to registrars who are free for them, those first whose families have the fewest days left.

    Who takes over speaks what the families of that session need; nobody is given two that overlap, or that cannot be reached
    one after the other.
    """
    needed: dict[int, set[str]] = {}
    for family in families:
        needed.setdefault(family.session_id, set()).update({family.speaks} - {""})
    order = {session: place for place, session in enumerate(needed)}
    given: list[tuple[int, Sitting]] = []
    for sitting in sorted((s for s in sittings if s.session_id in needed), key=lambda s: order[s.session_id]):
        for taker in sitting.takers:
            if needed[sitting.session_id] <= taker.languages and _can_sit(taker, sitting, given):
                given.append((taker.registrar_id, sitting))
                yield sitting.session_id, taker.registrar_id
                break


def _can_sit(taker: Taker, sitting: Sitting, given: Iterable[tuple[int, Sitting]]) -> bool:
    """Say whether a registrar who was given some sessions already can take one more: by the contract, and on the way."""
    theirs = [other for who, other in given if who == taker.registrar_id]
    this_week = sum(each.half_days for each in (sitting, *theirs) if _week(each) == _week(sitting))
    if taker.spare is not None and this_week > taker.spare:
        return False
    return not any(_too_near(sitting, other) for other in theirs)


def _week(sitting: Sitting) -> tuple[int, int]:
    return day_of(sitting.begin).isocalendar()[:2]


def _too_near(sitting: Sitting, other: Sitting) -> bool:
    way = 0 if other.centre_id == sitting.centre_id else TRAVEL_MINUTES
    return sitting.begin < other.end + way and other.begin < sitting.end + way


@dataclass(frozen=True, slots=True)
class Whole:
    """A session as it stands: its registrar, and its room."""

    session_id: int
    registrar_id: int
    centre_id: int
    room_id: int
    begin: Minute
    end: Minute

    def meets(self, other: "Whole", way: int = 0) -> bool:
        """Say whether two sessions overlap, or lie less than so many minutes apart."""
        return self.begin < other.end + way and other.begin < self.end + way


def goes_to(
    leaving: Iterable[Whole],
    standing: Iterable[Whole],
    order: Sequence[int],
    rooms: Mapping[int, Sequence[int]],
    is_open: Callable[[int, date], bool],
) -> dict[int, tuple[int, int]]:
    """Give the centre and the room to which sessions of a centre that closes go whole, each with its registrar.

    Each goes to the first centre of `order` that is open that day and has a room free for all of it, where its registrar has
    no other session at that time, nor one elsewhere that cannot be reached. What goes nowhere is left out.
    """
    there, found = list(standing), {}
    for whole in leaving:
        for centre in order:
            gone = (
                _at_centre(whole, centre, rooms.get(centre, ()), there)
                if is_open(centre, day_of(whole.begin))
                else None
            )
            if gone is not None:
                there.append(gone)
                found[whole.session_id] = (gone.centre_id, gone.room_id)
                break
    return found


def _at_centre(whole: Whole, centre: int, rooms: Sequence[int], there: Sequence[Whole]) -> Whole | None:
    theirs = (other for other in there if other.registrar_id == whole.registrar_id)
    if any(whole.meets(other, 0 if other.centre_id == centre else TRAVEL_MINUTES) for other in theirs):
        return None
    taken = {other.room_id for other in there if other.centre_id == centre and whole.meets(other)}
    room = next((each for each in rooms if each not in taken), None)
    return None if room is None else replace(whole, centre_id=centre, room_id=room)


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


def first_minute(day: date) -> Minute:
    """Give the minute at which a civil day in England begins."""
    return int(datetime.combine(day, time(), LONDON).timestamp()) // 60


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
