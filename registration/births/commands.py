"""Commands about live birth data. Exit status: 0 done, 1 the file was refused, 2 wrong use."""

import json
import tomllib
from pathlib import Path
from typing import BinaryIO

import click
from flask.cli import AppGroup

from registration.births.files.actions import save_mapping, take_in
from registration.births.files.looking import Brought, FileTakenBefore, Look
from registration.births.files.queries import said_of
from registration.births.files.rules.columns import AND, Kind, Why
from registration.births.files.rules.sheet import read_sheet
from registration.births.link_commands import link_files
from registration.births.models import BirthFile
from registration.common import clock
from registration.common.access import current_actor
from registration.common.errors import Refused
from registration.common.files import FileRefused
from registration.common.transaction import transaction

births = AppGroup("births", help="Live birth data, and the records of other systems linked to them.")
births.add_command(link_files)


@births.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--source", required=True, help="Who sends it: the short name of its agreement.")
@click.option("--map", "mapping", type=click.File("rb"), help="Which column is which, as TOML or JSON: ours = theirs.")
@click.option("--kind", type=click.Choice([each.value for each in Kind]), default="births", show_default=True)
def import_births(file: BinaryIO, source: str, mapping: BinaryIO | None, kind: str) -> None:
    """Take a file of live births in, under the agreement in force with its source.

    --kind losses takes notices of babies who were stillborn or died; --kind counts takes monthly counts by area.
    """
    now, actor = clock.now(), current_actor()
    try:
        said = _read_mapping(mapping) if mapping else said_of(source) if kind != Kind.COUNTS else {}
        with transaction():
            brought = Brought(read_sheet(file.read()), source, Kind(kind), Path(file.name).name, said)
            taken, found = take_in(brought, actor, now)
            if mapping:
                save_mapping(source, said, actor, now)
            _tell(taken, found)
    except FileTakenBefore:
        click.echo(f"This file of {source} was taken in before: nothing to do.")
    except Refused as refused:
        for line in refused.lines() if isinstance(refused, FileRefused) else [refused.sentence]:
            click.echo(line, err=True)
        raise SystemExit(1) from None


def _read_mapping(stream: BinaryIO) -> dict[str, str]:
    """Read which of our columns is which of theirs; several for one of ours stand in a list."""
    content = stream.read()
    try:
        text = content.decode("utf-8-sig")
        told = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
        return {ours: AND.join(theirs) if isinstance(theirs, list) else _text(theirs) for ours, theirs in told.items()}
    except (ValueError, TypeError, RecursionError):
        reason = 'The mapping must be TOML or JSON of names: born = "DOB", address = ["Street", "Town"].'
        raise click.BadParameter(reason, param_hint="--map") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _tell(file: BirthFile, found: Look) -> None:
    """Print what was done, what was dropped and why, and what deserves a look."""
    for warning in found.told.warnings:
        click.echo(f"warning: {warning}", err=True)
    for column in found.columns:
        if column.why is not Why.TAKEN:
            click.echo(f"{column.heading or 'a column without a name'}: {column.in_words}", err=True)
    counts = f"{file.added:,} added, {file.changed:,} changed, {file.unchanged:,} as before"
    families = "family" if file.removed == 1 else "families"
    click.echo(f"births: {counts}; {file.removed:,} {families} left for a loss; {found.outside:,} outside the area.")
    if found.unplaced:
        click.echo(f"{found.unplaced:,} have no home that can be placed in a reach area.")
