"""What needs a person today: each list is one query, and its number on the first page counts that very query.

Rows are never stored. They are found anew each time from what families and registrars did, so that a row goes by itself once its
matter is settled, whoever settled it. Only who has taken a row, and that a person says it is done, is kept (WorkMark).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from registration.booking.models import STANDS_FOR_ITS_BIRTH
from registration.booking.queries.displaced import HAS_CLOSED
from registration.common.clock import civil_date
from registration.common.db import db

#: A family that cancelled is on the list from so many days before its last lawful day.
NEAR = timedelta(days=14)
#: It leaves the list so long after that day: by then the office has written to it (1953 Act s.4).
LONG_AFTER = timedelta(days=28)
#: The most rows a page shows at once.
SHOWN = 200

#: The lists whose rows a person takes, by their names in addresses.
WITHOUT_TIME, UNANSWERED = "without-a-time", "offers"

_FAMILY = """b.id AS booking_id, b.public_id, b.reference, f.name, coalesce(f.mobile, f.email, f.second_contact, '') AS reach,
       b.last_lawful_day, b.begins_at"""
# Found from the absences and the centres that close, which are few, and not from the bookings to come, which are many.
_DISPLACED = """
SELECT d.id FROM absence away
  JOIN session s ON s.registrar_id = away.registrar_id AND s.begins_at < away.ends_at AND s.ends_at > away.begins_at
  JOIN booking d ON d.session_id = s.id AND d.begins_at < away.ends_at AND d.ends_at > away.begins_at
 WHERE away.state = 'planned' AND away.ends_at > :now AND d.state = 'booked' AND d.begins_at > :now
 UNION
SELECT d.id FROM centre gone JOIN booking d ON d.centre_id = gone.id
 WHERE gone.participating_to IS NOT NULL AND d.state = 'booked' AND d.begins_at > :now
   AND (d.begins_at AT TIME ZONE 'Europe/London')::date > gone.participating_to
"""
_CAME_TO_NOTHING = "({b}.state = 'cancelled' OR {b}.outcome IN ('unable', 'did_not_attend'))"
# A family that books again makes a new booking with the same keys; of several that came to nothing the last one counts.
_WITHOUT_TIME = """
SELECT CASE (SELECT o.state FROM offer o WHERE o.booking_id = b.id AND o.cause = 'cover' ORDER BY o.id DESC LIMIT 1)
            WHEN 'declined' THEN 'declined' WHEN 'lapsed' THEN 'lapsed'
            ELSE CASE WHEN {closed} THEN 'closed' ELSE 'away' END END AS why, b.version AS fact_no, {family},
       NULL::timestamptz AS offered_at, NULL::timestamptz AS answer_by
  FROM booking b JOIN family f ON f.id = b.family_id
 WHERE b.id IN ({displaced})
   AND NOT EXISTS (SELECT 1 FROM offer o WHERE o.booking_id = b.id AND o.state IN ('kept', 'sent'))
 UNION ALL
SELECT CASE b.state WHEN 'cancelled' THEN 'cancelled' ELSE b.outcome END, b.version, {family}, NULL, NULL
  FROM booking b JOIN family f ON f.id = b.family_id
 WHERE {nothing} AND f.lost_at IS NULL AND b.cancel_reason IS DISTINCT FROM 'bereavement'
   AND b.last_lawful_day >= :oldest AND (b.state <> 'cancelled' OR b.last_lawful_day <= :near)
   AND NOT EXISTS (SELECT 1 FROM booking n WHERE {stands} AND n.email_key = b.email_key AND n.id <> b.id)
   AND NOT EXISTS (SELECT 1 FROM booking n WHERE {stands} AND n.mobile_key = b.mobile_key AND n.id <> b.id)
   AND NOT EXISTS (SELECT 1 FROM booking n WHERE {nothing_again} AND n.last_lawful_day = b.last_lawful_day AND n.id > b.id
                      AND (n.email_key = b.email_key OR n.mobile_key = b.mobile_key))
"""
_UNANSWERED = """
SELECT 'unanswered' AS why, o.id AS fact_no, {family}, o.begins_at AS offered_at, o.answer_by
  FROM offer o JOIN booking b ON b.id = o.booking_id JOIN family f ON f.id = b.family_id
 WHERE o.state = 'sent' AND o.cause = 'cover' AND b.state = 'booked'
"""
_QUERIES = {
    WITHOUT_TIME: _WITHOUT_TIME.format(
        family=_FAMILY,
        displaced=_DISPLACED,
        closed=HAS_CLOSED,
        nothing=_CAME_TO_NOTHING.format(b="b"),
        nothing_again=_CAME_TO_NOTHING.format(b="n"),
        stands=STANDS_FOR_ITS_BIRTH.replace("state", "n.state").replace("outcome", "n.outcome"),
    ),
    UNANSWERED: _UNANSWERED.format(family=_FAMILY),
}
_OPEN = """
  FROM (SELECT found.why || ':' || found.booking_id || ':' || found.fact_no AS fact, found.* FROM ({rows}) found) open
  LEFT JOIN work_mark m ON m.work = '{work}' AND m.fact = open.fact
 WHERE m.done_at IS NULL
