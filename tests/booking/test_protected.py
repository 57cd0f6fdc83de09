"""Protected places open to a family for which nothing else in time is left in the whole authority, and to no other."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import text

from registration.booking.actions import offers
from registration.booking.actions.refusals import NotOffered
from registration.booking.queries import appointment_by_link
from registration.common.clock import now
from registration.common.db import db
from registration.common.links import digest
from registration.rota.models import Session
from tests.booking.calling import Caller, problem_of
from tests.booking.world import BORN, FRIDAY, LAST_LAWFUL, NOW, THURSDAY, TUESDAY, at_time, make_world

WEEK = timedelta(weeks=1)
#: Later than the four days in which protected places open to everybody.
FAR = FRIDAY + WEEK


@pytest.fixture
def api(app, client, at):
    at(NOW)
    return Caller(app, client)


@pytest.fixture
def world(database):
    return make_world()


def hold(api, place, day, clock, born=BORN):
    return api.hold(place, at_time(day, clock).isoformat(), born=[born])


@pytest.fixture
def office(world):
    """The office, where nothing but protected places is left on a Friday: the desk's half-hour follows them."""
    world.session("office", "ann", FAR, "9:00", "12:00", kept=30).protected_minutes = 150
    db.session.commit()
    return world.centres["office"]


def test_a_family_with_nothing_else_in_time_is_offered_protected_places_and_may_hold_them(api, office):
    offered = api.free().get(office, [])
    assert [start[11:16] for start in offered] == ["09:00", "09:30", "10:00", "10:30", "11:00"]
    assert api.free(centre=office, **{"from": FAR.isoformat(), "to": FAR.isoformat()})[office] == offered
    assert hold(api, office, FAR, "10:00").status_code == 201
    assert problem_of(hold(api, office, FAR, "10:00")) == "slot-taken"
    assert problem_of(hold(api, office, FAR, "11:30")) == "not-offered", "the desk's places stay the desk's"


@pytest.mark.parametrize("place", ["sunshine", "office"])
@pytest.mark.parametrize("day", [TUESDAY, LAST_LAWFUL])
def test_one_place_left_in_time_anywhere_keeps_them_protected(api, world, office, place, day):
    world.session(place, "bo", day, "9:00", "9:30", room=1)
    db.session.commit()
    assert [start[:16] for start in api.free().get(office, [])] in ([], [f"{day}T09:00"])
    assert api.free(centre=office, **{"from": FAR.isoformat(), "to": FAR.isoformat()}).get(office, []) == []
    assert problem_of(hold(api, office, FAR, "10:00")) == "not-offered"


def test_a_place_after_the_last_lawful_day_is_none_in_time(api, world, office):
    late = LAST_LAWFUL + timedelta(days=1)
    world.session("sunshine", "bo", late, "9:00", "9:30")
    world.session("office", "ann", late, "9:00", "12:00", room=1).protected_minutes = 180
    db.session.commit()
    offered = api.free(to=(LAST_LAWFUL + WEEK).isoformat(), **{"from": FAR.isoformat()})
    assert len(offered[office]) == 5, "protected places in time open, those after day 42 do not"
    assert len(offered[world.centres["sunshine"]]) == 1
    assert hold(api, office, FAR, "9:00").status_code == 201
    assert problem_of(hold(api, office, late, "9:00")) == "not-offered"


def test_a_hold_goes_by_what_is_left_at_its_own_moment(api, world, office):
    assert api.free()[office], "nothing else is left when the page is drawn"
    session = world.session("sunshine", "bo", THURSDAY, "9:00", "9:30")
    db.session.commit()
    assert problem_of(hold(api, office, FAR, "10:00")) == "not-offered", "a time has come free meanwhile"
    assert hold(api, world.centres["sunshine"], THURSDAY, "9:00").status_code == 201
    assert hold(api, office, FAR, "10:00", born=BORN - timedelta(days=1)).status_code == 201, "and is taken again"
    session.state = "withdrawn"
    db.session.commit()


def test_an_interpreter_or_twins_make_other_places_too_short(api, world, office):
    world.session("sunshine", "bo", TUESDAY, "9:00", "9:30")
    db.session.commit()
    assert not api.free()[office]
    assert api.free(interpreter="true")[office], "there is no three quarters of an hour elsewhere"


def test_who_has_a_time_in_time_finds_no_protected_ones_to_move_to(api, world, office):
    world.session("sunshine", "bo", TUESDAY, "9:00", "9:30")
    db.session.commit()
    token = api.booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    moved = api.call(
        "PATCH", f"/api/v1/bookings/{token}", json={"start": at_time(FAR, "9:00").isoformat(), "centre": office}
    )
    assert problem_of(moved) == "not-offered"
    booked = appointment_by_link(digest(token))
    until = now() + timedelta(hours=30)
    with pytest.raises(NotOffered):
        offers.keep(booked.public_id, office, at_time(FAR, "9:00"), cause="waiting_list", answer_by=until, now=now())
    assert hold(api, office, FAR, "9:00", born=BORN - timedelta(days=1)).status_code == 201, "who has none does"


def brute_force(sessions, kinds):
    """List the free half-hours in time of some kinds: (centre, start)."""
    return {(each.centre_id, start) for each, start, kind in sessions if kind in kinds}


@pytest.mark.parametrize("seed", range(10))
def test_protected_places_are_offered_just_where_no_other_is_and_holds_agree(api, world, seed):
    """Sessions of three half-hours, open, protected and the desk's, partly filled, against a list kept by hand."""
    chance, free = Random(seed), []
    for number, (place, who) in enumerate((("office", "ann"), ("sunshine", "bo"), ("elland", "cleo"))):
        day = FAR + number * WEEK
        session = world.session(place, who, day, "9:00", "12:00", kept=30)
        session.protected_minutes = chance.choice((0, 60, 150))
        for half in range(6):
            start = at_time(day, "9:00") + timedelta(minutes=30) * half
            kind = "desk" if half == 5 else "near" if half >= 5 - session.protected_minutes // 30 else "open"
            if kind == "open" and chance.random() < 0.8:
                fill(session, start)
            else:
                free.append((session, start, kind))
    db.session.commit()
    left = brute_force(free, {"open"}) or brute_force(free, {"near"})
    offered = {(centre, start) for centre, starts in api.free().items() for start in starts}
    assert offered == {(centre, start.isoformat()) for centre, start in left}
    for session, start, _ in free[::2]:
        asked = api.hold(session.centre_id, start.isoformat(), born=[BORN])
        assert (asked.status_code == 201) == ((session.centre_id, start) in left), start
        db.session.execute(text("DELETE FROM occupancy WHERE kind = 'hold' AND client <> 'filled'"))
        db.session.commit()


def fill(session: Session, start):
    """Let somebody hold a half-hour."""
    statement = text("""
        INSERT INTO occupancy (session_id, registrar_id, begins_at, ends_at, kind, until, hold_digest, born, interpreter, client)
        VALUES (:session, :registrar, :begins, :ends, 'hold', clock_timestamp() + interval '10 minutes', :digest,
                CAST(:born AS date[]), false, 'filled')
    """)
    db.session.execute(
        statement,
        {
            "session": session.id,
            "registrar": session.registrar_id,
            "begins": start,
            "ends": start + timedelta(minutes=30),
            "digest": f"{session.id} {start}".encode(),
            "born": [BORN],
        },
    )
