"""`flask demo`: an invented council to look at, and one to measure with.

The loaders are imported only when they are asked for, so that no web process carries them.
"""

import click
from flask import current_app
from flask.cli import AppGroup

from registration.common import clock
from registration.common.errors import Refused
from registration.common.transaction import transaction
from registration.demo.mark import InUse

demo = AppGroup("demo", help="Invented data for demonstrations and measuring. Only with DEMO=1.")


class OnlyWithDemo(Refused):
    """Invented data is only loaded into a demonstration: start with DEMO=1."""


@demo.command("load")
def load() -> None:
    """Load the demonstration council with its centres, registrars and families; once loaded, change nothing."""
    from registration.demo import load as demonstration

    _refuse_elsewhere()
    try:
        with transaction():
            made = demonstration.load(clock.now())
    except InUse as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    if made is None:
        click.echo("The demonstration is loaded already: nothing to do.")
        return
    rows = f"{made.sessions:,} sessions, {made.bookings:,} bookings, {made.postcodes:,} postcodes"
    click.echo(f"The demonstration is loaded: {made.centres} centres, {made.registrars} registrars, {rows}.")


@demo.command("bench")
@click.option("--past-factor", default=1, type=click.IntRange(1, 20), help="So many times the past bookings.")
def bench(past_factor: int) -> None:
    """Load the set-up of the benchmark into a database without any centre: 10 registrars, 6 centres, half booked."""
    from registration.demo import bench as benchmark

    _refuse_elsewhere()
    try:
        with transaction():
            made = benchmark.load(clock.now(), past_factor)
    except benchmark.NotEmpty as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    rows = f"{made.sessions:,} sessions, {made.bookings:,} bookings"
    click.echo(f"The benchmark is loaded: {made.centres} centres, {made.registrars} registrars, {rows}.")


def _refuse_elsewhere() -> None:
    if not current_app.config["DEMO"]:
        raise click.ClickException(OnlyWithDemo().sentence)
