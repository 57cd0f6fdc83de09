"""Today's sessions, and how much of each is booked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text

from registration.booking.queries import midnight
from registration.common.db import db

_SESSIONS = text("""
SELECT s.begins_at, s.ends_at, s.centre_id, c.name, r.name,
       (SELECT count(*) FROM occupancy o WHERE o.session_id = s.id AND o.kind = 'booking'),
       EXISTS (SELECT 1 FROM absence a WHERE a.registrar_id = s.registrar_id AND a.state = 'planned'
                  AND a.begins_at < s.ends_at AND a.ends_at > s.begins_at)
  FROM session s JOIN centre c ON c.id = s.centre_id JOIN registrar r ON r.id = s.registrar_id
 WHERE s.state = 'published' AND s.begins_at >= :first AND s.begins_at < :last
   AND (CAST(:registrar AS bigint) IS NULL OR s.registrar_id = :registrar)
   AND (CAST(:centres AS bigint[]) IS NULL OR s.centre_id = ANY(CAST(:centres AS bigint[])))
 ORDER BY s.begins_at, c.name, r.name
""")
_REGISTRAR = text("SELECT id FROM registrar WHERE staff_user_id = :person")


@dataclass(frozen=True, slots=True)
class SessionToday:
    """A session of today, with the number of families booked in it; `away`: its registrar is not there for all of it."""

    begins: datetime
    ends: datetime
    centre_id: int
    centre: str
    registrar: str
    booked: int
    away: bool


def sessions_on(
    day: date, *, registrar_id: int | None = None, centre_ids: Collection[int] | None = None
) -> list[SessionToday]:
    """List the sessions of a day, in order: of one registrar, at some centres, or all."""
    centres = None if centre_ids is None else list(centre_ids)
    values = {"first": midnight(day), "last": midnight(day + timedelta(days=1)), "registrar": registrar_id}
    return [SessionToday(*row) for row in db.session.execute(_SESSIONS, values | {"centres": centres})]


def registrar_of(person_id: int) -> int | None:
    """Give the number of the registrar that a member of staff is; None for everybody else."""
    found: int | None = db.session.execute(_REGISTRAR, {"person": person_id}).scalar()
    return found
