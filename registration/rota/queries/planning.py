"""What a draft of the rota is made of and held against, as the rules of planning want it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Select, func, or_, select

from registration.centres.models import Centre, Cluster, Room
from registration.common.authority import current_authority
from registration.common.clock import LONDON, civil_date
from registration.common.db import db
from registration.rota.models import (
    Absence,
    DraftSession,
    PatternException,
    PatternHalfDay,
    Registrar,
    Session,
    WorkingPattern,
)
from registration.rota.queries.days import open_days
from registration.rota.rules.absences import ABSENCE_REASONS
from registration.rota.rules.conflicts import Around, Person, Place
from registration.rota.rules.patterns import DAY, HalfDay, Pattern
from registration.rota.rules.planning import WEEK, Away, Basis, Exceptional, Planned, monday_of


def bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """Give the moments from the beginning of a first civil day to the end of a last one."""
    return datetime.combine(first, time(), LONDON), datetime.combine(last + DAY, time(), LONDON)


# ---- what it is made of


def patterns_between(first: date, last: date | None, registrar: int | None = None) -> dict[int, Pattern]:
    """Give the versions of weekly patterns in force on any day of a span, by number, oldest first."""
    wanted = select(WorkingPattern).where(or_(WorkingPattern.valid_to.is_(None), WorkingPattern.valid_to >= first))
    if last is not None:
        wanted = wanted.where(WorkingPattern.valid_from <= last)
    if registrar is not None:
        wanted = wanted.where(WorkingPattern.registrar_id == registrar)
    versions = db.session.scalars(wanted.order_by(WorkingPattern.registrar_id, WorkingPattern.valid_from)).all()
    halves = _half_days([version.id for version in versions])
    return {
        each.id: Pattern(each.registrar_id, each.valid_from, each.valid_to, tuple(halves[each.id])) for each in versions
    }


def _half_days(pattern_ids: Sequence[int]) -> defaultdict[int, list[HalfDay]]:
    found: defaultdict[int, list[HalfDay]] = defaultdict(list)
    wanted = select(PatternHalfDay).where(PatternHalfDay.pattern_id.in_(pattern_ids))
    for each in db.session.scalars(
        wanted.order_by(PatternHalfDay.weekday, PatternHalfDay.begins, PatternHalfDay.weeks)
    ):
        half_day = HalfDay(each.weekday, each.centre_id, each.room_id, each.begins, each.ends, each.weeks)
        found[each.pattern_id].append(half_day)
    return found


def exceptions_between(first: date, last: date, registrar: int | None = None) -> dict[int, Exceptional]:
    """Give what registrars do otherwise on single half-days of a span, by number, in order of day."""
    wanted = select(PatternException).where(PatternException.day.between(first, last))
    if registrar is not None:
        wanted = wanted.where(PatternException.registrar_id == registrar)
    rows = db.session.scalars(wanted.order_by(PatternException.day, PatternException.id))
    return {each.id: Exceptional(each.registrar_id, each.day, each.half, _place(each), each.reason) for each in rows}


def _place(exception: PatternException) -> HalfDay | None:
    if exception.centre_id is None or exception.begins is None or exception.ends is None:
        return None
    weekday = exception.day.isoweekday()
    return HalfDay(weekday, exception.centre_id, exception.room_id, exception.begins, exception.ends)


def away_on(first: date, last: date) -> list[Away]:
    """Give who is absent at any moment of a span of days."""
    begins, ends = bounds(first, last)
    wanted = select(Absence).where(Absence.state == "planned", Absence.begins_at < ends, Absence.ends_at > begins)
    return [
        Away(each.registrar_id, each.begins_at, each.ends_at, ABSENCE_REASONS[each.reason].lower())
        for each in db.session.scalars(wanted.order_by(Absence.begins_at, Absence.id))
    ]


def basis(first: date, last: date) -> Basis:
    """Give everything that a draft for a span of days is made of."""
    left = db.session.scalars(select(Registrar).where(Registrar.left_on.is_not(None)))
    return Basis(
        patterns=list(patterns_between(first, last).values()),
        exceptions=list(exceptions_between(first, last).values()),
        away=away_on(first, last),
        days=open_days(first, last),
        left={each.id: each.left_on for each in left if each.left_on is not None},
    )


def rooms_by_centre() -> Mapping[int, list[int]]:
    """Give the rooms of each centre, in the order of their names."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for room_id, centre_id in db.session.execute(select(Room.id, Room.centre_id).order_by(Room.name, Room.id)):
        found[centre_id].append(room_id)
    return found


