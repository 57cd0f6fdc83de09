"""Other ways to staff an absence as a rota manager looks for and chooses them, and as others read them."""

import pytest
from sqlalchemy import text

from registration.balancing import jobs
from registration.balancing.plans import actions as plans
from registration.balancing.plans.models import BalancePlan
from registration.balancing.plans.queries import plan_names, plans_asked
from registration.common.db import db
from registration.cover import actions
from registration.cover.models import CoverPlan
from registration.rota.models import RotaDraft
from tests.booking.appointments import NOW
from tests.booking.world import TUESDAY, at_time
from tests.staff.people import page, sign_in_as

ACTOR = "staff:1"


@pytest.fixture
def made(database, world, family, planned, at):
    """Ann is away on Tuesday with two families, and nobody has a half-day to spare."""
    at("2026-11-22T09:00")
    database.execute(
        text(
            "UPDATE registrar r SET contracted_sessions = (SELECT count(*) FROM session s WHERE s.registrar_id = r.id)"
        )
    )
    family("9:00")
    family("9:30")
    plan = planned()
    actions.send_plan(plan.public_id, NOW, ACTOR)
    database.commit()
    return plan


@pytest.fixture
def manager(client, made):
    sign_in_as(client, "rota_manager")
    return client


def latest(model):
    db.session.expire_all()
    return db.session.query(model).order_by(model.id.desc()).first()


def test_a_manager_looks_for_ways_watches_and_makes_one_a_draft(manager, made):
    cover = f"/cover/{made.public_id}"
    assert "Other ways to staff these sessions" in page(manager.get(cover))
    assert "Nobody has looked for other ways yet" in page(manager.get(f"{cover}/staffing"))
    answer = manager.post(f"{cover}/staffing")
    assert (answer.status_code, answer.location) == (303, f"{cover}/staffing")
    waiting = manager.get(f"{cover}/staffing")
    assert "It begins as soon as the worker is free." in page(waiting)
    assert waiting.headers["Refresh"] == "2"
    assert "no-store" in waiting.headers["Cache-Control"]
    assert "Refresh" not in manager.get(f"{cover}/staffing?still=1").headers
    jobs.work()
    shown = manager.get(f"{cover}/staffing")
    assert "Refresh" not in shown.headers
    said = page(shown)
    assert "Registrar Ann leaves 1 session from tomorrow on, with 2 families who have no other time yet." in said
    assert "Way 2: 1 half-day of others changes, 2 of 2 families keep their time" in said
    assert "Registrar Bo at Sunshine Children’s Centre, Tue 24 November, morning: 2 families keep their time" in said
    assert "Elland Children’s Centre does not open in the 2 weeks from Mon 23 November" in said
    assert 'role="img"' in shown.text
    assert "Make way 1 a draft" not in said
    answer = manager.post(f"{cover}/staffing/2/draft")
    draft = latest(RotaDraft)
    assert (answer.status_code, answer.location) == (303, f"/rota/drafts/{draft.id}")
    judged = page(manager.get(answer.location))
    assert "Taken over with its families: 1" in judged
    assert "Conflicts: 0" in judged
    assert "Families who would lose their time: 0 sessions" in judged
    mark = manager.get(answer.location).text.split('name="seen" value="')[1].split('"')[0]
    manager.post(f"{answer.location}/publish", data={"seen": mark})
    assert "1 taken over with their families" in page(manager.get(answer.location))
    actions.look_again(NOW)
    db.session.commit()
    assert "Undisturbed: 2." in page(manager.get(cover))
    assert "made a draft rota that staffs the sessions" in page(manager.get(cover))
    assert "A way was made a draft of the rota" in page(manager.get(f"{cover}/staffing"))
    again = page(manager.post(f"{cover}/staffing"), 409)
    for said in (again, page(manager.get(f"{cover}/staffing"))):
        assert said.count("No session of theirs from tomorrow on is without a registrar") == 1
        assert "Find ways" not in said
        assert "Make way" not in said
    assert "There is" not in page(manager.post(f"{cover}/staffing/9/draft"), 409)


