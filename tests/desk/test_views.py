"""What the desk sees of a booking, and stopping everything for a bereaved family."""

from uuid import uuid4

import pytest
from sqlalchemy import select, text

from registration.booking.actions import changes
from registration.booking.queries import appointment_by_id
from registration.families.models import CentreSignUp
from registration.messages.models import Message
from tests.booking.appointments import NOW, booked, link, two_mornings
from tests.booking.world import BORN, TUESDAY, at_time
from tests.staff.people import page, sign_in_as


@pytest.fixture
def mine(client, at):
    at("2026-11-22T09:00")
    return booked(two_mornings().centres["sunshine"], at_time(TUESDAY, "9:30"), join=True)


@pytest.fixture
def desk(client, database):
    """A member of the booking desk, signed in."""
    person = sign_in_as(client, "booking_desk")
    database.commit()
    return person


def path(appointment, more=""):
    return f"/desk/booking/{appointment.public_id}{more}"


def test_staff_with_the_role_find_the_page_on_their_first_page(client, desk):
    assert "Find a booking" in page(client.get("/staff/"))


@pytest.mark.parametrize("role", ["registrar", "centre_worker", "data_officer", "evaluator", "auditor"])
def test_other_roles_see_no_familys_booking(client, mine, role):
    sign_in_as(client, role)
    for address in ("/desk/find", path(mine), path(mine, "/bereavement")):
        page(client.get(address), 403)
    page(client.post(path(mine, "/bereavement")), 403)
    assert "Find a booking" not in client.get("/staff/").text


def test_the_desk_is_asked_for_a_reference(client, desk):
    assert page(client.get("/desk/find")).startswith("Find a booking")


def test_a_stranger_is_asked_to_sign_in(client, mine):
    assert client.get(path(mine)).headers["Location"].startswith("/staff/sign-in")


@pytest.mark.parametrize("write", [str, str.lower, lambda reference: reference.replace("-", " ")])
def test_a_reference_read_out_leads_to_the_booking_and_the_look_is_recorded(client, database, desk, mine, write):
    answer = client.post("/desk/find", data={"reference": write(mine.reference)})
    assert (answer.status_code, answer.headers["Location"]) == (303, path(mine))
    event = database.execute(text("SELECT event, about, actor FROM audit_event ORDER BY id DESC LIMIT 1")).one()
    assert event == ("looked up", f"booking:{mine.id}", f"staff:{desk.id}")


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("", "Enter a booking reference"),
        ("BCD-FGH-JKG", "There is no booking with this reference."),
        ("nonsense", "There is no booking with this reference."),
    ],
)
def test_a_wrong_reference_is_told_beside_the_field(client, desk, reference, sentence):
    assert f"There is a problem {sentence}" in page(client.post("/desk/find", data={"reference": reference}), 422)


def test_the_booking_shows_what_the_desk_needs(client, desk, mine):
    answer = client.get(path(mine))
    said = page(answer)
    for fact in (
        f"Booking {mine.reference}",
        "Tuesday 24 November 2026, 9:30am to 10am",
        "Sunshine Children’s Centre",
        "Aoife O’Brien",
        "aoife@example.org",
        "Thursday 19 November 2026",
        "Thursday 31 December 2026",
        "May the centre have the details Yes",
        "by the family online",
    ):
        assert fact in said, fact
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_booking_with_everything_else_shows_that_too(client, desk, at):
    at("2026-11-22T09:00")
    theirs = booked(
        two_mornings().centres["sunshine"],
        at_time(TUESDAY, "9:00"),
        births=(BORN, BORN),
        interpreter=True,
        language="ur",
        access_needs="A wide door",
        email=None,
        mobile=None,
        share=False,
        born_in_district=False,
        channel="telephone",
    )
    said = page(client.get(path(theirs)))
    assert "Thursday 19 November 2026 and Thursday 19 November 2026" in said
    assert "Language Urdu, with an interpreter" in said
    assert "Access needs A wide door" in said
    assert "May the centre have the details No" in said
    assert "Declaration for another district" in said
    assert "Email none given" in said


def test_a_booking_nobody_has_is_not_found(client, desk):
    for more in ("", "/bereavement"):
        page(client.get(f"/desk/booking/{uuid4()}{more}"), 404)
    page(client.post(f"/desk/booking/{uuid4()}/bereavement"), 404)


def test_a_cancelled_booking_says_so(client, desk, mine):
    changes.cancel(mine.public_id, NOW)
    assert "Cancelled by the family." in page(client.get(path(mine)))


def test_the_bereavement_page_says_what_it_does_before_anything_is_done(client, database, desk, mine):
    said = page(client.get(path(mine, "/bereavement")))
    assert said.startswith("Has this family’s baby died?")
    for consequence in (
        "the appointment is cancelled and its time is free",
        "no text, email, letter or reminder goes to this family again",
        "wish to join a centre is deleted",
        "shows only our telephone number",
        "This cannot be undone.",
    ):
        assert consequence in said, consequence
    assert appointment_by_id(mine.public_id) == mine


def test_one_press_silences_everything_about_a_bereaved_family(client, database, desk, mine):
    answer = client.post(path(mine, "/bereavement"))
    assert (answer.status_code, answer.headers["Location"]) == (303, path(mine))
    assert database.scalars(select(Message).where(Message.state == "queued")).all() == []
    assert database.scalars(select(CentreSignUp)).all() == []
    assert database.execute(text("SELECT count(*) FROM occupancy")).scalar_one() == 0
    event = database.execute(text("SELECT event, actor FROM audit_event ORDER BY id DESC LIMIT 1")).one()
    assert event == ("cancelled for bereavement", f"staff:{desk.id}")
    said = page(client.get(path(mine)))
    assert "Cancelled because the baby has died. Nothing more is sent to the family" in said
    assert "Cancel quietly" not in said
    assert "May the centre have the details" not in said
    assert page(client.get(link(mine))).startswith("Please call us")


def test_pressing_twice_does_it_once(client, database, desk, mine):
    for _ in range(2):
        assert client.post(path(mine, "/bereavement")).status_code == 303
    done = text("SELECT count(*) FROM audit_event WHERE event = 'cancelled for bereavement'")
    assert database.execute(done).scalar_one() == 1
    assert client.get(path(mine, "/bereavement")).headers["Location"] == path(mine)


def test_a_booking_the_family_cancelled_itself_can_still_be_silenced(client, desk, mine):
    changes.cancel(mine.public_id, NOW)
    client.post(path(mine, "/bereavement"))
    assert "Cancelled because the baby has died" in page(client.get(path(mine)))
