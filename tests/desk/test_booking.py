"""What the desk sees of a booking, and stopping everything for a bereaved family."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from registration.booking.actions import changes, offers
from registration.booking.models import Outcome, Wish
from registration.booking.queries import appointment_by_id
from registration.common import audit
from registration.desk.record import booking_names
from registration.families.models import CentreSignUp
from registration.messages.models import Message
from registration.rota.models import Absence
from tests.booking.appointments import NOW, booked, link, two_mornings
from tests.booking.world import BORN, TUESDAY, at_time
from tests.staff.people import page, sign_in_as


@pytest.fixture
def mine(client, at):
    at("2026-11-22T09:00")
    return booked(two_mornings().centres["sunshine"], at_time(TUESDAY, "9:30"), join=True)


@pytest.fixture
def open_(client, desk):
    """Open a family's record as the desk does, by the button that notes the look."""

    def press(appointment):
        answer = client.post(f"/desk/look/{appointment.public_id}")
        assert (answer.status_code, answer.headers["Location"]) == (303, path(appointment))
        return client.get(path(appointment))

    return press


def path(appointment, more=""):
    return f"/desk/booking/{appointment.public_id}{more}"


def every_page_and_button(client, number):
    """Ask for every page of a booking, and press every button of it."""
    there = f"/desk/booking/{number}"
    answers = [client.get(f"{there}{more}") for more in ("", "/move", "/cancel", "/contact", "/bereavement")]
    buttons = ("/move", "/cancel", "/undo", "/contact", "/bereavement")
    return [*answers, *(client.post(f"{there}{more}") for more in buttons), client.post(f"/desk/look/{number}")]


def events(database, appointment):
    """Give what the record says of a booking: event and who, the oldest first."""
    asked = text("SELECT event, actor FROM audit_event WHERE about = :about ORDER BY id")
    return [tuple(row) for row in database.execute(asked, {"about": f"booking:{appointment.id}"})]


@pytest.mark.parametrize("role", ["registrar", "centre_worker", "data_officer", "evaluator"])
def test_other_roles_see_no_familys_booking(client, database, mine, role):
    before = events(database, mine)
    sign_in_as(client, role)
    answers = every_page_and_button(client, mine.public_id)
    assert {answer.status_code for answer in answers} == {403}
    assert not any("O’Brien" in answer.text for answer in answers)
    assert events(database, mine) == before


def test_a_stranger_is_asked_to_sign_in(client, mine):
    assert client.get(path(mine)).headers["Location"].startswith("/staff/sign-in")


def test_the_booking_shows_what_the_desk_needs(open_, mine):
    answer = open_(mine)
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


def test_a_booking_with_everything_else_shows_that_too(open_, at):
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
    said = page(open_(theirs))
    assert "Thursday 19 November 2026 and Thursday 19 November 2026" in said
    assert "Language Urdu, with an interpreter" in said
    assert "Access needs A wide door" in said
    assert "May the centre have the details No" in said
    assert "Declaration for another district" in said
    assert "Email none given" in said


def test_a_booking_nobody_has_is_not_found(client, desk):
    assert {answer.status_code for answer in every_page_and_button(client, uuid4())} == {404}


def test_an_auditor_reads_a_record_and_is_offered_nothing_to_change(client, mine):
    sign_in_as(client, "auditor")
    client.post(f"/desk/look/{mine.public_id}")
    said = page(client.get(path(mine)))
    assert "Aoife O’Brien" in said
    for change in ("Move it", "Cancel it", "Correct the contact", "Cancel quietly"):
        assert change not in said
    page(client.get(path(mine, "/move")), 403)


def test_the_record_tells_what_was_sent_and_what_was_done_to_the_booking(open_, desk, mine):
    said = page(open_(mine))
    assert f"The email confirming appointment {mine.reference}" in said
    assert f"The text confirming appointment {mine.reference}" in said
    assert "looked at" in said[said.index("History") :]
    assert "booked" in said[said.index("History") :]


# ---- cancelling


def test_cancelling_asks_who_wants_it(client, open_, mine):
    open_(mine)
    assert "Who asked for it?" in page(client.get(path(mine, "/cancel")))
    assert "Choose who asked for it" in page(client.post(path(mine, "/cancel"), data={"asked": "nobody"}), 422)
    assert appointment_by_id(mine.public_id).state == "booked"


def test_what_we_cancel_ourselves_needs_a_reason(client, database, desk, open_, mine):
    open_(mine)
    said = page(client.post(path(mine, "/cancel"), data={"asked": "staff", "why": " "}), 422)
    assert "Say why we change it" in said
    client.post(path(mine, "/cancel"), data={"asked": "staff", "why": "The  heating failed"})
    assert appointment_by_id(mine.public_id).cancel_reason == "staff"
    shown = page(open_(mine))
    assert "Cancelled by us." in shown
    assert "The heating failed" in shown


