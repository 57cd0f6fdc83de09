"""A database walked from one state of its tables to another, and what is in it on the way."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade

from registration.common.db import db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

_TABLES = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
   AND relname NOT LIKE 'procrastinate%' AND relname <> 'alembic_version' ORDER BY relname
"""


def revisions(app: Flask) -> list[str]:
    """Give every state the tables can be in, the first one first."""
    scripts = ScriptDirectory(app.extensions["migrate"].directory)
    return [each.revision for each in reversed(list(scripts.walk_revisions()))]


def rows() -> dict[str, int]:
    """Count the rows of every table of ours."""
    with db.engine.connect() as connection:
        names = connection.execute(sa.text(_TABLES)).scalars().all()
        return {name: connection.execute(sa.text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names}  # noqa: S608


def up(app: Flask, revision: str = "head", **options: str) -> None:
    """Bring the tables to a later state."""
    upgrade(
        directory=app.extensions["migrate"].directory, revision=revision, x_arg=[f"{k}={v}" for k, v in options.items()]
    )


def down(app: Flask, revision: str) -> None:
    """Bring the tables back to an earlier state."""
    downgrade(directory=app.extensions["migrate"].directory, revision=revision)


@contextmanager
def written() -> Iterator[list[str]]:
    """Note every statement that is sent to the database meanwhile."""
    said: list[str] = []

    def note(_connection, _cursor, statement, *_more) -> None:
        said.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
