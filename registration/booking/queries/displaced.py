"""Bookings whose time does not stand because their registrar is away then: found by looking, never by a mark."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, text

from registration.common.db import db

#: Of a booking `b`: its registrar is away at its time.
IS_DISPLACED = """
EXISTS (SELECT 1 FROM session away_s JOIN absence away ON away.registrar_id = away_s.registrar_id AND away.state = 'planned'
         WHERE away_s.id = b.session_id AND away.begins_at < b.ends_at AND away.ends_at > b.begins_at)
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """A family's booking that an absence falls on."""

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
_NUMBERED = text(_HIT.format(which="b.id = ANY(:bookings)"))
_NOW_DISPLACED = text(_HIT.format(which=f"b.begins_at > :now AND {IS_DISPLACED}"))
_IS = text(f"SELECT 1 FROM booking b WHERE b.id = :booking AND b.state = 'booked' AND {IS_DISPLACED}")  # noqa: S608
_LOCK = text("SELECT id FROM booking WHERE id = ANY(:bookings) ORDER BY id FOR UPDATE").bindparams(
    bindparam("bookings")
)


def hits(registrars: Collection[int], begins: datetime, ends: datetime, now: datetime) -> list[Hit]:
    """List the bookings still to come that an absence of these registrars falls on, by the day they have to be settled."""
    values = {"registrars": list(registrars), "begins": begins, "ends": ends, "now": now}
    return [_hit(row) for row in db.session.execute(_IN_SPAN, values)]


def displaced(now: datetime) -> list[Hit]:
    """List every booking still to come whose registrar is away, by the day they have to be settled."""
    return [_hit(row) for row in db.session.execute(_NOW_DISPLACED, {"now": now})]


def live_among(bookings: Collection[int]) -> list[Hit]:
    """Lock these bookings, then give those that are still live, as they stand."""
    db.session.execute(_LOCK, {"bookings": list(bookings)})
    return [_hit(row) for row in db.session.execute(_NUMBERED, {"bookings": list(bookings)})]


def is_displaced(booking_id: int) -> bool:
    """Say whether a booking's time does not stand."""
    return db.session.execute(_IS, {"booking": booking_id}).scalar() is not None


def _hit(row: tuple[object, ...]) -> Hit:
    values = list(row)
    values[10] = tuple(values[10])  # type: ignore[arg-type]
    return Hit(*values)  # type: ignore[arg-type]
