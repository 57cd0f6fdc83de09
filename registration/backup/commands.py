"""`flask backup` and `flask restore`: the whole service into one file, and back."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import ScriptInfo, with_appcontext

from registration.backup import kept_list, package
from registration.backup.package import Manifest
from registration.backup.refusal import CannotBackUp, CannotRestore
from registration.backup.restoring import Restored, Wanted, judge, readable, restore
from registration.backup.server import Server
from registration.backup.taking import take
from registration.backup.writing import PIPE
from registration.common.at_hand import database_at_hand
from registration.common.db import db
from registration.common.offline import without_database


@contextmanager
def _sentences() -> Iterator[None]:
    """Say what was refused in a sentence, with status 1."""
    try:
        yield
    except (CannotBackUp, CannotRestore) as refused:
        raise click.ClickException(str(refused)) from refused
    finally:
        db.session.remove()


def _at_hand() -> AbstractContextManager[None]:
    return database_at_hand(click.get_current_context().ensure_object(ScriptInfo).load_app())


def _server() -> Server:
    return Server.of(current_app.config["SQLALCHEMY_DATABASE_URI"])


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--list", "listed", is_flag=True, help="Say what a backup that is there holds; nothing is written.")
@click.option(
    "--must-not-return", is_flag=True, help="Write the list of what a restore must not bring back, and no backup."
)
@click.option("--days", type=click.IntRange(1, 400), default=kept_list.USUAL_DAYS, help="How far that list goes back.")
@with_appcontext
@without_database
def backup(file: str, days: int, *, listed: bool, must_not_return: bool) -> None:
    """Write the database and the council’s file to FILE, while the service runs; - is standard output.

    The file holds what families and staff have told, not encrypted, and not SECRET_KEY: keep both, apart from each other.
    """
    with _sentences():
        if listed:
            with _opened(file) as found:
                click.echo(found.manifest.as_text())
            return
        with _at_hand():
            said = _list(file, days) if must_not_return else _whole(file)
        click.echo(said, err=file == PIPE)


def _list(file: str, days: int) -> str:
    made = kept_list.keep(file, days)
    return f"{sum(map(len, made.found.values()))} rows since {made.since.isoformat(timespec='seconds')} that must not come back."


def _whole(file: str) -> str:
    made = take(_server(), file)
    size = int(made.files[package.DUMP]["bytes"])
    return f"{sum(made.rows.values())} rows of {len(made.rows)} tables at {made.revision}, as of {made.made_at}: {size} bytes."


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False), required=False)
@click.option(
    "--check", is_flag=True, help="Read FILE through and say whether it can be restored here; nothing is changed."
)
@click.option(
    "--replace", is_flag=True, help="Put it in the place of a database that holds data, which is kept beside it."
)
@click.option("--must-not-return", "kept", type=click.Path(dir_okay=False), default="", help="The latest such list.")
@click.option(
    "--lose-since", is_flag=True, help="Do without what the database that runs says of the time after the backup."
)
@click.option(
    "--drop-replaced", is_flag=True, help="Drop the database that ran before the last restore; FILE is not read."
)
@with_appcontext
@without_database
def restore_command(
    file: str | None, kept: str, *, check: bool, replace: bool, lose_since: bool, drop_replaced: bool
) -> None:
    """Restore the service from FILE, whole or not at all; - is standard input.

    It is built beside the database that runs and takes its place at one moment. Noes, losses and deletions that came after the
    backup are done again, and nothing is sent twice, as far as the database that runs or the list given tells of them.
    """
    if drop_replaced == (file is not None):
        raise click.UsageError("Name the file to restore, or --drop-replaced alone.")
    with _sentences():
        if file is None:
            with _at_hand():
                _server().drop(_server().replaced)
        elif check:
            with _opened(file) as found:
                _warn(judge(found))
                click.echo(f"This backup is whole and can be restored here. {_of(found.manifest)}")
        else:
            with _at_hand():
                _tell(restore(_server(), file, Wanted(replace, kept, lose_since)))


@contextmanager
def _opened(file: str) -> Iterator[package.Package]:
    with readable(file, Path(current_app.config["INSTANCE"])) as opened, package.opened(opened) as found:
        yield found


def _warn(warnings: list[str]) -> None:
    for warning in warnings:
        click.echo(warning, err=True)


def _of(manifest: Manifest) -> str:
    return f"It is of {manifest.council}, as of {manifest.made_at}, with {sum(manifest.rows.values())} rows."


def _tell(done: Restored) -> None:
    _warn(done.warnings)
    click.echo(f"The backup is restored. {_of(done.manifest)}")
    if done.deleted:
        click.echo(f"{done.deleted} records that were due to be deleted are gone again.")
    if done.held:
        click.echo(f"{done.held} messages may have gone out since: staff are asked to decide on each.")
    if done.replaced:
        click.echo(f"What ran before is the database {done.replaced}: `flask restore --drop-replaced` drops it.")
