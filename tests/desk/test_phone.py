"""Booking for a family on the telephone: three pages, the family's own rules, and nothing booked twice."""

import re

import pytest
from sqlalchemy import select, text

from registration.booking.actions.changes import cancel
from registration.booking.actions.holds import hold
from registration.booking.models import Booking
from registration.booking.queries import appointment_by_id
from registration.booking.rules.requests import HoldRequest
from registration.families.models import CentreSignUp, SharingAnswer
from registration.messages.models import Message
from registration.rota.models import Session
from tests.booking.appointments import NOW, booked
from tests.booking.world import BORN, FRIDAY, MONDAY, TUESDAY, WEDNESDAY, at_time, make_world, minute_of
from tests.staff.people import page, sign_in_as

QUESTIONS = {
    "born": "19/11/2026",
    "babies": "1",
    "district": "yes",
    "married": "yes",
    "both_named": "yes",
    "attending": "mother",
    "language": "en",
    "postcode": "HX1 1AA",
}
CONTACT = {"name": "Aoife O’Brien", "mobile": "07700 900982", "share": "yes"}


@pytest.fixture
def world(database, at):
    at("2026-11-22T09:00")
    world = make_world()
    world.session("sunshine", "ann", TUESDAY, "9:00", "12:00", kept=30)
    world.session("elland", "bo", WEDNESDAY, "9:00", "10:00")
    database.commit()
    return world


@pytest.fixture
def desk(client, database, world):
    """A member of the booking desk, signed in."""
    person = sign_in_as(client, "booking_desk")
    database.commit()
    return person


def find_times(client, status=200, **changes):
    """Send the questions; give the page, and what its second form sends."""
    answer = client.post("/desk/phone/times", data=QUESTIONS | changes)
    page(answer, status)
    return answer.text, carried(answer.text)


def carried(shown):
    """Give what the second form of a page carries along, with the time that is chosen."""
    second = shown[shown.index('action="/desk/phone/book"') :]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', second))
    chosen = re.search(r'name="time"[^>]*value="([\w.]+)"[^>]* checked', second)
    return hidden | ({"time": chosen[1]} if chosen else {})


def times_on(shown):
    return re.findall(r'name="time"[^>]*value="([\w.]+)"', shown)


def holds(database):
    return database.execute(text("SELECT begins_at FROM occupancy WHERE kind = 'hold' ORDER BY 1")).scalars().all()


def bookings(database):
    return database.scalars(select(Booking).where(Booking.state == "booked").order_by(Booking.id)).all()


@pytest.mark.parametrize("role", ["registrar", "centre_worker", "data_officer", "evaluator", "auditor"])
def test_other_roles_book_for_nobody(client, world, role):
    sign_in_as(client, role)
    page(client.get("/desk/phone"), 403)
    for step in ("times", "keep", "book"):
        page(client.post(f"/desk/phone/{step}"), 403)


def test_the_first_page_asks_everything_that_decides_the_times(client, desk):
    said = page(client.get("/desk/phone"))
    for question in ("Date of birth", "Married", "Who is coming?", "Language", "Postcode", "Only at", "Not before"):
        assert question in said, question
    assert "Times" not in said.replace("Find times", "")


def test_three_pages_lead_from_the_call_to_the_booking(client, database, desk, world):
    client.get("/desk/phone")
    _, sent = find_times(client)
    assert sent["time"] == f"{world.centres['sunshine']}.{minute_of(TUESDAY, '9:00')}"
    answer = client.post("/desk/phone/book", data=sent | CONTACT)
    [made] = bookings(database)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/desk/booking/{made.public_id}")
    said = page(client.get(answer.headers["Location"]))
    assert f"Booked. Read out to the family: {made.reference}, Tuesday 24 November 2026, 9am" in said
    assert (made.channel, made.begins_at) == ("telephone", at_time(TUESDAY, "9:00"))
    assert holds(database) == []
    family = appointment_by_id(made.public_id)
    assert (family.name, family.mobile, family.email) == ("Aoife O’Brien", "+447700900982", None)
    sharing = database.execute(text("SELECT share, route, recorded_by FROM sharing_answer")).one()
    assert sharing == (True, "telephone", f"staff:{desk.id}")
    assert [m.template for m in database.scalars(select(Message))] == ["booking_confirmed"]


