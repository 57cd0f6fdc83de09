"""What most tests of balancing stand in, and who plans there; heavy imports stay inside fixtures."""

from dataclasses import replace

import pytest


@pytest.fixture
def world(database, at):
    """A Sunday morning in a council whose registrars work by patterns."""
    from tests.balancing.council import make_council

    at("2026-11-22T09:00")
    made = make_council()
    database.commit()
    return made


@pytest.fixture
def settings(app):
    """Change what stands under [balance]."""
    before = app.config["AUTHORITY"]

    def change(**values):
        app.config["AUTHORITY"] = replace(before, balance=replace(before.balance, **values))

    yield change
    app.config["AUTHORITY"] = before
