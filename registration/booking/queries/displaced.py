"""Bookings whose time does not stand, their registrar away then or their centre closed: found by looking, never by a mark."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, text

from registration.common.db import db

#: Of a booking `b`: its centre takes part no more on its day.
HAS_CLOSED = """
EXISTS (SELECT 1 FROM centre gone
         WHERE gone.id = b.centre_id AND (b.begins_at AT TIME ZONE 'Europe/London')::date > gone.participating_to)
"""
#: Of a booking `b`: its registrar is away at its time, or its centre has closed by then.
IS_DISPLACED = f"""
(EXISTS (SELECT 1 FROM session away_s JOIN absence away ON away.registrar_id = away_s.registrar_id AND away.state = 'planned'
          WHERE away_s.id = b.session_id AND away.begins_at < b.ends_at AND away.ends_at > b.begins_at)
 OR {HAS_CLOSED})
"""  # noqa: S608 -- of our own words only


@dataclass(frozen=True, slots=True)
class Hit:
    """A family's booking that an absence, or the closing of its centre, falls on."""

    booking_id: int
    public_id: UUID
    reference: str
    name: str
    start: datetime
    end: datetime
    session_id: int
    registrar_id: int
    centre_id: int
    centre: str
    births: tuple[date, ...]
    interpreter: bool
    language: str
    last_lawful_day: date
    by_post_only: bool


_HIT = """
SELECT b.id, b.public_id, b.reference, f.name, b.begins_at, b.ends_at, b.session_id, s.registrar_id, b.centre_id, c.name,
       f.born, f.interpreter, f.language, b.last_lawful_day, COALESCE(f.mobile, f.email, f.second_contact) IS NULL
  FROM booking b
  JOIN session s ON s.id = b.session_id
  JOIN family f ON f.id = b.family_id
  JOIN centre c ON c.id = b.centre_id
 WHERE b.state = 'booked' AND {which}
 ORDER BY b.last_lawful_day, b.begins_at, b.id
"""
_IN_SPAN = text(
    _HIT.format(
        which="s.registrar_id = ANY(:registrars) AND b.begins_at < :ends AND b.ends_at > greatest(:begins, :now)"
    )
)
_AT = text(_HIT.format(which="b.centre_id = :centre AND b.begins_at >= greatest(:begins, :now)"))
_NUMBERED = text(_HIT.format(which="b.id = ANY(:bookings)"))
_NOW_DISPLACED = text(_HIT.format(which=f"b.begins_at > :now AND {IS_DISPLACED}"))
_IS = text(f"SELECT 1 FROM booking b WHERE b.id = :booking AND b.state = 'booked' AND {IS_DISPLACED}")  # noqa: S608
_CLOSED = text(f"SELECT 1 FROM booking b WHERE b.id = :booking AND {HAS_CLOSED}")  # noqa: S608
_BOOKED_AFTER = text("""
SELECT count(*) FROM booking b
 WHERE b.state = 'booked' AND b.centre_id = :centre AND b.begins_at > :now
   AND (b.begins_at AT TIME ZONE 'Europe/London')::date > :last_day
""")
_LOCK = text("SELECT id FROM booking WHERE id = ANY(:bookings) ORDER BY id FOR UPDATE").bindparams(
    bindparam("bookings")
)


def hits(registrars: Collection[int], begins: datetime, ends: datetime, now: datetime) -> list[Hit]:
    """List the bookings still to come that an absence of these registrars falls on, by the day they have to be settled."""
    values = {"registrars": list(registrars), "begins": begins, "ends": ends, "now": now}
    return [_hit(row) for row in db.session.execute(_IN_SPAN, values)]


def hits_at(centre_id: int, begins: datetime, now: datetime) -> list[Hit]:
    """List the bookings still to come at a centre that closes from a moment on, by the day they have to be settled."""
    values = {"centre": centre_id, "begins": begins, "now": now}
    return [_hit(row) for row in db.session.execute(_AT, values)]


def booked_after(centre_id: int, last_day: date, now: datetime) -> int:
    """Count the families booked at a centre on a day after its last, whose time would not stand then."""
    values = {"centre": centre_id, "last_day": last_day, "now": now}
    return int(db.session.execute(_BOOKED_AFTER, values).scalar_one())


def displaced(now: datetime) -> list[Hit]:
    """List every booking still to come whose time does not stand, by the day they have to be settled."""
    return [_hit(row) for row in db.session.execute(_NOW_DISPLACED, {"now": now})]


def live_among(bookings: Collection[int]) -> list[Hit]:
    """Lock these bookings, then give those that are still live, as they stand."""
    db.session.execute(_LOCK, {"bookings": list(bookings)})
    return [_hit(row) for row in db.session.execute(_NUMBERED, {"bookings": list(bookings)})]


def is_displaced(booking_id: int) -> bool:
    """Say whether a booking's time does not stand."""
    return db.session.execute(_IS, {"booking": booking_id}).scalar() is not None


def has_closed(booking_id: int) -> bool:
    """Say whether it is the closing of its centre for which a booking's time does not stand."""
    return db.session.execute(_CLOSED, {"booking": booking_id}).scalar() is not None


def _hit(row: tuple[object, ...]) -> Hit:
    values = list(row)
    values[10] = tuple(values[10])  # type: ignore[arg-type]
    return Hit(*values)  # type: ignore[arg-type]
