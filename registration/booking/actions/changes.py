"""Move a booking to another time, cancel it, undo that within a minute, cancel for a bereaved family."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from registration.booking.actions import notices, offer_notices, offers
from registration.booking.actions.holds import candidates_for
from registration.booking.actions.locking import is_over, locked, note
from registration.booking.actions.refusals import CannotChange, NotOffered, SlotTaken
from registration.booking.queries import Opening, appointment_by_id, need
from registration.booking.queries.displaced import is_displaced
from registration.booking.rules.requests import Appointment, HoldRequest
from registration.common.access import current_actor
from registration.common.authority import current_authority
from registration.common.db import db
from registration.families.actions import mark_lost

UNDO_SECONDS = 60

_CLEAR = text("""
DELETE FROM occupancy
 WHERE registrar_id = :registrar AND kind = 'hold' AND until <= clock_timestamp()
   AND during && tstzrange(:begins, :ends)
""")
# NOT EXISTS keeps the update from failing (and the whole transaction with it) where another family got there first; the
# constraint still decides between two who come at the same moment.
_SWAP = text("""
UPDATE occupancy SET session_id = :session, registrar_id = :registrar, begins_at = :begins, ends_at = :ends
 WHERE booking_id = :booking AND kind = 'booking'
   AND NOT EXISTS (SELECT 1 FROM occupancy o WHERE o.registrar_id = :registrar AND o.kind <> 'absence'
                      AND o.during && tstzrange(:begins, :ends) AND o.booking_id IS DISTINCT FROM :booking)
""")
_MOVE = text("""
UPDATE booking SET session_id = :session, centre_id = :centre, begins_at = :begins, ends_at = :ends,
                   version = version + 1, changed_at = clock_timestamp()
 WHERE id = :booking AND EXISTS (SELECT 1 FROM session WHERE id = :session AND state = 'published'
                                    AND centre_id = :centre AND begins_at <= :begins AND ends_at >= :ends)
   AND NOT EXISTS (SELECT 1 FROM absence WHERE registrar_id = :registrar AND state = 'planned'
                      AND begins_at < :ends AND ends_at > :begins)
   AND NOT EXISTS (SELECT 1 FROM centre WHERE id = :centre
                      AND (CAST(:begins AS timestamptz) AT TIME ZONE 'Europe/London')::date > participating_to)
""")
_CANCEL = text("""
UPDATE booking SET state = 'cancelled', cancelled_at = clock_timestamp(), cancel_reason = :reason,
                   version = version + 1, changed_at = clock_timestamp()
 WHERE id = :booking
""")
_KEEP_A_MINUTE = text("""
UPDATE occupancy SET kind = 'hold', until = clock_timestamp() + make_interval(secs => :seconds)
 WHERE booking_id = :booking
""")
_LET_GO = text("DELETE FROM occupancy WHERE booking_id = :booking")
_TAKE_BACK = text("""
UPDATE occupancy SET kind = 'booking', until = NULL
 WHERE booking_id = :booking AND kind = 'hold' AND until > clock_timestamp()
""")
_RESTORE = text("""
UPDATE booking SET state = 'booked', cancelled_at = NULL, cancel_reason = NULL, version = version + 1,
                   changed_at = clock_timestamp()
 WHERE id = :booking
