"""Turn a hold into a booking, once."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import text

from registration.booking.actions.notices import confirm
from registration.booking.actions.refusals import AlreadyBooked, HoldRanOut, KeyUsedOtherwise, MotherNeeded
from registration.booking.queries import appointment_by_id, appointment_live_for
from registration.booking.rules.attendance import MotherMustCome, who_must_come
from registration.booking.rules.deadline import last_lawful_day
from registration.booking.rules.reference import make_reference
from registration.booking.rules.requests import Appointment, BookRequest, wish_of
from registration.centres import memory as places
from registration.centres.rules import OFFICES
from registration.common.access import current_actor
from registration.common.clock import civil_date
from registration.common.db import db
from registration.common.links import digest, keyed, secret
from registration.families import actions as families
from registration.families.rules import Answer, FamilyDetails, birth_key, same_email
from registration.families.tell_once import actions as tell_once
from registration.families.tell_once.rules import TELLING_WORDING

#: Who stands at the centre and is seen so soon has been told in person: a message would come while they sit there.
TOLD_IN_PERSON = timedelta(hours=1)

_USED_KEY = text("SELECT body_digest, booking_public_id FROM request_key WHERE key_digest = :key")
# A hold may have been made of what was read before its session was taken off the rota, its registrar put down as away, or its
# centre closed.
_HELD = text("""
SELECT o.id, o.session_id, o.begins_at, o.ends_at, o.born, o.interpreter, s.centre_id, c.kind, c.name, c.address, c.postcode,
       c.directions, c.entrance, c.latitude, c.longitude, p.stamp
  FROM occupancy o JOIN session s ON s.id = o.session_id JOIN centre c ON c.id = s.centre_id CROSS JOIN place_stamp p
 WHERE o.hold_digest = :digest AND o.kind = 'hold' AND o.until > clock_timestamp() AND s.state = 'published'
   AND o.begins_at >= s.begins_at AND o.ends_at <= s.ends_at
   AND NOT EXISTS (SELECT 1 FROM absence a WHERE a.registrar_id = s.registrar_id AND a.state = 'planned'
                      AND a.begins_at < o.ends_at AND a.ends_at > o.begins_at)
   AND (o.begins_at AT TIME ZONE 'Europe/London')::date <= coalesce(c.participating_to, 'infinity')
   FOR UPDATE OF o
""")
# One stroke: the booking, the hold that becomes its time, the line in the record, and the caller's key. Where the same birth is
# booked already, none of them.
_BOOK = text("""
WITH booked AS (
     INSERT INTO booking (public_id, reference, link_digest, family_id, session_id, centre_id, begins_at, ends_at, kind,
                          married_or_civil_partners, both_parents_named, attending, last_lawful_day, channel, email_key,
                          mobile_key)
     VALUES (:public_id, :reference, :link_digest, :family_id, :session_id, :centre_id, :begins_at, :ends_at, :kind,
             :married, :both_named, :attending, :last_lawful_day, :channel, :email_key, :mobile_key)
         ON CONFLICT DO NOTHING RETURNING id),
     filled AS (
     UPDATE occupancy SET kind = 'booking', booking_id = booked.id, until = NULL, hold_digest = NULL, born = NULL,
                          interpreter = NULL, client = NULL
       FROM booked WHERE occupancy.id = :held),
     noted AS (
     INSERT INTO audit_event (event, about, actor, after)
     SELECT 'booked', 'booking:' || booked.id, :actor, CAST(:facts AS jsonb) FROM booked),
     keyed AS (
     INSERT INTO request_key (key_digest, body_digest, booking_public_id)
     SELECT :key, :body, :public_id FROM booked WHERE CAST(:key AS bytea) IS NOT NULL
         ON CONFLICT DO NOTHING RETURNING 1)
SELECT id, (SELECT count(*) FROM keyed) FROM booked
""")


@dataclass(frozen=True, slots=True)
class _Held:
    """The occupancy row of a live hold, locked, with what a family is told of the centre."""

    id: int
    session_id: int
    begins_at: datetime
    ends_at: datetime
    births: Sequence[date]
    interpreter: bool
    centre_id: int
    kind: str
    centre: str
    address: str
    postcode: str
    directions: str
    entrance: str
    latitude: float | None
    longitude: float | None


def book(request: BookRequest, now: datetime) -> Appointment:
    """Make the booking a hold was kept for; the same Idempotency-Key gives the same booking.

    Raises HoldRanOut, AlreadyBooked (same births, same e-mail or mobile), MotherNeeded, KeyUsedOtherwise.
    """
    try:
        who_must_come(request.parents)
    except MotherMustCome:
        raise MotherNeeded from None
    held = _held(request.hold)
    if held is None or _went_elsewhere(request.hold, held):  # or it ran out, or this very request was answered before
        return _booked_before(request.key)
    family_id = _add_family(request, held, civil_date(now))
    made = _appointment(request, held, family_id, uuid4())
    made = replace(made, id=_insert(request, held, made))
    if request.tell is not None:
        said = (request.tell, request.tell_of, TELLING_WORDING, _route(request), current_actor())
        tell_once.answer(family_id, tell_once.AnswerOnTelling(*said), now)
    if request.channel != "walk_in" or made.start - now > TOLD_IN_PERSON:
        confirm(made, now)
    return made


def _went_elsewhere(token: str, held: _Held) -> bool:
    """Say whether the session went to another centre as the hold was made: the family chose this one, not that."""
    wanted = wish_of(token)
    return wanted is not None and wanted.centre_id != held.centre_id


def _booked_before(key: tuple[bytes, bytes] | None) -> Appointment:
    """Give the booking the caller's key made; HoldRanOut where it made none."""
    used = db.session.execute(_USED_KEY, {"key": key[0]}).one_or_none() if key else None
    if key is None or used is None:
        raise HoldRanOut
    if used.body_digest != key[1]:
        raise KeyUsedOtherwise
    made = appointment_by_id(used.booking_public_id)
    if made is None:
        raise HoldRanOut
    return made


