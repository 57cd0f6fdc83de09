"""What an absent registrar leaves behind in the published rota, read as an instance in which everything else may stay as it is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from registration.balancing.building.families import Expected
from registration.balancing.building.instance import Builder, Built
from registration.balancing.rules.absence import Left
from registration.balancing.rules.half_days import Calendar, Span
from registration.balancing.rules.rota import Id, Instance, pinned
from registration.common.authority import current_authority
from registration.common.errors import Refused
from registration.rota.queries.planning import published_rota
from registration.rota.rules.patterns import DAY
from registration.rota.rules.planning import WEEK, Planned

#: So many weeks of an absence are looked at, from the first in which something is lost.
MOST_WEEKS = 13


class NothingLeft(Refused):
    """No session of theirs from tomorrow on is without a registrar, so there is nothing to staff otherwise."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Who is away, from when to when; `families` are those who have their time in a session of theirs, with what must be spoken.

    `promised` names sessions that somebody is to take over already, by number.
    """

    registrar: int
    begins: datetime
    ends: datetime
    families: Mapping[int, Sequence[str]]
    promised: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Missed:
    """What is missed: the instance and the rota with the absent as if they were there, when they are not, and what they leave."""

    built: Built
    away: frozenset[tuple[Id, int]]
    left: tuple[Left, ...]


def missed(absence: Absence, today: date) -> Missed:
    """Read what a registrar's absence leaves behind after today; nothing is written. Raises NothingLeft."""
    sessions = _theirs(absence, today)
    if not sessions:
        raise NothingLeft
    first, last = sessions[0].monday, min(sessions[-1].monday, sessions[0].monday + (MOST_WEEKS - 1) * WEEK)
    run = current_authority().balance.presence_weeks
    weeks = -(-((last - first).days // 7 + 1) // run) * run  # whole runs of weeks: a centre may open in the rest of one
    builder = _WithTheAbsent(Calendar(first, weeks), today, absence)
    built = builder.built()
    found = [builder.left(each) for each in sessions]
    left = tuple(each for each in found if each is not None)
    if not left:
        raise NothingLeft
    return Missed(replace(built, instance=_settled(built, today)), builder.away(), left)


def leaves_sessions(absence: Absence, today: date) -> bool:
    """Say whether a registrar's absence leaves any session after today that nobody has taken over or promised to."""
    return bool(_theirs(absence, today))


def _theirs(absence: Absence, today: date) -> list[Planned]:
    """List the published sessions that an absence falls on, after today, that nobody has promised to take over."""
    last = absence.ends.date()
    return [
        each
        for each in published_rota(max(today + DAY, absence.begins.date() - DAY), last)
        if each.registrar == absence.registrar
        and each.begins < absence.ends
        and each.ends > absence.begins
        and each.key not in absence.promised
    ]


def _settled(built: Built, today: date) -> Instance:
    """Pin what is past or today, for no rota changes that."""
    past = {half for half in built.instance.half_days if built.calendar.day(half) <= today}
    placed = {(one.registrar, one.half_day) for one in built.today.assignments}
    people = tuple(
        replace(
            one,
            available=tuple(
                free and (half not in past or (one.id, half) in placed) for half, free in enumerate(one.available)
            ),
        )
        for one in built.instance.registrars
    )
    pins = [one for one in built.today.assignments if one.half_day in past]
    return pinned(replace(built.instance, registrars=people), pins)


def _nobody_expected(_first: date, _weeks: int, _today: date) -> Expected:
    """Expect no births: what is lost is counted in times, whoever would have come."""
    return Expected({}, (0.0, 1.0), {})


class _WithTheAbsent(Builder):
    """Reads an instance as if one absence were none, and as if promises were kept."""

    def __init__(self, calendar: Calendar, today: date, absence: Absence) -> None:
        super().__init__(calendar, today, _nobody_expected)
        self.absence = absence

    @cached_property
    def published(self) -> list[Planned]:
        """The published sessions, with whoever has promised to take one over."""
        promised = self.absence.promised
        found = published_rota(self.calendar.first, self.calendar.last)
        return [replace(each, registrar=promised.get(each.key, each.registrar)) for each in found]

    @cached_property
    def standing(self) -> list[Planned]:
        """What is published, and nothing else: other weeks are not touched."""
        return self.published

    def _is_there(self, registrar: Id, half_day: int, span: Span) -> bool:
        return registrar == self.absence.registrar or super()._is_there(registrar, half_day, span)

    def where_somebody_can_come(self, instance: Instance) -> Instance:
        """Ask for no centre to open that does not: nothing has to be left closed for that."""
        return instance

    def left(self, session: Planned) -> Left | None:
        """Give what a session leaves; None for evenings, Saturdays and half-days of which only a part is missed."""
        absence = self.absence
        halves = tuple(
            half
            for half, span in self.calendar.of_session(session)
            if self.places.get((session.registrar, half)) == session.centre and self._misses(half, span)
        )
        if not halves:
            return None
        whole = absence.begins <= session.begins and session.ends <= absence.ends
        spoken = absence.families.get(session.key, ())
        takers = self._takers(session, halves, {each for each in spoken if each}) if whole else frozenset()
        return Left(session.key, session.registrar, session.centre, halves, len(spoken), takers)

    def away(self) -> frozenset[tuple[Id, int]]:
        """Name every half-day to come in which the absent cannot be called, whether a session of theirs is in it or not."""
        return frozenset(
            (who, half)
            for (who, half), span in self.times.items()
            if who == self.absence.registrar and self.calendar.day(half) > self.today and self._misses(half, span)
        )

    def _misses(self, half: int, span: Span) -> bool:
        begins, ends = self.calendar.moments(half, span)
        return begins < self.absence.ends and ends > self.absence.begins

    def _takers(self, session: Planned, halves: Collection[int], spoken: Collection[str]) -> frozenset[Id]:
        """Name those who speak what its families need, and whose other half of the day does not overlap its hours."""
        busy = {
            each.registrar
            for each in self.published
            if each.begins < session.ends
            and session.begins < each.ends
            and any(half not in halves for half, _ in self.calendar.of_session(each))
        }
        return frozenset(
            one.id
            for one in self.people
            if one.id not in {session.registrar, *busy} and set(spoken) <= {_primary(tag) for tag in one.languages}
        )


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()
