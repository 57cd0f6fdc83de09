"""`flask retention run`: delete what is due, or say what would be."""

import click
from flask.cli import AppGroup

from registration.births.retention.queries import due
from registration.births.retention.running import delete_everything_due
from registration.common.access import current_actor
from registration.common.clock import now

retention = AppGroup("retention", help="How long records say who they are about.")


@retention.command("run")
@click.option("--dry-run", is_flag=True, help="Say what is due and why, and delete nothing.")
def run(*, dry_run: bool) -> None:
    """Delete what is due of every kind of record, or empty it of who it is; say what, how much and why."""
    if dry_run:
        for each in due(now()):
            click.echo(f"{each.title}: {each.rows} due. {each.said}.")
        return
    total = 0
    for done in delete_everything_due(current_actor(), now()):
        total += done.rows
        click.echo(f"{done.kind}: {done.rows} gone. {done.said}. Proof: {done.digest}")
    click.echo(f"{total} records are gone." if total else "Nothing was due.")