def _held(token: str) -> _Held | None:
    row = db.session.execute(_HELD, {"digest": digest(token)}).one_or_none()
    if row is None:
        return None
    *held, place_stamp = row
    places.are_as_of(place_stamp)
    return _Held(*held)


def _add_family(request: BookRequest, held: _Held, today: date) -> int:
    home = places.home_of(request.postcode, today) if request.postcode else places.Home()
    details = FamilyDetails(
        name=request.name,
        births=tuple(held.births),
        email=request.email,
        mobile=request.mobile,
        second_contact=request.second_contact,
        language=request.language,
        locale=request.locale,
        interpreter=held.interpreter,
        access_needs=request.access_needs,
        letter_address=request.letter_address,
        postcode=request.postcode,
        home_centre_id=home.centre_id,
        imd_decile=home.imd_decile,
    )
    named = _centre_named(request, held, today)
    answer = Answer(request.share, request.wording_version, _route(request), current_actor(), named)
    family_id = families.add_family(details, answer)
    wish = request.sign_up
    if wish is not None:
        families.ask_to_join(family_id, named, wish.address, wish.contact_preference, wish.visit_needs)
    return family_id


def _centre_named(request: BookRequest, held: _Held, today: date) -> int:
    """Give the centre that the question on sharing named; at an office or a hospital a children's centre."""
    if held.kind not in OFFICES:
        return held.centre_id
    asked = places.centre_asked_about(held.centre_id, request.postcode, today)
    return asked.id if asked else held.centre_id


def _route(request: BookRequest) -> str:
    """Say by which route the answers given with a booking came."""
    return {"telephone": "telephone", "walk_in": "visit"}.get(request.channel, "online")


def identity_keys(births: tuple[date, ...], email: str | None, mobile: str | None) -> tuple[bytes | None, bytes | None]:
    """Give the keyed digests that are equal for the same babies and the same e-mail, or the same mobile."""
    email_key = keyed("birth", birth_key(births, same_email(email))) if email else None
    mobile_key = keyed("birth", birth_key(births, mobile)) if mobile else None
    return email_key, mobile_key


def _appointment(request: BookRequest, held: _Held, family_id: int, public_id: UUID) -> Appointment:
    """Give the booking as it will stand."""
    return Appointment(
        id=0,
        public_id=public_id,
        reference=make_reference(secrets.choice),
        family_id=family_id,
        start=held.begins_at,
        end=held.ends_at,
        centre_id=held.centre_id,
        centre=held.centre,
        address=held.address,
        postcode=held.postcode,
        directions=held.directions,
        entrance=held.entrance,
        latitude=held.latitude,
        longitude=held.longitude,
        kind="registration" if request.born_in_district else "declaration",
        parents=request.parents,
        births=tuple(held.births),
        last_lawful_day=last_lawful_day(min(held.births)),
        name=request.name,
        email=request.email,
        mobile=request.mobile,
        second_contact=request.second_contact,
        letter_address=request.letter_address,
        language=request.language,
        locale=request.locale,
        interpreter=held.interpreter,
        access_needs=request.access_needs,
        state="booked",
        version=0,
        channel=request.channel,
        session_id=held.session_id,
        cancel_reason=None,
        undo_until=None,
    )


def _insert(request: BookRequest, held: _Held, made: Appointment) -> int:
    email_key, mobile_key = identity_keys(made.births, request.email, request.mobile)
    values = {
        "public_id": made.public_id,
        "reference": made.reference,
        "link_digest": digest(secret("booking", str(made.public_id))),
        "family_id": made.family_id,
        "session_id": made.session_id,
        "centre_id": made.centre_id,
        "begins_at": made.start,
        "ends_at": made.end,
        "kind": made.kind,
        "married": made.parents.married_or_civil_partners,
        "both_named": made.parents.both_parents_named,
        "attending": made.parents.attending.value,
        "last_lawful_day": made.last_lawful_day,
        "channel": made.channel,
        "email_key": email_key,
        "mobile_key": mobile_key,
        "held": held.id,
        "actor": current_actor(),
        "key": request.key and request.key[0],
        "body": request.key and request.key[1],
        "facts": json.dumps({"start": made.start.isoformat(), "centre": made.centre, "state": made.state}),
    }
    row = db.session.execute(_BOOK, values).one_or_none()
    if row is None:
        live = appointment_live_for(email_key, mobile_key)
        raise AlreadyBooked(live.public_id) if live else HoldRanOut
    if request.key and not row[1]:
        raise KeyUsedOtherwise
    return int(row[0])
