"""What families and staff are told of an offer, in whose language and by which way."""

from datetime import timedelta

from sqlalchemy import select

from registration.booking.actions import offer_notices, offers
from registration.messages.models import Message, StaffTask
from registration.messages.writing import draft, write
from tests.booking.appointments import NOW, booked
from tests.booking.world import BORN, TUESDAY, at_time

NINE, TEN = at_time(TUESDAY, "9:00"), at_time(TUESDAY, "10:00")


def told(database, world, cause="cover", **changes):
    """Offer a family ten o'clock at Elland; give it and what it is told, by channel."""
    mine = booked(world.centres["sunshine"], NINE, **changes)
    until = NOW + timedelta(hours=35)
    made = offers.keep(mine.public_id, world.centres["elland"], TEN, cause=cause, answer_by=until, now=NOW)
    offers.send(made.id, NOW)
    found = database.scalars(select(Message).where(Message.template.like("offer%"))).all()
    return mine, {message.channel: write(draft(message)) for message in found}


def test_a_family_reads_why_what_until_when_and_where_it_answers(database, world):
    _, words = told(database, world)
    for channel in ("email", "sms"):
        assert "10am" in words[channel].body
        assert "9am" in words[channel].body
        assert "8pm" in words[channel].body
        assert "/offer" in words[channel].body
        assert "Elland" in words[channel].body
    assert "Please do not come then" in words["email"].body
    assert words["email"].calendar is None  # nothing is agreed yet


def test_a_family_on_the_waiting_list_reads_that_it_keeps_its_own_time_otherwise(database, world):
    _, words = told(database, world, "waiting_list")
    assert "you keep" in words["email"].body
    assert "Please do not come" not in words["email"].body


def test_a_family_reached_by_post_alone_gets_a_letter_about_cover_and_none_about_earlier_times(database, world):
    post = {"email": None, "mobile": None, "letter_address": "3 Mill Lane\nHalifax"}
    _, words = told(database, world, **post)
    assert list(words) == ["letter"]
    assert "Call us on" in words["letter"].body


def test_nothing_is_posted_about_a_time_that_stands_for_hours(database, world):
    _, words = told(database, world, "waiting_list", email=None, mobile=None, letter_address="3 Mill Lane\nHalifax")
    assert words == {}


def test_staff_are_asked_once_and_told_how_soon(database, world):
    mine = booked(world.centres["sunshine"], NINE)
    for _ in range(2):
        offer_notices.ask_for_a_call(mine, "did not want the time offered", NOW)
    late = booked(
        world.centres["sunshine"], TEN, births=(BORN - timedelta(days=60),), email="b@example.org", mobile=None
    )
    offer_notices.ask_for_a_call(late, "did not want the time offered", NOW)
    asked = sorted(database.scalars(select(StaffTask.sentence)), key=len)
    assert len(asked) == 2
    assert "Find them a time by 31 December." in asked[0]
    assert "their 42 days are over" in asked[1]
    offer_notices.nobody_need_call(mine, NOW)
    database.expire_all()
    assert len(database.scalars(select(StaffTask).where(StaffTask.done_at.is_(None))).all()) == 1
