"""Correct what a family is called and where it is reached."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from registration.booking.actions import notices
from registration.booking.actions.bookings import identity_keys
from registration.booking.actions.locking import locked
from registration.booking.actions.refusals import AlreadyBooked, CannotChange
from registration.booking.queries import appointment_by_id
from registration.booking.rules.requests import Appointment
from registration.common import audit
from registration.common.access import current_actor
from registration.common.db import db
from registration.families import actions as families
from registration.families.rules import Contact
from registration.messages import actions as messages

_KEYS = text("UPDATE booking SET email_key = :email_key, mobile_key = :mobile_key WHERE id = :booking")


def contact_of(appointment: Appointment) -> Contact:
    """Give what the family of a booking is called and where it is reached."""
    return Contact(**{name: getattr(appointment, name) for name in Contact.__slots__})


def correct_contact(public_id: UUID, contact: Contact, now: datetime, *, tell: bool) -> Appointment:
    """Keep a family's contact as corrected; what waits for an address that is gone is called back.

    With `tell`, the booking is confirmed to every address that is new. Raises AlreadyBooked where the same babies have
    another live booking with this e-mail or mobile, CannotChange after a bereavement.
    """
    before = locked(public_id)
    if before.cancel_reason == "bereavement":
        raise CannotChange
    was = contact_of(before)
    if contact == was:
        return before
    _rekey(before, contact)
    families.correct_contact(before.family_id, contact, now)
    after = appointment_by_id(public_id) or before
    _note(before, was, contact)
    _tell(before, after, now, tell=tell)
    return after


def _rekey(booking: Appointment, contact: Contact) -> None:
    """Keep the digests by which the same birth is not booked twice in step with the contact."""
    email_key, mobile_key = identity_keys(booking.births, contact.email, contact.mobile)
    try:
        with db.session.begin_nested():
            db.session.execute(_KEYS, {"email_key": email_key, "mobile_key": mobile_key, "booking": booking.id})
    except IntegrityError:
        raise AlreadyBooked(booking.public_id) from None


def _note(booking: Appointment, was: Contact, is_now: Contact) -> None:
    before, after = asdict(was), asdict(is_now)
    changed = [name for name in before if before[name] != after[name]]
    audit.record(
        "contact corrected",
        about=f"booking:{booking.id}",
        actor=current_actor(),
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )


def _tell(before: Appointment, after: Appointment, now: datetime, *, tell: bool) -> None:
    old, new = notices.recipients(before), notices.recipients(after)
    gone = [recipient.address for recipient in old if recipient not in new]
    if gone:
        messages.withdraw(after.public_id, now=now, to=gone)
    if tell and after.state == "booked" and after.start > now:
        notices.confirm_to(after, [recipient for recipient in new if recipient not in old], now)