def test_the_best_time_is_kept_while_the_contact_is_asked(client, database, desk, world):
    shown, sent = find_times(client)
    assert holds(database) == [at_time(TUESDAY, "9:00")]
    assert sent["hold"]
    assert "Kept until" in shown
    assert "Kept for this family" in shown


def test_without_a_postcode_the_soonest_anywhere_is_read_out_first(client, database, desk, world):
    world.session("todmorden", "dev", MONDAY)
    database.commit()
    shown, _ = find_times(client, postcode="")
    assert holds(database) == [at_time(MONDAY, "9:00")]
    assert "sooner" not in shown


def test_a_day_after_the_time_that_is_kept_is_not_called_sooner_and_none_is_left_out(client, database, desk, world):
    world.session("elland", "dev", MONDAY, "9:00", "9:30")
    world.session("elland", "dev", FRIDAY, "9:00", "9:30")
    database.commit()
    shown, _ = find_times(client, centre="", postcode="HX5 0ER")
    assert holds(database) == [at_time(MONDAY, "9:00")]
    assert "sooner" not in shown
    wanted = [("elland", MONDAY), ("elland", WEDNESDAY), ("elland", FRIDAY), ("sunshine", TUESDAY)]
    assert {f"{world.centres[place]}.{minute_of(day, '9:00')}" for place, day in wanted} <= set(times_on(shown))


def test_looking_again_lets_the_time_kept_before_go(client, database, desk, world):
    _, sent = find_times(client)
    find_times(client, hold=sent["hold"], not_before="25/11")
    assert holds(database) == [at_time(WEDNESDAY, "9:00")]


def test_the_desk_has_the_minutes_kept_for_it(client, database, desk, world):
    booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"), births=(BORN,) * 5, name="Else", mobile=None)
    _, sent = find_times(client)
    assert sent["time"].endswith(f".{minute_of(TUESDAY, '11:30')}")
    client.post("/desk/phone/book", data=sent | CONTACT)
    assert bookings(database)[-1].begins_at == at_time(TUESDAY, "11:30")


def test_another_time_than_the_one_kept_is_booked_and_that_one_let_go(client, database, desk, world):
    shown, sent = find_times(client)
    other = f"{world.centres['elland']}.{minute_of(WEDNESDAY, '9:30')}"
    assert other in times_on(shown)
    client.post("/desk/phone/book", data=sent | CONTACT | {"time": other, "asked": str(world.centres["elland"])})
    [made] = bookings(database)
    assert made.begins_at == at_time(WEDNESDAY, "9:30")
    assert holds(database) == []


def test_another_time_can_be_kept_and_what_was_typed_stays(client, database, desk, world):
    _, sent = find_times(client)
    other = f"{world.centres['elland']}.{minute_of(WEDNESDAY, '9:30')}"
    answer = client.post("/desk/phone/keep", data=sent | {"time": other, "name": "Half a na"})
    page(answer)
    assert 'value="Half a na"' in answer.text
    assert holds(database) == [at_time(WEDNESDAY, "9:30")]
    again = client.post("/desk/phone/keep", data=carried(answer.text))
    page(again)
    assert carried(again.text)["hold"] == carried(answer.text)["hold"]
    client.post("/desk/phone/book", data=carried(again.text) | CONTACT)
    assert [made.begins_at for made in bookings(database)] == [at_time(WEDNESDAY, "9:30")]


def test_a_time_that_is_gone_cannot_be_kept(client, database, desk, world):
    _, sent = find_times(client)
    start = at_time(WEDNESDAY, "9:00")
    hold(HoldRequest(world.centres["elland"], start, (BORN,), interpreter=False), NOW)
    database.commit()
    elland = world.centres["elland"]
    wanted = {"time": f"{elland}.{minute_of(WEDNESDAY, '9:00')}", "asked": str(elland)}
    assert "This time has just gone" in page(client.post("/desk/phone/keep", data=sent | wanted), 409)
    assert "Choose a time" in page(client.post("/desk/phone/keep", data=sent | {"time": "x"}), 422)
    assert len(holds(database)) == 2
    answer = client.post("/desk/phone/book", data=sent | CONTACT | wanted)
    assert "Someone else has just taken this time" in page(answer, 409)
    assert 'value="07700 900982"' in answer.text
    assert bookings(database) == []


