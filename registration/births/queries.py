"""What live birth data tell of how many births there are, where and when."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import text

from registration.common.db import db

_WEEK, _SUNDAY = timedelta(days=7), timedelta(days=6)
# The months of which each source's files came after the month had ended: there is no birth of them still to come.
_MONTHS = text("""
SELECT DISTINCT source, period FROM birth_file
 WHERE kind = 'births' AND period IS NOT NULL
   AND received_at >= (period + interval '1 month') AT TIME ZONE 'Europe/London'
""")
_BIRTHS = text("""
SELECT r.source, c.cluster_id, date_trunc('week', r.born::timestamp)::date AS week, count(*) AS babies
  FROM birth_record r JOIN family f ON f.id = r.family_id JOIN centre c ON c.id = f.home_centre_id
 WHERE r.born >= :first AND r.born <= :last AND f.lost_at IS NULL
 GROUP BY 1, 2, 3
""")


def live_births(first: date, last: date) -> Mapping[int, Mapping[date, int]]:
    """Give the births by cluster and Monday, from the week of one Monday to that of another, as sources told them.

    Only weeks are given all of whose days lie in months of which a source's file came after they had ended. Of several sources
    the one that tells most of a week counts, for they tell of the same babies. A cluster no source tells of is left out.
    """
    months: dict[str, set[date]] = defaultdict(set)
    for source, month in db.session.execute(_MONTHS):
        months[source].add(month)
    if not months:
        return {}
    told: dict[tuple[str, int], dict[date, int]] = defaultdict(dict)
    for source, cluster, week, babies in db.session.execute(_BIRTHS, {"first": first, "last": last + _SUNDAY}):
        told[source, cluster][week] = babies
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for (source, cluster), births in told.items():
        for week in _complete(first, last, months[source]):
            found[cluster][week] = max(found[cluster].get(week, 0), births.get(week, 0))
    return {cluster: weeks for cluster, weeks in found.items() if weeks}


def _complete(first: date, last: date, months: set[date]) -> list[date]:
    """Give the Mondays of the weeks that lie in these months with every day."""
    mondays = (first + number * _WEEK for number in range((last - first) // _WEEK + 1))
    return [day for day in mondays if {day.replace(day=1), (day + _SUNDAY).replace(day=1)} <= months]
