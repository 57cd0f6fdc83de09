"""The commands of `flask`, each sharing the running database of INSTANCE, or starting and stopping it."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import Context
from functools import update_wrapper
from pathlib import Path
from typing import Any

import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app, has_app_context
from flask.cli import ScriptInfo, with_appcontext
from flask_migrate import upgrade
from flask_migrate.cli import db as migrations
from sqlalchemy.exc import OperationalError

from registration.common import embedded
from registration.common.db import db
from registration.common.queue import queue
from registration.common.worker import work

OTHER_TABLES = "The tables of this database are not those of this version of the service: run `flask db upgrade` first."


def init_app(app: Flask) -> None:
    """Add the service's own commands and give every command its database."""
    app.cli.add_command(worker)
    for command in (migrations, *app.cli.commands.values()):
        _with_database(command, migrates=command is migrations)


def _with_database(command: click.Command, *, migrates: bool) -> None:
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _with_database(inner, migrates=migrates)
    elif command.callback and not getattr(command.callback, "database_settled", False):
        command.callback = _started(command.callback, migrates=migrates)


def _started(callback: Callable[..., Any], *, migrates: bool) -> Callable[..., Any]:
    """Give the command its database, with the tables of this version unless it is the one that makes them."""

    def run(*args: object, **kwargs: object) -> object:
        """Run the command beside its server; ClickException where the tables are of another version."""
        app = click.get_current_context().ensure_object(ScriptInfo).load_app()
        with _server(app):
            tables = _tables(app) or (None if migrates else _first_tables(app))
            if not (migrates or tables == ScriptDirectory(app.extensions["migrate"].directory).get_current_head()):
                raise click.ClickException(OTHER_TABLES)
            return callback(*args, **kwargs)

    vars(run)["database_settled"] = True
    return update_wrapper(run, callback)


def _first_tables(app: Flask) -> str | None:
    """Make the tables of an embedded server that is brand new; a council's own database is only changed when told to."""
    if not app.config["EMBEDDED"]:
        return None
    with app.app_context():
        upgrade(directory=app.extensions["migrate"].directory)
        db.engine.dispose()
    return _tables(app)


def _stop(_number: int, _frame: object) -> None:
    """Let SIGTERM end a command as Ctrl-C does: what was begun is undone, and what was started stops."""
    raise KeyboardInterrupt


@contextmanager
def _server(app: Flask) -> Iterator[None]:
    """Keep the embedded server running meanwhile; with DATABASE_URL there is none to keep."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _stop)
    if not app.config["EMBEDDED"]:
        yield
        return
    try:
        with embedded.using(Path(app.config["INSTANCE"])):
            try:
                yield
            finally:
                if has_app_context():
                    db.session.remove()  # what only read is in a transaction still, which the server's end would break
    except embedded.NotStarted as failure:
        raise click.ClickException(str(failure)) from failure


def _tables(app: Flask) -> str | None:
    """Give the revision of the database's tables; None where it has none of ours."""
    try:
        with nullcontext() if has_app_context() else app.app_context(), db.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except OperationalError as failure:
        reason = " ".join(str(failure.orig).split())
        raise click.ClickException(f"The database does not answer: {reason}") from failure


class Endless(click.Command):
    """A command that runs until it is asked to end: to be asked, while it starts too, is no failure."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 -- click's own signature
        """Run it; asked to end it is done, with status 0."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            return None


@click.command("worker", cls=Endless)
@with_appcontext
def worker() -> None:
    """Deliver messages and do what falls due, until stopped."""
    from procrastinate import PsycopgConnector

    address = str(current_app.config["SQLALCHEMY_DATABASE_URI"]).replace("postgresql+psycopg://", "postgresql://", 1)
    with queue.replace_connector(PsycopgConnector(conninfo=address)) as running:
        # Away from the command's application context: two jobs that found it would share one database session.
        Context().run(work, running)
