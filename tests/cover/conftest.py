"""A registrar with families, and what they could have instead."""

import pytest

from registration.cover.actions import start_plan
from registration.cover.queries import Away
from tests.booking.appointments import NOW, booked
from tests.booking.world import TUESDAY, WEDNESDAY, at_time, make_world
from tests.cover.helpers import whole_day


@pytest.fixture
def world(database):
    """Ann sits at Sunshine on Tuesday; Bo at Elland, Dev at the office that day; Ann is at Sunshine on Wednesday too."""
    world = make_world()
    world.session("sunshine", "ann", TUESDAY, "9:00", "12:00")
    world.session("elland", "bo", TUESDAY, "9:00", "12:00")
    world.session("sunshine", "ann", WEDNESDAY, "9:00", "12:00")
    world.session("office", "dev", TUESDAY, "9:00", "12:00")
    return world


@pytest.fixture
def family(world):
    """Book with Ann on Tuesday: family("9:30")."""
    number = iter(range(1000))

    def book(clock="9:00", **changes):
        at = next(number)
        told = {"email": f"family{at}@example.org", "mobile": None, "name": f"Family {at}"}
        return booked(world.centres["sunshine"], at_time(TUESDAY, clock), **(told | changes))

    return book


@pytest.fixture
def planned(world):
    """Plan cover for a registrar's day."""

    def plan(who="ann", day=TUESDAY, now=NOW):
        return start_plan(Away(world.registrars[who], *whole_day(day)), "sickness", "", now, "staff:1")

    return plan
