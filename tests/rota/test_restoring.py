"""Sessions that closing a day or a leaving has withdrawn come back with it: all of them or none."""

from datetime import date

import pytest
from sqlalchemy import select, text

from registration.booking.queries.sessions import taken_in
from registration.common.audit import AuditEvent
from registration.rota.actions import days
from registration.rota.actions.people import see_off
from registration.rota.actions.restoring import CannotBringBack
from registration.rota.models import CentreDay, Registrar
from tests.booking.appointments import NOW
from tests.booking.world import MONDAY, TUESDAY, WEDNESDAY, at_time
from tests.rota.plans import ACTOR, decide, draft, half, publish, works
from tests.staff.people import page


@pytest.fixture
def closed(world):
    """Two sessions on a Tuesday on which every centre was closed since."""
    sessions = [world.session("elland", "ann", TUESDAY), world.session("office", "bo", TUESDAY)]
    assert decide(world, TUESDAY, is_open=False) == 2
    return sessions


def take_back(database, now=NOW, **how):
    row = database.scalars(select(CentreDay).order_by(CentreDay.id.desc())).first()
    return days.forget_day(row.id, ACTOR, now, **how)


def leave(world, day, **how):
    return see_off(world.registrars["ann"], day, ACTOR, taken_in, NOW, **how)


def states(sessions):
    return [(each.state, each.withdrawn_for) for each in sessions]


def test_a_day_taken_back_has_its_sessions_again(closed, database):
    assert states(closed) == [("withdrawn", "closed_day")] * 2
    assert take_back(database) == 2
    assert states(closed) == [("published", None)] * 2


def test_what_has_begun_by_then_stays_away(closed, database):
    assert take_back(database, now=at_time(TUESDAY, "9:00")) == 0
    assert states(closed) == [("withdrawn", "closed_day")] * 2


def test_what_was_withdrawn_otherwise_stays_away(closed, world, database):
    wednesday = world.session("elland", "ann", WEDNESDAY)
    database.execute(
        text("UPDATE session SET state = 'withdrawn', withdrawn_for = NULL WHERE id = :i"), {"i": wednesday.id}
    )
    decide(world, WEDNESDAY, is_open=False)
    assert take_back(database) == 0


def test_a_session_whose_centre_is_closed_all_the_same_waits_for_that(closed, world, database):
    decide(world, TUESDAY, is_open=False, place="elland", reason="painters")
    every = database.scalars(select(CentreDay).where(CentreDay.centre_id.is_(None))).one()
    assert days.forget_day(every.id, ACTOR, NOW) == 1
    assert states(closed) == [("withdrawn", "closed_day"), ("published", None)]
    assert take_back(database) == 1
    assert states(closed) == [("published", None)] * 2


def test_a_session_whose_registrar_leaves_too_waits_for_that_and_the_other_way_round(closed, world, database):
    wednesday = world.session("elland", "ann", WEDNESDAY)
    assert leave(world, TUESDAY) == (1, 0)
    assert take_back(database) == 1
    assert states([*closed, wednesday]) == [("withdrawn", "leaving"), ("published", None), ("withdrawn", "leaving")]
    decide(world, WEDNESDAY, is_open=False)
    assert leave(world, None) == (0, 1)
    assert states([closed[0], wednesday]) == [("published", None), ("withdrawn", "closed_day")]
    assert take_back(database) == 1


def test_a_later_day_of_leaving_brings_back_what_lies_before_it(world, database):
    sessions = [world.session("elland", "ann", day) for day in (MONDAY, TUESDAY, WEDNESDAY)]
    assert leave(world, MONDAY) == (3, 0)
    assert leave(world, WEDNESDAY) == (0, 2)
    assert [each.state for each in sessions] == ["published", "published", "withdrawn"]
    after = database.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first().after
    assert after == {"first_day_gone": "2026-11-25", "sessions_withdrawn": 0, "sessions_brought_back": 2}