def test_where_nobody_can_come_the_page_says_so(manager, made, world):
    db.session.execute(
        text("UPDATE session SET state = 'withdrawn' WHERE registrar_id = :bo"), {"bo": world.registrars["bo"]}
    )
    db.session.commit()
    manager.post(f"/cover/{made.public_id}/staffing")
    jobs.work()
    said = page(manager.get(f"/cover/{made.public_id}/staffing"))
    assert "Nobody can take a session over" in said
    assert "Sunshine Children’s Centre, Tue 24 November, morning: 2 families. Of 1 others" in said
    assert "So the plan of cover holds" in said
    assert "Find ways again" in said


def test_a_search_that_failed_or_fell_silent_says_so(manager, made):
    there = f"/cover/{made.public_id}/staffing"
    manager.post(there)
    plans.take_next()
    db.session.commit()
    assert "Ways are being looked for" in page(manager.get(there))
    db.session.execute(text("UPDATE balance_plan SET beat_at = clock_timestamp() - interval '2 minutes'"))
    db.session.commit()
    silent = manager.get(there)
    assert "Nobody has given a sign of this search" in page(silent)
    assert "Refresh" not in silent.headers
    plans.give_up(latest(BalancePlan).id, "The solver died.")
    db.session.commit()
    assert "The solver died." in page(manager.get(there))
    assert manager.post(there).status_code == 303


def test_plans_for_cover_are_none_of_the_balance_pages(manager, made):
    manager.post(f"/cover/{made.public_id}/staffing")
    plan = latest(BalancePlan)
    assert plans_asked() == []
    assert manager.get(f"/balance/{plan.id}").status_code == 404
    assert manager.post(f"/balance/{plan.id}/stop").status_code == 404
    named = plan_names([str(plan.id)])[str(plan.id)]
    assert (named.text, named.endpoint) == ("Cover for Registrar Ann, Tuesday 24 November 2026", "")


def test_the_desk_and_the_auditor_read_and_change_nothing(client, made):
    actions.find_ways(made.public_id, NOW, ACTOR)
    db.session.commit()
    jobs.work()
    for role in ("booking_desk", "auditor"):
        sign_in_as(client, role)
        said = page(client.get(f"/cover/{made.public_id}/staffing"))
        assert "Way 2:" in said
        assert "Make way" not in said
        assert "Find ways" not in said
        for path in ("staffing", "staffing/2/draft"):
            assert client.post(f"/cover/{made.public_id}/{path}").status_code == 403
        client.post("/staff/sign-out")


def test_a_centre_that_closes_and_what_is_not_there_have_no_such_page(manager, made, world):
    closing = CoverPlan(
        public_id="00000000-0000-0000-0000-00000000000c",
        centre_id=world.centres["elland"],
        begins_at=at_time(TUESDAY, "0:00"),
        reason="closing",
        kept_until=NOW,
        made_by=ACTOR,
    )
    db.session.add(closing)
    db.session.commit()
    assert "Other ways to staff" not in page(manager.get(f"/cover/{closing.public_id}"))
    for number in (closing.public_id, "00000000-0000-0000-0000-000000000000"):
        assert manager.get(f"/cover/{number}/staffing").status_code == 404
        assert manager.post(f"/cover/{number}/staffing").status_code == 404
        assert manager.post(f"/cover/{number}/staffing/1/draft").status_code == 404


def test_an_absence_that_was_taken_back_is_not_offered_other_ways(manager, made):
    db.session.execute(text("UPDATE cover_plan SET state = 'settled', ended_at = sent_at"))
    db.session.execute(text("UPDATE absence SET state = 'withdrawn'"))
    db.session.commit()
    assert "Other ways to staff" not in page(manager.get(f"/cover/{made.public_id}"))
    there = f"/cover/{made.public_id}/staffing"
    assert "Find ways" not in page(manager.get(there))
    assert "while it stands" in page(manager.post(there), 409)
