"""Questions about sessions."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time

from sqlalchemy import func, or_, select

from registration.common.clock import LONDON
from registration.common.db import db
from registration.rota.models import Session


def sessions_near(
    first: datetime, last: datetime, registrars: Collection[int], rooms: Collection[int]
) -> Sequence[Session]:
    """Give the sessions, withdrawn ones too, of any of the registrars or rooms that touch a span; locked until commit."""
    theirs = or_(Session.registrar_id.in_(registrars), Session.room_id.in_(rooms))
    found = select(Session).where(theirs, Session.begins_at < last, Session.ends_at > first).order_by(Session.id)
    return db.session.scalars(found.with_for_update()).all()


def sessions_from(registrar_id: int, first_day: date) -> int:
    """Count the sessions of a registrar that are published from a civil day on."""
    begins = datetime.combine(first_day, time(), LONDON)
    theirs = select(func.count()).where(Session.registrar_id == registrar_id, Session.state == "published")
    return db.session.scalar(theirs.where(Session.begins_at >= begins)) or 0
