"""What most tests of booking stand in. Heavy imports stay inside fixtures, so that tests of rules start at once."""

import pytest


@pytest.fixture
def world(database):
    """Three sessions on the Tuesday and Wednesday to come, nothing booked."""
    from tests.booking.appointments import two_mornings

    return two_mornings()


@pytest.fixture
def family(client, world):
    """Begin the journey as a family with these answers: family(married="no")."""
    from tests.booking.walking import Family

    return lambda **answers: Family(client, world, {step.replace("_", "-"): given for step, given in answers.items()})
