"""Commands about bookings: `flask invariants`."""

import json

import click
from flask.cli import with_appcontext

from registration.booking.invariants import broken_rows


@click.command("invariants")
@with_appcontext
def invariants() -> None:
    """Count the rows that break a promise of the service, as JSON; exit status 1 if there is any."""
    found = broken_rows()
    click.echo(json.dumps(found, indent=2))
    if any(found.values()):
        raise SystemExit(1)
