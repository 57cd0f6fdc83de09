# ruff: noqa: S608 -- statements are put together of our own words only
"""What happened after a backup and must not be undone by restoring it: noes, losses, deletions, what was sent, who may no longer.

Each is read from the database that runs, or from a list that was kept of it elsewhere, and done again in the restored one.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from registration.births.files.actions.losses import leave
from registration.common.db import db
from registration.families.actions import heed_no

#: Who does it, in the record.
ACTOR = "restore"
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Fact:
    """One kind of thing that must not be undone: how it is read, stamped after `:since`, and how its rows are written again."""

    name: str
    read: str
    write: str


def _added(table: str, *, stamp: str, only: str = "true", parents: str = "true") -> Fact:
    """Rows that are only ever added to a table: brought over under their own numbers, where what they are about is there."""
    return Fact(
        table,
        f"SELECT to_jsonb(t) FROM {table} t WHERE t.{stamp} > :since AND {only}",
        f"INSERT INTO {table} OVERRIDING SYSTEM VALUE "
        f"SELECT r.* FROM jsonb_populate_recordset(NULL::{table}, CAST(:rows AS jsonb)) r WHERE {parents} ON CONFLICT DO NOTHING",
    )


#: Kinds without a stamp are read whole.
_ANY_TIME = "CAST(:since AS timestamptz) IS NOT NULL"
_FAMILY = "EXISTS (SELECT 1 FROM family f WHERE f.id = r.family_id)"
_SERVICE = "EXISTS (SELECT 1 FROM told_service s WHERE s.id = r.service_id)"
_OF = "FROM jsonb_populate_recordset(NULL::{0}, CAST(:rows AS jsonb)) r"
# A family that said no without a link is nobody's record but its own, and only by that is it found among others.
_NEW_NOES = """t.source = 'moved_in' AND NOT COALESCE(
  (SELECT a.share FROM sharing_answer a WHERE a.family_id = t.id ORDER BY a.id DESC LIMIT 1), true)"""
# Its address and its words stay behind: that it went is all there is to know.
_MESSAGES = """
SELECT to_jsonb(m) - 'calendar' - 'carrier_reference' - 'problem' || '{"address": "", "details": {}}' FROM message m
 WHERE greatest(m.created, m.claimed_at, m.settled_at) > :since AND m.state NOT IN ('queued', 'withdrawn')
"""
_SENT = f"""
UPDATE message m SET state = r.state, handed_at = r.handed_at, claimed_at = r.claimed_at, settled_at = r.settled_at,
                     attempts = r.attempts, maybe_sent = r.maybe_sent, carrier = r.carrier
{_OF.format("message")} WHERE m.id = r.id AND m.state IN ('queued', 'sending')
"""
# Only of the appointment as it stands in the backup: what was sent of a later change says nothing about the next.
_REMINDED = f"""
INSERT INTO message SELECT r.* {_OF.format("message")} JOIN booking b ON b.public_id = r.about
 WHERE r.version <= b.version AND r.template LIKE 'reminder%' ON CONFLICT DO NOTHING
"""
_ACCOUNTS = f"""
SELECT to_jsonb(u) || jsonb_build_object('roles', ARRAY(
         SELECT o.name FROM staff_user_role h JOIN staff_role o ON o.id = h.role_id WHERE h.user_id = u.id))
  FROM staff_user u WHERE {_ANY_TIME}
"""
_AS_NOW = f"""
UPDATE staff_user u SET active = r.active, password = r.password, fs_uniquifier = r.fs_uniquifier,
       oidc_subject = r.oidc_subject, tf_primary_method = r.tf_primary_method, tf_totp_secret = r.tf_totp_secret,
       tf_last_counter = r.tf_last_counter, mf_recovery_codes = r.mf_recovery_codes
{_OF.format("staff_user")} WHERE u.id = r.id AND u.email = r.email
"""
_NO_LONGER = """
DELETE FROM staff_user_role h USING staff_user u, staff_role o, jsonb_array_elements(CAST(:rows AS jsonb)) r
 WHERE h.user_id = u.id AND h.role_id = o.id AND u.email = r->>'email' AND u.id = (r->>'id')::int AND NOT r->'roles' ? o.name
"""
_TOLD = f"""
UPDATE telling t SET state = r.state, tries = r.tries, due_at = r.due_at, claimed_at = r.claimed_at,
       settled_at = r.settled_at
{_OF.format("telling")} WHERE t.public_id = r.public_id
"""
# A secret that was renewed may have been stolen, and a service that is told no more is not told again by itself.
_SECRETS = f"""
UPDATE told_service s SET secret_number = greatest(s.secret_number, r.secret_number), active = s.active AND r.active
{_OF.format("told_service")} WHERE s.id = r.id AND s.made_at = r.made_at
"""
_SEQUENCES = f"""
SELECT jsonb_build_object('name', sequencename, 'last', last_value) FROM pg_sequences
 WHERE schemaname = 'public' AND last_value IS NOT NULL AND {_ANY_TIME}
"""
# No number is given twice, nor any that is given while this runs: a line of the record or a list would speak of somebody else.
_GO_ON = """
SELECT setval(quote_ident(s.sequencename)::regclass, greatest(s.last_value, (r->>'last')::bigint + 1000))
  FROM jsonb_array_elements(CAST(:rows AS jsonb)) r JOIN pg_sequences s ON s.sequencename = r->>'name' AND s.schemaname = 'public'
