"""A world with centres, on Sunday 22 November 2026."""

import pytest

from tests.booking.world import NOW, make_world


@pytest.fixture
def world(database, at):
    at(NOW)
    return make_world()


@pytest.fixture
def here(world):
    """The centre in question."""
    return world.centres["sunshine"]


@pytest.fixture
def there(world):
    """Another centre."""
    return world.centres["elland"]
