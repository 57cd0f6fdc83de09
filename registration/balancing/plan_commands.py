"""`flask balance plan`: what the pages under /balance/ do, at a terminal."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from flask.cli import with_appcontext

from registration.balancing.plans import actions
from registration.balancing.plans.apart import Progress
from registration.balancing.plans.models import BalancePlan
from registration.balancing.plans.page import Page
from registration.balancing.plans.working import work_on
from registration.balancing.what_ifs import actions as what_ifs
from registration.balancing.what_ifs.comparison import change_lines
from registration.balancing.what_ifs.options import Reading, read_changes
from registration.common.access import current_actor
from registration.common.clock import today
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.transaction import transaction

REFUSED = 1
ENDED = "It was ended at the terminal."
#: What a what-if of the terminal is called; its page says what is otherwise.
WHAT_IF = "From the terminal"


@click.command("plan")
@click.option(
    "--from", "first", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The first day, a Monday after today."
)
@click.option("--weeks", required=True, type=click.IntRange(1, actions.MOST_WEEKS), help="How many weeks.")
@click.option("--name", default="", help="What the plan is called.")
@click.option("--draft", is_flag=True, help="Make a draft of the rota from it.")
@click.option(
    "--close", multiple=True, metavar="CENTRE[=DAY]", help="What if this centre closed, from the first day or this one?"
)
@click.option("--add-room", multiple=True, metavar="CENTRE", help="What if it had one room more?")
@click.option("--add-half-day", multiple=True, metavar="REGISTRAR=HALF-DAY", help="Like “Dana Shaw=Monday morning”.")
@click.option("--drop-half-day", multiple=True, metavar="REGISTRAR=HALF-DAY", help="One half-day a week fewer.")
@click.option(
    "--add-registrar",
    multiple=True,
    metavar="NAME=CLUSTER: HALF-DAYS",
    help="One more full registrar, like “Sam=Upper Valley: Monday morning, Friday afternoon”.",
)
@click.option("--office", metavar="PEOPLE[/FULL]", help="What if the register office kept so many for other duties?")
@with_appcontext
def plan(first: datetime, weeks: int, name: str, *, draft: bool, **what_if: Any) -> None:  # noqa: ANN401 -- as click gives them
    """Plan the rota of some weeks from the database, and keep the plan for the pages under /balance/.

    Where no rota can keep the rules, they are named and the exit status is 1. Nothing changes for families: a draft is
    published on its own page. With what-ifs the plan is made first as things are, then once more as if they were so, and
    both are kept; the draft is that of the plan.
    """
    try:
        readings = read_changes(**what_if)
        with transaction():
            task = actions.take(actions.ask_plan(first.date(), weeks, name, today(), current_actor()))
        _solve(task)
        _tell(task.plan_id)
        if draft:
            with transaction():
                made = actions.make_draft(task.plan_id, today(), current_actor())
                told = f"Draft {made.id}, {made.name}: look at it and publish it at /rota/drafts/{made.id}"
            click.echo(told)
        if readings:
            _wonder(task.plan_id, readings)
    except Refused as refusal:
        click.echo(refusal.sentence, err=True)
        raise SystemExit(REFUSED) from None


def _wonder(plan_id: int, readings: Sequence[Reading]) -> None:
    """Solve the plan once more with the changes, beside it."""
    with transaction():
        made = what_ifs.begin(plan_id, WHAT_IF, current_actor())
        for reading in readings:
            what_ifs.add_change(made.id, reading(made), current_actor())
        what_ifs.start(made.id, current_actor())
        task = actions.take(made)
    _solve(task)
    for line in change_lines(db.session.get_one(BalancePlan, task.plan_id)):
        click.echo(f"What if: {line.sentence}")
    _tell(task.plan_id)


def _solve(task: actions.Task) -> None:
    try:
        work_on(task, _progress)
    except KeyboardInterrupt:
        with transaction():
            actions.give_up(task.plan_id, ENDED)
        raise


def _progress(progress: Progress | None) -> None:
    if progress is not None:
        best = f"; best so far: worst cluster {progress.best['worst']:.0%}" if progress.best else ""
        click.echo(f"{progress.share:4.0%} {progress.stage}{best}", err=True)


def _tell(plan_id: int) -> None:
    """Print what came of a plan; leave with the status of a refusal where nothing did."""
    found = db.session.get_one(BalancePlan, plan_id)
    page = Page(found)
    if found.rota is None:
        for sentence in page.sentences():
            click.echo(sentence, err=True)
        raise SystemExit(REFUSED)
    click.echo(f"Plan {found.id}, {found.name}: see /balance/{found.id}")
    for each in page.clusters:
        served, before = each.shown.coverage, each.before.coverage
        click.echo(f"  {each.name}: {served:.0%} of {each.shown.need:.0f} families, now {before:.0%}")
    click.echo(f"{page.figures.changed} half-days change; {page.figures.travel} minutes of journeys.")
