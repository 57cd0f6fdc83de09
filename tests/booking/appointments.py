"""Booked appointments for tests of what comes after: book as a family would, in the world of tests/booking/world.py."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from registration.booking.actions.bookings import book
from registration.booking.actions.holds import hold
from registration.booking.rules.attendance import Attending, Parents
from registration.booking.rules.requests import Appointment, BookRequest, HoldRequest, SignUp
from registration.common.db import db
from registration.common.links import secret
from registration.families.rules import SHARING_WORDING
from tests.booking.world import BORN, TUESDAY, WEDNESDAY, World, make_world

#: A Sunday; the sessions of `two_mornings` are on the Tuesday and the Wednesday that follow.
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

REQUEST = BookRequest(
    hold="",
    parents=Parents(married_or_civil_partners=True, both_parents_named=True, attending=Attending.MOTHER),
    name="Aoife O’Brien",
    email="aoife@example.org",
    mobile="+447700900982",
    second_contact=None,
    language="en",
    locale="en",
    access_needs="",
    share=True,
    wording_version=SHARING_WORDING,
    born_in_district=True,
    channel="online",
)


def two_mornings() -> World:
    """Make a world with three sessions: Sunshine on Tuesday and Wednesday morning, Elland on Tuesday morning."""
    world = make_world()
    world.session("sunshine", "ann", TUESDAY, "9:00", "11:00")
    world.session("sunshine", "ann", WEDNESDAY, "9:00", "11:00")
    world.session("elland", "bo", TUESDAY, "9:00", "11:00")
    db.session.commit()
    return world


def booked(
    centre_id: int, start: datetime, now=NOW, *, births=(BORN,), interpreter=False, join=False, **changes
) -> Appointment:
    """Book as a family would, through a hold."""
    kept = hold(HoldRequest(centre_id, start, births, interpreter), min(now, start - timedelta(hours=2)))
    wish = SignUp("3 Mill Lane, Halifax", "email") if join else None
    made = book(replace(REQUEST, hold=kept.token, sign_up=wish, **changes), now)
    db.session.commit()  # a page that refuses undoes what was not kept before it
    return made


def booked_by_letter(centre_id: int, start: datetime) -> Appointment:
    """Book as a family does by telephone that has neither an e-mail address nor a mobile."""
    neither = {"email": None, "mobile": None, "channel": "telephone"}
    return booked(centre_id, start, letter_address="3 Mill Lane, Halifax", **neither)


def link(appointment: Appointment) -> str:
    """Give the path of a family's secret link."""
    return f"/booking/{secret('booking', str(appointment.public_id))}"
