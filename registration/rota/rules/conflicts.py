"""What is wrong with a draft rota, each in words: while one stands, the draft is not published."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registration.common.times import spoken_span
from registration.rota.rules.days import OpenDays
from registration.rota.rules.patterns import half_days_of
from registration.rota.rules.planning import Away, Planned
from registration.rota.rules.times import LONDON

#: The code of a session whose registrar is away then.
ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Person:
    """A registrar as a draft must know one; `minutes_per_baby` are their own or the council's."""

    name: str
    may_register_births: bool
    left_on: date | None
    contracted: int | None
    minutes_per_baby: int


@dataclass(frozen=True, slots=True)
class Place:
    """A centre as a draft must know one: the days it takes part, the first and the last included."""

    name: str
    cluster: int
    participating_from: date
    participating_to: date | None


@dataclass(frozen=True, slots=True)
class Around:
    """What a draft must not clash with. `standing` are sessions that stay, whatever the draft says."""

    people: Mapping[int, Person]
    places: Mapping[int, Place]
    days: OpenDays
    away: Sequence[Away]
    standing: Sequence[Planned]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing wrong with one session of a draft: a code that stays, and the sentence a person reads."""

    session: Planned
    code: str
    sentence: str


def conflicts(sessions: Sequence[Planned], around: Around) -> list[Conflict]:
    """Find everything that is wrong with a draft, in the order of its sessions."""
    alone: list[Callable[[Planned, Around], Iterator[tuple[str, str]]]] = [_person, _place, _times, _absence]
    found = [
        Conflict(session, code, sentence)
        for session in sessions
        for check in alone
        for code, sentence in check(session, around)
    ]
    found += [*_at_once(sessions, around), *_over_contract(sessions, around)]
    return sorted(found, key=lambda each: (each.session.begins, each.session.centre, each.session.registrar, each.code))


def in_words(day: date) -> str:
    """Give a day as a person reads it: Tuesday 24 November 2026."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def span_in_words(session: Planned) -> str:
    """Give a session's times as a person reads them: 9am to 12:30pm."""
    begins, ends = (each.astimezone(LONDON) for each in (session.begins, session.ends))
    return spoken_span(begins.time(), ends.time())


def _person(session: Planned, around: Around) -> Iterator[tuple[str, str]]:
    person = around.people[session.registrar]
    if not person.may_register_births:
        yield "may_not_register", f"{person.name} may not register births"
    if person.left_on is not None and session.day >= person.left_on:
        yield "left", f"{person.name} no longer works here from {in_words(person.left_on)}"


def _place(session: Planned, around: Around) -> Iterator[tuple[str, str]]:
    place = around.places[session.centre]
    ended = place.participating_to is not None and session.day > place.participating_to
    if session.day < place.participating_from or ended:
        yield "not_participating", f"{place.name} does not take part on {in_words(session.day)}"
    closed = around.days.closed(session.centre, session.day)
    if closed:
        yield "closed", f"{place.name} is closed on {in_words(session.day)}: {closed}"
    if session.room is None:
        yield "no_room", f"{place.name} has no free room from {span_in_words(session)}"


def _times(session: Planned, around: Around) -> Iterator[tuple[str, str]]:
    per_baby = around.people[session.registrar].minutes_per_baby
    if (session.ends - session.begins).total_seconds() < per_baby * 60:
        yield "too_short", f"It is shorter than one appointment, which takes {per_baby} minutes"


def _absence(session: Planned, around: Around) -> Iterator[tuple[str, str]]:
    for away in around.away:
        if away.registrar == session.registrar and away.begins < session.ends and session.begins < away.ends:
            yield ABSENT, f"{around.people[session.registrar].name} is absent then: {away.reason}"


def _at_once(sessions: Sequence[Planned], around: Around) -> Iterator[Conflict]:
    """Find the registrars and rooms that would be at two things at once; each is told at the later session."""
    for whose, code in (("registrar", "registrar_twice"), ("room", "room_taken")):
        held: defaultdict[int, list[tuple[Planned, bool]]] = defaultdict(list)
        for drafted, group in ((False, around.standing), (True, sessions)):
            for session in group:
                if getattr(session, whose) is not None:
                    held[getattr(session, whose)].append((session, drafted))
        for each in held.values():
            for earlier, later in _meeting(sorted(each, key=lambda pair: (pair[0].begins, pair[1]))):
                yield Conflict(later, code, _twice(whose, earlier, later, around))


def _meeting(ordered: Sequence[tuple[Planned, bool]]) -> Iterator[tuple[Planned, Planned]]:
    """Give the pairs that overlap, of which at least one is the draft's; that one last."""
    longest: tuple[Planned, bool] | None = None
    for current in ordered:
        if longest is not None and current[0].begins < longest[0].ends and (current[1] or longest[1]):
            first, second = (longest, current) if current[1] else (current, longest)
            yield first[0], second[0]
        if longest is None or current[0].ends > longest[0].ends:
            longest = current


def _twice(whose: str, earlier: Planned, later: Planned, around: Around) -> str:
    other = around.places[earlier.centre].name
    if whose == "registrar":
        return f"{around.people[later.registrar].name} is at {other} from {span_in_words(earlier)} that day"
    return f"{around.people[earlier.registrar].name} has the room from {span_in_words(earlier)} that day"


def _over_contract(sessions: Sequence[Planned], around: Around) -> Iterator[Conflict]:
    """Find the weeks with more half-days than a registrar's contract; told at the first session that is too much."""
    counted: defaultdict[tuple[int, date], int] = defaultdict(int)
    for session in around.standing:
        counted[session.registrar, session.monday] += half_days_of(session.ends - session.begins)
    told: set[tuple[int, date]] = set()
    for session in sorted(sessions, key=lambda each: each.begins):
        person, week = around.people[session.registrar], (session.registrar, session.monday)
        counted[week] += half_days_of(session.ends - session.begins)
        if person.contracted is not None and counted[week] > person.contracted and week not in told:
            told.add(week)
            contract = "one half-day" if person.contracted == 1 else f"{person.contracted} half-days"
            sentence = f"{person.name} would work more than the {contract} of the contract that week"
            yield Conflict(session, "over_contract", sentence)
