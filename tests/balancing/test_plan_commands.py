"""`flask balance plan` at a terminal."""

import pytest

from registration.balancing import plan_commands
from registration.balancing.plans.models import BalancePlan
from registration.common.db import db
from registration.rota.models import RotaDraft


def run(runner, *arguments):
    return runner.invoke(args=["balance", "plan", *arguments])


def test_a_plan_is_made_with_its_draft_and_progress_beside_it(runner, world):
    done = run(runner, "--from", "2026-12-07", "--weeks", "2", "--name", "Winter", "--draft")
    assert done.exit_code == 0, done.output
    plan, draft = db.session.query(BalancePlan).one(), db.session.query(RotaDraft).one()
    assert (plan.state, plan.draft_id) == ("done", draft.id)
    assert f"Plan {plan.id}, Winter: see /balance/{plan.id}" in done.stdout
    assert f"/rota/drafts/{draft.id}" in done.stdout
    assert "Upper Valley: " in done.stdout
    assert "100%" in done.stderr


def test_what_cannot_be_is_named_and_ends_with_one(runner, world, app):
    from dataclasses import replace

    before = app.config["AUTHORITY"]
    app.config["AUTHORITY"] = replace(before, balance=replace(before.balance, office_staff=9))
    done = run(runner, "--from", "2026-12-07", "--weeks", "1", "--draft")
    app.config["AUTHORITY"] = before
    assert done.exit_code == 1
    assert "On Mon 7 December, morning the office needs 9" in done.stderr
    assert db.session.query(RotaDraft).all() == []


def test_a_day_that_is_no_monday_is_refused_and_a_word_is_wrong_use(runner, world):
    refused = run(runner, "--from", "2026-12-08", "--weeks", "1")
    assert (refused.exit_code, refused.stderr.strip()) == (1, "The first day must be a Monday")
    assert run(runner, "--from", "tomorrow", "--weeks", "1").exit_code == 2
    assert run(runner, "--from", "2026-12-07", "--weeks", "14").exit_code == 2


def test_ctrl_c_gives_the_plan_up(runner, world, monkeypatch):
    def interrupted(_progress):
        raise KeyboardInterrupt

    monkeypatch.setattr(plan_commands, "_progress", interrupted)
    done = run(runner, "--from", "2026-12-07", "--weeks", "1")
    plan = db.session.query(BalancePlan).one()
    assert done.exit_code == 1
    assert (plan.state, plan.conflicts) == ("failed", [plan_commands.ENDED])


WEEKS = ("--from", "2026-12-07", "--weeks", "2")


def test_what_ifs_are_solved_beside_the_plan_and_said_in_words(runner, world):
    done = run(
        runner,
        *WEEKS,
        "--close=elland children's centre=2026-12-14",
        "--add-room=Sunshine Children’s Centre",
        "--add-half-day=registrar ann=wednesday morning",
        "--drop-half-day=Registrar Cleo=Thursday morning",
        "--add-registrar=Sam  Lee=upper valley: Monday morning, Friday afternoon, monday Morning",
    )
    assert done.exit_code == 0, done.output
    plan, what_if = db.session.query(BalancePlan).order_by(BalancePlan.id)
    assert (what_if.former_id, what_if.state, what_if.name) == (plan.id, "done", plan_commands.WHAT_IF)
    works = "sees 7 families in a half-day, works Monday morning and Friday afternoon"
    said = [line for line in done.stdout.splitlines() if line.startswith("What if: ")]
    for words in (
        "Close Elland Children’s Centre from Mon 14 December",
        "One more room at Sunshine Children’s Centre",
        "One half-day more a week for Registrar Ann: Wednesday mornings",
        "One half-day fewer a week for Registrar Cleo: Thursday mornings",
        f"One more registrar, Sam Lee: registrar, sets out from Upper Valley, {works}, speaks English",
    ):
        assert f"What if: {words}" in said, said
    assert f"see /balance/{plan.id}" in done.stdout
    assert f"see /balance/{what_if.id}" in done.stdout


def test_a_what_if_that_cannot_be_is_named_and_the_plan_stays(runner, world):
    done = run(runner, *WEEKS, "--office=1/0")
    assert done.exit_code == 1
    assert "What if: 1 person for other duties at the register office in every half-day" in done.stdout
    assert "On Mon 7 December, afternoon the office needs 1, and nobody is available." in done.stderr
    assert [each.state for each in db.session.query(BalancePlan).order_by(BalancePlan.id)] == ["done", "impossible"]


def test_a_centre_closes_from_the_first_day_where_no_other_is_said(runner, world):
    done = run(runner, *WEEKS, "--close", "Elland Children’s Centre")
    assert "What if: Close Elland Children’s Centre from Mon 7 December" in done.stdout


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("--close=Narnia", "There is no centre called “Narnia”"),
        ("--close=Elland Children’s Centre=tomorrow", "Write the day like 2027-01-11, not “tomorrow”"),
        ("--add-room=Narnia", "There is no centre called “Narnia”"),
        ("--add-half-day=Registrar Ann", "Write it as REGISTRAR=Monday morning, not “Registrar Ann”"),
        ("--add-half-day=Nobody=Monday morning", "There is no registrar called “Nobody”"),
        ("--drop-half-day=Registrar Ann=Sunday", "There is no half-day “Sunday”"),
        ("--add-registrar=Sam", "Write it as NAME=CLUSTER: "),
        ("--add-registrar=Sam=Upper Valley", "Write it as NAME=CLUSTER: "),
        ("--add-registrar==Upper Valley: Monday morning", "Write it as NAME=CLUSTER: "),
        ("--add-registrar=Sam=Narnia: Monday morning", "There is no cluster called “Narnia”"),
        ("--office=many", "Write the office as PEOPLE or PEOPLE/FULL REGISTRARS, not “many”"),
        ("--office=1/1/1", "Write the office as PEOPLE"),
        ("--office=1/2", "no more of them full registrars than people"),
    ],
)
def test_what_nobody_knows_is_refused_in_words_before_anything_is_planned(runner, world, option, sentence):
    refused = run(runner, *WEEKS, option)
    assert refused.exit_code == 1
    assert sentence in refused.stderr
    assert db.session.query(BalancePlan).all() == []


def test_two_of_one_name_are_not_guessed_between(runner, world, database):
    from registration.rota.models import Registrar

    database.add(Registrar(name="registrar ann"))
    database.commit()
    refused = run(runner, *WEEKS, "--add-half-day", "Registrar Ann=Wednesday morning")
    assert (refused.exit_code, "There is more than one registrar called" in refused.stderr) == (1, True)


def test_a_change_that_cannot_be_is_refused_and_the_plan_stays(runner, world):
    refused = run(runner, *WEEKS, "--close=Elland Children’s Centre=2030-01-07")
    assert refused.exit_code == 1
    assert "The day must be in the weeks of the plan" in refused.stderr
    [plan] = db.session.query(BalancePlan)
    assert plan.state == "done"