def test_the_desk_cancels_for_a_family_and_takes_it_back_within_the_minute(client, database, desk, open_, mine):
    open_(mine)
    answer = client.post(path(mine, "/cancel"), data={"asked": "family"})
    assert (answer.status_code, answer.headers["Location"]) == (303, path(mine))
    said = page(client.get(path(mine)))
    assert re.match(r"Important The booking is cancelled. This can be undone until \d+:\d\d:\d\d[ap]m\.", said)
    assert "Undo the cancelling" in said
    assert client.get(path(mine, "/cancel")).status_code == 303
    assert client.post(path(mine, "/undo")).status_code == 303
    assert appointment_by_id(mine.public_id).state == "booked"
    done = [event for event, who in events(database, mine) if who == f"staff:{desk.id}"]
    assert done == ["looked at", "cancelled", "said why", "cancellation undone"]


def test_after_the_minute_cancelling_cannot_be_undone(client, database, open_, mine):
    open_(mine)
    client.post(path(mine, "/cancel"), data={"asked": "family"})
    database.execute(text("DELETE FROM occupancy"))
    assert "The minute is over" in page(client.post(path(mine, "/undo")), 409)


def test_a_booking_that_is_over_cannot_be_cancelled(client, open_, mine, at):
    at("2026-11-24T10:30")
    open_(mine)
    assert "can no longer be changed" in page(client.post(path(mine, "/cancel"), data={"asked": "family"}), 409)
    assert appointment_by_id(mine.public_id).state == "booked"


# ---- how the family is reached

CONTACT = {"name": "Aoife O’Brien", "email": "aoife@example.org", "mobile": "07700 900982"}


def test_the_contact_is_shown_as_it_is_kept(client, open_, mine):
    open_(mine)
    shown = client.get(path(mine, "/contact")).text
    for value in ("Aoife O’Brien", "aoife@example.org", "+447700900982"):
        assert f'value="{value}"' in shown


def test_a_corrected_email_is_confirmed_to_and_nothing_more_goes_to_the_wrong_one(client, database, open_, mine):
    open_(mine)
    answer = client.post(path(mine, "/contact"), data=CONTACT | {"email": "aoife.obrien@example.org", "tell": "y"})
    assert answer.status_code == 303
    told = {(message.address, message.state) for message in database.scalars(select(Message))}
    assert ("aoife@example.org", "withdrawn") in told
    assert ("aoife.obrien@example.org", "queued") in told
    assert ("+447700900982", "queued") in told
    assert appointment_by_id(mine.public_id).email == "aoife.obrien@example.org"
    assert events(database, mine)[-1][0] == "contact corrected"


def test_without_asking_for_it_nothing_is_sent_again(client, database, open_, mine):
    open_(mine)
    client.post(path(mine, "/contact"), data=CONTACT | {"email": "other@example.org"})
    assert "other@example.org" not in {message.address for message in database.scalars(select(Message))}


def test_a_family_is_found_by_its_corrected_name(client, database, open_, mine):
    open_(mine)
    client.post(path(mine, "/contact"), data=CONTACT | {"name": "Aoife Müller"})
    assert "Aoife Müller" in page(client.post("/desk/find", data={"line": "muller"}))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Enter the name"),
        ({"name": "Jo <b>"}, "The name must only have letters"),
        ({"email": "", "mobile": ""}, "Enter a mobile number or an email address, or the address for a letter"),
        ({"mobile": "12"}, "Enter a mobile number, like"),
        ({"email": "@"}, "Enter an email address in the correct format"),
    ],
)
def test_a_contact_that_cannot_be_used_is_told_beside_its_field(client, open_, mine, changed, sentence):
    open_(mine)
    assert sentence in page(client.post(path(mine, "/contact"), data=CONTACT | changed), 422)
    assert appointment_by_id(mine.public_id).name == "Aoife O’Brien"


def test_a_contact_with_which_these_babies_are_booked_already_is_refused(client, open_, mine):
    booked(mine.centre_id, at_time(TUESDAY, "10:00"), email="twice@example.org", mobile=None)
    open_(mine)
    said = page(client.post(path(mine, "/contact"), data=CONTACT | {"email": "twice@example.org"}), 422)
    assert "Another live booking has the same babies and this contact" in said
    assert appointment_by_id(mine.public_id).email == "aoife@example.org"


