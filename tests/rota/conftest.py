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
