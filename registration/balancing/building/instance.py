"""What the database gives a plan: who can work when and where, rooms, families to expect, and the rota as it stands."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from statistics import median

from sqlalchemy import select

from registration.balancing.building.families import Expecting, expected, languages_asked_for
from registration.balancing.building.journeys import journey_minutes, setting_out
from registration.balancing.rules.half_days import Calendar, Span, Times, times_of
from registration.balancing.rules.rota import (
    OFFICE,
    WEEK,
    WEEKS_BEFORE,
    Assignment,
    Centre,
    Cluster,
    Id,
    Instance,
    OfficeNeed,
    Registrar,
    Rota,
    in_one_order,
    rota_of,
)
from registration.balancing.rules.shown import can_open
from registration.booking.forms.needs import language_name
from registration.booking.queries.sessions import taken_in
from registration.centres.models import Centre as CentreRow
from registration.common.authority import Balance, current_authority
from registration.common.db import db
from registration.rota.models import Registrar as RegistrarRow
from registration.rota.models import Session
from registration.rota.queries.planning import (
    basis,
    bounds,
    cluster_names,
    published_rota,
    published_to,
    rooms_by_centre,
)
from registration.rota.rules.conflicts import in_words
from registration.rota.rules.days import OpenDays
from registration.rota.rules.planning import Basis, Planned, expand

#: Babies of a week must have been registered by the end of the fifth week after it: all have their day 42 in the sixth.
DEADLINE_WEEKS = 5


@dataclass(frozen=True)
class Built:
    """A plan's instance, the rota of its days as it stands, and what turns a plan's rota into sessions again.

    `kept` are sessions that lie outside the half-days planned (evenings, Saturdays): a draft takes them over as they are.
    `notes` say what had to be supposed; `spread` is that of the births expected.
    """

    calendar: Calendar
    instance: Instance
    today: Rota
    times: Times
    kept: Sequence[Planned]
    notes: tuple[str, ...]
    spread: Mapping[int, tuple[float, float]]


def build(first: date, weeks: int, today: date, expecting: Expecting = expected) -> Built:
    """Read everything that a plan of so many weeks from a Monday needs; nothing is written."""
    return Builder(Calendar(first, weeks), today, expecting).built()


class Builder:
    """Reads the parts of an instance, each once."""

    def __init__(self, calendar: Calendar, today: date, expecting: Expecting) -> None:
        self.calendar, self.today = calendar, today
        self.expected = expecting(calendar.first, calendar.weeks, today)
        self.balance: Balance = current_authority().balance
        self.basis: Basis = basis(calendar.first, calendar.last)
        self.notes: list[str] = []

    def built(self) -> Built:
        """Put everything together, and say what had to be supposed."""
        kept = [each for each in self.standing if not any(self.calendar.of_session(each))]
        if kept:
            self.notes.append(
                f"{len(kept)} sessions on evenings and Saturdays stay as they are; the families they see are not counted."
            )
        if self.balance.reserve_percent:
            self.notes.append(
                f"Times are planned for {self.balance.reserve_percent} in 100 more families than are expected."
            )
        instance = self.where_somebody_can_come(self.instance())
        self.note_displaced()
        known = instance.registrar
        places = {key: place for key, place in self.places.items() if key[0] in known}
        return Built(
            self.calendar, instance, rota_of(places), self.times, kept, tuple(self.notes), self.expected.spread
        )

    # ---- people

    @cached_property
    def people(self) -> list[RegistrarRow]:
        """Those who may register births."""
        wanted = select(RegistrarRow).where(RegistrarRow.may_register_births)
        return list(db.session.scalars(wanted.order_by(RegistrarRow.name)))

    @cached_property
    def published(self) -> list[Planned]:
        """The published sessions of these days."""
        return published_rota(self.calendar.first, self.calendar.last)

    @cached_property
    def standing(self) -> list[Planned]:
        """The rota as it stands: what is published, and on later days what the weekly patterns give."""
        until = published_to()
        later, _ = expand(self.calendar.first, self.calendar.last, self.basis)
        return [*self.published, *(each for each in later if until is None or each.day > until)]

    @cached_property
    def extra(self) -> dict[int, list[Session]]:
        """Sessions outside the rota, by half-day: they stay, with whoever holds them."""
        begins, ends = bounds(self.calendar.first, self.calendar.last)
        wanted = select(Session).where(
            Session.state == "published", Session.kind == "extra", Session.begins_at < ends, Session.ends_at > begins
        )
        found: defaultdict[int, list[Session]] = defaultdict(list)
        for row in db.session.scalars(wanted.order_by(Session.id)):
            session = Planned(row.registrar_id, row.centre_id, row.room_id, row.begins_at, row.ends_at)
            for half_day, _ in self.calendar.of_session(session):
                found[half_day].append(row)
        return found

    @cached_property
    def times(self) -> dict[tuple[Id, int], Span]:
        """When each registrar works in a half-day: as published, else as the weekly pattern says wherever it is open."""
        anywhere, _ = expand(self.calendar.first, self.calendar.last, replace(self.basis, days=OpenDays({}, {})))
        found = times_of([*self.published, *anywhere], self.calendar)
        elsewhere = {(row.registrar_id, half) for half, rows in self.extra.items() for row in rows}
        return {key: span for key, span in found.items() if key not in elsewhere and self._is_there(*key, span)}

    def _is_there(self, registrar: Id, half_day: int, span: Span) -> bool:
        begins, ends = self.calendar.moments(half_day, span)
        left = self.basis.left.get(int(registrar))
        return (left is None or self.calendar.day(half_day) < left) and not any(
            away.registrar == registrar and away.begins <= begins and ends <= away.ends for away in self.basis.away
        )

    # ---- places

    @cached_property
    def centres(self) -> list[CentreRow]:
        """Centres that take part on any day of the plan."""
        return [
            one
            for one in db.session.scalars(select(CentreRow).order_by(CentreRow.name, CentreRow.id))
            if one.participating_from <= self.calendar.last
            and (one.participating_to is None or self.calendar.first <= one.participating_to)
        ]

    @cached_property
    def places(self) -> dict[tuple[Id, int], Id]:
        """Where everybody is in the rota as it stands, as far as they are there."""
        found: dict[tuple[Id, int], Id] = {}
        known = {one.id for one in self.centres}
        for session in self.standing:
            for half_day, _ in self.calendar.of_session(session):
                if session.centre in known and (session.registrar, half_day) in self.times:
                    found.setdefault((session.registrar, half_day), session.centre)
        return found

    @cached_property
    def pins(self) -> frozenset[Assignment]:
        """Where a family has booked, or is booking just now: the registrar stays there then."""
        return frozenset(pin for pin in self.booked if self.places.get((pin.registrar, pin.half_day)) == pin.centre)

    @cached_property
    def booked(self) -> set[Assignment]:
        """Which half-days of published sessions families have, whether or not the registrar is there."""
        taken = taken_in([each.key for each in self.published])
        found = set()
        for session in self.published:
            for half_day, span in self.calendar.of_session(session):
                begins, ends = self.calendar.moments(half_day, span)
                if any(each.begins < ends and begins < each.ends for each in taken.get(session.key, ())):
                    found.add(Assignment(session.registrar, half_day, session.centre))
        return found

    def note_displaced(self) -> None:
        """Say whose families must be seen to before any rota of these days can be published."""
        names = {one.id: one.name for one in self.people}
        said = {}
        for pin in in_one_order(self.booked - self.pins):
            when = in_words(self.calendar.day(pin.half_day))
            if (pin.registrar, pin.half_day) in self.times:
                where = db.session.get_one(CentreRow, pin.centre).name
                said[f"Families have booked at {where} on {when}, which takes no part then"] = "move them"
            else:
                who = names.get(int(pin.registrar), "Somebody who may register no births")
                said[f"{who} is away on {when}, and families have booked then"] = "plan the cover"
        self.notes.extend(
            f"{fact}: {first} first, or a draft of these days cannot be published." for fact, first in said.items()
        )

    def open_rooms(self) -> dict[int, tuple[int, ...]]:
        """Count the rooms of each centre in each half-day: none on a closed day, and at least those in use now."""
        rooms = rooms_by_centre()
        used = Counter((centre, half) for (_, half), centre in self.places.items())
        beside = Counter((row.centre_id, half) for half, rows in self.extra.items() for row in rows)
        return {
            one.id: tuple(
                max(len(rooms.get(one.id, ())) - beside[one.id, half], used[one.id, half])
                if self._is_open(one, self.calendar.day(half))
                else 0
                for half in range(self.calendar.weeks * WEEK)
            )
            for one in self.centres
        }

    def _is_open(self, centre: CentreRow, day: date) -> bool:
        takes_part = centre.participating_from <= day and (
            centre.participating_to is None or day <= centre.participating_to
        )
        return takes_part and not self.basis.days.closed(centre.id, day)

    def sessions_kept(self) -> dict[int, tuple[int, ...]]:
        """Count the sessions each centre must hold: those booked into and, at the register office, as many as now."""
        booked = Counter((pin.centre, pin.half_day) for pin in self.pins)
        now = Counter((centre, half) for (_, half), centre in self.places.items())
        kept = {}
        for one in self.centres:
            stays = one.kind == "register_office" and self.balance.office_keeps_sessions
            kept[one.id] = tuple(
                max(booked[one.id, half], now[one.id, half] if stays else 0)
                for half in range(self.calendar.weeks * WEEK)
            )
        return kept

    # ---- all together

    def instance(self) -> Instance:
        """Put the parts together."""
        people = [one for one in self.people if any(key[0] == one.id for key in self.times)]
        rooms, kept = self.open_rooms(), self.sessions_kept()
        clusters = self.clusters(people)
        return Instance(
            name=f"From {self.calendar.first.isoformat()}",
            weeks=self.calendar.weeks,
            presence_weeks=self.balance.presence_weeks,
            language_weeks=self.balance.language_weeks,
            curve=self.expected.curve,
            deadline_weeks=DEADLINE_WEEKS,
            office=self.office(),
            clusters=clusters,
            centres=tuple(Centre(one.id, one.cluster_id, rooms[one.id], kept[one.id]) for one in self.centres),
            registrars=self.registrars(people, [one.id for one in clusters]),
            pins=self.pins,
            change_minutes=self.balance.change_minutes,
        )

    def where_somebody_can_come(self, instance: Instance) -> Instance:
        """Leave a centre closed in weeks in which everybody within its reach is kept elsewhere by families' bookings.

        Otherwise no plan of the next weeks could be: a centre that has rooms must open every so often.
        """
        shut: dict[Id, set[int]] = defaultdict(set)
        for block in instance.presence_blocks():
            for centre in instance.centres:
                rooms = any(centre.rooms[half] for half in block)
                if rooms and not any(can_open(instance, centre, half) for half in block):
                    shut[centre.id].update(block)
                    self._note_shut(centre.id, self.calendar.day(block[0]))
        centres = tuple(
            replace(one, rooms=tuple(0 if half in shut[one.id] else count for half, count in enumerate(one.rooms)))
            for one in instance.centres
        )
        return replace(instance, centres=centres)

    def _note_shut(self, centre: Id, monday: date) -> None:
        name = next(one.name for one in self.centres if one.id == centre)
        self.notes.append(
            f"{name} stays closed in the weeks from {in_words(monday)}: everybody within its reach is booked elsewhere."
        )

    def office(self) -> tuple[OfficeNeed, ...]:
        """Keep at the office what the settings say, on every day that is no bank holiday."""
        need = OfficeNeed(self.balance.office_staff, self.balance.office_registrars)
        shut = OfficeNeed(0, 0)
        days = self.basis.days
        halves = range(self.calendar.weeks * WEEK)
        return tuple(shut if self.calendar.day(half) in days.holidays else need for half in halves)

    def clusters(self, people: Iterable[RegistrarRow]) -> tuple[Cluster, ...]:
        """Give the clusters that have a centre, where they are in kilometres, what they expect, and what must be spoken."""
        here = {one.cluster_id for one in self.centres}
        needs = self.languages(people)
        none = (0.0,) * (WEEKS_BEFORE + self.calendar.weeks)
        more = 1 + self.balance.reserve_percent / 100
        births = {number: tuple(count * more for count in weekly) for number, weekly in self.expected.births.items()}
        return tuple(
            Cluster(number, needs.get(number), births.get(number, none), *self._middle(number))
            for number in cluster_names()
            if number in here
        )

    def _middle(self, cluster: int) -> tuple[float, float]:
        found = [
            (one.easting / 1000, one.northing / 1000)
            for one in self.centres
            if one.cluster_id == cluster and one.easting is not None and one.northing is not None
        ]
        return (sum(x for x, _ in found) / len(found), sum(y for _, y in found) / len(found)) if found else (0.0, 0.0)

    def languages(self, people: Iterable[RegistrarRow]) -> dict[int, str]:
        """Give what must be spoken, by cluster. Only a registrar can bring a language: the rest is left to interpreters."""
        needs: dict[int, str] = {}
        spoken = {language for one in people for language in one.languages}
        for asked in languages_asked_for(self.today, self.balance.language_percent):
            if asked.language in spoken:
                needs.setdefault(asked.cluster, asked.language)
            else:
                where = cluster_names()[asked.cluster]
                self.notes.append(
                    f"{asked.families} families of {where} asked for {language_name(asked.language)}, which no registrar speaks."
                )
        return needs

    # ---- registrars

    def registrars(self, people: Sequence[RegistrarRow], clusters: Sequence[Id]) -> tuple[Registrar, ...]:
        """Give each registrar as a plan must know one."""
        council = current_authority().minutes_per_baby
        homeless = [one.name for one in people if not one.home_postcode]
        if homeless:
            self.notes.append(
                f"{len(homeless)} of {len(people)} registrars have no home postcode: "
                "their journeys are reckoned from the register office."
            )
        return tuple(self._registrar(one, clusters, one.minutes_per_baby or council) for one in people)

    def _registrar(self, one: RegistrarRow, clusters: Sequence[Id], minutes: int) -> Registrar:
        spans = {half: span for (who, half), span in self.times.items() if who == one.id}
        where = {pin.half_day for pin in self.pins if pin.registrar == one.id}
        reach = self._reach(one, clusters)
        return Registrar(
            id=one.id,
            grade=one.grade,
            slots=max(1, int(median(span.minutes for span in spans.values()) // minutes)),
            contract=max(self._contract(one), *(_in_week(where, week) for week in range(self.calendar.weeks))),
            home=min(reach, key=lambda place: (reach[place], str(place)), default=OFFICE),
            languages=frozenset(one.languages),
            available=tuple(half in spans for half in range(self.calendar.weeks * WEEK)),
            reach=reach,
        )

    def _contract(self, one: RegistrarRow) -> int:
        """Give the half-days a week that are left for the plan once evenings and Saturdays are held."""
        if one.contracted_sessions is None:
            return WEEK
        beside = Counter(
            each.monday
            for each in self.standing
            if each.registrar == one.id and not any(self.calendar.of_session(each))
        )
        return max(0, one.contracted_sessions - max(beside.values(), default=0))

    def _reach(self, one: RegistrarRow, clusters: Sequence[Id]) -> dict[Id, int]:
        """Give the minutes to the farthest centre of each cluster that is near enough, or that is worked in now."""
        home = setting_out(one.home_postcode, self.centres)
        now = {centre for (who, _), centre in self.places.items() if who == one.id}
        longest = self.balance.longest_journey_minutes
        found: dict[Id, int] = {}
        for cluster in clusters:
            centres = [each for each in self.centres if each.cluster_id == cluster]
            minutes = max(journey_minutes(home, each, self.balance) for each in centres)
            if minutes <= longest or any(each.id in now for each in centres):
                found[cluster] = minutes
        return found


def _in_week(half_days: Iterable[int], week: int) -> int:
    return sum(half // WEEK == week for half in half_days)
