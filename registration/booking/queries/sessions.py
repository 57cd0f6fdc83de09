"""What families have of a registrar's sessions."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import text

from registration.common.clock import LONDON
from registration.common.db import db
from registration.rota.rules import Expected, Taken

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

# A week counts where any family of the service was seen in it: a young service is not thought to have had no births.
_BIRTHS = text("""
SELECT c.cluster_id, sum(cardinality(f.born)),
       (SELECT count(DISTINCT date_trunc('week', begins_at, 'Europe/London')) FROM booking
         WHERE state = 'booked' AND begins_at >= :first AND begins_at < :last)
  FROM booking b JOIN family f ON f.id = b.family_id JOIN centre c ON c.id = b.centre_id
 WHERE b.state = 'booked' AND b.begins_at >= :first AND b.begins_at < :last
 GROUP BY c.cluster_id
""")
#: Long enough to even out single weeks, short enough to follow what changes.
BIRTH_WEEKS = 8


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


def births_per_week(before: date) -> Mapping[int, Expected]:
    """Give, by cluster, the babies of the appointments there in the BIRTH_WEEKS whole weeks before a day's week."""
    monday = before - timedelta(days=before.weekday())
    first, last = (datetime.combine(day, time(), LONDON) for day in (monday - timedelta(weeks=BIRTH_WEEKS), monday))
    rows = db.session.execute(_BIRTHS, {"first": first, "last": last})
    return {cluster: Expected(births, weeks) for cluster, births, weeks in rows}
