"""Bringing a database up to date before the service opens."""

import click
import pytest

from registration.common.db import db
from registration.service import prepare


@pytest.fixture
def environment(monkeypatch, tmp_path, server_url):
    monkeypatch.setenv("INSTANCE", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", "a key for tests only, 32 letters")
    monkeypatch.setenv("DEMO", "0")
    monkeypatch.setenv("DATABASE_URL", server_url.format("postgres"))
    return monkeypatch


@pytest.fixture(autouse=True)
def closed(monkeypatch):
    made = []
    create = prepare.create_app
    monkeypatch.setattr(prepare, "create_app", lambda: made.append(create()) or made[-1])
    yield
    for app in made:
        with app.app_context():
            db.engine.dispose()


def test_without_the_demonstration_there_is_nothing_to_say(environment, new_database, capsys):
    environment.setenv("DATABASE_URL", new_database("prepared"))

    assert prepare.main() == 0
    assert capsys.readouterr().out == ""


def test_a_database_that_does_not_answer_is_a_sentence(environment, tmp_path, capsys):
    environment.setenv("DATABASE_URL", f"postgresql://nobody@/nothing?host={tmp_path}")

    assert prepare.main() == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("The database does not answer: ")


def test_a_refusal_to_load_is_passed_on(environment, new_database, capsys):
    def refuse(*_arguments):
        raise click.ClickException("This database holds a real council.")

    environment.setenv("DATABASE_URL", new_database("prepared"))
    environment.setenv("DEMO", "1")
    environment.setattr(prepare, "_command", refuse)

    assert prepare.main() == 1
    assert capsys.readouterr().err.endswith("This database holds a real council.\n")
