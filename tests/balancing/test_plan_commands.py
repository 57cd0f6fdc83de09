"""`flask balance plan` at a terminal."""

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
