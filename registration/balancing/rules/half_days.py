"""Half-days of a plan against days and times on an English clock, both ways.

A plan counts Mondays to Fridays, mornings and afternoons. Evenings and Saturdays are no half-days of it: what is there stays.
A session that begins at four or later, or is mostly after five, is an evening.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from registration.balancing.rules.rota import DAYS, HALVES, OFFICE, WEEK, Id, Rota
from registration.rota.rules.patterns import DAY, EVENING, HALF_DAY, half_of
from registration.rota.rules.patterns import HALVES as NAMES
from registration.rota.rules.planning import Planned
from registration.rota.rules.times import LONDON, moment

#: Where a session of a whole day is parted into a morning and an afternoon.
BETWEEN = time(12, 30)
#: From when a session that begins then leaves nothing of the afternoon.
LATE = time(16)
#: A half-day of somebody who has no times of their own in it.
STANDARD = ((time(9), BETWEEN), (BETWEEN, time(16)))


@dataclass(frozen=True, slots=True)
class Span:
    """The times of one registrar's half-day; `whole` where it is a part of a session of the whole day."""

    begins: time
    ends: time
    whole: bool = False

    @property
    def minutes(self) -> int:
        """Give its length."""
        return _minutes(self.ends) - _minutes(self.begins)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


@dataclass(frozen=True, slots=True)
class Calendar:
    """The weeks of a plan: the first day is a Monday."""

    first: date
    weeks: int

    @property
    def last(self) -> date:
        """Give the Sunday of the last week."""
        return self.first + timedelta(weeks=self.weeks) - DAY

    def half_day(self, day: date, half: int) -> int | None:
        """Count a half-day, 0 for the morning and 1 for the afternoon; None on Saturdays, Sundays and outside the weeks."""
        week, weekday = divmod((day - self.first).days, 7)
        if not (0 <= week < self.weeks and weekday < DAYS):
            return None
        return week * WEEK + weekday * HALVES + half

    def day(self, half_day: int) -> date:
        """Give the day of a half-day."""
        week, rest = divmod(half_day, WEEK)
        return self.first + timedelta(weeks=week, days=rest // HALVES)

    def in_words(self, half_day: int) -> str:
        """Say when a half-day is: 'Mon 4 January, morning'."""
        day = self.day(half_day)
        return f"{day:%a} {day.day} {day:%B}, {NAMES[half_day % HALVES]}"

    def parts(self, begins: time, ends: time, day: date) -> Iterator[tuple[int, Span]]:
        """Part a session into half-days of the plan with its times in each; an evening or a Saturday gives none."""
        for half, span in parts_of(begins, ends):
            half_day = self.half_day(day, half)
            if half_day is not None:
                yield half_day, span

    def of_session(self, session: Planned) -> Iterator[tuple[int, Span]]:
        """Part a dated session into half-days of the plan."""
        begins, ends = session.begins.astimezone(LONDON), session.ends.astimezone(LONDON)
        return self.parts(begins.time(), ends.time(), begins.date())

    def moments(self, half_day: int, span: Span) -> tuple[datetime, datetime]:
        """Give the moments of a half-day's times."""
        day = self.day(half_day)
        return moment(day, span.begins), moment(day, span.ends)


def parts_of(begins: time, ends: time) -> Iterator[tuple[int, Span]]:
    """Part a session's times: a morning, an afternoon, or both where it is longer than a half-day; an evening is neither."""
    if _is_evening(begins, ends):
        return
    half = NAMES.index(half_of(begins))
    long = timedelta(minutes=_minutes(ends) - _minutes(begins)) > HALF_DAY
    if half or not long:
        yield half, Span(begins, ends)
        return
    yield 0, Span(begins, BETWEEN, whole=True)
    yield 1, Span(BETWEEN, ends, whole=True)


def _is_evening(begins: time, ends: time) -> bool:
    after, before = _minutes(ends) - _minutes(EVENING), _minutes(EVENING) - _minutes(begins)
    return begins >= LATE or after > before


#: The times of each registrar's half-days.
Times = Mapping[tuple[Id, int], Span]


def sessions_of(rota: Rota, calendar: Calendar, times: Times) -> list[Planned]:
    """Give the dated sessions of a rota, without rooms; what the office keeps for itself is none.

    A registrar whose session is a whole day's holds it as one where both halves are at the same centre.
    """
    places = {key: centre for key, centre in rota.places().items() if centre != OFFICE}
    sessions = []
    for (registrar, half_day), centre in places.items():
        span = times.get((registrar, half_day)) or Span(*STANDARD[half_day % HALVES])
        begins, ends = calendar.moments(half_day, span)
        other = half_day ^ 1
        if span.whole and places.get((registrar, other)) == centre:
            if half_day % HALVES:
                continue  # the morning tells of both
            ends = calendar.moments(other, times[registrar, other])[1]
        sessions.append(Planned(int(registrar), int(centre), None, begins, ends))
    return sorted(sessions, key=lambda each: (each.begins, each.centre, each.registrar))


def times_of(sessions: Iterable[Planned], calendar: Calendar) -> dict[tuple[Id, int], Span]:
    """Give the times that registrars have in each half-day; of two sessions in one the first said counts."""
    found: dict[tuple[Id, int], Span] = {}
    for session in sessions:
        for half_day, span in calendar.of_session(session):
            found.setdefault((session.registrar, half_day), span)
    return found
