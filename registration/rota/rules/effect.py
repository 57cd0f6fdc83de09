"""What a rota can do for families against what they will need, and what it changes in the rota as it stands."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from registration.rota.rules.conflicts import Person, Place
from registration.rota.rules.planning import Planned, overlap
from registration.rota.rules.sittings import Taken


class Expected(Protocol):
    """The births a week to expect in a cluster, and what that is told from: so many babies seen, born in so many weeks."""

    @property
    def births(self) -> int:
        """Give the babies seen."""

    @property
    def weeks(self) -> int:
        """Give the weeks they were born in."""

    @property
    def per_week(self) -> float:
        """Give the births a week to expect; nought where nothing is known yet."""


def capacity(
    sessions: Iterable[Planned], people: Mapping[int, Person], places: Mapping[int, Place]
) -> Mapping[tuple[int, date], int]:
    """Give how many babies can be registered, one after another, by cluster and by the Monday of the week."""
    babies: defaultdict[tuple[int, date], int] = defaultdict(int)
    for session in sessions:
        minutes = (session.ends - session.begins).total_seconds() / 60
        babies[places[session.centre].cluster, session.monday] += int(
            minutes // people[session.registrar].minutes_per_baby
        )
    return babies


@dataclass(frozen=True, slots=True)
class Difference:
    """What publishing a draft does to the rota as it stands; pairs are what stands and what the draft makes of it.

    `taken_over` are sessions that go on with another registrar, their families in them.
    """

    new: list[Planned] = field(default_factory=list)
    changed: list[tuple[Planned, Planned]] = field(default_factory=list)
    unchanged: list[tuple[Planned, Planned]] = field(default_factory=list)
    withdrawn: list[Planned] = field(default_factory=list)
    taken_over: list[tuple[Planned, Planned]] = field(default_factory=list)


def difference(draft: Sequence[Planned], published: Sequence[Planned]) -> Difference:
    """Compare a draft with the published sessions of its span.

    A published session goes on as the draft's of the same registrar at the same centre that it overlaps, the one that
    begins with it before others: what families have in it can stay. Where the draft says of a session which published one
    it goes on with, that counts before everything else.
    """
    found = Difference()
    found.taken_over.extend(_taken_over(draft, published))
    said = {id(each) for pair in found.taken_over for each in pair}
    drafted, standing = (_by_seat(each for each in part if id(each) not in said) for part in (draft, published))
    for seat in sorted(drafted.keys() | standing.keys()):
        _compare(found, drafted[seat], standing[seat])
    return found


def _taken_over(draft: Iterable[Planned], published: Iterable[Planned]) -> Iterator[tuple[Planned, Planned]]:
    """Pair published sessions with those that go on with them; one that is gone, or moved elsewhere, has none."""
    standing = {each.key: each for each in published}
    for each in (each for each in draft if each.goes_on):
        stands = standing.get(each.goes_on)
        if stands is not None and stands.centre == each.centre and stands.registrar != each.registrar:
            del standing[each.goes_on]
            yield stands, each


def _by_seat(sessions: Iterable[Planned]) -> defaultdict[tuple[int, int], list[Planned]]:
    """Part sessions by registrar and centre, each part in order."""
    seats: defaultdict[tuple[int, int], list[Planned]] = defaultdict(list)
    for session in sorted(sessions, key=lambda each: each.begins):
        seats[session.registrar, session.centre].append(session)
    return seats


def _compare(found: Difference, free: list[Planned], standing: Iterable[Planned]) -> None:
    """Compare the sessions of one registrar at one centre; those of the same beginning find each other first."""
    waiting = []
    for stands in standing:
        same = next((each for each in free if each.begins == stands.begins), None)
        if same is None:
            waiting.append(stands)
        else:
            _pair(found, stands, same, free)
    for stands in waiting:
        mate = next((each for each in free if overlap(stands, each)), None)
        if mate is None:
            found.withdrawn.append(stands)
        else:
            _pair(found, stands, mate, free)
    found.new.extend(free)


def _pair(found: Difference, stands: Planned, mate: Planned, free: list[Planned]) -> None:
    free.remove(mate)
    same = (stands.room, stands.begins, stands.ends) == (mate.room, mate.begins, mate.ends)
    (found.unchanged if same else found.changed).append((stands, mate))


@dataclass(frozen=True, slots=True)
class Hit:
    """A published session that a draft would take from families, with the times they would lose."""

    session: Planned
    lost: tuple[Taken, ...]

    @property
    def references(self) -> list[str]:
        """Give the references of the bookings; a family that is booking just now has none yet."""
        return [each.reference for each in self.lost if each.reference]


def hits(found: Difference, taken: Mapping[int, Sequence[Taken]]) -> list[Hit]:
    """Find the families that would lose their time, by the published session (its `key`) they have it in."""
    remains: list[tuple[Planned, Planned | None]] = [
        *found.changed,
        *found.taken_over,
        *((each, None) for each in found.withdrawn),
    ]
    struck = []
    for stands, later in remains:
        lost = tuple(
            each
            for each in taken.get(stands.key, ())
            if later is None or each.begins < later.begins or each.ends > later.ends
        )
        if lost:
            struck.append(Hit(stands, lost))
    return sorted(struck, key=lambda hit: hit.session.begins)
