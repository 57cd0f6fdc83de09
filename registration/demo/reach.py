"""What the demonstration's centres did with the families of past bookings: taken in, called on, seen, or not yet."""

from datetime import datetime

from sqlalchemy import select, text

from registration.centres.models import Centre
from registration.centres.rules import OFFICES
from registration.common.clock import civil_date
from registration.common.db import db
from registration.reach.known.actions import set_target

ACTOR = "service"
#: By the family's number: of four families that asked to join, three were taken in; of three that said yes, two were called on.
_TAKEN_IN = text("""
INSERT INTO membership (family_id, centre_id, joined_on, source, source_key, made_by)
SELECT u.family_id, u.centre_id, (b.begins_at AT TIME ZONE 'Europe/London')::date, 'booking',
       concat(u.centre_id, chr(58), 'RS-', u.family_id), :actor
  FROM centre_sign_up u JOIN booking b ON b.family_id = u.family_id JOIN centre c ON c.id = u.centre_id
  JOIN family f ON f.id = u.family_id
 WHERE b.state = 'booked' AND b.begins_at < :now AND f.lost_at IS NULL AND NOT c.kind = ANY(:offices) AND u.family_id % 4 <> 0
    ON CONFLICT DO NOTHING
""")
_SEEN = text("""
INSERT INTO centre_visit (family_id, centre_id, visited_on, service, source, source_key)
SELECT m.family_id, m.centre_id, m.joined_on + 7 * week, (ARRAY['Stay and play', 'Weighing clinic', 'Baby massage'])[1 + week % 3],
       'demonstration', m.family_id || ':' || week
  FROM membership m, generate_series(1, 6) week
 WHERE week <= m.family_id % 6 AND m.joined_on + 7 * week <= :today ON CONFLICT DO NOTHING
""")
_CALLED_ON = text("""
INSERT INTO family_contact (family_id, centre_id, contacted_on, route, result, next_step, next_on, made_by, made_at)
SELECT a.family_id, a.centre_id, least((b.begins_at AT TIME ZONE 'Europe/London')::date + 3 + (a.family_id % 9)::int, :today),
       (ARRAY['call', 'visit', 'letter', 'message'])[1 + a.family_id % 4],
       CASE WHEN a.family_id % 4 > 1 THEN 'sent' WHEN a.family_id % 5 = 0 THEN 'no_answer' ELSE 'reached' END,
       CASE WHEN a.family_id % 4 < 2 AND a.family_id % 5 = 0 THEN 'call' ELSE '' END,
       CASE WHEN a.family_id % 4 < 2 AND a.family_id % 5 = 0 THEN CAST(:today AS date) END, :actor,
       least(b.begins_at + make_interval(days => 3 + (a.family_id % 9)::int), :now)
  FROM sharing_answer a JOIN booking b ON b.family_id = a.family_id JOIN centre c ON c.id = a.centre_id
  JOIN family f ON f.id = a.family_id
 WHERE a.share AND b.state = 'booked' AND b.begins_at < :now AND f.lost_at IS NULL AND NOT c.kind = ANY(:offices)
   AND a.family_id % 3 <> 0
""")


def let_centres_reach(now: datetime) -> None:
    """Let the centres have taken in, called on and seen some of the families that booked, and two of them aim lower or higher."""
    values = {"now": now, "today": civil_date(now), "actor": ACTOR, "offices": list(OFFICES)}
    for statement in (_TAKEN_IN, _SEEN, _CALLED_ON):
        db.session.execute(statement, values)
    centres = db.session.scalars(select(Centre.id).where(Centre.kind.not_in(OFFICES)).order_by(Centre.id)).all()
    for centre_id, percent, first in zip(centres, (90, 85), ("longest_waiting", "most_deprived"), strict=False):
        set_target(centre_id, percent, first, 14, ACTOR)
