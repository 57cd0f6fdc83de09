"""The database a command works on: the server of INSTANCE, shared while it runs or started for as long, or DATABASE_URL."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask, has_app_context

from registration.common import embedded
from registration.common.db import db

#: Where a machine keeps the settings of its service (docs/running.md).
SERVICE_SETTINGS = Path("/etc/right-start/settings")


class OfAService(click.ClickException):
    """A command without the settings of the machine’s service would work on a database that nobody looks at."""

    exit_code = 2

    def __init__(self) -> None:
        super().__init__(
            f"This machine has a service with settings in {SERVICE_SETTINGS}: use right-start in place of flask, "
            "with whole file names. For a database of its own set INSTANCE."
        )


def _has_a_service() -> bool:
    try:
        return SERVICE_SETTINGS.exists()
    except PermissionError:  # the folder is there, and is not for everybody
        return True


def _stop(_number: int, _frame: object) -> None:
    """Let SIGTERM end a command as Ctrl-C does: what was begun is undone, and what was started stops."""
    raise KeyboardInterrupt


@contextmanager
def database_at_hand(app: Flask) -> Iterator[None]:
    """Keep the embedded server running meanwhile; with DATABASE_URL there is none.

    ClickException where it does not start, or where the machine’s service has another.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _stop)
    if not app.config["EMBEDDED"]:
        yield
        return
    if not os.environ.get("INSTANCE") and _has_a_service():
        raise OfAService
    try:
        with embedded.using(Path(app.config["INSTANCE"])):
            try:
                yield
            finally:
                if has_app_context():
                    db.session.remove()  # what only read is in a transaction still, which the server's end would break
    except embedded.NotStarted as failure:
        raise click.ClickException(str(failure)) from failure
