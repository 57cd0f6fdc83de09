"""Invented families that would rather have another time, and the work lists as invented staff left them."""

from datetime import datetime, timedelta

from sqlalchemy import text

from registration.common.db import db
from registration.demo.bulk import copy
from registration.desk.models import WorkMark
from registration.desk.worklists import WITHOUT_TIME, rows

#: So many families wait.
FAMILIES = 6
#: They have an appointment at least so far away.
AHEAD = timedelta(days=6)
#: Staff ring a family without a time within so long.
RUNG_WITHIN = timedelta(days=4)

_WAIT = text("""
WITH chosen AS (
     SELECT b.id, b.centre_id, b.created_at, row_number() OVER (ORDER BY b.last_lawful_day, b.id) AS number
       FROM booking b JOIN family f ON f.id = b.family_id
      WHERE b.state = 'booked' AND b.begins_at > :ahead AND f.locale = 'en' AND coalesce(f.mobile, f.email) IS NOT NULL
      ORDER BY b.last_lawful_day, b.id LIMIT :families),
     waiting AS (
     INSERT INTO wish (booking_id, earlier, centre_ids, route, made_at)
     SELECT id, true, CASE WHEN number % 2 = 0 THEN ARRAY[centre_id] END, CASE WHEN number = 3 THEN 'telephone' ELSE 'online' END,
            least(created_at + interval '1 hour', :now) FROM chosen
     RETURNING booking_id, centre_ids, route, made_at)
INSERT INTO audit_event (at, event, about, actor, after)
SELECT made_at, 'joined the waiting list', 'booking:' || booking_id, CASE route WHEN 'online' THEN 'family' ELSE 'service' END,
       jsonb_build_object('earlier', true, 'centres', centre_ids, 'route', route) FROM waiting
""")


def add_wishes(now: datetime) -> None:
    """Let some families wait for an earlier day, every other one of them only at the centre it has."""
    db.session.execute(_WAIT, {"now": now, "ahead": now + AHEAD, "families": FAMILIES})


def settle_old(now: datetime) -> None:
    """Say of every family without a time that should have been rung long ago that it was."""
    old = [row for row in rows(WITHOUT_TIME, now) if row.begins_at < now - RUNG_WITHIN]
    copy(WorkMark, [_done(row.fact, row.begins_at + RUNG_WITHIN) for row in old])


def _done(fact: str, at: datetime) -> dict[str, object]:
    return {
        "work": WITHOUT_TIME,
        "fact": fact,
        "claimed_by": "service",
        "claimed_at": at,
        "done_by": "service",
        "done_at": at,
        "note": "Rung: the birth is registered elsewhere",
    }