def test_the_contact_of_a_bereaved_family_is_left_alone(client, open_, mine):
    changes.cancel_for_bereavement(mine.public_id, NOW)
    open_(mine)
    assert client.get(path(mine, "/contact")).status_code == 303
    client.post(path(mine, "/contact"), data=CONTACT | {"name": "Other"})
    assert appointment_by_id(mine.public_id).name == "Aoife O’Brien"


# ---- when a baby has died


def test_a_cancelled_booking_says_so(open_, mine):
    changes.cancel(mine.public_id, NOW)
    assert "Cancelled by the family." in page(open_(mine))


def test_the_bereavement_page_says_what_it_does_before_anything_is_done(client, open_, mine):
    open_(mine)
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


def test_one_press_silences_everything_about_a_bereaved_family(client, database, desk, open_, mine):
    answer = client.post(path(mine, "/bereavement"))
    assert (answer.status_code, answer.headers["Location"]) == (303, path(mine))
    assert database.scalars(select(Message).where(Message.state == "queued")).all() == []
    assert database.scalars(select(CentreSignUp)).all() == []
    assert database.execute(text("SELECT count(*) FROM occupancy")).scalar_one() == 0
    event = database.execute(text("SELECT event, actor FROM audit_event ORDER BY id DESC LIMIT 1")).one()
    assert event == ("cancelled for bereavement", f"staff:{desk.id}")
    said = page(open_(mine))
    assert "Cancelled because the baby has died. Nothing more is sent to the family" in said
    assert "Cancel quietly" not in said
    assert page(client.get(link(mine))).startswith("Please call us")


def test_pressing_twice_does_it_once(client, database, open_, mine):
    open_(mine)
    for _ in range(2):
        assert client.post(path(mine, "/bereavement")).status_code == 303
    done = text("SELECT count(*) FROM audit_event WHERE event = 'cancelled for bereavement'")
    assert database.execute(done).scalar_one() == 1
    assert client.get(path(mine, "/bereavement")).headers["Location"] == path(mine)


def test_a_booking_the_family_cancelled_itself_can_still_be_silenced(client, open_, mine):
    changes.cancel(mine.public_id, NOW)
    client.post(path(mine, "/bereavement"))
    assert "Cancelled because the baby has died" in page(open_(mine))


def test_the_record_names_a_booking_by_its_reference_with_its_page(app, mine):
    with app.test_request_context():
        [line] = audit.lines(audit.AuditEvent.about == f"booking:{mine.id}", most=1)
        named = audit.Named(f"booking {mine.reference}", "desk.booking", {"public_id": mine.public_id})
        assert line.thing == named
        assert booking_names(["0", "x"]) == {}


def test_the_record_tells_what_was_offered_wished_for_and_marked(database, open_, mine):
    database.add_all(
        [
            Outcome(
                booking_id=mine.id,
                outcome=outcome,
                reason=reason,
                note=note,
                route="day_list",
                happened_at=NOW,
                recorded_by="staff:1",
            )
            for outcome, reason, note in (("unable", "papers_missing", "Comes again"), (None, "", ""))
        ]
    )
    database.add(Wish(booking_id=mine.id, earlier=True, centre_ids=None, route="telephone"))
    start, later = at_time(TUESDAY, "9:00"), NOW + timedelta(hours=3)
    made = offers.keep(
        mine.public_id, mine.centre_id, start, cause="waiting_list", answer_by=later, now=NOW + timedelta(minutes=1)
    )
    database.commit()
    said = page(open_(mine))
    assert (
        "Offered Tue 24 November, 9am at Sunshine Children’s Centre, from the waiting list: kept, not sent yet" in said
    )
    assert "Waiting list: an earlier time: waiting" in said
    assert "Marked: Unable: A paper that the law asks for was missing. Comes again" in said
    assert "Marked: Marking taken back" in said
    assert made is not None


def test_a_booking_whose_registrar_is_away_is_said_not_to_stand(database, open_, mine):
    registrar = database.scalar(text("SELECT registrar_id FROM session WHERE id = :id").bindparams(id=mine.session_id))
    database.add(
        Absence(registrar_id=registrar, begins_at=mine.start, ends_at=mine.end, reason="sickness", made_by="staff:1")
    )
    database.commit()
    assert "This time does not stand: the registrar is away then." in page(open_(mine))


def test_a_booking_at_a_centre_that_has_closed_is_said_not_to_stand(database, open_, mine):
    last = mine.start.date() - timedelta(days=1)
    database.execute(
        text("UPDATE centre SET participating_to = :last WHERE id = :id"), {"last": last, "id": mine.centre_id}
    )
    database.commit()
    assert "This time does not stand: the centre has closed by then." in page(open_(mine))
