"""One council with a backup for all tests of a file; each restores into a database of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.applications import applications
from tests.backup.council import Council, found_council
from tests.booking.appointments import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask


@pytest.fixture(scope="module")
def council(new_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Council]:
    """A council that made a backup and went on."""
    folder = tmp_path_factory.mktemp("council")
    with applications(folder) as make:
        yield found_council(make(new_database("backed_up"), CLOCK=NOW), folder)


@pytest.fixture
def empty(server_url: str, tmp_path) -> Iterator[Callable[..., Flask]]:
    """Make an application on a database without any table; made again under the same name it is empty again."""
    import sqlalchemy

    engine = sqlalchemy.create_engine(server_url.format("postgres"), isolation_level="AUTOCOMMIT")
    with applications(tmp_path) as make:

        def made(**settings: object) -> Flask:
            with engine.connect() as connection:
                connection.execute(sqlalchemy.text("DROP DATABASE IF EXISTS restored WITH (FORCE)"))
                connection.execute(sqlalchemy.text("CREATE DATABASE restored TEMPLATE template0"))
            return make(server_url.format("restored"), **({"CLOCK": NOW} | settings))

        yield made
    engine.dispose()