"""
_OPEN_OF = {work: _OPEN.format(rows=rows, work=work) for work, rows in _QUERIES.items()}
_UNMARKED = """
  FROM booking b JOIN session s ON s.id = b.session_id JOIN centre c ON c.id = b.centre_id
 WHERE b.state = 'booked' AND (b.outcome IS NULL OR b.outcome = 'arrived') AND b.ends_at <= :now
   AND (CAST(:registrar AS bigint) IS NULL OR s.registrar_id = :registrar)
   AND (CAST(:centre AS bigint) IS NULL OR b.centre_id = :centre)
"""
_COUNTED = {
    "without_time": _OPEN_OF[WITHOUT_TIME],
    "unanswered": _OPEN_OF[UNANSWERED],
    "unmarked": _UNMARKED,
    "tasks": " FROM staff_task WHERE done_at IS NULL",
}
_ROWS = """
SELECT open.fact, why, booking_id, public_id, reference, name, reach, last_lawful_day, begins_at, offered_at, answer_by, claimed_by,
       coalesce((SELECT u.name FROM staff_user u WHERE 'staff:' || u.id = claimed_by), '') AS claimer, claimed_at
  {open} AND (CAST(:fact AS text) IS NULL OR open.fact = :fact)
 ORDER BY coalesce(answer_by::date, last_lawful_day), answer_by, begins_at, booking_id LIMIT {shown}
"""
_ROWS_OF = {work: text(_ROWS.format(open=rows, shown=SHOWN)) for work, rows in _OPEN_OF.items()}
_DAY = "(b.begins_at AT TIME ZONE 'Europe/London')::date"
_LAST_DAYS = text(f"SELECT last_lawful_day, count(*) {_OPEN_OF[WITHOUT_TIME]} GROUP BY 1 ORDER BY 1")
_UNMARKED_DAYS = text(f"""
SELECT c.id, c.name, {_DAY} AS day, count(*) {_UNMARKED} GROUP BY 1, 2, 3 ORDER BY 3, 2 LIMIT {SHOWN}
""")
# Whose outcomes nobody can be asked for has no account in use.
_ACCOUNT = (
    "SELECT u.id FROM registrar r JOIN staff_user u ON u.id = r.staff_user_id AND u.active WHERE r.id = s.registrar_id"
)
_UNMARKED_BY = text(f"""
SELECT c.id, c.name, {_DAY} AS day, count(*), ({_ACCOUNT}) AS staff_id {_UNMARKED} GROUP BY 1, 2, 3, 5 ORDER BY 3, 2, 5
""")


@dataclass(frozen=True, slots=True)
class Row:
    """A family that somebody has to look after. `why` is a code; `fact` names what the row says just now."""

    fact: str
    why: str
    booking_id: int
    public_id: UUID
    reference: str
    name: str
    reach: str
    last_lawful_day: date
    begins_at: datetime
    offered_at: datetime | None
    answer_by: datetime | None
    claimed_by: str | None
    claimer: str
    claimed_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnmarkedDay:
    """A centre and a day of which nobody has said what became of so many appointments."""

    centre_id: int
    centre: str
    day: date
    count: int


def _values(now: datetime) -> dict[str, object]:
    today = civil_date(now)
    return {"now": now, "near": today + NEAR, "oldest": today - LONG_AFTER}


def counts(names: Collection[str], now: datetime, registrar_id: int | None = None) -> dict[str, int]:
    """Count the rows of some lists at once: without_time, unanswered, unmarked (of one registrar, or all), tasks."""
    asked = [name for name in _COUNTED if name in names]
    if not asked:
        return {}
    each = ", ".join(f"(SELECT count(*) {_COUNTED[name]})" for name in asked)
    row = db.session.execute(text(f"SELECT {each}"), _values(now) | {"registrar": registrar_id, "centre": None}).one()
    return dict(zip(asked, row, strict=True))


def rows(work: str, now: datetime, fact: str | None = None) -> list[Row]:
    """List the families of a list that nobody has done yet, the most urgent first; or only the row of one fact."""
    found = db.session.execute(_ROWS_OF[work], _values(now) | {"fact": fact})
    return [Row(*row) for row in found]


def last_days_without_time(now: datetime) -> list[tuple[date, int]]:
    """Count the families on the list of those without a time by their last lawful day."""
    return [(day, count) for day, count in db.session.execute(_LAST_DAYS, _values(now))]


def unmarked_days(now: datetime, registrar_id: int | None = None, centre_id: int | None = None) -> list[UnmarkedDay]:
    """List the days on which outcomes are missing, the oldest first: of one registrar or of all, at one centre or at all."""
    found = db.session.execute(_UNMARKED_DAYS, {"now": now, "registrar": registrar_id, "centre": centre_id})
    return [UnmarkedDay(*row) for row in found]


def unmarked_by_registrar(now: datetime) -> list[tuple[UnmarkedDay, int | None]]:
    """List the same days apart for each registrar, with the registrar's account; None where they have none in use."""
    found = db.session.execute(_UNMARKED_BY, {"now": now, "registrar": None, "centre": None})
    return [(UnmarkedDay(*row), staff_id) for *row, staff_id in found]
