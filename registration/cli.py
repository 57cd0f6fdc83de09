"""The commands of `flask`, each sharing the running database of INSTANCE, or starting and stopping it."""

from collections.abc import Callable
from contextvars import Context
from functools import update_wrapper
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import ScriptInfo, with_appcontext
from flask_migrate.cli import db as migrations

from registration.common import embedded
from registration.common.queue import queue

#: Commands that use no database, or hold it themselves.
NO_DATABASE = frozenset({"run", "routes", "shell"})


def init_app(app: Flask) -> None:
    """Add the service's own commands and give every command its database."""
    app.cli.add_command(worker)
    for command in (migrations, *app.cli.commands.values()):
        if command.name not in NO_DATABASE:
            _with_database(command)


def needs_no_database(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a command that reads only the files it is given."""
    vars(callback)["database_settled"] = True
    return callback


def _with_database(command: click.Command) -> None:
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _with_database(inner)
    elif command.callback and not getattr(command.callback, "database_settled", False):
        command.callback = _started(command.callback)


def _started(callback: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: object, **kwargs: object) -> object:
        app = click.get_current_context().ensure_object(ScriptInfo).load_app()
        if not app.config["EMBEDDED"]:
            return callback(*args, **kwargs)
        with embedded.using(Path(app.config["INSTANCE"])):
            return callback(*args, **kwargs)

    vars(run)["database_settled"] = True
    return update_wrapper(run, callback)


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Deliver messages and do what falls due, until stopped."""
    from procrastinate import PsycopgConnector

    address = str(current_app.config["SQLALCHEMY_DATABASE_URI"]).replace("postgresql+psycopg://", "postgresql://", 1)
    with queue.replace_connector(PsycopgConnector(conninfo=address)) as running:
        # Away from the command's application context: two jobs that found it would share one database session.
        Context().run(running.run_worker, delete_jobs="successful", concurrency=2)
