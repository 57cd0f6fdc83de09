"""Commands that load published files about places. Exit status: 0 done, 1 the file was refused, 2 wrong use."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import click
from flask import current_app
from flask.cli import AppGroup

from registration.centres import actions, homes
from registration.centres.rules import LSOAS_OF_ENGLAND
from registration.centres.services.commands import services
from registration.common import clock
from registration.common.access import current_actor
from registration.common.audit import record
from registration.common.authority import current_authority
from registration.common.files import FileRefused
from registration.common.transaction import transaction

centres = AppGroup("centres", help="Children’s centres and other places where births may be registered.")
postcodes = AppGroup("postcodes", help="The postcode directory.")
deprivation = AppGroup("deprivation", help="The Index of Multiple Deprivation.")
districts = AppGroup("districts", help="Registration districts.")
offices = AppGroup("offices", help="Register offices.")
birthplaces = AppGroup("birthplaces", help="Hospitals and birth centres, each in its registration district.")
centres.add_command(services)
groups = (centres, postcodes, deprivation, districts, offices, birthplaces)

FILE = click.File("rb")


@centres.command("import")
@click.argument("file", type=FILE)
@click.option("--authority", help="Take only the centres of this local authority: its name or code in the file.")
def import_centres(file: BinaryIO, authority: str | None) -> None:
    """Load a list of centres: a GIAS extract, open data made of one, or the service's own CSV.

    Near-duplicates and missing addresses or telephone numbers are named as warnings; those rows load. A faulty file is
    refused whole, with a line for each fault.
    """
    with _import() as by:
        _tell(actions.import_centres(file, by, authority), "centres")


areas = AppGroup("reach-areas", help="Which neighbourhoods are whose.")
centres.add_command(areas)


@areas.command("import")
@click.argument("file", type=FILE)
def import_reach_areas(file: BinaryIO) -> None:
    """Load which neighbourhoods lie in which centre's reach area: LSOA of 2021, and the centre's name or number.

    Where none is said, a home belongs to the nearest centre.
    """
    with _import() as by:
        added, changed, unchanged = homes.import_reach_areas(file)
        counts = {"added": added, "changed": changed, "unchanged": unchanged}
        record("reach_areas.imported", about="reach_area:all", actor=by.actor, after=counts)
    click.echo(f"reach areas: {added:,} added, {changed:,} changed, {unchanged:,} as before.")


@offices.command("import")
@click.argument("file", type=FILE)
@click.option("--district", metavar="CODE", help="Take only this registration district’s; otherwise our own, if known.")
def import_offices(file: BinaryIO, district: str | None) -> None:
    """Load GOV.UK's list of register offices (tab separated), as places of last resort."""
    with _import() as by:
        _tell(actions.import_offices(file, by, district), "offices")


@postcodes.command("import")
@click.argument("file", type=FILE)
def import_postcodes(file: BinaryIO) -> None:
    """Load an ONSPD or NSPL file as the Office for National Statistics publishes it."""
    with _import() as by:
        _tell(actions.import_postcodes(file, by, _progress), "postcodes")


@deprivation.command("import")
@click.argument("file", type=FILE)
@click.option("--edition", type=click.Choice(list(LSOAS_OF_ENGLAND)), help="Where the columns do not tell it.")
def import_deprivation(file: BinaryIO, edition: int | None) -> None:
    """Load the Index of Multiple Deprivation by LSOA: the government's File 7, or LSOA, score and decile."""
    with _import() as by:
        _tell(actions.import_deprivation(file, by, edition), "LSOAs")


@districts.command("import")
@click.argument("file", type=FILE)
@click.option("--gss", type=FILE, help="The list of the districts' statistical codes.")
def import_districts(file: BinaryIO, gss: BinaryIO | None) -> None:
    """Load the register of registration districts; the one that authority.toml names is marked as ours."""
    with _import() as by:
        _tell(actions.import_districts(file, by, current_authority().district, gss), "districts")


@birthplaces.command("import")
@click.argument("file", type=FILE)
def import_birthplaces(file: BinaryIO) -> None:
    """Load places of birth: columns name, kind (hospital, birth_centre, other), district (name or code), postcode."""
    with _import() as by:
        _tell(actions.import_birthplaces(file, by), "places of birth")


@contextmanager
def _import() -> Iterator[actions.Importer]:
    """Do one import whole or not at all; a refused file is told line by line and ends with status 1."""
    try:
        with transaction():
            yield actions.Importer(current_actor(), clock.now(), clock.today(), current_app.extensions["booked_after"])
    except FileRefused as refused:
        for line in refused.lines():
            click.echo(line, err=True)
        raise SystemExit(1) from None


def _tell(outcome: actions.Outcome, what: str) -> None:
    for warning in outcome.warnings:
        click.echo(f"warning: {warning}", err=True)
    if outcome.before:
        click.echo(f"This file was loaded on {clock.london(outcome.before):%d %B %Y at %H:%M}: nothing to do.")
        return
    skipped = f"; {outcome.skipped:,} other rows passed over" if outcome.skipped else ""
    counts = f"{outcome.added:,} added, {outcome.changed:,} changed, {outcome.unchanged:,} as before"
    click.echo(f"{what}: {counts}{skipped}.")


def _progress(count: int) -> None:
    click.echo(f"{count:,} rows read", err=True)
