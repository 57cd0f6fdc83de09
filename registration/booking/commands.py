"""Commands about bookings: `flask invariants`, `flask links renew`, and `flask sessions import`, which takes no family's time."""

import json
from datetime import date, datetime
from typing import BinaryIO

import click
from flask.cli import AppGroup, with_appcontext

from registration.booking.actions.renewal import renew_links
from registration.booking.invariants import broken_rows
from registration.booking.queries.sessions import taken_in
from registration.common.access import current_actor
from registration.common.authority import current_authority
from registration.common.clock import now, today
from registration.common.transaction import transaction
from registration.rota.actions import import_sessions as load_sessions
from registration.rota.commands import loading, tell
from registration.rota.queries.exports import sessions_file

#: Later than anything anybody publishes.
LAST_DAY = date(9000, 1, 1)
sessions = AppGroup("sessions", help="Registrars at centres.")
links = AppGroup("links", help="The secret links of bookings.")


@links.command("renew")
def renew() -> None:
    """After SECRET_KEY was changed: let bookings from before have links of the new key, and send families theirs.

    Links sent before then end. Nothing happens to bookings that follow the key already.
    """
    with transaction():
        done = renew_links(now())
    click.echo(f"{done.bookings} bookings have a new link, and their old ones have ended.")
    click.echo(f"{done.told} families with an appointment to come are sent theirs.")


@sessions.command("import")
@click.argument("file", type=click.File("rb"))
def import_sessions(file: BinaryIO) -> None:
    """Load sessions: registrar, centre (name or number), room, date, from, to, and kept_minutes where it differs.

    A session that begins as before is changed to the new end; "yes" in a column called withdrawn takes it back. Neither
    is done where a family would lose its time. A faulty file is refused whole, with a line for each fault.
    """
    with loading():
        outcome = load_sessions(file, current_actor(), current_authority().kept_for_desk_minutes, taken_in)
    tell(outcome, "sessions")


@sessions.command("export")
@click.argument("file", type=click.File("wb"))
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="The first day; today where it is not given.")
@click.option(
    "--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="The last day; all that is published if not given."
)
def export_sessions(file: BinaryIO, first: datetime | None, last: datetime | None) -> None:
    """Write the published sessions of some days to a file that `sessions import` reads; - is standard output."""
    file.write(sessions_file(first.date() if first else today(), last.date() if last else LAST_DAY))


@click.command("invariants")
@with_appcontext
def invariants() -> None:
    """Count the rows that break a promise of the service, as JSON; exit status 1 if there is any."""
    found = broken_rows()
    click.echo(json.dumps(found, indent=2))
    if any(found.values()):
        raise SystemExit(1)
