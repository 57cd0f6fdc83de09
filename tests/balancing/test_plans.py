"""Plans asked for, changed by wishes, worked on, and made a draft of the rota."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from registration.balancing.plans import actions
from registration.balancing.plans.keeping import kept_figures, kept_instance, kept_rota
from registration.balancing.plans.queries import plan_by_id, plan_names, wish_of, wishes_of
from registration.balancing.rules.figures import figures_of
from registration.balancing.rules.rota import OFFICE, Assignment
from registration.common.audit import Named
from registration.common.db import db
from registration.rota.queries.drafts import examine
from registration.rota.queries.planning import draft_sessions
from tests.balancing.council import FIRST, TODAY, WEEKS
from tests.balancing.plans import ACTOR, asked, events, jobs, refused, solved
from tests.booking.appointments import booked
from tests.booking.world import at_time
from tests.rota.plans import draft, half, otherwise, publish

MONDAY = FIRST


def wanted(world, who="ann", day=MONDAY, half_name="morning", **place):
    return actions.Wish(world.registrars[who], day, half_name, **place)


# ---- asked for


def test_a_plan_keeps_what_was_known_and_waits_for_the_worker(world):
    plan = asked()
    assert (plan.name, plan.state, plan.weeks, jobs()) == ("Rota from Monday 7 December 2026", "waiting", 3, 1)
    instance = kept_instance(plan.instance)
    assert set(instance.registrar) == set(world.registrars.values())
    assert kept_rota(plan.today).places()[world.registrars["ann"], 0] == world.centres["sunshine"]
    assert set(plan.instance["spread"]) == {str(one.id) for one in instance.clusters}
    assert events(plan) == ["balance.asked"]
    assert plan.notes


@pytest.mark.parametrize(
    ("first", "weeks", "sentence"),
    [
        (FIRST + timedelta(days=1), 2, "The first day must be a Monday"),
        (TODAY - timedelta(days=6), 2, "The first day must be after today"),
        (FIRST, 0, "A plan covers 1 to 13 weeks"),
        (FIRST, 14, "A plan covers 1 to 13 weeks"),
    ],
)
def test_weeks_that_cannot_be_planned_are_refused(world, first, weeks, sentence):
    with refused(actions.NotThatPlan, sentence):
        asked(weeks, first)


def test_nobody_is_planned_where_nobody_works(database, at):
    at("2026-11-22T09:00")
    with refused(actions.NotThatPlan, "Nobody has a weekly pattern"):
        asked()


# ---- worked on


def test_plans_are_worked_on_one_after_another(world):
    first, second = asked(), asked(name="Second")
    task = actions.take_next()
    assert (task.plan_id, task.previous, task.seconds) == (first.id, first.today, 120)
    assert first.state == "running"
    assert actions.WORKS.at_work()
    assert actions.take_next() is None
    actions.settle_impossible(first.id, ["It cannot be."])
    assert (first.state, first.conflicts) == ("impossible", ["It cannot be."])
    assert actions.take_next().plan_id == second.id
    actions.give_up(second.id, "It died.")
    assert (second.state, second.conflicts, events(second)[-1]) == ("failed", ["It died."], "balance.failed")
    assert actions.take_next() is None


def test_progress_is_kept_and_a_wish_to_stop_is_passed_on(world):
    plan = asked()
    actions.take_next()
    assert actions.note(plan.id, "weeks", 1.4, {"worst": 0.5}) is False
    assert (plan.stage, plan.share, plan.best) == ("weeks", 1.0, {"worst": 0.5})
    assert actions.note(plan.id, "more", -1.0) is False
    assert (plan.share, plan.best) == (0.0, {"worst": 0.5})
    actions.ask_to_stop(plan.id, ACTOR)
    assert actions.note(plan.id) is True
    assert plan.stage == "more"
    actions.settle(plan.id, kept_rota(plan.today), figures_of(kept_instance(plan.instance), kept_rota(plan.today)), {})
    assert (plan.state, plan.share) == ("stopped", 1.0)
    assert kept_figures(plan.figures).sessions == len(kept_rota(plan.today).assignments)
    with refused(actions.PlanSettled, "This plan is not at that point"):
        actions.ask_to_stop(plan.id, ACTOR)
    with refused(actions.PlanSettled, "This plan is not at that point"):
        actions.give_up(plan.id, "too late")


def test_a_plan_that_waits_is_stopped_at_once_and_can_be_run_again(world):
    plan = asked()
    actions.ask_to_stop(plan.id, ACTOR)
    assert (plan.state, actions.take_next()) == ("stopped", None)
    actions.run_again(plan.id, ACTOR)
    assert (plan.state, plan.stop_asked, jobs()) == ("waiting", False, 2)
    assert actions.take_next().plan_id == plan.id


def test_what_is_not_there_cannot_be_stopped(world):
    with refused(actions.PlanSettled, "This plan"):
        actions.ask_to_stop(1, ACTOR)


def test_only_what_came_to_nothing_is_run_again(world):
    plan = solved(asked())
    for state in ("done", "stopped", "impossible"):
        plan.state = state
        with refused(actions.PlanSettled, "This plan"):
            actions.run_again(plan.id, ACTOR)


def silent(plan):
    db.session.execute(
        text("UPDATE balance_plan SET beat_at = clock_timestamp() - interval '61 seconds' WHERE id = :id"),
        {"id": plan.id},
    )
    db.session.expire_all()


def test_a_plan_whose_worker_died_is_given_up_and_the_next_is_worked_on(world):
    plan = asked()
    actions.take_next()
    actions.look_after()
    assert not actions.WORKS.has_died(plan)
    assert plan.state == "running"
    silent(plan)
    assert actions.WORKS.has_died(plan)
    waiting, before = asked(), jobs()
    actions.look_after()
    assert (plan.state, plan.conflicts) == ("failed", [actions.GIVEN_UP])
    assert jobs() == before + 1
    actions.take_next()
    actions.look_after()
    assert (waiting.state, jobs()) == ("running", before + 1)


# ---- wishes


def test_a_wish_takes_the_place_of_an_earlier_one_and_can_be_taken_back(world):
    plan = solved(asked())
    valley = kept_instance(plan.instance).clusters[0].id
    actions.wish(plan.id, wanted(world, centre=world.centres["elland"]), ACTOR)
    actions.wish(plan.id, wanted(world, day=MONDAY + timedelta(days=1), centre=world.centres["elland"]), ACTOR)
    made = actions.wish(plan.id, wanted(world, cluster=valley), ACTOR)
    assert [(each.day, each.centre_id, each.cluster_id) for each in wishes_of(plan.id)] == [
        (MONDAY, None, valley),
        (MONDAY + timedelta(days=1), world.centres["elland"], None),
    ]
    assert wish_of(plan.id, made.id) is made
    actions.drop_wish(plan.id, made.id, ACTOR)
    assert len(wishes_of(plan.id)) == 1
    with refused(actions.NotThatWish, "This wish is not there any more"):
        actions.drop_wish(plan.id, made.id, ACTOR)
    other = solved(asked())
    with refused(actions.NotThatWish, "This wish is not there any more"):
        actions.drop_wish(other.id, wishes_of(plan.id)[0].id, ACTOR)
    assert events(plan)[-2:] == ["balance.wished", "balance.wish_dropped"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"day": MONDAY + timedelta(days=5)}, "There is no such half-day"),
        ({"registrar": 0}, "There is no such half-day, or no such registrar"),
        ({"centre": 0}, "There is no such centre"),
        ({"centre": None}, "There is no such centre"),
        ({"centre": None, "cluster": 0}, "There is no such centre"),
    ],
)
def test_a_wish_for_what_is_not_in_the_plan_is_refused(world, change, sentence):
    plan = solved(asked())
    with refused(actions.NotThatWish, sentence):
        actions.wish(plan.id, replace(wanted(world, centre=world.centres["elland"]), **change), ACTOR)


def test_nothing_is_wished_while_a_plan_is_worked_on(world):
    plan = asked()
    with refused(actions.PlanSettled, "This plan"):
        actions.wish(plan.id, wanted(world, centre=world.centres["elland"]), ACTOR)


def test_families_who_have_booked_keep_their_time_against_a_wish(world):
    publish(draft(FIRST, FIRST + timedelta(days=6)))
    booked(world.centres["sunshine"], at_time(MONDAY, "9:30"))
    plan = solved(asked())
    with refused(actions.NotThatWish, "Families have booked with this registrar then"):
        actions.wish(plan.id, wanted(world, centre=world.centres["elland"]), ACTOR)
    actions.wish(plan.id, wanted(world, centre=world.centres["sunshine"]), ACTOR)


def test_a_plan_solved_again_keeps_the_wishes_and_starts_from_the_one_before(world):
    former = solved(asked(), (world.registrars["ann"], 0, world.centres["elland"]))
    valley = kept_instance(former.instance).clusters[0].id
    actions.wish(former.id, wanted(world, centre=world.centres["office"]), ACTOR)
    actions.wish(former.id, wanted(world, "bo", MONDAY + timedelta(days=2), cluster=valley), ACTOR)
    plan = actions.solve_again(former.id, TODAY, ACTOR)
    instance = kept_instance(plan.instance)
    assert instance.pins == {Assignment(world.registrars["ann"], 0, world.centres["office"])}
    assert instance.wished == instance.pins
    assert instance.forbidden == {(world.registrars["bo"], 4, valley)}
    assert [each.made_by for each in wishes_of(plan.id)] == [ACTOR, ACTOR]
    assert (plan.former_id, plan.name) == (former.id, f"{former.name}, 2nd")
    assert actions.take_next().previous == former.rota
    actions.give_up(plan.id, "died")
    actions.wish(plan.id, wanted(world, centre=world.centres["elland"]), ACTOR)


def test_plans_solved_again_are_numbered_so_that_no_two_look_the_same(world):
    first = solved(asked(name="Winter, 100%"))
    second, third = (solved(actions.solve_again(first.id, TODAY, ACTOR)) for _ in range(2))
    last = third
    names = [second.name, third.name]
    for _ in range(19):
        last = solved(actions.solve_again(last.id, TODAY, ACTOR))
        names.append(last.name)
    assert names[:3] == ["Winter, 100%, 2nd", "Winter, 100%, 3rd", "Winter, 100%, 4th"]
    assert [name.rpartition(" ")[2] for name in names[9:]] == (
        ["11th", "12th", "13th", "14th", "15th", "16th", "17th", "18th", "19th", "20th", "21st", "22nd"]
    )


def test_a_wish_that_the_plan_before_kept_is_changed_like_any_other(world):
    former = solved(asked())
    actions.wish(former.id, wanted(world, centre=world.centres["office"]), ACTOR)
    plan = solved(actions.solve_again(former.id, TODAY, ACTOR))
    actions.wish(plan.id, wanted(world, centre=world.centres["elland"]), ACTOR)
    assert [each.centre_id for each in wishes_of(plan.id)] == [world.centres["elland"]]


def test_wishes_that_came_to_nothing_meanwhile_are_left_out_and_told(world):
    publish(draft(FIRST, FIRST + timedelta(days=6)))
    former = solved(asked())
    actions.wish(former.id, wanted(world, centre=world.centres["elland"]), ACTOR)
    actions.wish(former.id, wanted(world, "cleo", MONDAY + timedelta(days=3), centre=world.centres["elland"]), ACTOR)
    booked(world.centres["sunshine"], at_time(MONDAY, "9:30"))
    db.session.execute(
        text("UPDATE registrar SET may_register_births = false WHERE id = :id"), {"id": world.registrars["cleo"]}
    )
    plan = actions.solve_again(former.id, TODAY, ACTOR)
    told = [each for each in plan.notes if "is left out" in each]
    assert told == [
        "The wish for Monday 7 December 2026 is left out: families have booked that half-day.",
        "The wish for Thursday 10 December 2026 is left out: nobody can be planned then.",
    ]


# ---- made a draft


def test_a_plan_as_the_rota_stands_is_a_draft_that_changes_nothing(world):
    publish(draft(FIRST, FIRST + timedelta(weeks=WEEKS, days=-1)))
    plan = solved(asked())
    made = actions.make_draft(plan.id, TODAY, ACTOR)
    assert plan.draft_id == made.id
    seen = examine(made, TODAY)
    assert seen.conflicts == []
    assert (seen.difference.new, seen.difference.changed, seen.difference.withdrawn) == ([], [], [])
    assert events(plan)[-1] == "balance.drafted"


def test_a_plan_becomes_a_draft_with_everybodys_own_times_and_saturdays(world):
    plan = solved(asked(1), (world.registrars["ann"], 2, world.centres["elland"]), (world.registrars["bo"], 4, OFFICE))
    made = actions.make_draft(plan.id, TODAY, ACTOR)
    sessions = {(each.registrar, each.begins, each.ends): each.centre for each in draft_sessions(made.id)}
    tuesday, wednesday, saturday = (MONDAY + timedelta(days=days) for days in (1, 2, 5))
    ann, bo, cleo = (world.registrars[name] for name in ("ann", "bo", "cleo"))
    assert sessions[ann, at_time(tuesday, "9:00"), at_time(tuesday, "12:30")] == world.centres["elland"]
    assert [key for key in sessions if key[0] == bo] == [(bo, at_time(wednesday, "12:30"), at_time(wednesday, "16:00"))]
    assert sessions[cleo, at_time(saturday, "10:00"), at_time(saturday, "12:00")] == world.centres["todmorden"]
    assert (made.first_day, made.last_day, made.name) == (MONDAY, MONDAY + timedelta(days=6), plan.name)


def test_what_has_no_rota_is_no_draft(world):
    plan = asked()
    with refused(actions.PlanSettled, "This plan"):
        actions.make_draft(plan.id, TODAY, ACTOR)
    actions.take_next()
    actions.settle_impossible(plan.id, ["no"])
    with refused(actions.PlanSettled, "This plan"):
        actions.make_draft(plan.id, TODAY, ACTOR)


# ---- questions


def test_a_plan_is_named_in_the_record(world):
    plan = asked(name="Winter")
    assert plan_names([str(plan.id)]) == {str(plan.id): Named("Winter", "balance.plan", {"plan_id": plan.id})}
    assert plan_by_id(plan.id) is plan
    assert plan_by_id(plan.id + 1) is None


def test_an_exception_with_a_place_of_its_own_is_a_half_day_like_others(world):
    otherwise(world, "bo", MONDAY, half(world, 1, "10:00", "12:00", place="elland"))
    plan = solved(asked(1))
    made = actions.make_draft(plan.id, TODAY, ACTOR)
    assert at_time(MONDAY, "10:00") in {each.begins for each in draft_sessions(made.id)}
