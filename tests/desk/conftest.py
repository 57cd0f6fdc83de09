"""What most tests of the staff's working screens stand in, and who works there; heavy imports stay inside fixtures."""

import pytest


@pytest.fixture
def world(database, at):
    """A Sunday morning: three sessions on the Tuesday and Wednesday to come, nothing booked."""
    from tests.booking.appointments import two_mornings

    at("2026-11-22T09:00")
    return two_mornings()


@pytest.fixture
def registrar(client, database):
    """A registrar, signed in."""
    from tests.staff.people import sign_in_as

    return sign_in_as(client, "registrar")


@pytest.fixture
def desk(client, database):
    """A member of the booking desk, signed in."""
    from tests.staff.people import sign_in_as

    person = sign_in_as(client, "booking_desk")
    database.commit()
    return person
