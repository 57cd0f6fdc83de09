"""A family that stands at the centre is booked by the rules of everybody else, but without notice."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from registration.booking.actions.refusals import NotOffered
from registration.booking.actions.walk_ins import take_in
from registration.booking.models import Booking
from registration.booking.queries.walk_ins import Start, booked_with, starts_later, starts_today
from tests.booking.appointments import REQUEST, booked
from tests.booking.world import BORN, TUESDAY, WEDNESDAY, at_time

NOON = at_time(TUESDAY, "9:05")


def walk_in(world, clock="9:30", day=TUESDAY, place="sunshine", key=None):
    start = Start(world.centres[place], at_time(day, clock))
    request = replace(REQUEST, email=None, mobile=None, key=key)
    here = world.centres["sunshine"]
    return take_in(start, (BORN,), request, NOON, interpreter=False, here=here, actor="staff:7")


def clocks(starts):
    return [f"{start.at.hour}:{start.at.minute:02}" for start in starts]


def outcome_of(database, made):
    return database.scalars(select(Booking.outcome).where(Booking.id == made.id)).one()


def test_who_stands_here_is_booked_without_notice_and_has_arrived(database, world):
    made = walk_in(world, "9:00")
    assert (made.channel, outcome_of(database, made)) == ("walk_in", "arrived")


def test_who_takes_another_day_or_another_centre_has_not_arrived_there(database, world):
    for made in (walk_in(world, "9:00", WEDNESDAY), walk_in(world, "10:00", place="elland")):
        assert outcome_of(database, made) is None


def test_a_time_that_began_more_than_ten_minutes_ago_is_gone(world):
    with pytest.raises(NotOffered):
        walk_in(world, "8:54")
    assert clocks(starts_today(world.centres["sunshine"], (BORN,), NOON, interpreter=False))[0] == "9:00"
    later = at_time(TUESDAY, "9:11")
    assert clocks(starts_today(world.centres["sunshine"], (BORN,), later, interpreter=False))[0] == "9:30"


def test_the_same_page_sent_twice_gives_the_same_booking(world):
    key = (b"k" * 32, b"b" * 32)
    assert walk_in(world, key=key).id == walk_in(world, key=key).id
    assert booked_with(b"nobody's") is None


def test_an_interpreter_makes_the_time_longer(world):
    long = starts_today(world.centres["sunshine"], (BORN,), NOON, interpreter=True)
    assert clocks(long) == ["9:00", "9:30", "10:00"]


def test_other_times_are_those_here_and_the_soonest_of_each_other_centre(world):
    booked(world.centres["elland"], at_time(TUESDAY, "9:00"))
    found = starts_later(world.centres["sunshine"], (BORN,), at_time(TUESDAY, "7:00"), interpreter=False)
    here = [start for start in found if start.centre_id == world.centres["sunshine"]]
    assert [start.at for start in here] == [at_time(WEDNESDAY, clock) for clock in ("9:00", "9:30", "10:00", "10:30")]
    assert found[len(here) :] == [Start(world.centres["elland"], at_time(TUESDAY, "9:30"))]


def test_of_other_centres_with_the_same_soonest_time_the_nearest_comes_first(world):
    world.session("todmorden", "cleo", TUESDAY, "9:00", "10:00")
    world.session("office", "dev", TUESDAY, "9:00", "10:00")
    found = starts_later(world.centres["sunshine"], (BORN,), at_time(TUESDAY, "7:00"), interpreter=False)
    elsewhere = [start.centre_id for start in found if start.centre_id != world.centres["sunshine"]]
    assert elsewhere == [world.centres[place] for place in ("office", "elland", "todmorden")]