def test_twins_with_an_interpreter_get_the_longer_time(client, database, desk, world):
    _, sent = find_times(client, babies="2", language="ur", interpreter="y")
    client.post("/desk/phone/book", data=sent | CONTACT)
    [made] = bookings(database)
    assert (made.ends_at - made.begins_at).total_seconds() == 75 * 60
    family = appointment_by_id(made.public_id)
    assert (family.births, family.language, family.locale) == ((BORN, BORN), "ur", "ur")


def test_needs_another_district_and_one_parent_are_kept_as_said(client, database, desk, world):
    _, sent = find_times(
        client, step_free="y", needs="Wide door", district="no", married="no", both_named="no", language="pa"
    )
    client.post("/desk/phone/book", data=sent | CONTACT | {"share": "no"})
    family = appointment_by_id(bookings(database)[0].public_id)
    assert family.access_needs == "Needs a place without steps.\nWide door"
    assert family.kind == "declaration"
    assert family.parents.both_parents_named is False
    assert (family.language, family.locale) == ("pa", "en")


JOINS = {"join": "yes", "address": "3 Mill Lane, Halifax", "preference": "phone", "visit_needs": "Two prams"}


def test_a_family_may_join_the_centre_as_it_books(client, database, desk, world):
    _, sent = find_times(client)
    answer = client.post("/desk/phone/book", data=sent | CONTACT | JOINS)
    wish = database.scalars(select(CentreSignUp)).one()
    assert (wish.centre_id, wish.address) == (world.centres["sunshine"], "3 Mill Lane, Halifax")
    assert (wish.contact_preference, wish.visit_needs) == ("phone", "Two prams")
    assert "Joins the centre Yes" in page(client.get(answer.headers["Location"]))


def test_joining_is_offered_and_takes_nothing_to_leave_out(client, database, desk, world):
    shown, sent = find_times(client)
    assert "If they would like to join the centre" in shown
    assert 'name="join" type="radio" value="no" checked' in shown
    answer = client.post("/desk/phone/book", data=sent | CONTACT)
    assert database.scalars(select(CentreSignUp)).all() == []
    assert "Joins the centre" not in page(client.get(answer.headers["Location"]))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"address": " "}, "Enter their address"),
        ({"address": "x" * 501}, "This must be 500 letters or fewer"),
        ({"preference": "pigeon"}, "Choose how the centre should contact them"),
        ({"join": "perhaps"}, "Choose whether they want to join"),
    ],
)
def test_what_joining_needs_is_asked_for_and_nothing_is_booked(client, database, desk, changes, sentence):
    _, sent = find_times(client)
    answer = client.post("/desk/phone/book", data=sent | CONTACT | JOINS | changes)
    assert sentence in page(answer, 422)
    assert '<details class="govuk-details" open>' in answer.text
    assert bookings(database) == []


def test_a_no_counts_alone_and_what_was_said_of_joining_is_dropped_and_told(client, database, desk):
    _, sent = find_times(client)
    answer = client.post("/desk/phone/book", data=sent | CONTACT | JOINS | {"share": "no", "address": ""})

    assert "They do not join: the family said no" in page(client.get(answer.headers["Location"]))
    assert database.scalars(select(CentreSignUp)).all() == []
    assert len(bookings(database)) == 1


def test_the_question_names_the_centre_of_the_time_chosen_and_a_yes_is_to_that_one_alone(client, database, desk, world):
    elland = f"{world.centres['elland']}.{minute_of(WEDNESDAY, '9:00')}"
    shown, sent = find_times(client)
    assert "May Sunshine Children’s Centre have their details?" in shown
    assert "The question is about <strong>Sunshine" in shown

    again = client.post("/desk/phone/book", data=sent | CONTACT | {"time": elland})
    assert "Ask again: at this time the question is about Elland" in page(again, 409)
    assert bookings(database) == []

    answer = client.post("/desk/phone/book", data=sent | carried(again.text) | CONTACT | {"time": elland})
    assert answer.status_code == 303
    assert database.scalars(select(SharingAnswer.centre_id)).all() == [world.centres["elland"]]


