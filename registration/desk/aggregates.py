"""What the service does for families, counted: for those who may know the numbers and no family."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text

from registration.booking.queries import midnight
from registration.common.db import db

#: Whole weeks before this one; what is just happening would change under the reader's eyes.
WEEKS = 8

_UPTAKE = text("""
SELECT k.name, count(*),
       count(*) FILTER (WHERE (b.begins_at AT TIME ZONE 'Europe/London')::date <= b.last_lawful_day),
       count(*) FILTER (WHERE b.outcome IN ('registered', 'declaration_taken')),
       count(*) FILTER (WHERE b.outcome = 'did_not_attend'),
       count(*) FILTER (WHERE (SELECT a.share FROM sharing_answer a WHERE a.family_id = b.family_id ORDER BY a.id DESC LIMIT 1)),
       count(*) FILTER (WHERE EXISTS (SELECT 1 FROM centre_sign_up u WHERE u.family_id = b.family_id))
  FROM booking b JOIN centre c ON c.id = b.centre_id JOIN cluster k ON k.id = c.cluster_id
 WHERE b.state = 'booked' AND b.begins_at >= :first AND b.begins_at < :last
 GROUP BY k.name ORDER BY k.name
""")
_ANSWERS = text("""
SELECT latest.wording_version, count(*), count(*) FILTER (WHERE latest.share)
  FROM (SELECT DISTINCT ON (a.family_id) a.wording_version, a.share FROM sharing_answer a
          JOIN booking b ON b.family_id = a.family_id
         WHERE b.begins_at >= :first AND b.begins_at < :last ORDER BY a.family_id, a.id DESC) latest
 GROUP BY latest.wording_version ORDER BY latest.wording_version DESC
""")


@dataclass(frozen=True, slots=True)
class Uptake:
    """What became of the appointments in one cluster: how many of them were in time, kept, missed; shared details, joined."""

    cluster: str
    appointments: int
    in_time: int
    kept: int
    missed: int
    share: int
    join: int


@dataclass(frozen=True, slots=True)
class Answers:
    """What families answered last to one wording of the sharing question."""

    wording: str
    families: int
    share: int


def weeks_before(today: date) -> tuple[date, date]:
    """Give the first and the last day of the WEEKS whole weeks before today's."""
    monday = today - timedelta(days=today.weekday())
    return monday - timedelta(weeks=WEEKS), monday - timedelta(days=1)


def _span(today: date) -> dict[str, object]:
    first, last = weeks_before(today)
    return {"first": midnight(first), "last": midnight(last + timedelta(days=1))}


def uptake(today: date) -> list[Uptake]:
    """Count, by cluster, what became of the appointments of the WEEKS whole weeks before today's."""
    return [Uptake(*row) for row in db.session.execute(_UPTAKE, _span(today))]


def answers(today: date) -> list[Answers]:
    """Count what the families of the same weeks answered on sharing, by the wording they were asked with, the newest first."""
    return [Answers(*row) for row in db.session.execute(_ANSWERS, _span(today))]
