"""Registrars, weekly patterns and sessions as files that the imports read again."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import select

from registration.centres.models import Centre, Room
from registration.common.clock import london
from registration.common.db import db
from registration.common.files import written
from registration.rota.models import Registrar, Session
from registration.rota.queries.planning import bounds, patterns_between
from registration.rota.rules import same_name
from registration.rota.rules.patterns import EVERY, WEEKDAYS

REGISTRARS = (
    "name", "grade", "may_register_births", "languages", "home_postcode", "contracted_sessions", "minutes_per_baby",
    "left_on",
)  # fmt: skip
PATTERNS = ("registrar", "valid_from", "valid_to", "weekday", "centre", "room", "from", "to", "weeks")
SESSIONS = ("registrar", "centre", "room", "date", "from", "to", "kept_minutes", "withdrawn")


def registrars_file() -> bytes:
    """Write every registrar, by name."""
    everyone = db.session.scalars(select(Registrar).order_by(Registrar.name))
    return written(REGISTRARS, map(_registrar, everyone))


def _registrar(each: Registrar) -> tuple[object, ...]:
    may, spoken = "yes" if each.may_register_births else "no", ";".join(each.languages)
    facts = (each.home_postcode, each.contracted_sessions, each.minutes_per_baby, each.left_on)
    return (each.name, each.grade, may, spoken, *("" if fact is None else fact for fact in facts))


def patterns_file() -> bytes:
    """Write every version of every weekly pattern, a line for each half-day."""
    return written(PATTERNS, _half_days())


def _half_days() -> Iterator[tuple[object, ...]]:
    names = {row.id: row.name for row in db.session.execute(select(Registrar.id, Registrar.name))}
    centres, rooms = centre_names(), _rooms()
    versions = sorted(
        patterns_between(date.min, None).values(), key=lambda each: (names[each.registrar], each.valid_from)
    )
    for version in versions:
        for each in version.half_days:
            where = centres[each.centre], "" if each.room is None else rooms[each.room]
            when = f"{each.begins:%H:%M}", f"{each.ends:%H:%M}"
            yield (
                names[version.registrar],
                version.valid_from,
                version.valid_to or "",
                WEEKDAYS[each.weekday - 1],
                *where,
                *when,
                each.weeks if each.weeks == EVERY else each.weeks.upper(),
            )


def sessions_file(first: date, last: date) -> bytes:
    """Write the published sessions of a span of days, extra ones too, in order of time."""
    begins, ends = bounds(first, last)
    wanted = select(Session, Registrar.name).join(Registrar, Registrar.id == Session.registrar_id)
    wanted = wanted.where(Session.state == "published", Session.begins_at >= begins, Session.begins_at < ends)
    centres, rooms = centre_names(), _rooms()
    found = db.session.execute(wanted.order_by(Session.begins_at, Registrar.name))
    return written(SESSIONS, (_session(each, name, centres, rooms) for each, name in found))


def _session(each: Session, name: str, centres: Mapping[int, str], rooms: Mapping[int, str]) -> tuple[object, ...]:
    begins, ends = london(each.begins_at), london(each.ends_at)
    times = f"{begins:%H:%M}", f"{ends:%H:%M}"
    return (name, centres[each.centre_id], rooms[each.room_id], begins.date(), *times, each.kept_minutes, "")


def centre_names() -> dict[int, str]:
    """Give what a file calls each centre: its name, or its number where another has the same name."""
    names = {row.id: row.name for row in db.session.execute(select(Centre.id, Centre.name))}
    known = Counter(map(same_name, names.values()))
    return {number: name if known[same_name(name)] == 1 else str(number) for number, name in names.items()}


def _rooms() -> dict[int, str]:
    return {row.id: row.name for row in db.session.execute(select(Room.id, Room.name))}
