"""What is known of the appointments of a centre on a day, and how many of them nobody marked yet."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import text

from registration.booking.queries.displaced import HAS_CLOSED
from registration.booking.queries.openings import midnight
from registration.booking.rules.attendance import Attending, Parents
from registration.booking.rules.outcomes import Outcome, Standing
from registration.common.clock import civil_date
from registration.common.db import db

_STANDING = """
SELECT b.reference, b.version, b.kind, b.state = 'cancelled', b.begins_at, b.ends_at, b.centre_id, b.outcome,
       coalesce(m.reason, ''), coalesce(m.note, ''), coalesce(m.id, 0), coalesce(u.name, nullif(m.recorded_by, 'service'), ''){more}
  FROM booking b
  LEFT JOIN LATERAL (SELECT id, reason, note, recorded_by, happened_at FROM outcome WHERE booking_id = b.id
                      ORDER BY id DESC LIMIT 1) m ON true
  LEFT JOIN staff_user u ON m.recorded_by = 'staff:' || u.id
{rest}
"""
_MORE = f""",
       b.married_or_civil_partners, b.both_parents_named, b.attending,
       b.id, b.public_id, b.family_id, r.name, room.name, f.name, cardinality(f.born),
       f.language, f.interpreter, f.access_needs, f.mobile, f.email, m.happened_at,
       (EXISTS (SELECT 1 FROM absence a WHERE a.registrar_id = s.registrar_id AND a.state = 'planned'
                   AND a.begins_at < b.ends_at AND a.ends_at > b.begins_at) OR {HAS_CLOSED}), b.channel"""  # noqa: S608 -- of our own words only
_OF_A_DAY = """
  JOIN family f ON f.id = b.family_id
  JOIN session s ON s.id = b.session_id
  JOIN registrar r ON r.id = s.registrar_id
  JOIN room ON room.id = s.room_id
 WHERE b.centre_id = :centre AND b.state = 'booked' AND b.begins_at >= :first AND b.begins_at < :last
 ORDER BY b.begins_at, r.name, b.id
