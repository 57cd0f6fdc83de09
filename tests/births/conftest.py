"""What tests of known families stand in; heavy imports stay inside fixtures."""

import pytest


@pytest.fixture
def world(database, at):
    """A Sunday morning: three sessions on the Tuesday and Wednesday to come, nothing booked."""
    from tests.booking.appointments import two_mornings

    at("2026-11-22T09:00")
    return two_mornings()


@pytest.fixture
def mine(world):
    """A family booked at Sunshine on Tuesday that said yes and asked to join."""
    from tests.booking.appointments import booked
    from tests.booking.world import TUESDAY, at_time

    return booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"), join=True, postcode="HX5 0AB")
