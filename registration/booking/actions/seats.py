"""What families have in a session, when another registrar takes it over: their time stands, or stands again."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import text

from registration.booking.actions import notices, offer_notices, offers
from registration.booking.actions.locking import locked
from registration.booking.queries import appointment_by_id
from registration.booking.queries.displaced import is_displaced
from registration.booking.rules.requests import Appointment
from registration.common import audit
from registration.common.access import current_actor
from registration.common.db import db
from registration.messages.queries import has_gone_out

# A hold that has run out is nobody's, but would still stand in the way of the times that come.
_CLEAR = text("""
DELETE FROM occupancy WHERE registrar_id = :registrar AND kind = 'hold' AND until <= clock_timestamp()
   AND EXISTS (SELECT 1 FROM session s WHERE s.id = :session AND s.during && occupancy.during)
""")
_AGAIN = text("UPDATE booking SET version = version + 1, changed_at = clock_timestamp() WHERE id = :booking")
_SIT_THERE = text("UPDATE occupancy SET registrar_id = :registrar WHERE session_id = :session")


def take_over(session_id: int, registrar_id: int) -> None:
    """Have everything that fills a session fill the time of the registrar who sits there now."""
    values = {"session": session_id, "registrar": registrar_id}
    db.session.execute(_CLEAR, values)
    db.session.execute(_SIT_THERE, values)


def stands_again(booking_public_id: UUID, now: datetime) -> bool:
    """Give a family its own time again, which did not stand: what was offered instead is taken back, and nobody rings it for that.

    A family that was told of the offer is told that it is booked as before. False where there is nothing to do: its time does not
    stand, is past, or nothing came of it.
    """
    before = locked(booking_public_id)
    if before.state != "booked" or before.start <= now or is_displaced(before.id):
        return False
    offers.withdraw_of(before.id, now)
    offer_notices.nobody_need_call(before, now)
    db.session.execute(_AGAIN, {"booking": before.id})  # another version: what was called back can be written anew
    audit.record("kept the time it had", about=f"booking:{before.id}", actor=current_actor())
    if has_gone_out(before.public_id, offer_notices.OFFERED):
        notices.tell_kept_after_all(cast("Appointment", appointment_by_id(before.public_id)), now)
    return True
