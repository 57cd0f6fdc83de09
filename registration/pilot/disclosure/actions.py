"""What is done: releases entered in the ledger, and rows asked for, approved by a second person, taken, and let expire."""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.pilot.disclosure.chain import ROW_LEVEL, Entry, Head, digest
from registration.pilot.disclosure.models import PilotRelease, RowLevelRequest
from registration.pilot.disclosure.queries import due, head
from registration.pilot.disclosure.row_level import row_level
from registration.pilot.extract.rules import Extract

#: Who may approve a request for rows, beside not being who asked.
APPROVERS = frozenset({"data_officer", "administrator"})
#: For how long an approval lasts where nothing else is asked, and at most, in days.
USUAL_DAYS, MOST_DAYS = 30, 90
_KEY_BYTES = 32


class NoPurpose(Refused):
    """Say who will use the rows, and what for."""


class TooLong(Refused):
    """Rows may be asked for 1 to 90 days."""


class NotWaiting(Refused):
    """Somebody has decided on this request already."""


class SamePerson(Refused):
    """Somebody else must decide: it was you who asked."""


class MayNotDecide(Refused):
    """Only a data officer or an administrator decides on requests for rows."""


class NotApproved(Refused):
    """There is no approval for these rows that is still in force."""


class NotYours(Refused):
    """Only who asked for the rows may take them."""


class TakenAlready(Refused):
    """These rows were taken already. An approval is for one file: ask for them anew."""


def enter(
    kind: str,
    *,
    who: str,
    why: str,
    specification: str,
    counts: Mapping[str, int | str],
    files: Mapping[str, bytes],
    at: datetime,
) -> Head:
    """Enter a release in the ledger, after whatever another enters at the same moment; give the end of the ledger to print.

    `files` are the contents of each file by its name; their SHA-256 are kept, not they. `counts` are whole numbers or texts.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(PilotRelease.__tablename__))))
    last = head()
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    entry = Entry(last.count + 1, at, kind, who, why, specification, dict(counts), digests)
    made = digest(entry, last.digest)
    db.session.add(
        PilotRelease(
            number=entry.number,
            at=at,
            kind=kind,
            who=who,
            why=why,
            specification=specification,
            counts=dict(counts),
            files=digests,
            previous=last.digest,
            digest=made,
        )
    )
    db.session.flush()
    audit.record(
        "pilot.released", about=f"pilot_release:{entry.number}", actor=who, after={"kind": kind, "reason": why}
    )
    return Head(entry.number, made)


def ask(evaluator: str, purpose: str, asked_by: str, now: datetime, days: int = USUAL_DAYS) -> RowLevelRequest:
    """Ask for rows for a named evaluator and purpose, for so many days from approval. Raises NoPurpose and TooLong."""
    if not (evaluator.strip() and purpose.strip()):
        raise NoPurpose
    if not 1 <= days <= MOST_DAYS:
        raise TooLong
    made = RowLevelRequest(
        asked_by=asked_by, asked_at=now, evaluator=evaluator.strip(), purpose=purpose.strip(), days=days
    )
    db.session.add(made)
    db.session.flush()
    after = {"evaluator": made.evaluator, "purpose": made.purpose, "days": days}
    audit.record("pilot.rows_asked", about=_about(made), actor=asked_by, after=after)
    return made


def approve(request_id: int, actor: str, roles: Collection[str], now: datetime) -> RowLevelRequest:
    """Approve a request somebody else made: a key is made for this one release, and kept until the approval is over.

    Raises NotWaiting, SamePerson and MayNotDecide.
    """
    found = _to_decide(request_id, actor, roles)
    found.state, found.decided_by, found.decided_at = "approved", actor, now
    found.expires_at, found.key = now + timedelta(days=found.days), secrets.token_bytes(_KEY_BYTES)
    db.session.flush()
    audit.record("pilot.rows_approved", about=_about(found), actor=actor, after={"until": found.expires_at.isoformat()})
    return found


def refuse(request_id: int, actor: str, roles: Collection[str], reason: str, now: datetime) -> RowLevelRequest:
    """Refuse a request somebody else made, and say why. Raises NotWaiting, SamePerson and MayNotDecide."""
    found = _to_decide(request_id, actor, roles)
    found.state, found.decided_by, found.decided_at, found.reason = "refused", actor, now, reason.strip()
    db.session.flush()
    audit.record("pilot.rows_refused", about=_about(found), actor=actor, after={"reason": found.reason})
    return found


def take(request_id: int, extract: Extract, actor: str, now: datetime) -> tuple[bytes, Head]:
    """Make the approved rows of an extract as a CSV file, enter them in the ledger, and give both file and end of the ledger.

    An approval is taken once, and its key is thrown away: two files of one approval could be joined. Raises NotApproved, NotYours,
    and TakenAlready.
    """
    found = _locked(request_id)
    if found is None:
        raise NotApproved
    rows = row_level(extract, key_in_force(found, actor, now))
    content = rows.written()
    found.state, found.key, found.file_sha256 = "expired", None, hashlib.sha256(content).hexdigest()
    db.session.flush()
    end = enter(
        ROW_LEVEL,
        who=actor,
        why=f"{found.purpose} (for {found.evaluator}, approved by {found.decided_by})",
        specification=rows.specification,
        counts={"rows": len(rows.rows), "as_of": str(extract.as_of)},
        files={"rows.csv": content},
        at=now,
    )
    audit.record("pilot.rows_taken", about=_about(found), actor=actor, after={"entry of the ledger": end.count})
    return content, end


def key_in_force(request: RowLevelRequest, actor: str, now: datetime) -> bytes:
    """Give the key of rows that somebody may take now. Raises TakenAlready, NotApproved and NotYours."""
    if request.file_sha256 is not None:
        raise TakenAlready
    if request.state != "approved" or request.key is None or request.expires_at is None or request.expires_at <= now:
        raise NotApproved
    if request.asked_by != actor:
        raise NotYours
    return request.key


def expire_due(now: datetime) -> Sequence[RowLevelRequest]:
    """End every approval whose time is over, and throw its key away: nobody can tell any more which row was whose."""
    over = due(now)
    for each in over:
        each.state, each.key = "expired", None
        audit.record("pilot.rows_expired", about=_about(each), actor="system")
    db.session.flush()
    return over


def _to_decide(request_id: int, actor: str, roles: Collection[str]) -> RowLevelRequest:
    found = _locked(request_id)
    if found is None or found.state != "asked":
        raise NotWaiting
    if found.asked_by == actor:
        raise SamePerson
    if not APPROVERS & set(roles):
        raise MayNotDecide
    return found


def _locked(request_id: int) -> RowLevelRequest | None:
    wanted = select(RowLevelRequest).filter_by(id=request_id).with_for_update()
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def _about(request: RowLevelRequest) -> str:
    return f"row_level_request:{request.id}"
