"""A booking in the history is called by its reference and found by it, whichever of its numbers the record holds."""

import pytest

from registration.common.audit import record
from tests.booking.appointments import booked, two_mornings
from tests.booking.world import NOW, TUESDAY, at_time
from tests.staff.people import page, sign_in_as


@pytest.fixture
def booking(database, at):
    at(NOW)
    world = two_mornings()
    made = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    record("looked at", about=f"booking:{made.id}", actor="staff:1")
    record("letter.posted", about=str(made.public_id), actor="staff:1")
    record("letter.posted", about="00000000-0000-0000-0000-000000000000", actor="staff:1")
    record("rota published", about="rota", actor="staff:1")
    database.commit()
    return made


def test_the_auditor_finds_all_of_a_booking_by_its_reference(client, booking):
    sign_in_as(client, "auditor")

    for typed in (booking.reference, booking.reference.replace("-", " ").lower()):
        shown = client.get("/history", query_string={"about": typed})
        assert f"looked at booking {booking.reference}" in page(shown)
        assert f"posted a letter booking {booking.reference}" in page(shown)
        assert page(shown).count("posted a letter") == 2, "once among the choices"
        assert f'href="/desk/booking/{booking.public_id}"' in shown.text


def test_what_is_no_reference_finds_no_booking(client, booking):
    sign_in_as(client, "auditor")

    assert "Nothing is on record." in page(client.get("/history", query_string={"about": "BRB-777-777"}))


def test_the_bookings_own_page_tells_of_its_letters_too(client, booking):
    sign_in_as(client, "auditor")
    client.post(f"/desk/look/{booking.public_id}")

    assert "posted a letter" in page(client.get(f"/desk/booking/{booking.public_id}"))


def test_centres_are_called_by_their_names_and_one_that_is_gone_by_its_number(client, database, booking):
    here, gone = booking.centre_id, 2**31 - 1
    record("took a day sheet out", about=f"centre:{here}", actor="staff:1")
    record("staff.changed", about="staff:1", actor="staff:1", before={"centres": []}, after={"centres": [here, gone]})
    record("joined the waiting list", about=f"booking:{booking.id}", actor="family", after={"centres": None})
    database.commit()
    sign_in_as(client, "auditor")
    said = page(client.get("/history"))
    assert "took a day sheet out Sunshine Children’s Centre" in said
    assert f"centres: Sunshine Children’s Centre, centre {gone}" in said
    assert f"centre {here}" not in said
