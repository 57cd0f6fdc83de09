"""Questions about sessions."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select

from registration.common.db import db
from registration.rota.models import Session


def sessions_near(
    first: datetime, last: datetime, registrars: Collection[int], rooms: Collection[int]
) -> Sequence[Session]:
    """Give the sessions, withdrawn ones too, of any of the registrars or rooms that touch a span; locked until commit."""
    theirs = or_(Session.registrar_id.in_(registrars), Session.room_id.in_(rooms))
    found = select(Session).where(theirs, Session.begins_at < last, Session.ends_at > first).order_by(Session.id)
    return db.session.scalars(found.with_for_update()).all()
