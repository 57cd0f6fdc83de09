"""The whole way from the start page to the booking, as a browser without a screen walks it."""

import pytest
from sqlalchemy import text

from tests.booking.walking import Family
from tests.booking.world import NOW, make_world


@pytest.fixture
def world(database, at):
    at(NOW)
    made = make_world()
    made.weeks(count=6)
    return made


@pytest.fixture
def family(client, world):
    return lambda **answers: Family(client, world, {step.replace("_", "-"): given for step, given in answers.items()})


def row(database, sql, **values):
    return database.execute(text(sql), values).one()


def test_a_married_mother_books_in_three_minutes(family, database):
    aoife = family()
    aoife.get("/")
    assert "A baby born today must be registered by Sunday 3 January." in aoife.text
    steps = aoife.walk_to("check")
    assert " ".join(steps) == (
        "where-born date-of-birth married who-is-coming language access postcode time contact share join check"
    )
    aoife.post("check")
    assert aoife.path.endswith("/booked")
    booking = row(database, "SELECT b.*, f.name, f.email, f.locale FROM booking b JOIN family f ON f.id = b.family_id")
    assert (booking.name, booking.email, booking.kind, booking.channel) == (
        "Aoife O’Brien",
        "aoife@example.org",
        "registration",
        "online",
    )
