"""`flask pilot ledger`: what left the evaluation, and whether the ledger of it is whole."""

import click
from flask.cli import with_appcontext

from registration.common.clock import london
from registration.pilot.disclosure import queries
from registration.pilot.disclosure.chain import Head


@click.group("ledger")
def ledger() -> None:
    """Everything that left the evaluation: tables and rows."""


@ledger.command("verify")
@click.option(
    "--head", "kept", help="The end of the ledger as an export printed it: a number of entries, a colon, a digest."
)
@with_appcontext
def verify(kept: str | None) -> None:
    """Follow the chain of the ledger from its beginning; status 1 where it is broken, each entry named.

    That its last entries were taken away is seen only beside an end of it that was kept apart: give that with --head.
    """
    try:
        expected = None if kept is None else Head.read(kept)
    except ValueError as error:
        raise click.BadParameter(f"{kept} {error}.", param_hint="--head") from error
    faults = queries.verify(expected)
    for number, reason in faults:
        click.echo(f"entry {number} {reason}", err=True)
    if faults:
        raise SystemExit(1)
    click.echo(f"The ledger is whole. Its end: {queries.head()}")


@ledger.command("show")
@click.option(
    "--most", default=50, show_default=True, type=click.IntRange(1), help="How many entries, the newest first."
)
@with_appcontext
def show(most: int) -> None:
    """List what was released: when, by whom, why, to which specification, with each file's SHA-256."""
    for link in queries.releases(most):
        entry = link.entry
        click.echo(f"{entry.number}  {london(entry.at):%Y-%m-%d %H:%M}  {entry.kind}  {entry.who}: {entry.why}")
        counts = ", ".join(f"{name} {value}" for name, value in sorted(entry.counts.items()))
        click.echo(f"    {entry.specification}; {counts}")
        for name, digest in sorted(entry.files.items()):
            click.echo(f"    {digest}  {name}")
    click.echo(f"Its end: {queries.head()}")
