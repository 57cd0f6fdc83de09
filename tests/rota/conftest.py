"""What most tests of the rota stand in, and who plans it; heavy imports stay inside fixtures."""

import pytest


@pytest.fixture
def world(database, at):
    """A Sunday morning in an authority without any session."""
    from tests.booking.world import make_world

    at("2026-11-22T09:00")
    made = make_world()
    database.commit()
    return made


@pytest.fixture
def manager(client, world):
    """The browser of a rota manager, signed in."""
    from tests.staff.people import sign_in_as

    sign_in_as(client, "rota_manager")
    return client
