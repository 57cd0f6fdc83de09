"""Who is told what of a booking, by which channel and when, on a real database."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from registration.booking.actions import changes, notices
from registration.booking.queries import appointment_by_id
from registration.booking.rules.reminders import MORNING, REMINDERS, TWO_DAYS, WEEK, due_at, use_until
from registration.booking.wording import bring_sentences, who_must_come_sentence
from registration.common.ics import CalendarEvent
from registration.messages import actions as messages
from registration.messages.models import Message
from registration.messages.rules import Recipient
from tests.booking.appointments import NOW, booked
from tests.booking.world import TUESDAY, WEDNESDAY, at_time

HALF_PAST_NINE = at_time(TUESDAY, "9:30")
EMAIL, MOBILE = "aoife@example.org", "+447700900982"
LETTER = "3 Mill Lane\nHalifax\nHX1 1AA"

OWN_EMAIL, OWN_TEXT = Recipient("email", EMAIL), Recipient("sms", MOBILE)
POST = Recipient("letter", f"Aoife O’Brien\n{LETTER}")
FRIEND, FRIENDS_MOBILE = Recipient("email", "pat@example.org"), Recipient("sms", "+447700900111")

#: What a family gave (e-mail, mobile, second contact, postal address): where it is told, and where reminded.
EVERY = {
    (EMAIL, MOBILE, None, None): ([OWN_EMAIL, OWN_TEXT], [OWN_TEXT]),
    (EMAIL, None, None, None): ([OWN_EMAIL], [OWN_EMAIL]),
    (None, MOBILE, None, None): ([OWN_TEXT], [OWN_TEXT]),
    (EMAIL, MOBILE, "pat@example.org", None): ([OWN_EMAIL, OWN_TEXT, FRIEND], [OWN_TEXT, FRIEND]),
    (EMAIL, None, "+447700900111", None): ([OWN_EMAIL, FRIENDS_MOBILE], [OWN_EMAIL, FRIENDS_MOBILE]),
    (None, MOBILE, "pat@example.org", None): ([OWN_TEXT, FRIEND], [OWN_TEXT, FRIEND]),
    (None, None, "pat@example.org", LETTER): ([FRIEND], [FRIEND]),
    (None, None, None, LETTER): ([POST], []),
    (EMAIL, MOBILE, None, LETTER): ([OWN_EMAIL, OWN_TEXT], [OWN_TEXT]),
    (None, None, None, None): ([], []),
    # A family that gives its own address a second time is told once.
    (EMAIL, None, EMAIL, None): ([OWN_EMAIL], [OWN_EMAIL]),
    (EMAIL, MOBILE, EMAIL, None): ([OWN_EMAIL, OWN_TEXT], [OWN_TEXT]),
    (EMAIL, MOBILE, MOBILE, None): ([OWN_EMAIL, OWN_TEXT], [OWN_TEXT]),
}


@pytest.fixture
def family(world):
    """Book as a family that gave this."""

    def book(email=EMAIL, mobile=MOBILE, second_contact=None, letter_address=None, **more):
        contacts = {"email": email, "mobile": mobile, "second_contact": second_contact}
        return booked(world.centres["sunshine"], HALF_PAST_NINE, letter_address=letter_address, **contacts, **more)

    return book


def written(database, template=None):
    """List the messages there are, in the order of their addresses."""
    database.expire_all()
    found = select(Message).order_by(Message.channel, Message.address)
    return database.scalars(found if template is None else found.where(Message.template == template)).all()


def told(database, template):
    return sorted((m.channel, m.address) for m in written(database, template) if m.state == "queued")


def as_rows(recipients):
    return sorted((r.channel, r.address) for r in recipients)


# ---- whom


@pytest.mark.parametrize("given", EVERY, ids=str)
def test_a_family_is_told_of_its_booking_wherever_it_said(database, family, given):
    made = family(*given)

    assert notices.recipients(made) == EVERY[given][0]
    assert told(database, "booking_confirmed") == as_rows(EVERY[given][0])


@pytest.mark.parametrize("given", EVERY, ids=str)
@pytest.mark.parametrize("kind", REMINDERS, ids=lambda kind: kind.template)
def test_a_family_is_reminded_on_its_mobile_or_else_by_email_and_never_by_post(database, family, given, kind):
    made = family(*given)
    notices.remind(made, kind, NOW)

    assert told(database, kind.template) == as_rows(EVERY[given][1])


@pytest.mark.parametrize("given", EVERY, ids=str)
def test_a_link_asked_for_again_goes_to_the_familys_own_contacts_only(database, family, given):
    made = family(*given)
    notices.send_link_again(made, NOW)

    own = [r for r in (OWN_EMAIL, OWN_TEXT) if r.address in given[:2]]
    assert told(database, "your_link") == as_rows(own)


def test_a_moved_and_a_cancelled_family_hears_of_it_where_it_heard_of_the_booking(database, world, family):
    made = family(second_contact="pat@example.org")
    changes.move(made.public_id, world.centres["sunshine"], at_time(WEDNESDAY, "9:00"), NOW)
    assert told(database, "booking_moved") == as_rows([OWN_EMAIL, OWN_TEXT, FRIEND])
    changes.cancel(made.public_id, NOW)
    assert told(database, "booking_cancelled") == as_rows([OWN_EMAIL, OWN_TEXT, FRIEND])


@pytest.mark.parametrize("what", ["moved", "cancelled"])
def test_a_family_reached_by_post_only_gets_every_change_by_post(database, world, family, what):
    made = family(None, None, None, LETTER)
    if what == "moved":
        changes.move(made.public_id, world.centres["sunshine"], at_time(WEDNESDAY, "9:00"), NOW)
    else:
        changes.cancel(made.public_id, NOW)

    assert told(database, f"booking_{what}") == as_rows([POST])


# ---- when


def test_a_cancellation_is_not_told_before_it_can_no_longer_be_undone(database, family):
    made = family(mobile=None)
    changes.cancel(made.public_id, NOW)

    [message] = written(database, "booking_cancelled")
    assert message.due == NOW + timedelta(seconds=60)
    assert message.handed_at is None


def test_a_confirmation_goes_out_at_once_and_is_of_use_until_the_appointment(database, family):
    family(mobile=None)

    [message] = written(database, "booking_confirmed")
    assert (message.due, message.use_until) == (NOW, HALF_PAST_NINE)
    assert message.handed_at == NOW


@pytest.mark.parametrize("kind", REMINDERS, ids=lambda kind: kind.template)
def test_a_reminder_is_of_use_as_long_as_its_kind_says(database, family, kind):
    made = family()
    notices.remind(made, kind, due_at(kind, made.start))

    [message] = written(database, kind.template)
    assert message.use_until == use_until(kind, made.start)


def test_what_was_said_of_the_old_time_is_called_back(database, world, family):
    made = family()
    notices.remind(made, WEEK, NOW)
    changes.move(made.public_id, world.centres["sunshine"], at_time(WEDNESDAY, "9:00"), NOW)

    states = {(m.template, m.state) for m in written(database)}
    assert states == {("booking_confirmed", "withdrawn"), ("reminder_week", "withdrawn"), ("booking_moved", "queued")}


def test_a_cancellation_calls_everything_else_back_and_is_called_back_itself_when_undone(database, family):
    made = family(mobile=None)
    notices.remind(made, TWO_DAYS, NOW)
    changes.cancel(made.public_id, NOW)
    assert [m.template for m in written(database) if m.state == "queued"] == ["booking_cancelled"]
    changes.undo_cancel(made.public_id, NOW)
    assert [(m.template, m.version) for m in written(database) if m.state == "queued"] == [("booking_confirmed", 2)]


def test_the_link_is_sent_again_once_an_hour_at_most(database, family):
    made = family(mobile=None)
    for minutes in (0, 5, 59):
        notices.send_link_again(made, NOW + timedelta(minutes=minutes))
    assert len(written(database, "your_link")) == 1
    notices.send_link_again(made, NOW + timedelta(minutes=60))
    assert len(written(database, "your_link")) == 2


# ---- the calendar


def test_each_change_reaches_the_calendar_entry_it_is_about(database, world, family):
    """RFC 5546: the same uid, a sequence that only grows, REQUEST to put or move an entry and CANCEL to take it out."""
    made = family(mobile=None)
    moved = changes.move(made.public_id, world.centres["sunshine"], at_time(WEDNESDAY, "9:00"), NOW)
    changes.cancel(made.public_id, NOW)
    changes.undo_cancel(made.public_id, NOW)

    rows = database.scalars(select(Message).order_by(Message.version)).all()
    entries = [
        (m.template, m.calendar_method, m.calendar["sequence"], CalendarEvent.from_json(m.calendar).start) for m in rows
    ]
    assert {m.calendar["uid"] for m in rows} == {f"{made.public_id}@right-start"}
    assert entries == [
        ("booking_confirmed", "REQUEST", 0, made.start),
        ("booking_moved", "REQUEST", 1, moved.start),
        ("booking_cancelled", "CANCEL", 2, moved.start),
        ("booking_confirmed", "REQUEST", 3, moved.start),
    ]


def test_only_an_email_carries_a_calendar_entry_addressed_to_its_reader(database, family):
    family(second_contact="pat@example.org")

    carried = {m.address: m.calendar and m.calendar["attendee"] for m in written(database)}
    assert carried == {EMAIL: EMAIL, "pat@example.org": "pat@example.org", MOBILE: None}
    assert {m.calendar_method for m in written(database) if m.channel == "sms"} == {None}


def test_an_entry_says_where_when_and_what_to_bring(app, family):
    made = family()
    with app.test_request_context("/"):
        entry = notices.event(made, attendee=EMAIL, url="https://births.example/x")

    assert (entry.start, entry.end, entry.sequence) == (made.start, made.end, 0)
    assert entry.location == "Sunshine Children’s Centre, 14 Gibbet Street, Halifax, HX1 5ET"
    assert entry.summary == "Register your baby’s birth"
    assert f"Reference: {made.reference}" in entry.description.splitlines()
    assert "Bring:" in entry.description.splitlines()
    assert entry.geo == (53.72183, -1.87059)
    assert (entry.attendee, entry.url) == (EMAIL, "https://births.example/x")


@pytest.mark.parametrize("missing", ["latitude", "longitude"])
def test_a_centre_whose_place_is_not_known_has_no_place_in_the_entry(app, family, missing):
    made = replace(family(), **{missing: None})
    with app.test_request_context("/"):
        assert notices.event(made).geo is None


def test_a_centre_without_an_address_leaves_no_gap(app, family):
    made = replace(family(), address="", postcode="")
    with app.test_request_context("/"):
        assert notices.event(made).location == "Sunshine Children’s Centre"
        assert notices.details(made)["address"] == ""


# ---- the words


def test_a_message_has_what_its_templates_need_and_no_link_in_it(app, family):
    made = family()
    with app.test_request_context("/"):
        details = notices.details(made)

    assert details["when"] == made.start.isoformat()
    assert details["reference"] == made.reference
    assert (details["centre"], details["address"]) == (
        "Sunshine Children’s Centre",
        "14 Gibbet Street, Halifax, HX1 5ET",
    )
    assert details["entrance"] == "A yellow door under a wooden porch, next to the library."
    assert details["last_lawful_day"] == "Thursday 31 December 2026"
    assert (details["in_time"], details["declaration"]) == (True, False)
    assert (details["telephone"], details["council"]) == ("01632 960100", "Calder Valley Council")
    assert details["link_for"] == str(made.public_id)


def test_a_late_registration_and_a_declaration_are_told_as_such(app, family):
    late = replace(family(born_in_district=False), last_lawful_day=TUESDAY - timedelta(days=1))
    with app.test_request_context("/"):
        details = notices.details(late)

    assert (details["in_time"], details["declaration"]) == (False, True)
    assert not any("birth certificates" in thing for thing in details["bring"])


def test_the_last_lawful_day_itself_is_in_time(app, family):
    with app.test_request_context("/"):
        assert notices.details(replace(family(), last_lawful_day=TUESDAY))["in_time"] is True


def test_what_else_happens_at_the_centre_that_day_is_told(app, world, family):
    family()
    with app.test_request_context("/"):
        centre = world.centres["sunshine"]
        assert notices.while_you_are_there(centre, TUESDAY) == ["Weighing clinic, 9:30am to 11:30am"]
        assert notices.while_you_are_there(centre, WEDNESDAY) == []
        assert notices.while_you_are_there(world.centres["elland"], TUESDAY) == []


def test_a_family_reads_in_its_own_language_whatever_page_it_was_written_from(app, database, family):
    with app.test_request_context("/?lang=ur"):
        family(mobile=None, locale="pl")

    [message] = written(database, "booking_confirmed")
    assert message.locale == "pl"
    assert message.details["last_lawful_day"] == "czwartek 31 grudnia 2026"


# ---- silence


@pytest.mark.parametrize("version", [0, 1])
def test_nothing_is_written_about_a_booking_that_was_silenced(database, family, version):
    made = family()
    notices.silence(made, NOW)
    quiet = replace(appointment_by_id(made.public_id), version=version)
    notices.remind(quiet, MORNING, NOW)
    notices.send_link_again(quiet, NOW)
    notices.tell_moved(quiet, NOW)
    notices.tell_cancelled(quiet, NOW)

    assert [m.state for m in written(database)] == ["withdrawn"] * 2
    assert database.execute(text("SELECT about FROM silenced")).scalar_one() == made.public_id


def test_a_confirmation_of_a_silenced_booking_is_not_written_again(database, family):
    made = replace(family(), version=1)
    messages.silence(made.public_id, now=NOW)
    notices.confirm(made, NOW)
    notices.tell_kept_after_all(made, NOW)

    assert {m.state for m in written(database)} == {"withdrawn"}


# ---- word for word, as a family has it in its calendar and its messages


def test_a_calendar_entry_says_what_to_bring_where_it_is_and_by_which_reference(database, world):
    mine = booked(world.centres["sunshine"], HALF_PAST_NINE)
    entry = notices.event(mine, url="https://example.org/booking/1")
    lines = entry.description.split("\n")
    assert lines[0] == who_must_come_sentence(mine.parents)
    assert lines[1] == "Bring:"
    assert lines[2:-1] == bring_sentences(mine.parents, declaration=False)
    assert lines[-1] == f"Reference: {mine.reference}"
    assert entry.geo == (mine.latitude, mine.longitude) == (53.72183, -1.87059)
    assert entry.location == "Sunshine Children’s Centre, 14 Gibbet Street, Halifax, HX1 5ET"
    assert (entry.uid, entry.sequence) == (f"{mine.public_id}@right-start", 0)
    for half_known in ({"latitude": None}, {"longitude": None}, {"latitude": None, "longitude": None}):
        assert notices.event(replace(mine, **half_known)).geo is None


def test_a_message_has_every_fact_a_family_needs_under_its_name(database, world):
    mine = booked(world.centres["sunshine"], HALF_PAST_NINE)
    told = notices.details(mine)
    assert told["bring"] == bring_sentences(mine.parents, declaration=False)
    assert told["who_must_come"] == who_must_come_sentence(mine.parents)
    assert (told["when"], told["end"]) == (mine.start.isoformat(), mine.end.isoformat())
    assert (told["reference"], told["link_for"]) == (mine.reference, str(mine.public_id))
    assert (told["centre"], told["address"]) == ("Sunshine Children’s Centre", "14 Gibbet Street, Halifax, HX1 5ET")
    assert (told["last_lawful_day"], told["in_time"], told["declaration"]) == ("Thursday 31 December 2026", True, False)
