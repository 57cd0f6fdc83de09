"""Which records are due to be deleted, and what was deleted before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, text

from registration.births.models import Deletion
from registration.births.retention.rules import RULES, Rule
from registration.common.authority import current_authority
from registration.common.clock import civil_date
from registration.common.db import db

# Each question gives the keys of what is due.
DUE = {
    "bookings": """
SELECT f.id::text FROM family f
 WHERE f.source = 'booking' AND f.details_gone_at IS NULL
   AND (SELECT max(b.ends_at) FROM booking b WHERE b.family_id = f.id) < :now - make_interval(months => :number)""",
    "families": """
SELECT f.id::text FROM family f
 WHERE f.source IN ('moved_in', 'member') AND f.details_gone_at IS NULL
   AND greatest(f.created_at, (SELECT max(a.at) FROM sharing_answer a WHERE a.family_id = f.id),
                (SELECT max(coalesce(m.left_on, :now)) FROM membership m WHERE m.family_id = f.id))
       < :now - make_interval(months => :number)""",
    "wishes": """
SELECT u.id::text FROM centre_sign_up u
 WHERE greatest(u.at, (SELECT max(b.ends_at) FROM booking b WHERE b.family_id = u.family_id AND b.state = 'booked'))
       < :now - make_interval(days => :number)""",
    "messages": """
SELECT m.id::text FROM message m
 WHERE m.address <> '' AND m.state NOT IN ('queued', 'sending') AND m.created < :now - make_interval(days => :number)""",
    "journeys": """
SELECT encode(j.token_digest, 'hex') FROM journey j WHERE j.changed_at < :now - make_interval(hours => :number)""",
    "disclosures": """
SELECT d.id::text FROM disclosure d WHERE d.at < :now - make_interval(months => :number)""",
    "contacts": """
SELECT c.id::text FROM family_contact c WHERE c.made_at < :now - make_interval(months => :number)""",
}
_BIRTHS = text("""
SELECT a.source, a.retention_days,
       count(r.id) FILTER (WHERE r.erased_at IS NULL AND r.received_on <= CAST(:today AS date) - a.retention_days)
  FROM sharing_agreement a JOIN birth_record r ON r.agreement_id = a.id GROUP BY a.id ORDER BY a.source, a.id
""")
#: Of which table a batch is locked, so that what somebody changes at this moment waits for the next time.
_LOCKED = {
    "bookings": "f",
    "families": "f",
    "wishes": "u",
    "messages": "m",
    "journeys": "j",
    "disclosures": "d",
    "contacts": "c",
}


@dataclass(frozen=True, slots=True)
class Due:
    """How many records of a kind are due, under which rule in words."""

    title: str
    said: str
    rows: int


def number_of(rule: Rule) -> int:
    """Give how long the council keeps this kind, in the rule's own unit."""
    return int(getattr(current_authority().retention, rule.setting))


def keys_due(rule: Rule, now: datetime, most: int) -> list[str]:
    """Give the keys of records of a kind that are due, so many at the most, and lock them."""
    question = f"{DUE[rule.kind]} LIMIT :most FOR UPDATE OF {_LOCKED[rule.kind]} SKIP LOCKED"
    return list(db.session.scalars(text(question), {"now": now, "number": number_of(rule), "most": most}))


def due(now: datetime) -> list[Due]:
    """Count what is due of every kind, changing nothing; live births by the agreements they came under."""
    counted = [Due(rule.title, rule.said(number_of(rule)), _count(rule, now)) for rule in RULES]
    return [
        *counted,
        *(Due(f"Live births of {source}", said, rows) for source, said, rows in _births_due(civil_date(now))),
    ]


def _births_due(today: date) -> list[tuple[str, str, int]]:
    rows = db.session.execute(_BIRTHS, {"today": today})
    return [(source, f"{days} days after the file came: emptied of who it is", number) for source, days, number in rows]


def _count(rule: Rule, now: datetime) -> int:
    counted = text(f"SELECT count(*) FROM ({DUE[rule.kind]}) due")  # noqa: S608 -- of our own words only
    return int(db.session.execute(counted, {"now": now, "number": number_of(rule)}).scalar_one())


def deletions(most: int = 100) -> Sequence[Deletion]:
    """Give the latest proofs of deletion, the newest first."""
    return db.session.scalars(select(Deletion).order_by(Deletion.id.desc()).limit(most)).all()