def test_a_no_is_to_every_centre_and_is_not_asked_again(client, database, desk, world):
    _, sent = find_times(client)
    elland = f"{world.centres['elland']}.{minute_of(WEDNESDAY, '9:00')}"

    assert client.post("/desk/phone/book", data=sent | CONTACT | {"time": elland, "share": "no"}).status_code == 303


def test_at_an_office_the_question_names_the_childrens_centre_it_is_about(client, database, desk, world):
    world.session("office", "ann", FRIDAY, "9:00", "10:00")
    database.commit()
    shown, _ = find_times(client, centre=str(world.centres["office"]))

    assert "May Sunshine Children’s Centre have their details?" in shown
    assert "Nobody joins an office. The question is about <strong>Sunshine" in shown


def test_the_page_of_times_says_what_to_say_and_what_to_do(client, desk, world):
    shown, _ = find_times(client)
    said = shown[shown.index("Say to the family") :]
    for words in (
        "Register by",
        "39 days from now",
        "One of you must come. It can be the mother, as you said.",
        "Press",
    ):
        assert words in said
    assert "You told us" not in said


def test_a_late_family_is_told_that_it_can_still_register(client, desk, world):
    shown, _ = find_times(client, born="1/10/2026")
    assert "The 42 days ended on <strong>Thursday 12 November 2026</strong>. You can still register" in shown


def test_a_late_family_is_kept_the_nearer_of_two_places_at_the_same_minute(client, database, desk, world):
    for place, who in (("todmorden", "cleo"), ("office", "dev")):
        world.session(place, who, MONDAY, "12:30", "13:00")
    database.commit()
    shown, sent = find_times(client, born="8/10/2026")
    noon = minute_of(MONDAY, "12:30")
    assert sent["time"] == f"{world.centres['office']}.{noon}"
    listed = times_on(shown)
    assert listed.index(f"{world.centres['office']}.{noon}") < listed.index(f"{world.centres['todmorden']}.{noon}")


def test_more_times_at_one_minute_name_the_nearest_place_first(client, database, desk, world):
    for place, who in (("todmorden", "cleo"), ("office", "dev")):
        world.session(place, who, TUESDAY, "14:00", "15:00")
    database.commit()
    shown, _ = find_times(client)
    half_past = f".{minute_of(TUESDAY, '14:30')}"
    there = [value for value in times_on(shown) if value.endswith(half_past)]
    assert there == [f"{world.centres[place]}{half_past}" for place in ("office", "todmorden")]


def test_a_family_without_email_or_mobile_gets_a_letter(client, database, desk, world):
    _, sent = find_times(client)
    contact = {"name": "Aoife O’Brien", "letter_address": "3 Mill Lane\nHalifax", "share": "no"}
    client.post("/desk/phone/book", data=sent | contact)
    [letter] = database.scalars(select(Message))
    assert (letter.channel, letter.address) == ("letter", "Aoife O’Brien\n3 Mill Lane\nHalifax")
    [made] = bookings(database)
    said = page(client.get(f"/desk/booking/{made.public_id}"))
    assert "A letter would come too late: read the details out now." in said
    assert "What to bring:" in said


