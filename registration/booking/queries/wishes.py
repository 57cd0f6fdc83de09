"""Who waits for an earlier time, and what became free."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from registration.booking.queries.displaced import IS_DISPLACED
from registration.booking.rules.wishes import Waiter, Wish
from registration.common.db import db

#: Of a wish `w`: the family has not taken a time that was offered to it since.
_NOT_MET = """w.state = 'waiting' AND NOT EXISTS (
       SELECT 1 FROM offer o WHERE o.booking_id = w.booking_id AND o.cause = 'waiting_list' AND o.state = 'accepted'
          AND o.settled_at >= w.made_at)"""
_WAITERS = text(f"""
SELECT b.id, b.public_id, w.earlier, w.centre_ids, w.made_at, b.centre_id, b.begins_at, b.last_lawful_day, f.born, f.interpreter,
       ARRAY(SELECT o.centre_id FROM offer o WHERE o.booking_id = b.id ORDER BY o.id),
       ARRAY(SELECT (date_part('epoch', o.begins_at) / 60)::int FROM offer o WHERE o.booking_id = b.id ORDER BY o.id)
  FROM wish w JOIN booking b ON b.id = w.booking_id JOIN family f ON f.id = b.family_id
 WHERE {_NOT_MET} AND b.state = 'booked' AND b.begins_at > :now AND f.lost_at IS NULL
   AND coalesce(f.mobile, f.email, f.second_contact) IS NOT NULL AND NOT {IS_DISPLACED}
   AND NOT EXISTS (SELECT 1 FROM offer o WHERE o.booking_id = b.id AND o.state IN ('kept', 'sent'))
""")  # noqa: S608 -- of our own words only
_WISH = text(f"SELECT w.earlier, w.centre_ids FROM wish w WHERE w.booking_id = :booking AND {_NOT_MET}")  # noqa: S608
_FREED = text("SELECT id FROM freed_time ORDER BY id LIMIT :most")
_LIST = text(f"""
SELECT b.public_id, b.reference, f.name, w.made_at, b.begins_at, c.name, b.last_lawful_day, w.earlier,
       (SELECT array_agg(k.name ORDER BY k.name) FROM centre k WHERE k.id = ANY(w.centre_ids)),
       (SELECT o.begins_at FROM offer o WHERE o.booking_id = b.id AND o.state = 'sent')
  FROM wish w JOIN booking b ON b.id = w.booking_id JOIN family f ON f.id = b.family_id JOIN centre c ON c.id = b.centre_id
 WHERE {_NOT_MET} AND b.state = 'booked' AND b.begins_at > :now
 ORDER BY b.last_lawful_day, w.made_at, b.id LIMIT :most
""")  # noqa: S608
#: The most rows a page shows at once, and a job looks at in one go.
MOST = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """A family on the waiting list, as staff see it. `offered` is the start that is kept for it now."""

    public_id: UUID
    reference: str
    name: str
    since: datetime
    start: datetime
    centre: str
    last_lawful_day: date
    earlier: bool
    centres: list[str] | None
    offered: datetime | None


def waiters(now: datetime) -> list[Waiter]:
    """Give the families that could be offered a time now, in no order.

    Left out are those that have an offer open, that a text or an email does not reach, and whose registrar is away: those are
    to be settled first.
    """
    return [_waiter(*row) for row in db.session.execute(_WAITERS, {"now": now})]


def _waiter(booking_id: int, public_id: UUID, earlier: bool, centre_ids: list[int] | None, *more: Any) -> Waiter:  # noqa: ANN401, FBT001 -- a row
    since, centre_id, start, last_lawful_day, born, interpreter, at, starts = more
    passed = frozenset(zip(at, starts, strict=True))
    wish = _wish(earlier, centre_ids)
    return Waiter(
        booking_id, public_id, wish, since, centre_id, start, last_lawful_day, tuple(born), interpreter, passed
    )


def _wish(earlier: bool, centre_ids: list[int] | None) -> Wish:  # noqa: FBT001 -- a row
    return Wish(earlier, None if centre_ids is None else frozenset(centre_ids))


def wish_of(booking_id: int) -> Wish | None:
    """Give what a family waits for; None where it does not wait."""
    row = db.session.execute(_WISH, {"booking": booking_id}).one_or_none()
    return None if row is None else _wish(*row)


def waiting_list(now: datetime) -> list[Waiting]:
    """List the families that wait, in the order in which they are asked."""
    return [Waiting(*row) for row in db.session.execute(_LIST, {"now": now, "most": MOST})]


def freed_times() -> list[int]:
    """List what became free and is not settled yet, the first first."""
    return list(db.session.scalars(_FREED, {"most": MOST}))
