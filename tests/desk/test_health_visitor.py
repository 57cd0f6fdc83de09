"""Whether a health visitor was on site at a visit: kept from the timetable when it is marked, and put right by staff."""

from datetime import time
from uuid import UUID

import pytest
from sqlalchemy import text

from registration.booking.actions.outcomes import mark, say_health_visitor
from registration.booking.queries.day import HealthVisitor, health_visitor_at, standings
from registration.booking.rules.outcomes import CannotMark, Marking, Outcome
from registration.centres.services.actions import cancel_once, keep_service
from registration.centres.services.rules import Details, Kind
from tests.booking.appointments import booked
from tests.booking.world import TUESDAY, WEDNESDAY, at_time
from tests.staff.people import page

VISITOR = Details("Health visitor", Kind.HEALTH_VISITOR, 2, time(9), time(10))


@pytest.fixture
def centre(world, database):
    keep_service(world.centres["sunshine"], None, VISITOR, "staff:1")
    database.commit()
    return world.centres["sunshine"]


def marked(appointment, outcome=Outcome.REGISTERED):
    seen = standings([appointment.reference])[appointment.reference].marked
    mark(appointment.public_id, Marking(outcome), seen, "staff:7", at_time(WEDNESDAY, "12:00"))
    return health_visitor_at(appointment.public_id)


@pytest.mark.parametrize(("start", "there"), [("9:30", True), ("10:00", False)])
def test_what_the_timetable_has_at_the_time_of_the_visit_is_kept_with_the_outcome(centre, start, there):
    assert marked(booked(centre, at_time(TUESDAY, start))) == HealthVisitor(there, said=False)


def test_a_visit_on_a_day_on_which_it_was_cancelled_had_none(centre, database):
    number = database.scalar(text("SELECT id FROM centre_service WHERE kind = 'health_visitor'"))
    cancel_once(centre, number, TUESDAY, "", "staff:1")
    assert marked(booked(centre, at_time(TUESDAY, "9:30"))) == HealthVisitor(there=False, said=False)


def test_of_a_family_that_did_not_come_and_of_a_centre_without_timetable_nothing_is_kept(world, centre):
    assert marked(booked(centre, at_time(TUESDAY, "9:30")), Outcome.DID_NOT_ATTEND) is None
    other = booked(world.centres["elland"], at_time(TUESDAY, "9:30"), email="b@example.org", mobile=None)
    assert marked(other) is None


def test_what_staff_say_stands_whatever_is_marked_afterwards(client, registrar, centre, database):
    mine = booked(centre, at_time(TUESDAY, "9:30"))
    marked(mine, Outcome.ARRIVED)
    where = f"/day/{centre}/{TUESDAY}/{mine.public_id}"
    assert "This is what the timetable says." in page(client.get(f"{where}/visit"))
    assert client.post(f"{where}/health-visitor", data={"there": "no"}).status_code == 303
    assert marked(mine) == HealthVisitor(there=False, said=True)
    assert "This is what the timetable says." not in page(client.get(f"{where}/visit"))
    before, after = database.execute(
        text("SELECT before, after FROM audit_event WHERE event = 'visit.health_visitor_said'")
    ).one()
    assert (before, after) == ({"on site": True}, {"on site": False})
    refused = page(client.post(f"{where}/health-visitor"), 422)
    assert "Choose whether a health visitor was there" in refused
    with pytest.raises(CannotMark):
        say_health_visitor(UUID(int=0), "staff:7", there=True)


def test_staff_say_it_of_a_visit_that_nobody_marked(client, registrar, centre):
    mine = booked(centre, at_time(TUESDAY, "9:30"))
    say_health_visitor(mine.public_id, "staff:7", there=True)
    assert health_visitor_at(mine.public_id) == HealthVisitor(there=True, said=True)
