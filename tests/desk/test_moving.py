"""Moving a family's booking on the telephone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from registration.booking.actions import changes
from registration.booking.actions.holds import hold
from registration.booking.queries import appointment_by_id
from registration.booking.rules.requests import HoldRequest
from registration.messages.models import Message
from registration.rota.models import Session
from tests.booking.appointments import NOW, booked, booked_by_letter
from tests.booking.world import BORN, TUESDAY, WEDNESDAY, at_time, make_world, minute_of
from tests.staff.people import page, sign_in_as


@pytest.fixture
def world(database, at):
    at("2026-11-22T09:00")
    world = make_world()
    world.session("sunshine", "ann", TUESDAY, "9:00", "12:00", kept=30)
    world.session("elland", "bo", WEDNESDAY, "9:00", "10:00")
    database.commit()
    return world


@pytest.fixture
def mine(world):
    return booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"))


@pytest.fixture
def act_as(client, database, mine):
    """Sign somebody in who has opened the family's record."""

    def come(role):
        person = sign_in_as(client, role)
        client.post(f"/desk/look/{mine.public_id}")
        database.commit()
        return person

    return come


def path(appointment, more="/move"):
    return f"/desk/booking/{appointment.public_id}{more}"


def to(world, place, day, clock, **more):
    return {"time": f"{world.centres[place]}.{minute_of(day, clock)}", "asked": "family"} | more


def test_moving_a_family_told_by_letter_to_a_time_too_near_says_to_read_it_out(client, world):
    post = booked_by_letter(world.centres["elland"], at_time(WEDNESDAY, "9:00"))
    sign_in_as(client, "booking_desk")
    client.post(f"/desk/look/{post.public_id}")
    answer = client.post(path(post), data=to(world, "sunshine", TUESDAY, "9:30"))
    assert answer.status_code == 303
    assert "A letter would come too late: read the details out now." in page(client.get(answer.headers["Location"]))


def test_the_times_are_listed_with_those_the_desk_keeps(client, act_as, world, mine):
    act_as("booking_desk")
    said = page(client.get(path(mine)))
    for fact in ("now Tuesday 24 November 2026, 9:30am to 10am", "Wed 25 November, 9am", "Elland Children’s Centre"):
        assert fact in said, fact
    of_tuesday = page(client.get(path(mine), query_string={"day": TUESDAY.isoformat()}))
    assert "Tue 24 November, 11:30am" in of_tuesday
    assert "Wed 25 November" not in of_tuesday.partition("Every time, by day")[0]
    assert page(client.get(path(mine), query_string={"day": "someday"})) == said


def test_the_family_is_moved_told_and_the_record_says_who_asked(client, database, act_as, world, mine):
    desk = act_as("booking_desk")
    answer = client.post(path(mine), data=to(world, "sunshine", TUESDAY, "11:30", why="A shift"))
    assert (answer.status_code, answer.headers["Location"]) == (303, path(mine, ""))
    assert appointment_by_id(mine.public_id).start == at_time(TUESDAY, "11:30")
    said = page(client.get(path(mine, "")))
    assert "asked by: the family" in said
    assert "why: A shift" in said
    told = database.scalars(select(Message.template).where(Message.state == "queued")).all()
    assert set(told) == {"booking_moved"}
    done = text("SELECT event FROM audit_event WHERE actor = :who AND about = :about ORDER BY id")
    values = {"who": f"staff:{desk.id}", "about": f"booking:{mine.id}"}
    assert database.scalars(done, values).all() == ["looked at", "moved", "said why"]


def test_moving_for_a_reason_of_ours_needs_it_said(client, act_as, world, mine):
    act_as("booking_desk")
    wanted = to(world, "elland", WEDNESDAY, "9:00", asked="staff")
    assert "Say why we change it" in page(client.post(path(mine), data=wanted), 422)
    assert "Choose a time" in page(client.post(path(mine), data=wanted | {"time": "soon"}), 422)
    assert appointment_by_id(mine.public_id).start == mine.start


def test_a_time_that_is_gone_is_told_with_what_is_nearest_to_it(client, database, act_as, world, mine):
    act_as("booking_desk")
    hold(HoldRequest(world.centres["elland"], at_time(WEDNESDAY, "9:00"), (BORN,), interpreter=False), NOW)
    database.commit()
    said = page(client.post(path(mine), data=to(world, "elland", WEDNESDAY, "9:00")), 409)
    assert "Someone else has just taken this time" in said
    assert "The same day and centre" in said
    assert appointment_by_id(mine.public_id).start == mine.start


def test_what_is_over_or_cancelled_is_not_moved(client, database, act_as, world, mine):
    act_as("booking_desk")
    changes.cancel(mine.public_id, NOW)
    database.commit()
    assert client.get(path(mine)).headers["Location"] == path(mine, "")
    said = page(client.post(path(mine), data=to(world, "elland", WEDNESDAY, "9:00")), 409)
    assert "This booking can no longer be changed: it is cancelled, or its time has begun." in said


# ---- a time outside the rota


def outside(world, **changes):
    asked = {
        "time": "extra",
        "asked": "family",
        "extra_registrar": str(world.registrars["cleo"]),
        "extra_centre": str(world.centres["todmorden"]),
        "extra_day": "25 nov",
        "extra_at": "14:00",
        "extra_why": "Day 42 is near",
    }
    return asked | changes


def test_a_rota_manager_moves_a_family_to_a_time_outside_the_rota(client, database, act_as, world, mine):
    act_as("rota_manager")
    assert "A time outside the rota" in page(client.get(path(mine)))
    assert client.post(path(mine), data=outside(world)).status_code == 303
    moved = appointment_by_id(mine.public_id)
    assert (moved.start, moved.centre_id) == (at_time(WEDNESDAY, "14:00"), world.centres["todmorden"])
    extra = database.get(Session, moved.session_id)
    assert (extra.kind, extra.reason, extra.ends_at - extra.begins_at) == (
        "extra",
        "Day 42 is near",
        timedelta(minutes=30),
    )


def test_a_slower_registrar_s_extra_time_is_as_long_as_they_take(client, database, act_as, world, mine):
    act_as("rota_manager")
    database.execute(text("UPDATE registrar SET minutes_per_baby = 40 WHERE name LIKE '%Cleo'"))
    assert client.post(path(mine), data=outside(world)).status_code == 303
    assert appointment_by_id(mine.public_id).minutes == 40


def test_the_desk_opens_none_unless_the_council_lets_it(client, database, act_as, world, mine, app, monkeypatch):
    act_as("booking_desk")
    assert "A time outside the rota" not in page(client.get(path(mine)))
    assert "Choose a time" in page(client.post(path(mine), data=outside(world)), 422)
    assert appointment_by_id(mine.public_id).start == mine.start
    council = replace(app.config["AUTHORITY"], desk_opens_extra_sessions=True)
    monkeypatch.setitem(app.config, "AUTHORITY", council)
    assert client.post(path(mine), data=outside(world)).status_code == 303


def test_a_registrar_who_sits_elsewhere_gets_no_extra_session(client, database, act_as, world, mine):
    act_as("rota_manager")
    busy = outside(world, extra_registrar=str(world.registrars["bo"]), extra_at="9:30")
    assert "has another session then" in page(client.post(path(mine), data=busy), 409)
    assert database.scalars(select(Session).where(Session.kind == "extra")).all() == []
