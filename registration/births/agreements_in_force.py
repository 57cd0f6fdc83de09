"""Under which agreement a source sends live birth data."""

from datetime import date

from sqlalchemy import Select, func, select

from registration.common.db import db
from registration.families.models import SharingAgreement


def agreement_in_force(source: str, today: date) -> SharingAgreement | None:
    """Give the agreement that is in force with a source on a day; None where there is none, and nothing may be taken in."""
    return db.session.scalars(_in_force(today).where(SharingAgreement.source == source)).one_or_none()


def sources_in_force(today: date) -> list[str]:
    """List the sources with an agreement in force on a day."""
    return [agreement.source for agreement in db.session.scalars(_in_force(today).order_by(SharingAgreement.source))]


def _in_force(today: date) -> Select[SharingAgreement]:
    return select(SharingAgreement).where(
        SharingAgreement.state == "in_force",
        SharingAgreement.starts_on <= today,
        func.coalesce(SharingAgreement.ends_on, today) >= today,
    )
