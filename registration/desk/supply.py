"""Where times run dry: too few left for the families that are to be expected."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from sqlalchemy import text

from registration.booking.queries import free_days, midnight
from registration.booking.queries.sessions import births_per_week
from registration.booking.rules.requests import AvailabilityRequest
from registration.common.clock import civil_date
from registration.common.db import db
from registration.desk.rules.supply import WEEKS, CentreSupply, Supply

_CENTRES = text("""
SELECT k.id, k.name, c.id, c.name,
       (SELECT coalesce(sum(cardinality(f.born)), 0) FROM booking b JOIN family f ON f.id = b.family_id
         WHERE b.centre_id = c.id AND b.state = 'booked' AND b.begins_at > :now AND b.begins_at < :end)
  FROM centre c JOIN cluster k ON k.id = c.cluster_id
 WHERE c.participating_from < :last AND coalesce(c.participating_to, 'infinity') >= :today ORDER BY k.name, c.name
""")


def supply(now: datetime) -> list[Supply]:
    """Compare, cluster by cluster, the times families can still book with the births to expect; the scarcest first.

    The times are those of a family with one baby born today, so that every one of them is in time.
    """
    today = civil_date(now)
    left, expected = _left(today, now), births_per_week(today)
    last = today + timedelta(weeks=WEEKS)
    booked: dict[int, int] = defaultdict(int)
    clusters: dict[tuple[int, str], list[CentreSupply]] = defaultdict(list)
    values = {"today": today, "last": last, "now": now, "end": midnight(last)}
    for cluster_id, cluster, centre_id, centre, babies in db.session.execute(_CENTRES, values):
        clusters[cluster_id, cluster].append(CentreSupply(centre_id, centre, left[centre_id]))
        booked[cluster_id] += babies
    found = [
        Supply(name, tuple(centres), expected[number].per_week if number in expected else 0.0, booked[number])
        for (number, name), centres in clusters.items()
    ]
    return sorted(found, key=lambda each: (each.spare, each.cluster))


def _left(today: date, now: datetime) -> dict[int, int]:
    last = today + timedelta(weeks=WEEKS) - timedelta(days=1)
    left: dict[int, int] = defaultdict(int)
    for day in free_days(AvailabilityRequest((today,), interpreter=False, first=today, last=last), now):
        left[day.centre_id] += sum(places for _, places in day.starts)
    return left
