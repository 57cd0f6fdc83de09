"""Half-days that could be opened besides the rota: somebody within reach with a half-day of the contract left, and a room."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlalchemy import select

from registration.balancing.building.journeys import journey_minutes, setting_out
from registration.balancing.rules.demand import WEEK, monday_of
from registration.balancing.rules.half_days import STANDARD
from registration.balancing.rules.repair import HalfDayMore
from registration.centres.models import Centre, Room
from registration.centres.rules import Place, Position, participating
from registration.common.authority import current_authority
from registration.common.clock import civil_date
from registration.common.db import db
from registration.rota.models import Registrar, Session
from registration.rota.queries.days import open_days
from registration.rota.queries.planning import away_on, bounds, patterns_between
from registration.rota.rules.days import OpenDays
from registration.rota.rules.patterns import DAY, Pattern, contract_of, half_days_of
from registration.rota.rules.times import moment

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class _Span:
    begins: datetime
    ends: datetime
    cluster: int | None = None  # of a session

    def meets(self, other: "_Span") -> bool:
        """Say whether both share a minute."""
        return self.begins < other.ends and other.begins < self.ends


class Spare:
    """Who and which rooms are free from the day after `today` to a last day; each part is read once."""

    def __init__(self, today: date, last: date) -> None:
        self.this, self.first, self.last = monday_of(today), today + DAY, last
        self._homes: dict[str | None, Place | Position] = {}

    def half_days(self, cluster_id: int) -> list[HalfDayMore]:
        """List the sessions that could be opened in a cluster, one of each registrar, centre and half-day."""
        there = [centre for centre in self._centres if centre.cluster_id == cluster_id]
        return [each for person in self._people for each in self._of(person, cluster_id, there)]

    def _of(self, person: Registrar, cluster: int, there: Sequence[Centre]) -> Iterator[HalfDayMore]:
        per_baby = person.minutes_per_baby or current_authority().minutes_per_baby
        near = [(centre, minutes) for centre in there if (minutes := self._minutes(person, centre)) is not None]
        for day, span in self._free_spans(person, cluster) if near else ():
            for centre, minutes in near:
                room = self._room(centre, day, span)
                if room is not None:
                    yield HalfDayMore(
                        registrar=person.id,
                        centre=centre.id,
                        room=room,
                        begins=span.begins,
                        ends=span.ends,
                        day=(day - self.this).days,
                        places=int((span.ends - span.begins) / timedelta(minutes=per_baby)),
                        minutes=minutes,
                        spare=self._left(person, day),
                    )

    # ---- people

    @cached_property
    def _people(self) -> list[Registrar]:
        wanted = select(Registrar).where(Registrar.may_register_births).order_by(Registrar.name)
        return list(db.session.scalars(wanted))

    def _free_spans(self, person: Registrar, cluster: int) -> Iterator[tuple[date, _Span]]:
        """Give the half-days of Mondays to Fridays in which somebody is there and free, and in no other cluster that day."""
        for number in range((self.last - self.first).days + 1):
            day = self.first + number * DAY
            gone = person.left_on is not None and person.left_on <= day
            whole = _Span(*bounds(day, day))
            that_day = [each for each in self._engaged[person.id] if each.meets(whole)]
            elsewhere = any(each.cluster not in (None, cluster) for each in that_day)
            if day.weekday() >= SATURDAY or gone or elsewhere or self._left(person, day) <= 0:
                continue
            spans = (_Span(moment(day, begins), moment(day, ends)) for begins, ends in STANDARD)
            yield from ((day, span) for span in spans if not any(span.meets(each) for each in that_day))

    def _left(self, person: Registrar, day: date) -> int:
        """Give the half-days of the contract that are left in a day's week; without one the weekly pattern is the contract."""
        contract = person.contracted_sessions
        if contract is None:
            theirs = (each for each in self._patterns if each.registrar == person.id and each.holds_on(day))
            contract = max((contract_of(each.half_days) for each in theirs), default=0)
        return contract - self._worked[person.id, monday_of(day)]

    @cached_property
    def _patterns(self) -> list[Pattern]:
        return list(patterns_between(self.first, self.last).values())

    @cached_property
    def _sessions(self) -> list[Session]:
        begins, ends = bounds(self.this, monday_of(self.last) + WEEK - DAY)
        wanted = select(Session).where(Session.state == "published", Session.begins_at < ends, Session.ends_at > begins)
        return list(db.session.scalars(wanted))

    @cached_property
    def _worked(self) -> Counter[tuple[int, date]]:
        counted: Counter[tuple[int, date]] = Counter()
        for each in self._sessions:
            week = monday_of(civil_date(each.begins_at))
            counted[each.registrar_id, week] += half_days_of(each.ends_at - each.begins_at)
        return counted

    @cached_property
    def _engaged(self) -> dict[int, list[_Span]]:
        """Sessions and absences of each registrar."""
        found: dict[int, list[_Span]] = defaultdict(list)
        clusters = {centre.id: centre.cluster_id for centre in db.session.scalars(select(Centre))}
        for each in self._sessions:
            found[each.registrar_id].append(_Span(each.begins_at, each.ends_at, clusters[each.centre_id]))
        for away in away_on(self.first, self.last):
            found[away.registrar].append(_Span(away.begins, away.ends))
        return found

    def _minutes(self, person: Registrar, centre: Centre) -> int | None:
        """Give the minutes from home, or from the register office; None where that is out of reach."""
        balance = current_authority().balance
        minutes = journey_minutes(self._home(person.home_postcode), centre, balance)
        return minutes if minutes <= balance.longest_journey_minutes else None

    def _home(self, postcode: str | None) -> Place | Position:
        if postcode not in self._homes:
            self._homes[postcode] = setting_out(postcode, self._centres)
        return self._homes[postcode]

    # ---- places

    @cached_property
    def _centres(self) -> list[Centre]:
        return list(db.session.scalars(select(Centre).order_by(Centre.name, Centre.id)))

    @cached_property
    def _rooms(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for number, centre in db.session.execute(select(Room.id, Room.centre_id).order_by(Room.name, Room.id)):
            found[centre].append(number)
        return found

    @cached_property
    def _filled(self) -> dict[int, list[_Span]]:
        found: dict[int, list[_Span]] = defaultdict(list)
        for each in self._sessions:
            found[each.room_id].append(_Span(each.begins_at, each.ends_at))
        return found

    @cached_property
    def _days(self) -> OpenDays:
        return open_days(self.first, self.last)

    def _room(self, centre: Centre, day: date, span: _Span) -> int | None:
        """Give the first room of a centre that nobody sits in then; None where there is none, or the centre is closed."""
        if not participating(centre, day) or self._days.closed(centre.id, day):
            return None
        rooms = self._rooms[centre.id]
        return next((room for room in rooms if not any(span.meets(each) for each in self._filled[room])), None)
