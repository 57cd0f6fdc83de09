"""What families have of a registrar's sessions."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import text

from registration.common.db import db
from registration.rota.rules import Taken

_TAKEN = text("""
SELECT o.session_id, o.begins_at, o.ends_at, COALESCE(b.reference, '')
  FROM occupancy o
  LEFT JOIN booking b ON b.id = o.booking_id AND b.state = 'booked'
 WHERE o.session_id = ANY(:sessions) AND (o.kind = 'booking' OR o.kind = 'hold' AND o.until > clock_timestamp())
 ORDER BY o.begins_at
""")

_BOOKED_MINUTES = text("""
SELECT session_id, sum(extract(epoch FROM ends_at - begins_at))::int / 60 AS minutes
  FROM occupancy WHERE kind = 'booking' AND session_id = ANY(:sessions) GROUP BY session_id
""")


def taken_in(sessions: Collection[int]) -> Mapping[int, Sequence[Taken]]:
    """Give, by session, the times that families have booked or are booking just now, in order."""
    found: defaultdict[int, list[Taken]] = defaultdict(list)
    for session_id, *taken in db.session.execute(_TAKEN, {"sessions": list(sessions)}):
        found[session_id].append(Taken(*taken))
    return found


def booked_minutes(sessions: Collection[int]) -> Mapping[int, int]:
    """Give, by session, the minutes that families have booked; a session without any is left out."""
    rows = db.session.execute(_BOOKED_MINUTES, {"sessions": list(sessions)})
    return {row.session_id: row.minutes for row in rows}
