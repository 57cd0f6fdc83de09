"""Turn a hold into a booking, once."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import text

from registration.booking.actions.notices import confirm
from registration.booking.actions.refusals import AlreadyBooked, HoldRanOut, KeyUsedOtherwise, MotherNeeded
from registration.booking.queries import appointment_by_id, appointment_live_for
from registration.booking.rules.attendance import MotherMustCome, who_must_come
from registration.booking.rules.deadline import last_lawful_day
from registration.booking.rules.reference import make_reference
from registration.booking.rules.requests import Appointment, BookRequest
from registration.common import audit
from registration.common.access import current_actor
from registration.common.db import db
from registration.common.links import digest, keyed, secret
from registration.families import actions as families
from registration.families.rules import Answer, FamilyDetails, birth_key, same_email

_CLAIM_KEY = text("""
INSERT INTO request_key (key_digest, body_digest, booking_public_id) VALUES (:key, :body, :public_id)
    ON CONFLICT DO NOTHING RETURNING 1
""")
_USED_KEY = text("SELECT body_digest, booking_public_id FROM request_key WHERE key_digest = :key")
_HELD = text("""
SELECT o.id, o.session_id, o.begins_at, o.ends_at, o.born, o.interpreter, s.centre_id
  FROM occupancy o JOIN session s ON s.id = o.session_id
 WHERE o.hold_digest = :digest AND o.kind = 'hold' AND o.until > clock_timestamp()
   FOR UPDATE OF o
""")
_BOOK = text("""
INSERT INTO booking (public_id, reference, link_digest, family_id, session_id, centre_id, begins_at, ends_at, kind,
                     married_or_civil_partners, both_parents_named, attending, last_lawful_day, channel, email_key, mobile_key)
VALUES (:public_id, :reference, :link_digest, :family_id, :session_id, :centre_id, :begins_at, :ends_at, :kind,
        :married, :both_named, :attending, :last_lawful_day, :channel, :email_key, :mobile_key)
    ON CONFLICT DO NOTHING RETURNING id
""")
_FILL = text("""
UPDATE occupancy SET kind = 'booking', booking_id = :booking, until = NULL, hold_digest = NULL, born = NULL,
                     interpreter = NULL, client = NULL
 WHERE id = :id
""")


@dataclass(frozen=True, slots=True)
class _Held:
    """The occupancy row of a live hold, locked."""

    id: int
    session_id: int
    begins_at: datetime
    ends_at: datetime
    births: tuple[date, ...]
    interpreter: bool
    centre_id: int


def book(request: BookRequest, now: datetime) -> Appointment:
    """Make the booking a hold was kept for; the same Idempotency-Key gives the same booking.

    Raises HoldRanOut, AlreadyBooked (same births, same e-mail or mobile), MotherNeeded, KeyUsedOtherwise.
    """
    public_id = uuid4()
    earlier = _claim_key(request.key, public_id)
    if earlier is not None:
        return earlier
    try:
        who_must_come(request.parents)
    except MotherMustCome:
        raise MotherNeeded from None
    held = _held(request.hold)
    family_id = _add_family(request, held)
    booking_id = _insert(request, held, family_id, public_id)
    db.session.execute(_FILL, {"id": held.id, "booking": booking_id})
    made = appointment_by_id(public_id)
    if made is None:  # it was inserted a moment ago in this very transaction
        raise HoldRanOut
    confirm(made, now, request.letter_address)
    audit.record("booked", about=f"booking:{booking_id}", actor=current_actor(), after=_facts(made))
    return made


def _claim_key(key: tuple[bytes, bytes] | None, public_id: UUID) -> Appointment | None:
    """Claim the caller's key for this booking, or give the booking it made before."""
    if key is None:
        return None
    values = {"key": key[0], "body": key[1], "public_id": public_id}
    if db.session.execute(_CLAIM_KEY, values).scalar():
        return None
    used = db.session.execute(_USED_KEY, {"key": key[0]}).one()
    if used.body_digest != key[1]:
        raise KeyUsedOtherwise
    return appointment_by_id(used.booking_public_id)


def _held(token: str) -> _Held:
    row = db.session.execute(_HELD, {"digest": digest(token)}).one_or_none()
    if row is None:
        raise HoldRanOut
    return _Held(row[0], row[1], row[2], row[3], tuple(row[4]), row[5], row[6])


def _add_family(request: BookRequest, held: _Held) -> int:
    family_id = families.add_family(
        FamilyDetails(
            name=request.name,
            births=held.births,
            email=request.email,
            mobile=request.mobile,
            second_contact=request.second_contact,
            language=request.language,
            locale=request.locale,
            interpreter=held.interpreter,
            access_needs=request.access_needs,
            letter_address=request.letter_address,
        )
    )
    route = "telephone" if request.channel == "telephone" else "online"
    answer = Answer(request.share, request.wording_version, route, current_actor())
    families.record_answer(family_id, answer)
    wish = request.sign_up
    if wish is not None:
        families.ask_to_join(family_id, held.centre_id, wish.address, wish.contact_preference, wish.visit_needs)
    return family_id


def identity_keys(
    births: tuple[date, ...], email: str | None, mobile: str | None
) -> tuple[bytes | None, bytes | None]:
    """Give the keyed digests that are equal for the same babies and the same e-mail, or the same mobile."""
    email_key = keyed("birth", birth_key(births, same_email(email))) if email else None
    mobile_key = keyed("birth", birth_key(births, mobile)) if mobile else None
    return email_key, mobile_key


def _insert(request: BookRequest, held: _Held, family_id: int, public_id: UUID) -> int:
    email_key, mobile_key = identity_keys(held.births, request.email, request.mobile)
    values = {
        "public_id": public_id,
        "reference": make_reference(secrets.choice),
        "link_digest": digest(secret("booking", str(public_id))),
        "family_id": family_id,
        "session_id": held.session_id,
        "centre_id": held.centre_id,
        "begins_at": held.begins_at,
        "ends_at": held.ends_at,
        "kind": "registration" if request.born_in_district else "declaration",
        "married": request.parents.married_or_civil_partners,
        "both_named": request.parents.both_parents_named,
        "attending": request.parents.attending.value,
        "last_lawful_day": last_lawful_day(min(held.births)),
        "channel": request.channel,
        "email_key": email_key,
        "mobile_key": mobile_key,
    }
    booking_id = db.session.execute(_BOOK, values).scalar()
    if booking_id is None:
        live = appointment_live_for(email_key, mobile_key)
        raise AlreadyBooked(live.public_id) if live else HoldRanOut
    return int(booking_id)


def _facts(made: Appointment) -> dict[str, object]:
    """Give what the record keeps of a booking: when and where, nobody's name or contact."""
    return {"start": made.start.isoformat(), "centre": made.centre_id, "version": made.version, "state": made.state}