def test_all_come_back_or_none_and_what_is_in_the_way_is_named(closed, world, database):
    world.session("todmorden", "ann", TUESDAY, "10:00", "11:00")
    world.session("office", "cleo", TUESDAY, "9:00", "10:00")
    with pytest.raises(CannotBringBack) as refused:
        take_back(database)
    assert len(refused.value.reasons) == 2
    assert refused.value.reasons[0].startswith("Tuesday 24 November 2026, 9am to ")
    assert any("Registrar Ann is at Todmorden" in each for each in refused.value.reasons)
    assert any("Halifax Register Office: Registrar Cleo has the room" in each for each in refused.value.reasons)
    database.rollback()
    assert take_back(database, publish=False) == 0
    assert states(closed) == [("withdrawn", None)] * 2


def test_who_may_no_longer_register_is_in_the_way_and_who_is_only_away_is_not(closed, world, database):
    away = (
        "INSERT INTO absence (registrar_id, begins_at, ends_at, reason, made_by) VALUES (:r, :b, :e, 'sickness', 'x')"
    )
    span = {"b": at_time(TUESDAY, "0:00"), "e": at_time(WEDNESDAY, "0:00")}
    database.execute(text(away), {"r": world.registrars["ann"]} | span)
    database.get(Registrar, world.registrars["bo"]).may_register_births = False
    with pytest.raises(CannotBringBack) as refused:
        take_back(database)
    assert [each.rpartition(": ")[2] for each in refused.value.reasons] == ["Registrar Bo may not register births"]


def test_a_session_published_otherwise_meanwhile_has_no_mark(world, database):
    works(world, "ann", half(world))
    publish(draft())
    monday = date(2026, 11, 30)
    decide(world, monday, is_open=False, place="elland")
    publish(draft())
    assert take_back(database) == 1
    assert leave(world, monday) == (1, 0)


def test_the_page_says_what_came_back_or_why_nothing_could(closed, manager, world, database):
    row = database.scalars(select(CentreDay)).one()
    world.session("todmorden", "ann", TUESDAY, "10:00", "11:00")
    database.commit()
    there = f"/rota/days/{row.id}/remove"
    told = page(manager.post(there), 409)
    assert "cannot all be held again, so nothing was changed" in told
    assert "Registrar Ann is at Todmorden" in told
    reopen = {"centre": "", "day": "2026-11-24", "state": "open", "reason": ""}
    assert "Registrar Ann is at Todmorden" in page(manager.post("/rota/days", data=reopen), 409)
    assert "Take it back, and bring none" in told
    done = manager.post(there, data={"none_back": "y"})
    assert "That is taken back." in page(manager.get(done.location))
    assert states(closed) == [("withdrawn", None)] * 2


def test_the_page_says_how_many_sessions_a_day_closed_and_opened_changes(closed, manager, world):
    asked = {"centre": str(world.centres["elland"]), "day": "2026-11-24", "state": "open", "reason": ""}
    told = page(manager.get(manager.post("/rota/days", data=asked).location))
    assert "That is decided. 1 session is published again." in told


def test_the_page_of_leaving_says_so_too(manager, world, database):
    world.session("elland", "ann", TUESDAY)
    world.session("elland", "ann", WEDNESDAY)
    ann = world.registrars["ann"]
    database.commit()
    day = {"day-day": "24", "day-month": "11", "day-year": "2026"}
    leave_page = f"/rota/registrars/{ann}/leave"
    told = page(manager.get(manager.post(leave_page, data=day).location))
    assert "The day of leaving is noted. 2 sessions are withdrawn." in told
    world.session("elland", "bo", TUESDAY)
    database.commit()
    for address, data in ((f"/rota/registrars/{ann}/stay", {}), (leave_page, day | {"day-day": "25"})):
        told = page(manager.post(address, data=data), 409)
        assert "Registrar Bo has the room" in told
        assert "Go on, and bring none" in told
    told = page(manager.get(manager.post(f"/rota/registrars/{ann}/stay", data={"none_back": "y"}).location))
    assert "The day of leaving is taken back." in told
    assert database.get(Registrar, ann).left_on is None
