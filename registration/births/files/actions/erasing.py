"""Delete who it is from live birth data when the agreement says so, and prove it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select, text, update

from registration.births.models import BirthRecord, Deletion
from registration.births.retention.rules import proof as digest_of
from registration.common.audit import record
from registration.common.clock import civil_date
from registration.common.db import db
from registration.families.models import SharingAgreement

KIND = "live_births"
#: What goes; the day of birth stays to be counted, and the key, so that a file from before brings nothing back.
_GOES = (
    "sex",
    "baby_given",
    "baby_surname",
    "mother_given",
    "mother_surname",
    "mother_born",
    "house",
    "address",
    "postcode",
    "phone",
    "email",
)
# A family goes with the last of its births: who it is, and where it lives but for the centre and the decile of its area.
_FAMILIES = text("""
UPDATE family f SET name = '', name_words = '', email = NULL, mobile = NULL, second_contact = NULL, letter_address = NULL,
                    postcode = NULL, link_digest = NULL, access_needs = '', details_gone_at = :now
 WHERE f.id IN (SELECT family_id FROM birth_record WHERE id = ANY(:records)) AND f.details_gone_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM birth_record r WHERE r.family_id = f.id AND r.erased_at IS NULL)
""")


@dataclass(frozen=True, slots=True)
class Erased:
    """What was deleted, or would be, under one agreement: how many births, why now, and the proof once they are gone."""

    agreement_id: int
    source: str
    rows: int
    rule: str
    digest: str = ""


def erase_due(now: datetime, actor: str, *, dry_run: bool = False) -> list[Erased]:
    """Delete the details of all births whose agreement lets them be held no longer on this day; a dry run only counts them.

    Days count from the day the birth's first file came. For each agreement a row proves the deletion: the SHA-256 of the sorted
    keys of the births, one a line. Doing it again does nothing more.
    """
    return [
        _erase(agreement, rows, actor, now, dry_run=dry_run)
        for agreement in db.session.scalars(select(SharingAgreement).order_by(SharingAgreement.id))
        if (rows := _due(agreement, civil_date(now)))
    ]


def _due(agreement: SharingAgreement, today: date) -> Sequence[tuple[int, str]]:
    due = select(BirthRecord.id, BirthRecord.source_key).where(
        BirthRecord.agreement_id == agreement.id,
        BirthRecord.received_on <= today - timedelta(days=agreement.retention_days),
        BirthRecord.erased_at.is_(None),
    )
    return [(number, key) for number, key in db.session.execute(due.with_for_update(of=BirthRecord))]


def _erase(
    agreement: SharingAgreement, rows: Sequence[tuple[int, str]], actor: str, now: datetime, *, dry_run: bool
) -> Erased:
    rule = f"{agreement.retention_days} days after the file came"
    done = Erased(agreement.id, agreement.source, len(rows), rule)
    if dry_run:
        return done
    numbers = [number for number, _ in rows]
    emptied = dict.fromkeys(_GOES) | {"erased_at": now}
    db.session.execute(update(BirthRecord).where(BirthRecord.id.in_(numbers)).values(emptied))
    db.session.execute(_FAMILIES, {"records": numbers, "now": now})
    proof = digest_of(key for _, key in rows)
    kept = {"kind": KIND, "agreement_id": agreement.id, "rows": len(rows), "digest": proof, "rule": rule}
    db.session.add(Deletion(**kept, actor=actor, at=now))
    db.session.flush()
    after = {"source": agreement.source, "rows": len(rows), "digest": proof}
    record("births.erased", about=f"agreement:{agreement.id}", actor=actor, after=after)
    return replace(done, digest=proof)
