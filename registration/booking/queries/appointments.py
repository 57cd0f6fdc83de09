"""Questions about bookings, holds and journeys."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from registration.booking.models import STANDS_FOR_ITS_BIRTH
from registration.booking.queries.openings import midnight
from registration.booking.rules.attendance import Attending, Parents
from registration.booking.rules.requests import Appointment
from registration.centres.memory import centre_asked_about
from registration.centres.rules import CentreCard
from registration.common.db import db
from registration.common.links import digest
from registration.families.queries import postcode_of

_APPOINTMENT = """
SELECT b.id, b.public_id, b.reference, b.family_id, b.begins_at, b.ends_at, b.centre_id, c.name AS centre, c.address, c.postcode,
       c.directions, c.entrance, c.latitude, c.longitude, b.kind, b.married_or_civil_partners, b.both_parents_named,
       b.attending, f.born, b.last_lawful_day, f.name, f.email, f.mobile, f.second_contact, f.letter_address, f.language, f.locale,
       f.interpreter, f.access_needs, b.state, b.version, b.channel, b.session_id, b.cancel_reason, o.until
  FROM booking b
  JOIN family f ON f.id = b.family_id
  JOIN centre c ON c.id = b.centre_id
  LEFT JOIN occupancy o ON o.booking_id = b.id AND o.until > clock_timestamp()
 WHERE {which}
"""


def _appointment(which: str, **values: object) -> Appointment | None:
    row = db.session.execute(text(_APPOINTMENT.format(which=which)), values).one_or_none()
    if row is None:
        return None
    return Appointment(
        id=row.id,
        public_id=row.public_id,
        reference=row.reference,
        family_id=row.family_id,
        start=row.begins_at,
        end=row.ends_at,
        centre_id=row.centre_id,
        centre=row.centre,
        address=row.address or "",
        postcode=row.postcode or "",
        directions=row.directions or "",
        entrance=row.entrance or "",
        latitude=row.latitude,
        longitude=row.longitude,
        kind=row.kind,
        parents=Parents(row.married_or_civil_partners, row.both_parents_named, Attending(row.attending)),
        births=tuple(row.born),
        last_lawful_day=row.last_lawful_day,
        name=row.name,
        email=row.email,
        mobile=row.mobile,
        second_contact=row.second_contact,
        letter_address=row.letter_address,
        language=row.language,
        locale=row.locale,
        interpreter=row.interpreter,
        access_needs=row.access_needs,
        state=row.state,
        version=row.version,
        channel=row.channel,
        session_id=row.session_id,
        cancel_reason=row.cancel_reason,
        undo_until=row.until,
    )


def appointment_by_link(link_digest: bytes) -> Appointment | None:
    """Find a booking by the digest of its secret link."""
    return _appointment("b.link_digest = :digest", digest=link_digest)


def appointment_by_id(public_id: UUID) -> Appointment | None:
    """Find a booking by its public number."""
    return _appointment("b.public_id = :public_id", public_id=public_id)


def appointment_by_reference(reference: str) -> Appointment | None:
    """Find a booking by the printed form of its reference."""
    return _appointment("b.reference = :reference", reference=reference)


def asked_about(appointment: Appointment, today: date) -> CentreCard:
    """Give the centre that the question on sharing names to a booked family.

    That of its appointment; where it is at an office or a hospital, the children's centre of its own reach area.
    """
    asked = centre_asked_about(appointment.centre_id, postcode_of(appointment.family_id), today)
    if asked is None:
        raise LookupError(f"no centre {appointment.centre_id}")
    return asked


@dataclass(frozen=True, slots=True)
class Given:
    """What a family gave of itself when it booked; empty texts where there is no booking."""

    public_id: UUID | None
    name: str
    email: str
    mobile: str


_GIVEN = text("""
SELECT b.public_id, coalesce(f.name, ''), coalesce(f.email, ''), coalesce(f.mobile, '')
  FROM (VALUES (CAST(:reference AS text))) AS asked (reference)
  LEFT JOIN booking b ON b.reference = asked.reference
  LEFT JOIN family f ON f.id = b.family_id
""")


def given_with(reference: str) -> Given:
    """Give what was given with a booking; one row is read whether or not there is one."""
    return Given(*db.session.execute(_GIVEN, {"reference": reference}).one())


def appointment_live_for(email_key: bytes | None, mobile_key: bytes | None) -> Appointment | None:
    """Find the live booking of the same births and the same e-mail or mobile, by their keyed digests.

    One whose appointment came to nothing does not count: the family may book another.
    """
    which = f"{STANDS_FOR_ITS_BIRTH} AND (b.email_key = :email OR b.mobile_key = :mobile) ORDER BY b.id LIMIT 1"
    return _appointment(which, email=email_key, mobile=mobile_key)


@dataclass(frozen=True, slots=True)
class LiveHolds:
    """The times a client is keeping: in all, and at one centre on one day, which has so many minutes of sessions."""

    in_all: int
    there: int
    session_minutes: int


_LIVE_HOLDS = text("""
SELECT count(*), count(*) FILTER (WHERE s.centre_id = :centre AND s.begins_at >= :first AND s.begins_at < :last),
       (SELECT coalesce(sum(date_part('epoch', ends_at - begins_at)) / 60, 0)::int FROM session
         WHERE centre_id = :centre AND state = 'published' AND begins_at >= :first AND begins_at < :last)
  FROM occupancy o JOIN session s ON s.id = o.session_id
 WHERE o.kind = 'hold' AND o.client = :client AND o.until > clock_timestamp()
""")


def live_holds(client: str, centre_id: int, day: date) -> LiveHolds:
    """Count the times a client is keeping at this moment, in all and at a centre on a day."""
    span = {"first": midnight(day), "last": midnight(day + timedelta(days=1))}
    return LiveHolds(*db.session.execute(_LIVE_HOLDS, {"client": client, "centre": centre_id} | span).one())


@dataclass(frozen=True, slots=True)
class KeptUntil:
    """How long a time is still kept for a family, by the database's own clock."""

    until: datetime
    seconds_left: int


def kept_until(hold_token: str) -> KeptUntil | None:
    """Say how long a hold still lasts; None when it has run out or never was."""
    wanted = text(
        "SELECT until, ceil(date_part('epoch', until - clock_timestamp()))::int FROM occupancy"
        " WHERE hold_digest = :digest AND kind = 'hold' AND until > clock_timestamp()"
    )
    row = db.session.execute(wanted, {"digest": digest(hold_token)}).one_or_none()
    return None if row is None else KeptUntil(row[0], row[1])


@dataclass(frozen=True, slots=True)
class JourneyState:
    """A family on its way: its answers as stored, or the booking they led to."""

    answers: Mapping[str, Any]
    booked: UUID | None


#: Whether a journey is still known to its browser: one that led to a booking for half an hour, as the next family may sit
#: at the same computer.
JOURNEY_IS_KNOWN = "(journey.booking_id IS NULL OR journey.changed_at > clock_timestamp() - interval '30 minutes')"


_JOURNEY = """
SELECT journey.answers, b.public_id FROM journey LEFT JOIN booking b ON b.id = journey.booking_id
 WHERE journey.token_digest = :digest AND {known}
"""


def journey_by_token(token: str) -> JourneyState | None:
    """Read how far a family has come; None where its journey is gone."""
    row = db.session.execute(text(_JOURNEY.format(known=JOURNEY_IS_KNOWN)), {"digest": digest(token)}).one_or_none()
    return None if row is None else JourneyState(row[0], row[1])
