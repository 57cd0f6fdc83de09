"""`flask pilot extract` and `flask pilot twin`. Exit status: 0 done, 1 the data was refused and nothing is left, 2 wrong use."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click
from flask.cli import with_appcontext

from registration.common.clock import now, today
from registration.common.errors import Refused
from registration.common.offline import without_database
from registration.common.transaction import transaction
from registration.pilot.extract.files import ExtractRefused, read
from registration.pilot.extract.twin import twin as twin_of
from registration.pilot.record.actions import collect
from registration.pilot.record.extracting import HoldsSomethingElse, Written, check_folder, put
from registration.pilot.record.queries import extract_rows
from registration.pilot.typed import CannotWrite, Day, refuse_unwritable

FOLDER = click.Path(file_okay=False, path_type=Path)
THERE = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("extract")
@click.option("--out", required=True, type=FOLDER, help="The folder the files are written into.")
@click.option("--as-of", type=Day(), help="Nothing that happened after this day; today, where none is named.")
@with_appcontext
def extract(out: Path, as_of: date | None) -> None:
    """Collect what happened and write the pseudonymous files of the evaluation, checked as a reader checks them.

    The same database gives the same bytes. Families stand in it by keys; no name, postcode, reference or number of ours.
    """
    day = as_of or today()
    if day > today():
        raise click.BadParameter(f"{day} is still to come.", param_hint="--as-of")
    with _refusals():
        _check(out)
        with transaction():
            collect(now())
        made = extract_rows(day, today())
        _tell(put(made.rows, out, day))
    if made.early:
        click.echo(f"{made.early} registrations are left out: they are before the birth.", err=True)


@click.command("twin")
@click.argument("folder", type=THERE)
@click.option("--out", required=True, type=FOLDER, help="The folder the twin is written into.")
@click.option("--seed", required=True, type=int, help="The same number gives the same twin.")
@click.option("--as-of", type=Day(), help="The day as of which the extract was made; today, where none is named.")
@without_database
def twin(folder: Path, out: Path, seed: int, as_of: date | None) -> None:
    """Write a synthetic twin of an extract to rehearse with: its files and sizes, and no row of a real family."""
    day = as_of or today()
    with _refusals():
        _check(out)
        _tell(put(twin_of(read(folder, day), seed), out, day))


def _check(out: Path) -> None:
    refuse_unwritable(out)
    check_folder(out)


@contextmanager
def _refusals() -> Iterator[None]:
    """Say in a line for each fault why nothing was written: status 1, or 2 for a folder that is something else or not writable."""
    try:
        yield
    except (HoldsSomethingElse, CannotWrite) as refused:
        raise click.BadParameter(refused.sentence, param_hint="--out") from refused
    except ExtractRefused as refused:
        click.echo("\n".join(refused.lines), err=True)
        raise SystemExit(1) from refused
    except Refused as refused:
        raise click.ClickException(refused.sentence) from refused


def _tell(written: Written) -> None:
    for name, digest in written.digests.items():
        click.echo(f"{name}: {written.rows[name]:,} rows, SHA-256 {digest}")
