"""Bring the database up to date and load the demonstration once: a program of its own, that gives its memory back.

What it prints on its standard output is for the person who started the service.
"""

import contextlib
import sys
from contextvars import Context

import click
from flask import Flask
from flask.cli import ScriptInfo
from flask_migrate import upgrade
from sqlalchemy.exc import OperationalError

from registration.common.log import begin_log
from registration.common.transaction import transaction
from registration.config import Config
from registration.factory import create_app


def main() -> int:
    """Prepare the database of the settings in the environment; 0 done, 1 with a sentence when it cannot be reached."""
    app = create_app()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            _migrate(app)
            if app.config["DEMO"]:
                _command(app, "demo", "load")
    except OperationalError as failure:
        return _refused(f"The database does not answer: {str(failure.orig).strip()}")
    except click.ClickException as failure:
        return _refused(failure.format_message())
    if app.config["DEMO"]:
        click.echo(_sign_ins(app))
    return 0


def _refused(sentence: str) -> int:
    click.echo(sentence, err=True)
    return 1


def _migrate(app: Flask) -> None:
    with app.app_context():
        upgrade(directory=app.extensions["migrate"].directory)


def _command(app: Flask, *arguments: str) -> None:
    """Run a command of this very application, whatever other application may be at hand here."""
    Context().run(app.cli.main, args=list(arguments), standalone_mode=False, obj=ScriptInfo(create_app=lambda: app))


def _sign_ins(app: Flask) -> str:
    """The accounts of the demonstration, a line each: role, e-mail, password."""
    from registration.staff.actions import demonstration_accounts

    with app.app_context(), transaction():
        accounts = demonstration_accounts()
    widths = [max(len(account[column]) for account in accounts) for column in (0, 1)]
    return "\n".join(f"    {role:<{widths[0]}}  {email:<{widths[1]}}  {password}" for role, email, password in accounts)


if __name__ == "__main__":
    begin_log(Config.from_environment())
    sys.exit(main())