"""
_BY_REFERENCE = text(_STANDING.format(more="", rest="WHERE b.reference = ANY(:references)"))
_ROWS = text(_STANDING.format(more=_MORE, rest=_OF_A_DAY))


@dataclass(frozen=True, slots=True)
class DayRow:
    """One appointment of a day: what stands, whom it is with, and what whoever is there has to know of the family."""

    standing: Standing
    parents: Parents
    id: int
    public_id: UUID
    family_id: int
    registrar: str
    room: str
    name: str
    babies: int
    language: str
    interpreter: bool
    access_needs: str
    mobile: str | None
    email: str | None
    happened_at: datetime | None
    displaced: bool
    channel: str


def _standing(row: Sequence[Any], on: date | None = None) -> Standing:
    reference, version, kind, cancelled, start, end, centre_id, outcome, reason, note, marked, by = row
    known = Outcome(outcome) if outcome else None
    day = on or civil_date(start)
    return Standing(reference, version, kind, cancelled, start, end, day, centre_id, known, reason, note, marked, by)


@lru_cache  # there are a dozen sorts of parents, and two hundred rows of a busy day
def _parents(married: bool, both_named: bool, attending: str) -> Parents:  # noqa: FBT001 -- columns of a row
    return Parents(married, both_named, Attending(attending))


def _row(row: Sequence[Any], day: date) -> DayRow:
    return DayRow(_standing(row[:12], day), _parents(*row[12:15]), *row[15:])


def day_list(centre_id: int, day: date) -> list[DayRow]:
    """List the live appointments of a centre on a civil day, in the order of the day."""
    values = {"centre": centre_id, "first": midnight(day), "last": midnight(day + timedelta(days=1))}
    return [_row(row, day) for row in db.session.execute(_ROWS, values).all()]


def starts_from(centre_id: int, moment: datetime) -> list[datetime]:
    """Give when the live appointments of a centre begin from a moment on."""
    wanted = text(
        "SELECT begins_at FROM booking WHERE centre_id = :centre AND state = 'booked' AND begins_at >= :moment"
    )
    return list(db.session.scalars(wanted, {"centre": centre_id, "moment": moment}))


def standings(references: Collection[str]) -> dict[str, Standing]:
    """Give the bookings of these references as they stand, by reference; those that nobody has are not in it."""
    rows = db.session.execute(_BY_REFERENCE, {"references": list(references)})
    return {row[0]: _standing(row) for row in rows}


def names_of(references: Collection[str]) -> dict[str, str]:
    """Give what the families of these bookings are called, by reference."""
    wanted = text(
        "SELECT b.reference, f.name FROM booking b JOIN family f ON f.id = b.family_id WHERE b.reference = ANY(:of)"
    )
    return {row.reference: row.name for row in db.session.execute(wanted, {"of": list(references)})}


def lock_bookings(references: Collection[str]) -> None:
    """Let nobody else change these bookings until the transaction in hand ends; in one order, so that two cannot block."""
    locked = text("SELECT id FROM booking WHERE reference = ANY(:references) ORDER BY id FOR UPDATE")
    db.session.execute(locked, {"references": list(references)})


@dataclass(frozen=True, slots=True)
class CentreDay:
    """One centre on one day: how many appointments, and how many of them, over by now, nobody marked."""

    centre_id: int
    centre: str
    day: date
    booked: int
    missing: int


_DAYS = text("""
SELECT c.id, c.name, CAST(:day AS date), count(b.id),
       count(b.id) FILTER (WHERE (b.outcome IS NULL OR b.outcome = 'arrived') AND b.ends_at <= :until)
  FROM centre c
  LEFT JOIN booking b ON b.centre_id = c.id AND b.state = 'booked' AND b.begins_at >= :first AND b.begins_at < :last
 WHERE (CAST(:centres AS bigint[]) IS NULL OR c.id = ANY(:centres))
   AND (b.id IS NOT NULL OR EXISTS (SELECT 1 FROM session s WHERE s.centre_id = c.id AND s.state = 'published'
                                       AND s.begins_at >= :first AND s.begins_at < :last))
 GROUP BY c.id, c.name ORDER BY c.name
""")


def centres_on(day: date, until: datetime, centre_ids: Collection[int] | None = None) -> list[CentreDay]:
    """List the centres with a session or an appointment on a day, by name; all, or of those named."""
    span = {"day": day, "first": midnight(day), "last": midnight(day + timedelta(days=1)), "until": until}
    values = span | {"centres": None if centre_ids is None else list(centre_ids)}
    return [CentreDay(*row) for row in db.session.execute(_DAYS, values)]


def centres_of_registrar(staff_id: int, day: date) -> list[int]:
    """Give the centres where the registrar with this account has a session on a day."""
    wanted = text(
        "SELECT DISTINCT s.centre_id FROM session s JOIN registrar r ON r.id = s.registrar_id"
        " WHERE r.staff_user_id = :staff AND s.state = 'published' AND s.begins_at >= :first AND s.begins_at < :last"
    )
    values = {"staff": staff_id, "first": midnight(day), "last": midnight(day + timedelta(days=1))}
    return list(db.session.scalars(wanted, values))


@dataclass(frozen=True, slots=True)
class HealthVisitor:
    """Whether a health visitor was on site at a family's visit, and whether staff said so rather than the timetable."""

    there: bool
    said: bool


def health_visitor_at(public_id: UUID) -> HealthVisitor | None:
    """Give what is kept of it for a booking; None where nothing is."""
    wanted = text(
        "SELECT v.health_visitor_on_site, v.source = 'said' FROM visit_fact v JOIN booking b ON b.id = v.booking_id"
        " WHERE b.public_id = :id"
    )
    row = db.session.execute(wanted, {"id": public_id}).one_or_none()
    return None if row is None else HealthVisitor(*row)
