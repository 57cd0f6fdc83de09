"""A demonstration loaded once for all tests that only look at it."""

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from tests.conftest import settings

#: A Sunday morning; Christmas lies within the 42 days and the 13 weeks that follow.
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def make_app(new_database, folder, name, **changes):
    """An application on a fresh database of its own, its clock standing at NOW."""
    from registration.factory import create_app

    return create_app(settings(new_database(name), folder, **({"CLOCK": NOW} | changes)))


@contextmanager
def inside(app):
    """The application's context for one test, which leaves nothing behind."""
    from registration.common.db import db

    with app.app_context():
        yield app
        db.session.rollback()
        db.session.remove()


def close(app):
    """Let go of the application's connections."""
    from registration.common.db import db

    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="package")
def demonstration(new_database, tmp_path_factory):
    """The application after `flask demo load`."""
    app = make_app(new_database, tmp_path_factory.mktemp("demo"), "demonstration")
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 0, result.output
    yield app
    close(app)


@pytest.fixture
def loaded(demonstration):
    """The demonstration, inside its context."""
    with inside(demonstration):
        yield demonstration
