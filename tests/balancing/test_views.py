"""The pages of plans, as a rota manager works with them and the auditor reads them."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from registration.balancing.plans import actions
from registration.balancing.plans.keeping import keep_instance, kept_instance
from registration.balancing.plans.models import BalancePlan
from registration.balancing.plans.queries import wishes_of
from registration.balancing.rules.rota import OFFICE, OfficeNeed
from registration.common.access import ROLES
from registration.common.db import db
from registration.rota.models import RotaDraft
from tests.balancing.council import FIRST
from tests.balancing.plans import asked, latest, solved
from tests.staff.people import sent, sign_in_as

READERS = {"rota_manager", "administrator", "auditor"}


# ---- who may look


@pytest.mark.parametrize("role", ROLES)
def test_managers_plan_and_the_auditor_reads(client, world, role):
    plan = solved(asked())
    sign_in_as(client, role)
    for path in ("/balance/", f"/balance/{plan.id}", f"/balance/{plan.id}/weeks"):
        answer = client.get(path)
        assert answer.status_code == (200 if role in READERS else 403), path
        changes = any(word in answer.text for word in ("Plan these weeks", "Solve again", "/sessions/"))
        assert changes == (role in {"rota_manager", "administrator"}), path


def test_the_first_page_of_a_manager_leads_here(manager):
    assert 'href="/balance/"' in manager.get("/staff/").text


def test_what_is_not_there_is_not_found(manager, world):
    plan = asked()
    for path in ("/balance/0", "/balance/0/weeks", f"/balance/{plan.id}/weeks", f"/balance/{plan.id}/sessions/1/0"):
        assert manager.get(path).status_code == 404
    for path in ("stop", "again", "solve", "draft", "sessions/1/0", "wishes/1/remove"):
        assert manager.post(f"/balance/0/{path}").status_code == 404


# ---- asked for


def test_a_manager_asks_for_the_next_weeks(manager):
    assert 'value="2026-11-23"' in manager.get("/balance/").text
    answer = manager.post("/balance/", data={"first": "2026-12-07", "weeks": "2", "name": "  Before   Christmas "})
    plan = latest(BalancePlan)
    sent(answer, f"/balance/{plan.id}")
    assert (plan.name, plan.weeks, plan.asked_by[:6]) == ("Before Christmas", 2, "staff:")
    shown = manager.get(f"/balance/{plan.id}")
    assert "Waiting its turn" in shown.text
    assert shown.headers["Refresh"] == "4"
    assert "Before Christmas" in manager.get("/balance/").text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"first": "2026-12-08", "weeks": "2"}, "The first day must be a Monday"),
        ({"first": "", "weeks": "2"}, "Enter the first day"),
        ({"first": "2026-12-07", "weeks": "40"}, "Enter a number of weeks from 1 to 13"),
        ({"first": "2026-12-07", "weeks": "9" * 400}, "Enter a number of weeks from 1 to 13"),
        ({"first": "2026-12-07", "weeks": "two"}, "Enter a number of weeks from 1 to 13"),
    ],
)
def test_weeks_that_cannot_be_planned_are_asked_for_again(manager, data, sentence):
    answer = manager.post("/balance/", data=data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert latest(BalancePlan) is None


# ---- while it is worked on


def test_progress_is_shown_until_told_not_to_and_can_be_stopped(manager):
    plan = asked()
    actions.take_next()
    best = {"worst": 0.81, "mean": 0.97, "travel": 300}
    actions.note(plan.id, "week 2", 0.4, best)
    db.session.commit()
    shown = manager.get(f"/balance/{plan.id}").text
    assert '<progress max="100" value="40"' in shown
    assert "worst cluster 81%, all clusters 97%" in shown
    assert "Refresh" not in manager.get(f"/balance/{plan.id}?still=1").headers
    sent(manager.post(f"/balance/{plan.id}/stop"), f"/balance/{plan.id}")
    assert "You asked for it to be stopped" in manager.get(f"/balance/{plan.id}").text
    sent(manager.post(f"/balance/{asked().id}/stop"), f"/balance/{latest(BalancePlan).id}")


def test_a_plan_of_which_nobody_gives_a_sign_is_told_of(manager):
    plan = asked()
    actions.take_next()
    db.session.execute(text("UPDATE balance_plan SET beat_at = clock_timestamp() - interval '2 minutes'"))
    db.session.commit()
    assert "Nobody has given a sign of this plan" in manager.get(f"/balance/{plan.id}").text


def test_what_failed_says_why_and_is_run_again(manager):
    plan = asked()
    actions.take_next()
    actions.give_up(plan.id, "The solver died.")
    db.session.commit()
    assert "The solver died." in manager.get(f"/balance/{plan.id}").text
    sent(manager.post(f"/balance/{plan.id}/again"), f"/balance/{plan.id}")
    assert plan.state == "waiting"


def test_rules_that_cannot_hold_together_are_named_with_people_places_and_days(manager, world):
    plan = asked()
    actions.take_next()
    ann, sunshine = world.registrars["ann"], world.centres["sunshine"]
    cluster = kept_instance(plan.instance).clusters[0].id
    actions.settle_impossible(
        plan.id,
        [
            f"On Tuesday afternoon of week 2 registrar {ann} is at centre {sunshine}, in cluster {cluster}.",
            "Centre 0 opens once in weeks 1 to 2.",
            "It never opens in week 2.",
        ],
    )
    db.session.commit()
    shown = manager.get(f"/balance/{plan.id}").text
    assert "On Tue 15 December, afternoon Registrar Ann is at Sunshine Children’s Centre, in Calder Valley." in shown
    assert "Centre 0 opens once in the 2 weeks from Mon 7 December." in shown
    assert "It never opens in the week from Mon 14 December." in shown
    assert "Nothing was written" in shown


@pytest.mark.parametrize("path", ["stop", "again"])
def test_what_is_done_is_neither_stopped_nor_run_again(manager, path):
    plan = solved(asked())
    answer = manager.post(f"/balance/{plan.id}/{path}")
    assert answer.status_code == 409
    assert "This plan is not at that point any more" in answer.text


def test_while_it_is_worked_on_nothing_else_is_done_with_a_plan(manager):
    plan = asked()
    for path in ("solve", "draft", "wishes/1/remove"):
        assert manager.post(f"/balance/{plan.id}/{path}").status_code == 409


# ---- what came of it


def test_the_result_stands_beside_the_rota_as_it_is(manager, world):
    ann = world.registrars["ann"]
    plan = solved(asked(), (ann, 2, world.centres["elland"]), (ann, 3, None), (world.registrars["cleo"], 6, OFFICE))
    plan.former_id = asked().id
    db.session.commit()
    shown = manager.get(f"/balance/{plan.id}").text
    assert "No better rota exists for these rules" in shown
    assert "What changes: 3 half-days" in shown
    assert "Registrar Ann" in shown
    assert "<svg" in shown
    assert "other duties at the register office" in shown
    assert f'href="/balance/{plan.former_id}"' in shown
    week = manager.get(f"/balance/{plan.id}/weeks").text
    assert "<strong>new</strong>" in week
    assert "<s>Registrar Ann</s>" in week
    assert manager.get(f"/balance/{plan.id}/weeks?week=99").text.count("Mon 21 December") >= 2
    assert manager.get(f"/balance/{plan.id}/weeks?week=x").status_code == 200


def test_the_bound_is_told_where_nothing_is_proven_and_a_stopped_plan_says_so(manager):
    plan = solved(asked())
    plan.state, plan.bound = "stopped", {"proven": False, "worst": 0.9, "mean": 0.95, "lateness": 0.0}
    db.session.commit()
    shown = manager.get(f"/balance/{plan.id}").text
    assert "No rota could bring the worst cluster above 90%, or all clusters above 95%" in shown
    assert "with the best found until then" in shown


def test_a_cluster_that_cannot_be_served_says_why(manager, world):
    plan = asked()
    instance = kept_instance(plan.instance)
    kept = keep_instance(instance)
    for cluster in kept["clusters"]:
        cluster["births"], cluster["language"] = [200.0] * len(cluster["births"]), "pl"
    plan.instance = kept
    db.session.commit()
    solved(plan)
    db.session.commit()
    shown = manager.get(f"/balance/{plan.id}").text
    assert "no registrar is available" in shown
    assert "Someone who speaks Polish can come only on Thursday." in shown


def test_rules_that_the_rota_as_it_stands_breaks_are_told(manager, world):
    plan = asked()
    instance = kept_instance(plan.instance)
    kept = keep_instance(instance)
    kept["office"] = [{"min": 1, "min_registrars": 0} for _ in instance.office]
    plan.instance = kept
    db.session.commit()
    solved(plan)
    db.session.commit()
    shown = manager.get(f"/balance/{plan.id}").text
    assert "The office needs 1 on Mon 7 December, morning, and 0 are there." in shown
    assert "and 14 more" in shown or "more</li>" in shown
    assert OfficeNeed(1, 0).least == 1


def test_a_plan_is_made_a_draft_that_the_rota_publishes(manager):
    plan = solved(asked())
    answer = manager.post(f"/balance/{plan.id}/draft")
    draft = latest(RotaDraft)
    sent(answer, f"/rota/drafts/{draft.id}")
    assert f'href="/rota/drafts/{draft.id}"' in manager.get(f"/balance/{plan.id}").text
    assert "made a draft" in manager.get("/balance/").text


# ---- wishes


def test_a_session_is_pinned_forbidden_and_moved(manager, world):
    plan = solved(asked())
    ann, path = world.registrars["ann"], f"/balance/{plan.id}/sessions/{world.registrars['ann']}/0"
    shown = manager.get(path).text
    assert "Pin: Registrar Ann stays at Sunshine" in shown
    sent(manager.post(path, data={"what": "pin"}), f"/balance/{plan.id}#wishes")
    assert [each.centre_id for each in wishes_of(plan.id)] == [world.centres["sunshine"]]
    sent(
        manager.post(path, data={"what": "move", "centre": str(world.centres["elland"])}), f"/balance/{plan.id}#wishes"
    )
    assert [each.centre_id for each in wishes_of(plan.id)] == [world.centres["elland"]]
    sent(manager.post(path, data={"what": "forbid"}), f"/balance/{plan.id}#wishes")
    [wish] = wishes_of(plan.id)
    assert (wish.centre_id, wish.registrar_id) == (None, ann)
    shown = manager.get(f"/balance/{plan.id}").text
    assert "Registrar Ann not in Calder Valley, Mon 7 December, morning" in shown
    sent(manager.post(f"/balance/{plan.id}/wishes/{wish.id}/remove"), f"/balance/{plan.id}#wishes")
    assert wishes_of(plan.id) == []


def test_who_is_free_or_at_the_office_can_only_be_moved(manager, world):
    cleo = world.registrars["cleo"]
    plan = solved(asked(), (cleo, 6, OFFICE))
    path = f"/balance/{plan.id}/sessions/{cleo}"
    for half_day in (6, 0):
        shown = manager.get(f"{path}/{half_day}").text
        assert "Pin:" not in shown
        for what in ("pin", "forbid", "dance", ""):
            assert manager.post(f"{path}/{half_day}", data={"what": what}).status_code == 422
    refused = manager.post(f"{path}/0", data={"what": "move", "centre": ""})
    assert refused.status_code == 422
    assert "Choose a centre" in refused.text


def test_a_wish_against_families_is_refused_on_the_page(manager, world):
    from tests.booking.appointments import booked
    from tests.booking.world import at_time
    from tests.rota.plans import draft, publish

    publish(draft(FIRST, FIRST + timedelta(days=6)))
    booked(world.centres["sunshine"], at_time(FIRST, "9:30"))
    plan = solved(asked())
    path = f"/balance/{plan.id}/sessions/{world.registrars['ann']}/0"
    answer = manager.post(path, data={"what": "move", "centre": str(world.centres["elland"])})
    assert answer.status_code == 409
    assert "Families have booked with this registrar then" in answer.text
    week = manager.get(f"/balance/{plan.id}/weeks").text
    assert "<strong>pinned</strong>" in week


def test_another_solution_is_asked_for(manager, world):
    plan = solved(asked())
    answer = manager.post(f"/balance/{plan.id}/solve")
    made = latest(BalancePlan)
    sent(answer, f"/balance/{made.id}")
    assert made.former_id == plan.id


def test_weeks_that_have_begun_meanwhile_are_not_planned_again(manager, at):
    plan = solved(asked())
    at("2026-12-09T09:00")
    for path in ("solve", "draft"):
        answer = manager.post(f"/balance/{plan.id}/{path}")
        assert answer.status_code == 409
        assert "The first day must be after today" in answer.text


# ---- in words


@pytest.mark.parametrize(
    ("bound", "sentence"),
    [
        ({"proven": False, "worst": 1.0, "mean": 1.0}, ""),
        ({"proven": False, "worst": 0.8, "mean": 1.0}, "No rota could bring the worst cluster above 80%."),
        (
            {"proven": False, "worst": 0.8, "mean": 0.9},
            "No rota could bring the worst cluster above 80%, or all clusters above 90%.",
        ),
        ({"proven": True}, "No better rota exists for these rules."),
    ],
)
def test_what_no_rota_can_exceed_is_said_where_there_is_such_a_thing(manager, world, bound, sentence):
    plan = solved(asked())
    plan.bound = bound
    db.session.commit()
    page = manager.get(f"/balance/{plan.id}").text
    assert sentence in page
    assert ("No rota could" in page) == sentence.startswith("No rota")


def test_where_all_are_served_the_page_says_so(manager, world):
    plan = asked()
    few = [each | {"births": [0.0] * len(each["births"])} for each in plan.instance["clusters"]]
    plan.instance = plan.instance | {"clusters": few}
    db.session.commit()
    solved(plan)
    assert "Every cluster is fully served." in manager.get(f"/balance/{plan.id}").text


def test_while_a_result_is_kept_the_page_does_not_say_done(manager, world):
    plan = asked()
    actions.take_next()
    for stage, said in (("done", "A rota is found and is being kept."), ("week 3", "Week 3.")):
        actions.note(plan.id, stage, 1.0)
        db.session.commit()
        assert said in manager.get(f"/balance/{plan.id}").text
