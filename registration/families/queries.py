"""Questions about a family's answers."""

from sqlalchemy import select

from registration.common.db import db
from registration.families.models import CentreSignUp, SharingAnswer


def shares(family_id: int) -> bool | None:
    """Give a family's answer to "may the centre have your details", the latest; None where it was never asked."""
    answers = select(SharingAnswer.share).where(SharingAnswer.family_id == family_id)
    return db.session.scalar(answers.order_by(SharingAnswer.id.desc()).limit(1))


def wants_to_join(family_id: int) -> bool:
    """Say whether a family asked to join a centre."""
    return db.session.scalar(select(CentreSignUp.id).where(CentreSignUp.family_id == family_id)) is not None
