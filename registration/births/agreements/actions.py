"""What is done with data sharing agreements: drafted, changed, put in force, reviewed, ended."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from registration.births.agreements.queries import replaced_by, seen_of, terms_of
from registration.births.agreements.rules import Notice, Origin, Signature, Terms, clauses, missing_signatures
from registration.births.agreements.rules.review import LONGEST, REVIEW_YEARS
from registration.births.files.actions import blank
from registration.births.models import BirthRecord
from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.families.models import Family, SharingAgreement


class NotADraft(Refused):
    """This agreement is no draft any more, so it cannot be changed. Draft the next one from it."""


class NotInForce(Refused):
    """This agreement is not in force."""


class Changed(Refused):
    """This agreement, or the one it replaces, has changed since you opened the page. Look at it again."""


class NotSigned(Refused):
    """Somebody whose signature it needs has not signed."""


class NotYet(Refused):
    """The agreement it replaces would end today, and this one begins later. Put it in force on its first day."""


class Over(Refused):
    """Its last day has gone by. Change the draft, and have it signed again."""


class NoNotice(Refused):
    """By this draft a family would have no day to object after the council’s letter. Change it to at least 1 day."""


class NoReview(Refused):
    """The next review must be after today."""


class TooFar(Refused):
    """The next review is too far away."""


def draft(terms: Terms, actor: str) -> SharingAgreement:
    """Keep a new draft."""
    made = SharingAgreement(**_columns(terms), made_by=actor)
    db.session.add(made)
    db.session.flush()
    audit.record("agreement.drafted", about=_about(made), actor=actor, after=_said(terms))
    return made


def change_draft(agreement_id: int, terms: Terms, seen: str, actor: str) -> SharingAgreement:
    """Change a draft as it was `seen`. Raises NotADraft, and Changed where somebody was quicker."""
    found = _locked(agreement_id)
    if found.state != "draft":
        raise NotADraft
    if seen_of(found) != seen:
        raise Changed
    before = _said(terms_of(found))
    for name, value in _columns(terms).items():
        setattr(found, name, value)
    db.session.flush()
    audit.record("agreement.changed", about=_about(found), actor=actor, before=before, after=_said(terms))
    return found


def put_in_force(
    agreement_id: int, signatures: Collection[Signature], seen: str, today: date, actor: str
) -> SharingAgreement:
    """Put a draft in force as it was `seen`, printed and signed; the one of the same source ends with it.

    Its text is kept as it was signed. What came under the former is held under this one, less what is no longer agreed: that is
    blanked, with the proof of it. Raises NotADraft, Changed,
    NotSigned, Over, NoNotice, and NotYet where the former would end before this one begins.
    """
    found = _locked(agreement_id)
    former = _locked_former(found)
    if found.state != "draft":
        raise NotADraft
    if seen_of(found) != seen:
        raise Changed
    _check(found, former, signatures, today)
    if former is not None:
        _end(former, today, f"replaced by the agreement from {found.starts_on:%-d %B %Y}", actor)
    _sign(found, signatures)
    if former is not None:
        _hand_over(former, found)
        blank(found, actor)
    after = {
        "signed by": [f"{each.name}, {each.role}" for each in signatures],
        "first day": found.starts_on.isoformat(),
    }
    audit.record("agreement.put_in_force", about=_about(found), actor=actor, after=after)
    return found


def _check(
    found: SharingAgreement, former: SharingAgreement | None, signatures: Collection[Signature], today: date
) -> None:
    missing = missing_signatures(Origin(found.origin), signatures)
    if missing:
        side = getattr(found, missing[0].party)
        raise NotSigned(f"The {missing[0].role} of {side} has not signed.")
    if found.ends_on is not None and found.ends_on < today:
        raise Over
    if former is not None and found.starts_on > today:
        raise NotYet
    if found.notice == Notice.BY_LETTER and found.notice_days < 1:
        raise NoNotice


def _sign(found: SharingAgreement, signatures: Collection[Signature]) -> None:
    found.signatories = [asdict(each) | {"signed_on": each.signed_on.isoformat()} for each in signatures]
    found.signed_text = [asdict(clause) for clause in clauses(terms_of(found))]
    found.state = "in_force"
    try:
        db.session.flush()
    except IntegrityError as error:  # a first agreement of this source was put in force at this very moment
        raise Changed from error


def _hand_over(former: SharingAgreement, found: SharingAgreement) -> None:
    """Hold under an agreement what came under the one it replaces: families do not vanish because a paper is renewed."""
    for table in (Family, BirthRecord):
        moved = update(table).where(table.agreement_id == former.id).values(agreement_id=found.id)
        db.session.execute(moved.execution_options(synchronize_session=False))


def end(agreement_id: int, why: str, today: date, actor: str) -> SharingAgreement:
    """End an agreement in force at once, or put a draft aside: nothing comes in under it, and no centre sees a family by it.

    Raises NotInForce where it has ended before.
    """
    found = _locked(agreement_id)
    if found.state == "ended":
        raise NotInForce
    if found.state == "draft":
        found.state, found.ends_on = "ended", None  # what was never in force has no last day
        db.session.flush()
        audit.record("agreement.put_aside", about=_about(found), actor=actor, after={"reason": why})
    else:
        _end(found, today, why, actor)
    return found


def _end(found: SharingAgreement, today: date, why: str, actor: str) -> None:
    last = max(min(found.ends_on or today, today), found.starts_on)
    found.state, found.ends_on = "ended", last
    db.session.flush()
    audit.record(
        "agreement.ended", about=_about(found), actor=actor, after={"reason": why, "last day": last.isoformat()}
    )


def note_review(agreement_id: int, review_on: date, today: date, actor: str) -> SharingAgreement:
    """Note that both sides reviewed an agreement and left it as it is, and when they look at it next.

    Raises NotInForce, NoReview where that day is not after today, and TooFar where it is years away.
    """
    found = _locked(agreement_id)
    if found.state != "in_force":
        raise NotInForce
    if review_on <= today:
        raise NoReview
    if review_on - today > LONGEST:
        raise TooFar(f"The next review must be within {REVIEW_YEARS} years.")
    before, found.review_on = found.review_on, review_on
    db.session.flush()
    days = {"before": {"review": before.isoformat()}, "after": {"review": review_on.isoformat()}}
    audit.record("agreement.reviewed", about=_about(found), actor=actor, **days)
    return found


def _locked(agreement_id: int) -> SharingAgreement:
    """Give an agreement nobody else changes meanwhile. Raises NotADraft where there is none."""
    wanted = select(SharingAgreement).filter_by(id=agreement_id).with_for_update()
    found = db.session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotADraft
    return found


def _locked_former(found: SharingAgreement) -> SharingAgreement | None:
    former = replaced_by(found)
    return None if former is None else _locked(former.id)


def _columns(terms: Terms) -> dict[str, Any]:
    """Give the row of terms."""
    texts = {"origin": terms.origin.value, "frequency": terms.frequency.value, "notice": terms.notice.value}
    return asdict(terms) | {"items": list(terms.items)} | texts


def _said(terms: Terms) -> Mapping[str, Any]:
    """Give terms as the record keeps them: days as text, empty ones left out."""
    days = {name: value.isoformat() for name, value in _columns(terms).items() if isinstance(value, date)}
    return {name: value for name, value in (_columns(terms) | days).items() if value not in ("", None)}


def _about(agreement: SharingAgreement) -> str:
    return f"agreement:{agreement.id}"
