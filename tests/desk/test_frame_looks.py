"""Nobody, an auditor neither, reads a family's record without that standing in its history; and nobody's browser keeps it."""

import pytest
from sqlalchemy import text

from tests.booking.appointments import booked, two_mornings
from tests.booking.world import TUESDAY, at_time
from tests.staff.people import page, sign_in_as


@pytest.fixture
def mine(client, at):
    at("2026-11-22T09:00")
    return booked(two_mornings().centres["sunshine"], at_time(TUESDAY, "9:30"))


@pytest.fixture
def desk(client, database, mine):
    """A member of the booking desk, signed in."""
    person = sign_in_as(client, "booking_desk")
    database.commit()
    return person


def path(appointment, more=""):
    return f"/desk/booking/{appointment.public_id}{more}"


def events(database, appointment):
    """Give what the record says of a booking: event and who, the oldest first."""
    asked = text("SELECT event, actor FROM audit_event WHERE about = :about ORDER BY id")
    return [tuple(row) for row in database.execute(asked, {"about": f"booking:{appointment.id}"})]


@pytest.mark.parametrize("more", ["", "/move", "/cancel", "/contact", "/bereavement"])
def test_nothing_of_a_record_is_shown_before_the_look_is_recorded(client, database, desk, mine, more):
    said = page(client.get(path(mine, more)))
    assert "noted in its history" in said
    assert "O’Brien" not in said
    assert "looked at" not in dict(events(database, mine))


def test_a_look_is_recorded_once_and_lasts_a_quarter_of_an_hour(client, database, desk, mine, at):
    client.post(f"/desk/look/{mine.public_id}")
    at("2026-11-22T09:14")
    assert "Aoife O’Brien" in page(client.get(path(mine, "/contact"))) + client.get(path(mine)).text
    at("2026-11-22T09:15")
    assert "Aoife O’Brien" not in page(client.get(path(mine)))
    assert events(database, mine).count(("looked at", f"staff:{desk.id}")) == 1


def test_a_look_is_ones_own(client, database, desk, mine):
    client.post(f"/desk/look/{mine.public_id}")
    client.delete_cookie("session")
    sign_in_as(client, "rota_manager")
    assert "Aoife O’Brien" not in page(client.get(path(mine)))


def test_an_auditors_look_stands_in_the_history_as_everybodys(client, database, mine):
    auditor = sign_in_as(client, "auditor")
    database.commit()
    assert "Aoife O’Brien" not in page(client.get(path(mine)))
    assert client.post(f"/desk/look/{mine.public_id}").headers["Location"] == path(mine)
    assert "Aoife O’Brien" in page(client.get(path(mine)))
    assert events(database, mine).count(("looked at", f"staff:{auditor.id}")) == 1


def test_no_browser_keeps_what_the_desk_saw(client, desk, mine):
    for address in ("/desk/find", "/desk/phone", path(mine), path(mine, "/move")):
        assert "no-store" in client.get(address).headers["Cache-Control"], address
