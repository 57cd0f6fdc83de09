"""Plans solved by the worker: in a program of its own, with progress, a stop, and an end to everything."""

import json
import subprocess
import sys
from datetime import timedelta

from registration.balancing import jobs
from registration.balancing.plans import apart, working
from registration.balancing.plans.keeping import keep_instance, keep_rota, kept_figures, kept_instance, kept_rota
from registration.balancing.plans.page import Page
from registration.balancing.rules.checking import broken_rules
from registration.balancing.rules.greedy import greedy_rota
from registration.balancing.rules.rota import Assignment, pinned
from registration.common import long_work
from registration.common.db import db
from registration.rota.models import CentreDay
from tests.balancing.council import FIRST, TODAY
from tests.balancing.plans import asked
from tests.balancing.small import council, registrar, rota
from tests.booking.appointments import booked
from tests.booking.world import at_time
from tests.rota.plans import draft, publish


def test_the_worker_solves_every_plan_that_waits(world):
    plans = [asked(), asked()]
    jobs.work()
    assert [each.state for each in plans] == ["done", "done"]
    instance, found = kept_instance(plans[0].instance), kept_rota(plans[0].rota)
    assert broken_rules(instance, found) == []
    assert kept_figures(plans[0].figures).sessions == len(found.assignments)
    assert set(plans[0].bound) == {"proven", "lateness", "worst", "mean"}
    assert plans[0].rota == plans[1].rota


def test_rules_that_cannot_hold_together_are_named_and_nothing_else_is_kept(world):
    plan = asked()
    instance = kept_instance(plan.instance)
    one = world.registrars["ann"]
    plan.instance = keep_instance(pinned(instance, [Assignment(one, 1, world.centres["sunshine"])]))
    db.session.commit()
    jobs.work()
    assert (plan.state, plan.rota, plan.figures) == ("impossible", None, None)
    assert plan.conflicts


def worded(plan):
    jobs.work()
    assert (plan.state, plan.rota) == ("impossible", None)
    return " ".join(Page(plan).sentences())


def test_a_language_that_nobody_within_reach_speaks_is_said_in_words(world, settings):
    past = TODAY - timedelta(days=12)
    world.session("elland", "bo", past, "9:00", "16:00")
    for number in range(3):
        begins = at_time(past, "9:00") + timedelta(minutes=30 * number)
        who = {"email": f"{number}@example.com", "mobile": None, "language": "pl"}
        booked(world.centres["elland"], begins, begins, births=(past - timedelta(days=5),), **who)
    settings(longest_journey_minutes=10)
    said = worded(asked())
    assert said == "Calder Valley needs somebody who speaks Polish, and nobody who does has it in reach."


def test_an_office_that_needs_more_than_there_are_is_said_in_words(world, settings):
    settings(office_staff=3, office_registrars=1)
    assert "On Mon 7 December, morning the office needs 3, and only 1 is available." in worded(asked())


def test_a_booked_session_without_a_room_is_said_in_words(world):
    publish(draft(FIRST, FIRST + timedelta(days=6)))
    booked(world.centres["sunshine"], at_time(FIRST, "9:30"))
    db.session.add(
        CentreDay(centre_id=world.centres["sunshine"], day=FIRST, open=False, reason="Flood", made_by="staff:1")
    )
    said = worded(asked())
    assert "On Mon 7 December, morning families have booked 1 session at Sunshine" in said


def test_a_plan_that_is_to_stop_ends_with_the_best_found(world):
    plan = asked()
    seen = []

    def look(progress):
        seen.append(progress)
        return True

    found = apart.solve_apart(plan.instance, plan.today, 60, look)
    assert found.rota is not None
    assert {each.stage for each in seen if each} or seen == [None]


def test_a_solver_that_dies_is_told_of_and_the_next_plan_is_solved(world, capfd):
    broken, whole = asked(instance={"format": "nonsense"}), asked()
    jobs.work()
    assert (broken.state, broken.conflicts) == ("failed", [working.DIED])
    assert whole.state == "done"
    assert "rota-instance/1 expected" in capfd.readouterr().err


def test_a_worker_that_is_asked_to_end_leaves_off_and_says_so(world, monkeypatch):
    plan, waiting = asked(), asked()
    answers = iter([False, True, True])
    monkeypatch.setattr(jobs, "ending", lambda: next(answers))
    monkeypatch.setattr(long_work, "ending", lambda: next(answers))
    jobs.work()
    assert (plan.state, plan.conflicts, waiting.state) == ("failed", [jobs.STOPPED], "waiting")


def test_once_a_minute_what_was_left_is_looked_after(world):
    plan = asked(state="running", beat_at=None)
    plan.beat_at = plan.asked_at - timedelta(minutes=5)
    db.session.commit()
    jobs.look_after(0)
    assert plan.state == "failed"


# ---- the program that solves


def task(seconds=30):
    instance = council(registrar(101), registrar(102))
    return {"instance": keep_instance(instance), "previous": keep_rota(rota()), "seconds": seconds}


def started():
    return subprocess.Popen(
        [sys.executable, "-m", "registration.balancing.plans.apart"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_the_program_ends_when_whoever_started_it_is_gone():
    process = started()
    process.stdin.write(json.dumps(task()) + "\n")
    process.stdin.close()
    assert process.wait(30) in {0, 1}
    process.stdout.close()


def test_the_program_knows_neither_web_nor_database():
    code = (
        "import sys, registration.balancing.plans.apart, registration.balancing.solver.solving;"
        "sys.exit(', '.join({'flask', 'sqlalchemy', 'psycopg'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


def test_what_is_solved_here_is_what_is_kept():
    told = []
    given = apart.solve_kept(task()["instance"], keep_rota(rota()), 30, told.append, lambda: False)
    instance = council(registrar(101), registrar(102))
    assert broken_rules(instance, kept_rota(given["rota"])) == []
    assert told[-1]["share"] == 1.0
    assert kept_figures(told[-1]["best"]).coverage
    assert given["conflicts"] == ()
    impossible = pinned(instance, [Assignment(101, 0, 11), Assignment(102, 0, 11)])
    refused = apart.solve_kept(keep_instance(impossible), keep_rota(rota()), 30, told.append, lambda: False)
    assert refused["rota"] is None
    assert refused["conflicts"]


def test_where_time_ends_before_any_rota_is_found_a_sentence_says_so(monkeypatch):
    from registration.balancing.solver import solving
    from registration.balancing.solver.conflicts import NothingFound

    def nothing(*_args, **_named):
        raise NothingFound

    monkeypatch.setattr(solving, "solve", nothing)
    given = apart.solve_kept(task()["instance"], keep_rota(rota()), 1, lambda _: None, lambda: True)
    assert given["conflicts"] == (apart.NOTHING_FOUND,)


def test_an_instance_is_kept_whole():
    instance = pinned(council(), [Assignment(101, 3, 12)], [(102, 0, 1)])
    assert kept_instance(json.loads(json.dumps(keep_instance(instance)))) == instance
    found = greedy_rota(instance)
    assert kept_rota(json.loads(json.dumps(keep_rota(found)))) == found
