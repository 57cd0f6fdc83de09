"""The times a family can have that stands at a centre without an appointment."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from registration.booking.queries.free import free_places
from registration.booking.queries.openings import MINUTE, midnight, moment, need, openings
from registration.booking.rules.admission import EVERYTHING
from registration.booking.rules.choices import Offer, Venue, by_time
from registration.booking.rules.deadline import PERIOD, last_lawful_day
from registration.booking.rules.requests import JUST_BEGUN, AvailabilityRequest
from registration.centres.queries import centre_card, centres_nearest
from registration.centres.rules import Place
from registration.common.clock import civil_date
from registration.common.db import db

A_DAY = timedelta(days=1)
MOST_HERE, MOST_ELSEWHERE = 6, 6


@dataclass(frozen=True, slots=True)
class Start:
    """A time that is free: at which centre, and from when."""

    centre_id: int
    at: datetime


def starts_today(centre_id: int, births: Collection[date], now: datetime, *, interpreter: bool) -> list[Start]:
    """List the times still free at a centre today, the desk's own minutes among them, from those that have just begun."""
    day, needed = civil_date(now), need(births, interpreter=interpreter)
    soonest = int((now - JUST_BEGUN).timestamp()) // MINUTE
    here = openings(midnight(day), midnight(day + A_DAY), [centre_id])
    found = {start for opening in here for start in opening.starts(needed, EVERYTHING) if start >= soonest}
    return [Start(centre_id, moment(start)) for start in sorted(found)]


def starts_later(centre_id: int, births: Collection[date], now: datetime, *, interpreter: bool) -> list[Start]:
    """List the soonest times instead of today's: those at the same centre first, then the soonest one of each other.

    Of other centres with the same soonest time the one nearest to the centre comes first.
    """
    first = civil_date(now)
    last = max(last_lawful_day(min(births)), first + PERIOD)
    places = free_places(AvailabilityRequest(tuple(births), interpreter, first, last), now)
    here = sorted(start for start in places.get(centre_id, ()) if civil_date(moment(start)) > first)
    elsewhere = [(centre, min(starts)) for centre, starts in places.items() if centre != centre_id]
    return [
        *(Start(centre_id, moment(start)) for start in here[:MOST_HERE]),
        *(Start(centre, moment(start)) for centre, start in _by_time(elsewhere, centre_id, first)[:MOST_ELSEWHERE]),
    ]


def _by_time(elsewhere: Collection[Offer], centre_id: int, on: date) -> list[Offer]:
    """Put other centres' starts in order of time, and those at one minute by how near they are to the centre."""
    here = centre_card(centre_id)
    place = Place(here.postcode, here.easting, here.northing, here.latitude, here.longitude) if here else Place("")
    return by_time(elsewhere, [Venue(card.id) for card in centres_nearest(place, on)], near=True)


def booked_with(key: bytes) -> UUID | None:
    """Give the booking that a page was sent for already; None where it was not."""
    wanted = text("SELECT booking_public_id FROM request_key WHERE key_digest = :key")
    found: UUID | None = db.session.execute(wanted, {"key": key}).scalar()
    return found
