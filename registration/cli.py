"""The commands of `flask`, each sharing the running database of INSTANCE, or starting and stopping it."""

from collections.abc import Callable
from contextlib import nullcontext
from contextvars import Context
from functools import update_wrapper
from typing import Any

import click
from alembic.runtime.migration import MigrationContext
from flask import Flask, current_app, has_app_context
from flask.cli import ScriptInfo, with_appcontext
from flask_migrate import upgrade
from flask_migrate.cli import db as migrations
from sqlalchemy.exc import OperationalError

from registration.common.at_hand import database_at_hand
from registration.common.db import db
from registration.common.queue import queue
from registration.common.tables import fit
from registration.common.worker import work
from registration.demo.guard import refuse_a_councils_data
from registration.demo.mark import InUse

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
    """Give the command its database, with tables this version can work on, unless it is the one that makes them."""

    def run(*args: object, **kwargs: object) -> object:
        """Run the command beside its server; ClickException where the tables are of another version."""
        app = click.get_current_context().ensure_object(ScriptInfo).load_app()
        with database_at_hand(app):
            tables = _tables(app) or (None if migrates else _first_tables(app))
            if not (migrates or fit(frozenset([tables] if tables else []), str(app.extensions["migrate"].directory))):
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


def _refuse_a_councils_messages() -> None:
    """Deliver none of a council's messages to the outbox page of a demonstration; a database that is away is waited for."""
    try:
        refuse_a_councils_data()
    except InUse as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    except OperationalError:
        current_app.logger.warning("The database does not answer yet.")
    db.session.remove()


@click.command("worker", cls=Endless)
@with_appcontext
def worker() -> None:
    """Deliver messages and do what falls due, until stopped."""
    from procrastinate import PsycopgConnector

    _refuse_a_councils_messages()
    address = str(current_app.config["SQLALCHEMY_DATABASE_URI"]).replace("postgresql+psycopg://", "postgresql://", 1)
    options = current_app.config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]
    lasting = {name: value for name, value in options.items() if name.startswith(("tcp_", "keepalives_"))}
    with queue.replace_connector(PsycopgConnector(conninfo=address, kwargs=lasting)) as running:
        # Away from the command's application context: two jobs that found it would share one database session.
        Context().run(work, running)
