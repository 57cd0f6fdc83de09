"""Commands that load who registers. Exit status: 0 done, 1 the file was refused, 2 wrong use.

`flask sessions import` stands with bookings, which it must ask whether a session may be changed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import click
from flask.cli import AppGroup

from registration.centres.actions import Outcome
from registration.common.access import current_actor
from registration.common.clock import today
from registration.common.errors import Refused
from registration.common.files import FileRefused
from registration.common.transaction import transaction
from registration.rota import actions
from registration.rota.queries.exports import patterns_file, registrars_file

registrars = AppGroup("registrars", help="Registrars of births and their deputies.")


@registrars.command("import")
@click.argument("file", type=click.File("rb"))
def import_registrars(file: BinaryIO) -> None:
    """Load registrars: name, grade, may_register_births, languages (BCP 47 tags parted by semicolons).

    And home_postcode, contracted_sessions (half-days a week), minutes_per_baby, left_on (the first day one is gone).
    """
    with loading():
        outcome = actions.import_registrars(file, current_actor())
    tell(outcome, "registrars")


@registrars.command("export")
@click.argument("file", type=click.File("wb"))
def export_registrars(file: BinaryIO) -> None:
    """Write every registrar to a file that `registrars import` reads; - is standard output."""
    file.write(registrars_file())


patterns = AppGroup("patterns", help="How registrars work by the week.")


@patterns.command("import")
@click.argument("file", type=click.File("rb"))
def import_patterns(file: BinaryIO) -> None:
    """Load weekly patterns: registrar, valid_from, valid_to, weekday, centre, room, from, to; a line for each half-day.

    Lines of one registrar and first day are one version. Without a room any that is free is taken.
    """
    with loading():
        outcome = actions.import_patterns(file, today(), current_actor())
    tell(outcome, "patterns")


@patterns.command("export")
@click.argument("file", type=click.File("wb"))
def export_patterns(file: BinaryIO) -> None:
    """Write every version of every pattern to a file that `patterns import` reads; - is standard output."""
    file.write(patterns_file())


@contextmanager
def loading() -> Iterator[None]:
    """Load a file whole or not at all; a refused one is told line by line and ends with status 1."""
    try:
        with transaction():
            yield
    except Refused as refused:
        for line in refused.lines() if isinstance(refused, FileRefused) else [refused.sentence]:
            click.echo(line, err=True)
        raise SystemExit(1) from None


def tell(outcome: Outcome, what: str) -> None:
    """Print the warnings and what was done."""
    for warning in outcome.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(f"{what}: {outcome.added:,} added, {outcome.changed:,} changed, {outcome.unchanged:,} as before.")