@pytest.mark.parametrize(("day", "told"), [(WEDNESDAY, True), (FRIDAY, False)])
def test_a_letter_that_comes_and_can_be_read_in_time_is_not_called_late(client, database, desk, world, day, told):
    """Of Sunday a letter is there in the evening of Tuesday, and read by Wednesday's."""
    world.session("sunshine", "ann", day, "14:00", "15:00")
    database.commit()
    _, sent = find_times(client)
    contact = {"name": "Aoife O’Brien", "letter_address": "3 Mill Lane\nHalifax", "share": "no"}
    chosen = {"time": f"{world.centres['sunshine']}.{minute_of(day, '14:00')}"}
    client.post("/desk/phone/book", data=sent | contact | chosen)
    [made] = bookings(database)
    assert made.begins_at == at_time(day, "14:00")
    assert ("A letter would come too late" in page(client.get(f"/desk/booking/{made.public_id}"))) is told


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"born": ""}, "Enter the date of birth"),
        ({"born": "soon"}, "Enter the date of birth, like 19/11/2026"),
        ({"born": "19/11, 20/11, x"}, "Enter the date of birth, like 19/11/2026"),
        ({"born": "23/11/2026"}, "Date of birth must be today or in the past"),
        ({"born": "20/11/2025"}, "Born more than 12 months ago"),
        ({"married": ""}, "Choose whether they were married"),
        ({"attending": ""}, "Choose who is coming"),
        ({"married": "no", "both_named": "no", "attending": "other_parent"}, "The mother must come"),
        ({"language": "xx"}, "Choose a language from the list"),
        ({"interpreter": "y"}, "Choose the language the interpreter is for"),
        ({"postcode": "ZZ9 9ZZ"}, "We cannot find this postcode"),
        ({"postcode": "nowhere"}, "We cannot find this postcode"),
        ({"not_before": "later"}, "Enter a day, like 1/12"),
        ({"needs": "x" * 501}, "This must be 500 letters or fewer"),
    ],
)
def test_a_question_that_cannot_be_used_is_told_beside_it(client, database, desk, changes, sentence):
    assert sentence in page(client.post("/desk/phone/times", data=QUESTIONS | changes), 422)
    assert sentence in page(client.post("/desk/phone/keep", data=QUESTIONS | changes), 422)
    assert holds(database) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Enter the name of the parent who calls"),
        ({"mobile": ""}, "Enter a mobile number or an email address"),
        ({"share": ""}, "Choose what the family said"),
        ({"time": ""}, "Choose a time"),
        ({"born": "", "attending": ""}, "Enter the date of birth"),
        ({"born": "", "name": "", "share": ""}, "Enter the date of birth"),
    ],
)
def test_what_is_missing_for_the_booking_is_told_and_nothing_is_lost(client, database, desk, changes, sentence):
    _, sent = find_times(client)
    assert sentence in page(client.post("/desk/phone/book", data=sent | CONTACT | changes), 422)
    assert bookings(database) == []
    assert len(holds(database)) == 1


def test_where_nothing_is_free_the_page_says_so(client, database, desk, world):
    answer = client.post("/desk/phone/times", data=QUESTIONS | {"centre": str(world.centres["office"])})
    assert "No time is free like this." in page(answer)