@dataclass(frozen=True, slots=True)
class Seats:
    """A centre with its rooms, as pages offer them: numbers and names, in the order of the names."""

    id: int
    name: str
    rooms: tuple[tuple[int, str], ...]


def seats() -> list[Seats]:
    """Give every centre with its rooms."""
    rooms: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for room in db.session.scalars(select(Room).order_by(Room.name, Room.id)):
        rooms[room.centre_id].append((room.id, room.name))
    found = db.session.execute(select(Centre.id, Centre.name).order_by(Centre.name, Centre.id))
    return [Seats(number, name, tuple(rooms[number])) for number, name in found]


def cluster_names() -> dict[int, str]:
    """Give the names of the clusters by number, in their order."""
    rows = db.session.execute(select(Cluster.id, Cluster.name).order_by(Cluster.name))
    return {row.id: row.name for row in rows}


# ---- what it is held against


def people() -> dict[int, Person]:
    """Give every registrar as a draft must know one, by number."""
    council = current_authority().minutes_per_baby
    return {
        each.id: Person(
            each.name,
            each.may_register_births,
            each.left_on,
            each.contracted_sessions,
            each.minutes_per_baby or council,
        )
        for each in db.session.scalars(select(Registrar).order_by(Registrar.name))
    }


def places() -> dict[int, Place]:
    """Give every centre as a draft must know one, by number, in order of name."""
    return {
        each.id: Place(each.name, each.cluster_id, each.participating_from, each.participating_to)
        for each in db.session.scalars(select(Centre).order_by(Centre.name, Centre.id))
    }


def around(first: date, last: date) -> Around:
    """Give everything that a draft for a span of days must not clash with.

    What stands beside it: extra sessions, and in weeks of which the draft has only a part, the rota of the other days.
    """
    weeks = db.session.scalars(_published(monday_of(first), monday_of(last) + WEEK - DAY))
    standing = [
        _planned(each) for each in weeks if each.kind == "extra" or not first <= civil_date(each.begins_at) <= last
    ]
    return Around(people(), places(), open_days(first, last), away_on(first, last), standing)


def _published(first: date, last: date) -> Select[Session]:
    begins, ends = bounds(first, last)
    wanted = select(Session).where(Session.state == "published", Session.begins_at < ends, Session.ends_at > begins)
    return wanted.order_by(Session.begins_at, Session.id)


def _planned(row: Session | DraftSession) -> Planned:
    goes_on = row.goes_on_id or 0 if isinstance(row, DraftSession) else 0
    return Planned(row.registrar_id, row.centre_id, row.room_id, row.begins_at, row.ends_at, row.id, goes_on)


def published_rota(first: date, last: date, *, lock: bool = False) -> list[Planned]:
    """Give the published sessions of a span of days that are of the rota, their numbers as keys; locked until commit if asked."""
    wanted = _published(first, last).where(Session.kind == "rota")
    return [_planned(each) for each in db.session.scalars(wanted.with_for_update() if lock else wanted)]


def published_to() -> date | None:
    """Give the day of the last published session of the rota, None where there is none."""
    latest = select(func.max(Session.begins_at)).where(Session.state == "published", Session.kind == "rota")
    found = db.session.scalar(latest)
    return None if found is None else civil_date(found)


def draft_sessions(draft_id: int) -> list[Planned]:
    """Give the sessions that a draft proposes, their numbers in it as keys."""
    wanted = select(DraftSession).where(DraftSession.draft_id == draft_id)
    found = db.session.scalars(wanted.order_by(DraftSession.begins_at, DraftSession.id))
    return [_planned(each) for each in found]
