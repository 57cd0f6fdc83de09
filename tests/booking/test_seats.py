"""What families have in a session fills the time of whoever takes it over."""

import pytest
from sqlalchemy import text

from registration.booking.actions.seats import stands_again, take_over
from tests.booking.appointments import NOW, booked
from tests.booking.world import TUESDAY, at_time, make_world

HOLD = text("""
INSERT INTO occupancy (session_id, registrar_id, begins_at, ends_at, kind, until)
VALUES (:session, :registrar, :begins, :ends, 'hold', clock_timestamp() - interval '1 minute')
""")


@pytest.fixture
def world(database):
    made = make_world()
    made.session("sunshine", "ann", TUESDAY, "9:00", "12:00")
    made.session("elland", "bo", TUESDAY, "9:00", "12:00")
    return made


def filled(database, who):
    rows = database.execute(text("SELECT session_id, kind FROM occupancy WHERE registrar_id = :who"), {"who": who})
    return sorted(tuple(row) for row in rows)


def test_who_takes_over_has_the_families_and_no_hold_that_has_run_out(database, world):
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    ann, bo = world.registrars["ann"], world.registrars["bo"]
    for day in (TUESDAY, TUESDAY.replace(day=TUESDAY.day + 1)):
        span = {"begins": at_time(day, "9:00"), "ends": at_time(day, "9:30")}
        database.execute(HOLD, {"session": world.sessions[1], "registrar": bo} | span)
    take_over(mine.session_id, bo)
    assert filled(database, ann) == []
    assert filled(database, bo) == [(mine.session_id, "booking"), (world.sessions[1], "hold")]  # of another day


def test_a_family_whose_time_stood_all_along_is_told_nothing(database, world):
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    assert stands_again(mine.public_id, NOW) is True
    told = text("SELECT count(*) FROM message WHERE about = :about AND version > 0")
    assert database.execute(told, {"about": mine.public_id}).scalar() == 0
    assert stands_again(mine.public_id, at_time(TUESDAY, "9:00")) is False