""")


def _changeable(public_id: UUID, now: datetime) -> Appointment:
    appointment = locked(public_id)
    if appointment.state != "booked" or is_over(appointment, now):
        raise CannotChange
    return appointment


def move(public_id: UUID, centre_id: int, start: datetime, now: datetime, *, urgent: bool = False) -> Appointment:
    """Give a booking another time: the old one is let go in the same stroke as the new one is filled.

    `urgent` opens the telephone desk's minutes too.
    Raises SlotTaken, NotOffered, or CannotChange when it is cancelled or past. Moving to its own time changes nothing.
    """
    before = _changeable(public_id, now)
    if (centre_id, start) == (before.centre_id, before.start):
        return before
    if start < now + timedelta(minutes=current_authority().notice_minutes):
        raise NotOffered
    offers.withdraw_of(before.id, now)  # what is kept for this family must not stand in its own way
    needed = need(before.births, interpreter=before.interpreter)
    request = HoldRequest(centre_id, start, before.births, before.interpreter, urgent=urgent)
    candidates = candidates_for(request, now, keep_for=before.id)
    if not any(_swap(before.id, o, start, o.ends(needed, start)) for o in candidates):
        raise SlotTaken
    after = _reread(before)
    note("moved", before, after)
    notices.tell_moved(after, now)
    offer_notices.nobody_need_call(after, now)
    return after


def _swap(booking_id: int, opening: Opening, start: datetime, end: datetime) -> bool:
    """Fill a registrar's time with the booking instead of its old time; False when someone else filled it."""
    values = {
        "booking": booking_id,
        "session": opening.session_id,
        "registrar": opening.registrar_id,
        "centre": opening.centre_id,
        "begins": start,
        "ends": end,
    }
    if opening.stale:
        db.session.execute(_CLEAR, values)
    try:
        with db.session.begin_nested():
            swapped = db.session.execute(_SWAP, values)
    except IntegrityError:  # another family filled it between the look and the change
        return False
    if swapped.rowcount != 1:  # type: ignore[attr-defined]
        return False
    if db.session.execute(_MOVE, values).rowcount != 1:  # type: ignore[attr-defined]
        raise NotOffered  # off the rota, made shorter or gone to another centre, its registrar away, since a moment ago
    return True


def cancel(public_id: UUID, now: datetime, reason: str = "family") -> Appointment:
    """Cancel a booking; its time is kept one minute, in which that can be undone. Cancelling again changes nothing."""
    before = locked(public_id)
    if before.state == "cancelled":
        return before
    if is_over(before, now):
        raise CannotChange
    offers.withdraw_of(before.id, now)
    db.session.execute(_CANCEL, {"booking": before.id, "reason": reason})
    db.session.execute(_KEEP_A_MINUTE, {"booking": before.id, "seconds": UNDO_SECONDS})
    after = _reread(before)
    note("cancelled", before, after)
    notices.tell_cancelled(after, now)
    offer_notices.nobody_need_call(after, now)
    return after


def undo_cancel(public_id: UUID, now: datetime) -> Appointment:
    """Take a cancelled booking's time back within the minute; CannotChange once that is over or it was booked anew."""
    before = locked(public_id)
    if before.state == "booked":
        return before
    if before.cancel_reason == "bereavement" or _back(before) != 1:
        raise CannotChange
    after = _reread(before)
    note("cancellation undone", before, after)
    notices.tell_kept_after_all(after, now)
    if is_displaced(after.id):  # what was offered it instead was let go when it cancelled
        offer_notices.ask_for_a_call(after, "took their cancellation back", now)
    return after


def _back(before: Appointment) -> int:
    """Turn the minute's hold into the booking again; nought when the minute is over or the birth was booked anew."""
    try:
        with db.session.begin_nested():
            taken = db.session.execute(_TAKE_BACK, {"booking": before.id}).rowcount  # type: ignore[attr-defined]
            if taken:
                db.session.execute(_RESTORE, {"booking": before.id})
    except IntegrityError:
        return 0
    return int(taken)


def cancel_for_bereavement(public_id: UUID, now: datetime) -> Appointment:
    """Cancel for a family whose baby died: every message stops, centres' lists forget it, the time is free at once."""
    before = locked(public_id)
    if before.state == "booked":
        db.session.execute(_CANCEL, {"booking": before.id, "reason": "bereavement"})
    else:
        db.session.execute(text("UPDATE booking SET cancel_reason = 'bereavement' WHERE id = :id"), {"id": before.id})
    offers.withdraw_of(before.id, now)
    db.session.execute(_LET_GO, {"booking": before.id})
    mark_lost(before.family_id, current_actor())
    notices.silence(before, now)
    after = _reread(before)
    note("cancelled for bereavement", before, after)
    return after


def _reread(before: Appointment) -> Appointment:
    return appointment_by_id(before.public_id) or before
