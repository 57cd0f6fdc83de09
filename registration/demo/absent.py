"""One invented registrar is away next week, so that the pages of cover have something to show."""

from datetime import datetime, timedelta

from sqlalchemy import text

from registration.booking.actions import offers
from registration.common.clock import civil_date
from registration.common.db import db
from registration.cover import actions
from registration.cover.queries import Away
from registration.rota.rules.absences import away

#: The day lies so far ahead that families have time to answer.
FROM, TO = timedelta(days=8), timedelta(days=15)
ACTOR = "service"

_BUSIEST = text("""
SELECT s.registrar_id, s.id, s.begins_at
  FROM session s JOIN booking b ON b.session_id = s.id AND b.state = 'booked'
 WHERE s.state = 'published' AND s.begins_at BETWEEN :first AND :last
 GROUP BY s.id ORDER BY count(*) DESC, s.begins_at, s.id LIMIT 1
""")
_OFFERED = text("SELECT public_id FROM offer WHERE state = 'sent' AND cause = 'cover' ORDER BY id")


def let_one_be_absent(now: datetime) -> None:
    """Put the registrar with the fullest session of next week down as away: offers are sent, one is taken, one is not."""
    busiest = db.session.execute(_BUSIEST, {"first": now + FROM, "last": now + TO}).one_or_none()
    if busiest is None:
        return
    day = civil_date(busiest.begins_at)
    made = actions.start_plan(Away(busiest.registrar_id, *away(day, day)), "sickness", "", now, ACTOR)
    actions.change_session(made.public_id, busiest.id, None, now)
    actions.send_plan(made.public_id, now, ACTOR)
    for number, public_id in enumerate(db.session.scalars(_OFFERED).all()[:2]):
        (offers.accept, offers.decline)[number](public_id, now)
