"""A program that asks for a booking is told when its time does not stand, and where an offer of another one is."""

from datetime import UTC, datetime, timedelta

import pytest

from registration.booking.actions import changes, offers
from registration.rota.models import Absence
from tests.booking.appointments import NOW, booked, link, two_mornings
from tests.booking.world import TUESDAY, WEDNESDAY, at_time

NINE, TEN = at_time(TUESDAY, "9:00"), at_time(TUESDAY, "10:00")


@pytest.fixture
def world(database, at):
    at("2026-11-22T09:00")
    return two_mornings()


@pytest.fixture
def mine(world):
    return booked(world.centres["sunshine"], NINE)


@pytest.fixture
def away(database, world):
    """The registrar of nine o'clock at Sunshine is ill all Tuesday."""
    begins = at_time(TUESDAY, "0:00")
    span = {"begins_at": begins, "ends_at": begins + timedelta(days=1)}
    database.add(Absence(registrar_id=world.registrars["ann"], reason="sickness", made_by="staff:1", **span))
    database.commit()


def address(mine):
    return "/api/v1/bookings/" + link(mine).rpartition("/")[2]


def told(client, mine):
    """Give what a booking's answer says of another time, as (needs_new_time, offer)."""
    answer = client.get(address(mine))
    assert answer.status_code == 200
    return answer.json["needs_new_time"], answer.json["offer"]


def offered(database, world, mine, cause):
    made = offers.keep(
        mine.public_id,
        world.centres["elland"],
        TEN,
        cause=cause,
        answer_by=datetime(2026, 11, 23, 20, tzinfo=UTC),
        now=NOW,
    )
    offers.send(made.id, NOW)
    database.commit()
    return made


def test_a_time_that_stands_needs_no_other(client, mine):
    assert told(client, mine) == (False, None)


def test_a_booking_whose_registrar_is_away_needs_a_new_time_until_it_has_one(client, world, mine, away):
    assert told(client, mine) == (True, None)
    start = at_time(WEDNESDAY, "9:00").isoformat()
    moved = client.patch(address(mine), json={"centre": world.centres["sunshine"], "start": start})
    assert (moved.status_code, moved.json["needs_new_time"]) == (200, False)


def test_an_open_offer_is_told_by_its_address_and_gone_once_it_is_answered(client, database, world, mine, away):
    made = offered(database, world, mine, "cover")
    assert told(client, mine) == (True, f"http://localhost{link(mine)}/offer")
    assert client.get(f"{link(mine)}/offer").status_code == 200
    offers.accept(made.public_id, NOW)
    database.commit()
    assert told(client, mine) == (False, None)


def test_an_offer_from_the_waiting_list_leaves_the_time_standing(client, database, world, mine):
    offered(database, world, mine, "waiting_list")
    assert told(client, mine) == (False, f"http://localhost{link(mine)}/offer")


def test_a_booking_that_is_over_or_cancelled_needs_no_new_time(client, database, mine, away, at):
    at("2026-11-24T09:30")
    assert told(client, mine) == (False, None)
    at("2026-11-22T09:00")
    changes.cancel(mine.public_id, NOW)
    database.commit()
    assert told(client, mine) == (False, None)


def test_the_description_tells_programs_of_both(client):
    said = client.get("/api/v1/openapi.json").json["components"]["schemas"]["BookingAnswer"]
    assert {"needs_new_time", "offer"} <= set(said["required"])
