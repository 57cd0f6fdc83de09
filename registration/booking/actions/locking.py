"""Lock a booking before it is changed, and note what became of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from registration.booking.actions.refusals import CannotChange
from registration.booking.queries import appointment_by_id
from registration.booking.rules.requests import Appointment
from registration.common import audit
from registration.common.access import current_actor
from registration.common.db import db

_LOCKED = text("SELECT id FROM booking WHERE public_id = :public_id FOR UPDATE")
_MARKED = text("SELECT outcome IS NOT NULL FROM booking WHERE id = :booking")


def locked(public_id: UUID) -> Appointment:
    """Lock a booking's row, then read it as it stands; CannotChange where there is none such."""
    db.session.execute(_LOCKED, {"public_id": public_id})
    appointment = appointment_by_id(public_id)
    if appointment is None:
        raise CannotChange
    return appointment


def is_over(appointment: Appointment, now: datetime) -> bool:
    """Say whether an appointment has begun, or a registrar has marked already what came of it; its row is locked."""
    return appointment.start <= now or bool(db.session.execute(_MARKED, {"booking": appointment.id}).scalar())


def note(event: str, before: Appointment, after: Appointment) -> None:
    """Add to the record what a booking was and what it became, without anybody's name."""
    audit.record(
        event, about=f"booking:{before.id}", actor=current_actor(), before=_standing(before), after=_standing(after)
    )


def _standing(appointment: Appointment) -> dict[str, object]:
    return {"start": appointment.start.isoformat(), "centre": appointment.centre, "state": appointment.state}