"""
FACTS: Sequence[Fact] = (
    Fact("numbers", _SEQUENCES, _GO_ON),
    _added("audit_event", stamp="at"),
    _added(
        "deletion", stamp="at", parents="r.agreement_id IS NULL OR r.agreement_id IN (SELECT id FROM sharing_agreement)"
    ),
    _added(
        "family",
        stamp="created_at",
        only=_NEW_NOES,
        parents="COALESCE(r.home_centre_id IN (SELECT id FROM centre), true)",
    ),
    _added(
        "sharing_answer", stamp="at", parents=f"{_FAMILY} AND COALESCE(r.centre_id IN (SELECT id FROM centre), true)"
    ),
    _added(
        "family_link",
        stamp="made_at",
        only="t.run_id IS NULL",
        parents="(SELECT count(*) FROM family f WHERE f.id IN (r.a_id, r.b_id)) = 2",
    ),
    _added("disclosure", stamp="at", parents=f"{_FAMILY} AND COALESCE(r.centre_id IN (SELECT id FROM centre), true)"),
    _added("telling_answer", stamp="at", parents=f"{_FAMILY} AND {_SERVICE}"),
    Fact(
        "tellings",
        "SELECT to_jsonb(t) FROM telling t WHERE greatest(t.made_at, t.due_at, t.settled_at) > :since",
        _TOLD,
    ),
    _added("telling", stamp="made_at", parents=f"{_FAMILY} AND {_SERVICE}"),
    Fact("services", f"SELECT to_jsonb(s) FROM told_service s WHERE {_ANY_TIME}", _SECRETS),
    _added("family_contact", stamp="made_at", parents=f"{_FAMILY} AND r.centre_id IN (SELECT id FROM centre)"),
    _added("stopped_number", stamp="since"),
    _added("silenced", stamp="since"),
    Fact("messages", _MESSAGES, _SENT),
    Fact("reminders", _MESSAGES, _REMINDED),
    Fact("accounts", _ACCOUNTS, _AS_NOW),
    Fact("roles", _ACCOUNTS, _NO_LONGER),
    Fact(
        "feeds",
        "SELECT to_jsonb(t) FROM calendar_feed t WHERE t.revoked_at > :since",
        f"UPDATE calendar_feed c SET revoked_at = r.revoked_at {_OF.format('calendar_feed')} WHERE c.public_id = r.public_id",
    ),
    Fact(
        "agreements",
        f"SELECT to_jsonb(a) - 'signed_text' FROM sharing_agreement a WHERE state = 'ended' AND {_ANY_TIME}",
        "UPDATE sharing_agreement a SET state = r.state, ends_on = r.ends_on "
        + _OF.format("sharing_agreement")
        + " WHERE a.id = r.id AND a.source = r.source",
    ),
    _added("pilot_protocol", stamp="registered_at"),
    _added("pilot_release", stamp="at"),
    Fact(
        "row_level",
        f"SELECT to_jsonb(t) FROM pilot_row_level_request t WHERE t.key IS NULL AND {_ANY_TIME}",
        "UPDATE pilot_row_level_request q SET state = r.state, key = NULL, decided_by = r.decided_by, decided_at = r.decided_at "
        + _OF.format("pilot_row_level_request")
        + " WHERE q.id = r.id AND q.asked_at = r.asked_at AND r.state <> 'asked'",
    ),
    Fact(
        "secret",
        f"SELECT to_jsonb(true) WHERE NOT EXISTS (SELECT 1 FROM pilot_secret) AND {_ANY_TIME}",
        "DELETE FROM pilot_secret WHERE jsonb_array_length(CAST(:rows AS jsonb)) > 0",
    ),
)

#: Families that lost a baby, and those whose last word was a no: what follows from it is done by the actions that heard it first.
_LOST = "SELECT to_jsonb(t) FROM (SELECT id, created_at FROM family WHERE lost_at > :since) t"
_NOES = """
SELECT to_jsonb(t) FROM (SELECT f.id, f.created_at FROM family f
 WHERE EXISTS (SELECT 1 FROM sharing_answer a WHERE a.family_id = f.id AND a.at > :since)
   AND NOT (SELECT a.share FROM sharing_answer a WHERE a.family_id = f.id ORDER BY a.id DESC LIMIT 1)) t
"""
_THERE = f"SELECT f.id FROM family f JOIN LATERAL (SELECT r.id, r.created_at {_OF.format('family')}) r USING (id, created_at)"
_NOT_LOST_YET = f"{_THERE} WHERE f.lost_at IS NULL ORDER BY f.id"

Found = Mapping[str, Rows]


def read(since: datetime) -> Found:
    """Read everything of this kind from the database in hand, stamped later than `since`."""
    questions = {fact.name: fact.read for fact in FACTS} | {"lost": _LOST, "noes": _NOES}
    return {name: list(db.session.scalars(text(question), {"since": since})) for name, question in questions.items()}


def do_again(found: Found, now: datetime) -> None:
    """Do again in the database in hand what was found elsewhere; what is done already stays as it is."""
    for fact in FACTS:
        if found[fact.name]:
            db.session.execute(text(fact.write), {"rows": json.dumps(found[fact.name])})
    for family in _families(_THERE, found["noes"]):
        heed_no(family, ACTOR)
    for family in _families(_NOT_LOST_YET, found["lost"]):
        leave(family, now, ACTOR)


def _families(question: str, rows: Rows) -> list[int]:
    """Find families by number and moment of making: the same number may have been given to another since."""
    return list(db.session.scalars(text(question), {"rows": json.dumps(rows)})) if rows else []
