"""Delete what is due, a batch at a time, each with the proof of it in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from registration.births.models import Deletion
from registration.births.retention.queries import keys_due, number_of
from registration.births.retention.rules import BANDS, Rule, proof
from registration.common.db import db

#: So many records are deleted in one transaction.
BATCH = 500
#: Lines of the record that carry what a family said or is called, and not only that something was done.
PERSONAL = ["contact corrected", "said why", "work done", "work given back"]

# A birth date becomes the first day of its band before the appointment: how late a family registered can be counted, and
# nobody's birthday is known. The last lawful day moves with it.
_EMPTY_FAMILIES = f"""
UPDATE family f SET name = '', name_words = '', email = NULL, mobile = NULL, second_contact = NULL, letter_address = NULL,
       access_needs = '', postcode = NULL, link_digest = NULL, details_gone_at = :now,
       born = array_fill(b.day - (SELECT max(band) FROM unnest(ARRAY{list(BANDS)}) band
                                   WHERE band <= greatest(b.day - f.born[1], 0)), ARRAY[cardinality(f.born)])
  FROM (SELECT each.id, coalesce((SELECT max((k.begins_at AT TIME ZONE 'Europe/London')::date) FROM booking k
                                   WHERE k.family_id = each.id), each.born[1]) AS day
          FROM family each WHERE each.id = ANY(CAST(:keys AS bigint[]))) b
 WHERE f.id = b.id
"""  # noqa: S608 -- of our own numbers only
_EMPTY_BOOKINGS = """
UPDATE booking b SET email_key = NULL, mobile_key = NULL, married_or_civil_partners = false, both_parents_named = false,
       attending = 'mother', last_lawful_day = f.born[1] + 42,
       link_digest = sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
  FROM family f WHERE f.id = b.family_id AND f.id = ANY(CAST(:keys AS bigint[]))
"""
# What was marked is only ever added to: the latest is written once more without its note, and those before it go.
_EMPTY_OUTCOMES = """
WITH gone AS (
     DELETE FROM outcome o USING booking b
      WHERE b.id = o.booking_id AND b.family_id = ANY(CAST(:keys AS bigint[])) RETURNING o.*)
INSERT INTO outcome (booking_id, outcome, reason, route, happened_at, recorded_by, recorded_at)
SELECT DISTINCT ON (booking_id) booking_id, outcome, reason, route, happened_at, recorded_by, recorded_at FROM gone
 ORDER BY booking_id, id DESC
"""
_EMPTY_RECORD = """
UPDATE audit_event SET before = NULL, after = '{"emptied": true}'
 WHERE event = ANY(:personal) AND after IS DISTINCT FROM '{"emptied": true}'
   AND about IN (SELECT 'booking:' || b.id FROM booking b WHERE b.family_id = ANY(CAST(:keys AS bigint[])))
"""
_TASKS = """
DELETE FROM staff_task t USING booking b WHERE t.about = b.public_id AND b.family_id = ANY(CAST(:keys AS bigint[]))
"""
_WISHES_OF = "DELETE FROM centre_sign_up WHERE family_id = ANY(CAST(:keys AS bigint[]))"
_FAMILIES = (_EMPTY_FAMILIES, _EMPTY_BOOKINGS, _EMPTY_OUTCOMES, _EMPTY_RECORD, _TASKS, _WISHES_OF)
_ERASE = {
    "bookings": _FAMILIES,
    "families": _FAMILIES,
    "wishes": ("DELETE FROM centre_sign_up WHERE id = ANY(CAST(:keys AS bigint[]))",),
    "messages": (
        """UPDATE message SET address = '', address_digest = sha256(uuid_send(id)), details = '{}', calendar = NULL,
       carrier_reference = NULL, problem = NULL WHERE id = ANY(CAST(:keys AS uuid[]))""",
    ),
    "journeys": ("DELETE FROM journey WHERE encode(token_digest, 'hex') = ANY(:keys)",),
    "disclosures": ("DELETE FROM disclosure WHERE id = ANY(CAST(:keys AS bigint[]))",),
    "contacts": ("DELETE FROM family_contact WHERE id = ANY(CAST(:keys AS bigint[]))",),
}


@dataclass(frozen=True, slots=True)
class Deleted:
    """One batch that is gone: of which kind, how many, under which rule, with which proof."""

    kind: str
    rows: int
    said: str
    digest: str


def delete_due(rule: Rule, actor: str, now: datetime) -> Deleted | None:
    """Delete one batch of a kind that is due, and keep the proof of it; None where nothing is due.

    Done again until it gives None it deletes everything; interrupted, each batch is gone with its proof, or not at all.
    """
    keys = keys_due(rule, now, BATCH)
    if not keys:
        return None
    _erase(rule.kind, keys, now)
    done = Deleted(rule.kind, len(keys), rule.said(number_of(rule)), proof(keys))
    db.session.add(Deletion(kind=done.kind, rows=done.rows, digest=done.digest, rule=done.said, actor=actor, at=now))
    db.session.flush()
    return done


def _erase(kind: str, keys: Sequence[str], now: datetime) -> None:
    for statement in _ERASE[kind]:
        db.session.execute(text(statement), {"keys": list(keys), "now": now, "personal": PERSONAL})
