"""Questions about data sharing agreements: which is in force, what came under it, what is due."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import func, or_, select

from registration.births.agreements.rules import (
    Came,
    Clause,
    Frequency,
    Notice,
    Origin,
    Review,
    Span,
    Standing,
    Terms,
    clauses,
    fingerprint,
    review,
    standing,
)
from registration.births.models import BirthFile
from registration.common.audit import Named
from registration.common.clock import civil_date
from registration.common.db import db
from registration.families.models import SharingAgreement


def agreement_in_force(source: str, today: date) -> SharingAgreement | None:
    """Give the agreement that allows an import from this source today; None where there is none, and nothing may be taken."""
    wanted = select(SharingAgreement).where(
        SharingAgreement.source == source,
        SharingAgreement.state == "in_force",
        SharingAgreement.starts_on <= today,
        or_(SharingAgreement.ends_on.is_(None), SharingAgreement.ends_on >= today),
    )
    return db.session.scalars(wanted).one_or_none()


def sources_in_force(today: date) -> list[str]:
    """List the sources that may send live birth data on a day."""
    found = select(SharingAgreement).where(SharingAgreement.state == "in_force", SharingAgreement.starts_on <= today)
    over = or_(SharingAgreement.ends_on.is_(None), SharingAgreement.ends_on >= today)
    return [each.source for each in db.session.scalars(found.where(over).order_by(SharingAgreement.source))]


def agreement_by_id(agreement_id: int) -> SharingAgreement | None:
    """Give an agreement, None where there is none of the number."""
    return db.session.get(SharingAgreement, agreement_id)


def agreements() -> Sequence[SharingAgreement]:
    """Give every agreement: those in force first, then drafts, then what has ended, the newest first."""
    order = func.array_position(["in_force", "draft", "ended"], SharingAgreement.state)
    return db.session.scalars(select(SharingAgreement).order_by(order, SharingAgreement.id.desc())).all()


def replaced_by(agreement: SharingAgreement) -> SharingAgreement | None:
    """Give the agreement in force that this draft would replace: that of the same source."""
    wanted = select(SharingAgreement).filter_by(source=agreement.source, state="in_force")
    return db.session.scalars(wanted.where(SharingAgreement.id != agreement.id)).one_or_none()


def terms_of(agreement: SharingAgreement) -> Terms:
    """Give the terms of an agreement on record."""
    kept = {field.name: getattr(agreement, field.name) for field in fields(Terms)}
    kept |= {
        "origin": Origin(agreement.origin),
        "items": tuple(agreement.items),
        "frequency": Frequency(agreement.frequency),
        "notice": Notice(agreement.notice),
    }
    return Terms(**kept)


def text_of(agreement: SharingAgreement) -> tuple[Clause, ...]:
    """Give an agreement clause by clause: as it was signed, or as its terms now read."""
    if agreement.signed_text is None:
        return clauses(terms_of(agreement))
    return tuple(Clause.kept(row) for row in agreement.signed_text)


def seen_of(agreement: SharingAgreement) -> str:
    """Give the mark of an agreement as somebody sees it, with the one it would replace: another one means it changed."""
    former = replaced_by(agreement)
    return fingerprint(terms_of(agreement), agreement.state, former and former.id)


# ---- promised and delivered


@dataclass(frozen=True, slots=True)
class Source:
    """One source of births: the agreement in force or the last there was, and how it stands; None where none is in force."""

    agreement: SharingAgreement
    in_force: bool
    standing: Standing | None
    review: Review | None


def sources(today: date) -> list[Source]:
    """Say of every source that has, or had, an agreement how it stands; those in force first, then by name."""
    signed: dict[str, list[SharingAgreement]] = defaultdict(list)
    was_in_force = or_(SharingAgreement.state == "in_force", SharingAgreement.ends_on.is_not(None))
    wanted = select(SharingAgreement).where(SharingAgreement.state != "draft", was_in_force)
    for agreement in db.session.scalars(wanted.order_by(SharingAgreement.id)):
        signed[agreement.source].append(agreement)
    came = _came(signed)
    found = [_source(each, came[name], today) for name, each in signed.items()]
    return sorted(found, key=lambda each: (not each.in_force, each.agreement.provider))


def _came(names: Collection[str]) -> Mapping[str, list[Came]]:
    """Give the files that came from each of these sources."""
    found: dict[str, list[Came]] = defaultdict(list)
    wanted = select(BirthFile.source, BirthFile.period, BirthFile.received_at).where(BirthFile.source.in_(names))
    for source, month, at in db.session.execute(wanted):
        found[source].append(Came(month, civil_date(at)))
    return found


def _source(signed: Sequence[SharingAgreement], came: Sequence[Came], today: date) -> Source:
    latest = next((each for each in signed if each.state == "in_force"), signed[-1])
    if latest.state != "in_force":
        return Source(latest, in_force=False, standing=None, review=None)
    due = review(latest.provider, latest.review_on, latest.ends_on, today)
    if not Span(latest.starts_on, latest.ends_on).holds(today):
        return Source(latest, in_force=False, standing=None, review=due)
    spans = [Span(each.starts_on, each.ends_on) for each in signed]
    stands = standing(latest.provider, Frequency(latest.frequency), spans, came, today)
    return Source(latest, in_force=True, standing=stands, review=due)


def agreement_names(keys: Collection[str]) -> Mapping[str, Named]:
    """Give the names of agreements as the record shows them, by number, with the page of each."""
    columns = (SharingAgreement.id, SharingAgreement.provider)
    rows = db.session.execute(select(*columns).where(SharingAgreement.id.in_([int(key) for key in keys])))
    return {
        str(row.id): Named(f"agreement with {row.provider}", "agreements.show", {"agreement_id": row.id})
        for row in rows
    }
