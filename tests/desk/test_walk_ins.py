"""A family comes without an appointment: booked with the same rules and resources as everybody, or offered other times."""

import re

import pytest
from sqlalchemy import select, text

from registration.booking.models import Booking
from registration.messages.models import Message
from tests.booking.appointments import booked
from tests.booking.world import BORN, TUESDAY, WEDNESDAY, at_time, minute_of
from tests.staff.people import page


@pytest.fixture
def on_the_day(world, at):
    at("2026-11-24T09:05")
    return world


def path(world, day=TUESDAY):
    return f"/day/{world.centres['sunshine']}/{day}/walk-in"


def times(answer):
    return re.findall(r'name="time" type="radio" value="([0-9.]+)"', answer.text)


def offer(world, clock, day=TUESDAY, place="sunshine"):
    return f"{world.centres[place]}.{minute_of(day, clock)}"


def sent(client, world, clock="9:30", **changes):
    given = {
        "page": re.search(r'name="page" value="([^"]+)"', client.get(path(world)).text)[1],
        "born-day": BORN.day,
        "born-month": BORN.month,
        "born-year": BORN.year,
        "babies": "1",
        "district": "yes",
        "married": "yes",
        "attending": "mother",
        "language": "en",
        "name": "Sam  Lee",
        "share": "no",
        "time": offer(world, clock),
    }
    return client.post(path(world), data=given | changes)


def test_the_page_shows_what_is_free_today_from_what_has_just_begun(client, on_the_day, registrar):
    booked(on_the_day.centres["sunshine"], at_time(TUESDAY, "9:30"))
    answer = client.get(path(on_the_day))
    assert "Free today at this centre" in page(answer)
    assert times(answer) == [offer(on_the_day, clock) for clock in ("9:00", "10:00", "10:30")]
    assert f'value="{offer(on_the_day, "9:00")}" checked' in answer.text


def test_a_family_is_booked_at_once_and_marked_as_arrived(client, database, on_the_day, registrar):
    answer = sent(client, on_the_day, "9:00", mobile="07700 900 983")
    made = database.scalars(select(Booking)).one()
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        f"/day/{on_the_day.centres['sunshine']}/{TUESDAY}#b-{made.public_id}",
    )
    assert (made.channel, made.begins_at, made.outcome) == ("walk_in", at_time(TUESDAY, "9:00"), "arrived")
    assert database.execute(text("SELECT route, share, recorded_by FROM sharing_answer")).one() == (
        "visit",
        False,
        f"staff:{registrar.id}",
    )
    assert database.execute(text("SELECT route FROM outcome")).scalar_one() == "walk_in"
    assert database.scalars(select(Message)).all() == []
    assert "Sam Lee" in page(client.get(f"/day/{on_the_day.centres['sunshine']}/{TUESDAY}"))


def test_a_time_later_that_day_is_written_to_the_family(client, database, on_the_day, registrar):
    sent(client, on_the_day, "10:30", mobile="07700 900 983")
    assert [message.template for message in database.scalars(select(Message))] == ["booking_confirmed"]


def test_sending_the_page_twice_books_once(client, database, on_the_day, registrar):
    on_the_day.session("sunshine", "cleo", TUESDAY, "9:00", "11:00", room=1)
    database.commit()
    key = "twice-twice-twice"[:16]
    first, second = (sent(client, on_the_day, "9:30", page=key) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert database.execute(text("SELECT count(*) FROM booking")).scalar_one() == 1


def test_twins_need_a_longer_time(client, database, on_the_day, registrar):
    booked(on_the_day.centres["sunshine"], at_time(TUESDAY, "9:30"))
    answer = sent(client, on_the_day, "9:00", babies="2")
    assert "We do not offer this time." in page(answer, 422) or "just taken" in page(answer, 422)
    assert times(answer) == [offer(on_the_day, "10:00")]
    assert sent(client, on_the_day, "10:00", babies="2", interpreter="").status_code == 303
    made = database.scalars(select(Booking).where(Booking.channel == "walk_in")).one()
    assert (made.ends_at - made.begins_at).total_seconds() == 3600


def test_when_nobody_is_free_the_soonest_times_elsewhere_are_offered(client, database, on_the_day, registrar, at):
    at("2026-11-24T10:45")
    answer = client.get(path(on_the_day))
    said = page(answer)
    assert "Nobody is free here today" in said
    assert "Wed 25 November, 9am, Sunshine Children’s Centre" in said
    assert times(answer)[0] == offer(on_the_day, "9:00", WEDNESDAY)
    tomorrow = {"time": offer(on_the_day, "9:00", WEDNESDAY)}
    assert "the appointment is not today" in page(sent(client, on_the_day, **tomorrow), 422)
    sent(client, on_the_day, email="sam@example.org", **tomorrow)
    made = database.scalars(select(Booking)).one()
    assert (made.begins_at, made.outcome) == (at_time(WEDNESDAY, "9:00"), None)


def test_with_no_time_anywhere_the_page_says_so(client, on_the_day, registrar, at):
    at("2026-11-25T18:00")
    assert "No centre has a free time" in page(client.get(path(on_the_day, WEDNESDAY)))


def test_a_time_others_took_is_told_and_nothing_is_kept(client, database, on_the_day, registrar):
    booked(on_the_day.centres["sunshine"], at_time(TUESDAY, "9:30"))
    assert "Someone else has just taken this time." in page(sent(client, on_the_day, "9:30"), 422)
    assert database.execute(text("SELECT count(*) FROM occupancy")).scalar_one() == 1


def test_a_time_that_began_long_ago_is_not_given(client, on_the_day, registrar, at):
    at("2026-11-24T09:11")
    assert "We do not offer this time." in page(sent(client, on_the_day, "9:00"), 422)


def test_a_father_alone_is_told_that_the_mother_must_come(client, on_the_day, registrar):
    answer = sent(client, on_the_day, married="no", both_named="no", attending="other_parent")
    assert "The mother must come" in page(answer, 422)


def test_who_is_booked_already_is_told_where_and_when(client, on_the_day, registrar):
    known = booked(on_the_day.centres["elland"], at_time(TUESDAY, "9:30"), mobile=None, email="sam@example.org")
    said = page(sent(client, on_the_day, email="Sam@Example.org"), 422)
    assert f"This family is booked already: {known.reference}, Tue 24 November at 9:30am, Elland" in said


def test_a_declaration_for_another_district_is_one_here_too(client, database, on_the_day, registrar):
    sent(client, on_the_day, district="no")
    assert database.scalars(select(Booking.kind)).one() == "declaration"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "Enter a name"),
        ({"name": "Jo <b>"}, "The name must only have letters"),
        ({"born-year": "2027"}, "Date of birth must be today or in the past"),
        ({"born-day": "", "born-month": "", "born-year": ""}, "Enter the date of birth"),
        ({"married": "no"}, "Choose who is to be named"),
        ({"share": ""}, "Choose what the family said"),
        ({"time": "now"}, "Choose a time"),
        ({"babies": "7"}, "Choose one of those offered"),
        ({"mobile": "123"}, "Enter a mobile number"),
    ],
)
def test_what_is_missing_is_told_beside_it(client, database, on_the_day, registrar, changes, sentence):
    assert sentence in page(sent(client, on_the_day, **changes), 422)
    assert database.execute(text("SELECT count(*) FROM booking")).scalar_one() == 0


def test_nobody_walks_in_on_another_day(client, on_the_day, registrar):
    page(client.get(path(on_the_day, WEDNESDAY)), 404)
