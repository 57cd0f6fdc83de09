"""Applications of a test's own, with real commits: several on one database, or one with other settings."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.conftest import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask


@contextmanager
def applications(instance: Path) -> Iterator[Callable[..., Flask]]:
    """Give a maker of applications, make(url, **settings); close them all and give the queue back to who had it."""
    from registration.common import queue
    from registration.common.db import db
    from registration.factory import create_app

    made: list[Flask] = []
    kept = list(queue._application)

    def make(url: str = "", **changes: object) -> Flask:
        made.append(create_app(settings(url, instance, **changes)))
        return made[-1]

    try:
        yield make
    finally:
        queue._application[:] = kept
        for app in made:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