def test_pressing_book_twice_books_once(client, database, desk, world):
    _, sent = find_times(client)
    elland = world.centres["elland"]
    elsewhere = {"time": f"{elland}.{minute_of(WEDNESDAY, '9:00')}", "asked": str(elland)}
    places = {client.post("/desk/phone/book", data=sent | CONTACT | elsewhere).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    assert len(bookings(database)) == 1


# ---- families that have a booking already


def test_a_family_that_seems_to_be_booked_is_shown_before_it_is_booked_again(client, database, desk, world):
    theirs = booked(world.centres["elland"], at_time(WEDNESDAY, "9:00"), name="Brigid O'Brien", mobile=None)
    _, sent = find_times(client)
    answer = client.post("/desk/phone/book", data=sent | CONTACT)
    said = page(answer, 409)
    assert "Is it one of these?" in said
    assert "There is a problem Not booked yet: open the booking this family has" in said
    assert theirs.reference in said
    assert len(bookings(database)) == 1
    answer = client.post("/desk/phone/book", data=carried(answer.text) | CONTACT | {"other_family": "y"})
    assert answer.status_code == 303
    assert len(bookings(database)) == 2


def test_a_booking_that_was_cancelled_keeps_nobody_from_booking_again(client, database, desk, world):
    theirs = booked(world.centres["elland"], at_time(WEDNESDAY, "9:00"))
    cancel(theirs.public_id, NOW)
    database.commit()
    _, sent = find_times(client)
    answer = client.post("/desk/phone/book", data=sent | CONTACT)
    assert answer.status_code == 303
    told = rf"{theirs.reference}, with the same date of birth, was cancelled on \w+day \d+ [A-Z]\w+ \d{{4}}\."
    assert re.search(told, page(client.get(answer.headers["Location"])))
    assert len(bookings(database)) == 1


def test_a_cancelled_booking_beside_a_live_one_says_that_the_family_can_be_booked_again(client, database, desk, world):
    gone = booked(world.centres["elland"], at_time(WEDNESDAY, "9:00"))
    cancel(gone.public_id, NOW)
    booked(
        world.centres["elland"], at_time(WEDNESDAY, "9:30"), name="Brigid O'Brien", mobile=None, email="b@example.org"
    )
    _, sent = find_times(client)
    said = page(client.post("/desk/phone/book", data=sent | CONTACT), 409)
    assert re.search(r"Cancelled on \w+day \d+ [A-Z]\w+ \d{4}: book again", said)


def test_the_same_birth_with_the_same_mobile_is_not_booked_twice_even_if_it_is_said_to_be_another(
    client, database, desk, world
):
    theirs = booked(world.centres["elland"], at_time(WEDNESDAY, "9:00"), name="Else")
    _, sent = find_times(client)
    said = page(client.post("/desk/phone/book", data=sent | CONTACT | {"other_family": "y"}), 409)
    assert "This family has this booking already." in said
    assert theirs.reference in said
    assert len(bookings(database)) == 1
    assert len(holds(database)) == 1


# ---- a time outside the rota

EXTRA = {"time": "extra", "extra_day": "25/11", "extra_at": "2pm", "extra_why": "Day 42 is near"}


def outside(world, **changes):
    who = {"extra_registrar": str(world.registrars["cleo"]), "extra_centre": str(world.centres["todmorden"])}
    return EXTRA | who | {"asked": who["extra_centre"]} | changes


@pytest.fixture
def manager(client, database, world):
    """A rota manager, signed in."""
    person = sign_in_as(client, "rota_manager")
    database.commit()
    return person


def test_a_rota_manager_opens_a_time_outside_the_rota_with_a_reason(client, database, manager, world):
    shown, sent = find_times(client)
    assert "A time outside the rota" in shown
    answer = client.post("/desk/phone/book", data=sent | CONTACT | outside(world))
    assert answer.status_code == 303, page(answer, 409)
    [made] = bookings(database)
    assert made.begins_at == at_time(WEDNESDAY, "14:00")
    extra = database.get(Session, made.session_id)
    assert (extra.kind, extra.reason, extra.begins_at, extra.ends_at) == (
        "extra",
        "Day 42 is near",
        made.begins_at,
        made.ends_at,
    )


def test_the_desk_may_not_unless_the_council_lets_it(client, database, desk, world, app):
    from dataclasses import replace

    shown, sent = find_times(client)
    assert "A time outside the rota" not in shown
    assert "Choose a time" in page(client.post("/desk/phone/book", data=sent | CONTACT | outside(world)), 422)
    assert database.scalars(select(Session).where(Session.kind == "extra")).all() == []
    council = app.config["AUTHORITY"]
    app.config["AUTHORITY"] = replace(council, desk_opens_extra_sessions=True)
    try:
        assert client.post("/desk/phone/book", data=sent | CONTACT | outside(world)).status_code == 303
    finally:
        app.config["AUTHORITY"] = council


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"extra_registrar": ""}, "Choose a registrar"),
        ({"extra_centre": ""}, "Choose a centre"),
        ({"extra_day": "someday"}, "Enter the day, like 24/11/2026"),
        ({"extra_at": "14"}, "Enter when it begins, like 2:30pm or 14:30"),
        ({"extra_why": " "}, "Say why this time is needed"),
    ],
)
def test_what_a_time_outside_the_rota_needs_is_asked_for(client, database, manager, world, changes, sentence):
    _, sent = find_times(client)
    assert sentence in page(client.post("/desk/phone/book", data=sent | CONTACT | outside(world, **changes)), 422)


def test_no_rule_is_switched_off_for_a_time_outside_the_rota(client, database, manager, world):
    _, sent = find_times(client)
    busy = outside(world, extra_registrar=str(world.registrars["ann"]), extra_day="24/11", extra_at="10am")
    assert "has another session then" in page(client.post("/desk/phone/book", data=sent | CONTACT | busy), 409)
    soon = outside(world, extra_day="22/11", extra_at="9:30")
    assert "We do not offer this time" in page(client.post("/desk/phone/book", data=sent | CONTACT | soon), 409)
    assert bookings(database) == []
    assert database.scalars(select(Session).where(Session.kind == "extra")).all() == []
