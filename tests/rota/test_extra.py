"""Extra sessions: a time outside the rota, for a reason, within every constraint."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from registration.booking.actions.holds import hold
from registration.booking.rules.requests import HoldRequest
from registration.centres.models import Centre
from registration.common.audit import AuditEvent
from registration.rota.actions import extra as extra_session
from registration.rota.actions.absences import record_absence
from registration.rota.actions.extra import NoExtraSession, add_extra_session
from registration.rota.models import CentreDay, Registrar, Session
from registration.rota.rules.absences import away
from tests.booking.appointments import NOW, two_mornings
from tests.booking.world import BORN, FRIDAY, TUESDAY, at_time
from tests.booking.world import NOW as CLOCK
from tests.staff.people import page, sign_in_as


@pytest.fixture
def world(database):
    return two_mornings()


@pytest.fixture
def extra(world):
    """Open an extra session on Friday: extra(), with what differs."""

    def add(who="cleo", place="sunshine", room=None, begins=None, ends=None, reason="Mother cannot come in hours"):
        begins, ends = begins or at_time(FRIDAY, "18:00"), ends or at_time(FRIDAY, "18:30")
        room_id = None if room is None else world.rooms[place][room]
        who_id, where = world.registrars.get(who, 0), world.centres.get(place, 0)
        return add_extra_session(who_id, where, room_id, begins, ends, reason, "staff:3")

    return add


def refused(extra, **facts):
    with pytest.raises(NoExtraSession) as said:
        extra(**facts)
    return said.value.sentence


def test_an_extra_session_says_why_and_can_be_booked(database, world, extra):
    made = extra(reason="  Mother cannot   come in hours ")

    assert (made.kind, made.reason, made.kept_minutes) == ("extra", "Mother cannot come in hours", 0)
    assert hold(HoldRequest(made.centre_id, at_time(FRIDAY, "18:00"), (BORN,), interpreter=False), NOW).token
    event = database.scalars(select(AuditEvent).where(AuditEvent.event == "opened an extra session")).one()
    assert (event.about, event.actor, event.after["reason"]) == (
        f"session:{made.id}",
        "staff:3",
        "Mother cannot come in hours",
    )


def test_a_room_is_found_where_none_is_named(world, extra):
    assert [extra(who).room_id for who in ("bo", "cleo", "dev")] == world.rooms["sunshine"]
    assert refused(extra, who="ann") == "No room is free at Sunshine Children’s Centre then."


def test_a_room_in_use_is_not_given_twice(world, extra):
    extra(who="bo", room=1)
    assert refused(extra, room=1) == "This room of Sunshine Children’s Centre is not free then."
    assert extra(room=2).room_id == world.rooms["sunshine"][2]


def test_a_registrar_with_another_session_then_is_refused(extra):
    begins, ends = at_time(TUESDAY, "10:00"), at_time(TUESDAY, "12:00")
    assert refused(extra, who="ann", begins=begins, ends=ends) == "Registrar Ann has another session then."


def test_nothing_else_is_switched_off_for_it(database, world, extra):
    assert refused(extra, reason="  ") == "Say why this session is needed."
    assert "after it begins" in refused(extra, ends=at_time(FRIDAY, "18:00"))
    assert "same day" in refused(extra, ends=at_time(date(2026, 11, 28), "9:00"))
    assert refused(extra, who="nobody") == "There is no such registrar."
    assert refused(extra, place="nowhere") == "There is no such centre."
    record_absence([world.registrars["cleo"]], *away(FRIDAY, FRIDAY), "annual_leave", "", "staff:1")
    assert refused(extra) == "Registrar Cleo is away then."
    database.get(Registrar, world.registrars["bo"]).may_register_births = False
    assert refused(extra, who="bo") == "Registrar Bo may not register births."
    database.get(Registrar, world.registrars["dev"]).left_on = FRIDAY
    assert refused(extra, who="dev") == "Registrar Dev no longer works here then."
    database.get(Centre, world.centres["elland"]).participating_to = TUESDAY
    assert refused(extra, who="ann", place="elland") == "Elland Children’s Centre does not take part that day."


def test_what_else_the_database_refuses_is_no_matter_of_two_places_at_once(extra, monkeypatch):
    monkeypatch.setattr(extra_session, "EXCLUSION", "none")
    span = {"begins": at_time(TUESDAY, "10:00"), "ends": at_time(TUESDAY, "12:00")}
    with pytest.raises(IntegrityError):
        extra(who="ann", **span)


def test_a_closed_centre_has_no_extra_session_until_a_manager_decides_otherwise(database, world, extra):
    boxing_day = date(2026, 12, 26)
    span = {"begins": at_time(boxing_day, "10:00"), "ends": at_time(boxing_day, "10:30")}
    substitute = {"begins": at_time(date(2026, 12, 28), "10:00"), "ends": at_time(date(2026, 12, 28), "10:30")}
    assert refused(extra, **substitute) == "Sunshine Children’s Centre is closed that day: Boxing Day."
    assert refused(extra, **span) == "Sunshine Children’s Centre is closed that day: Boxing Day (the day itself)."
    decided = {"centre_id": world.centres["sunshine"], "day": date(2026, 12, 28), "open": True, "made_by": "staff:1"}
    database.add(CentreDay(**decided))
    assert extra(**substitute).kind == "extra"


def test_a_character_that_cannot_be_kept_is_refused(extra):
    with pytest.raises(ValueError, match="cannot keep"):
        extra(reason="ill\x00ness")


# ---- the page

TYPED = {
    "day-day": "27",
    "day-month": "11",
    "day-year": "2026",
    "begins": "18:00",
    "ends": "18.30",
    "reason": "Illness",
}


@pytest.fixture
def manager(at, client, world):
    at(CLOCK)
    sign_in_as(client, "rota_manager")
    return client


def test_a_manager_opens_an_extra_session_and_sees_its_week(database, world, manager):
    page(manager.get("/rota/extra"))
    typed = TYPED | {"registrar": world.registrars["cleo"], "centre": world.centres["sunshine"]}
    answer = manager.post("/rota/extra", data=typed)

    assert answer.headers["Location"] == "/rota/week?from=2026-11-23"
    made = database.scalars(select(Session).where(Session.kind == "extra")).one()
    assert (made.begins_at, made.ends_at) == (at_time(FRIDAY, "18:00"), at_time(FRIDAY, "18:30"))
    again = page(manager.post("/rota/extra", data=typed), 422)
    assert "Registrar Cleo has another session then." in again


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"registrar": ""}, "Choose a registrar"),
        ({"centre": ""}, "Choose a centre"),
        ({"day-day": ""}, "The day must include a day"),
        ({"begins": "6pm"}, "Enter a time of that day"),
        ({"ends": "18:00"}, "The session must end after it begins"),
        ({"ends": "25:00"}, "Enter a time of that day"),
        ({"day-day": "20"}, "This time is over"),
        ({"day-day": "28", "day-month": "3", "day-year": "2027", "begins": "1:30", "ends": "2:30"}, "Enter a time"),
        ({"reason": " "}, "Say why this session is needed"),
    ],
)
def test_what_cannot_be_is_said(database, world, manager, wrong, sentence):
    typed = TYPED | {"registrar": world.registrars["cleo"], "centre": world.centres["sunshine"]} | wrong
    assert sentence in page(manager.post("/rota/extra", data=typed), 422)
    assert database.scalars(select(Session).where(Session.kind == "extra")).all() == []
