"""Commands for the timetable of centres. Exit status: 0 done, 1 the file was refused, 2 wrong use."""

from typing import BinaryIO

import click
from flask.cli import AppGroup

from registration.centres.queries import participating_centres
from registration.centres.services.actions import import_services
from registration.centres.services.files import timetable_file
from registration.centres.services.queries import timetables
from registration.common.access import current_actor
from registration.common.clock import today
from registration.common.files import FileRefused
from registration.common.transaction import transaction

services = AppGroup("services", help="What happens at centres each week.")


@services.command("import")
@click.argument("file", type=click.File("rb"))
def read_in(file: BinaryIO) -> None:
    """Load a timetable: columns centre, title, kind, weekday, starts, ends, first_day, last_day, term_time, bank_holidays, note.

    What is known by centre, title, weekday and start is changed, the rest added; nothing is taken out.
    """
    try:
        with transaction():
            read = import_services(file, current_actor(), today())
    except FileRefused as refused:
        for line in refused.lines():
            click.echo(line, err=True)
        raise SystemExit(1) from None
    click.echo(f"services: {read.added:,} added, {read.changed:,} changed, {read.unchanged:,} as before.")


@services.command("export")
@click.argument("file", type=click.File("wb"))
def write_out(file: BinaryIO) -> None:
    """Write the timetable of every centre that takes part today into a file that can be read in again."""
    centres = participating_centres(today())
    found = timetables([centre.id for centre in centres])
    file.write(timetable_file((centre.name, found.get(centre.id, ())) for centre in centres))
    click.echo(f"{sum(map(len, found.values())):,} services written.")
