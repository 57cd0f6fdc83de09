"""`flask balance plan`: what the pages under /balance/ do, at a terminal."""

from datetime import datetime

import click
from flask.cli import with_appcontext

from registration.balancing.plans import actions
from registration.balancing.plans.apart import Progress
from registration.balancing.plans.models import BalancePlan
from registration.balancing.plans.page import Page
from registration.balancing.plans.working import work_on
from registration.common.access import current_actor
from registration.common.clock import today
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.transaction import transaction

REFUSED = 1
ENDED = "It was ended at the terminal."


@click.command("plan")
@click.option(
    "--from", "first", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The first day, a Monday after today."
)
@click.option("--weeks", required=True, type=click.IntRange(1, actions.MOST_WEEKS), help="How many weeks.")
@click.option("--name", default="", help="What the plan is called.")
@click.option("--draft", is_flag=True, help="Make a draft of the rota from it.")
@with_appcontext
def plan(first: datetime, weeks: int, name: str, *, draft: bool) -> None:
    """Plan the rota of some weeks from the database, and keep the plan for the pages under /balance/.

    Where no rota can keep the rules, they are named and the exit status is 1. Nothing changes for families: a draft is
    published on its own page.
    """
    try:
        with transaction():
            task = actions.take(actions.ask_plan(first.date(), weeks, name, today(), current_actor()))
        _solve(task)
        _tell(task.plan_id)
        if draft:
            with transaction():
                made = actions.make_draft(task.plan_id, today(), current_actor())
                told = f"Draft {made.id}, {made.name}: look at it and publish it at /rota/drafts/{made.id}"
            click.echo(told)
    except Refused as refusal:
        click.echo(refusal.sentence, err=True)
        raise SystemExit(REFUSED) from None


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
