"""The commands of `flask`: each finds its database at hand, or says in a sentence why it cannot."""

import os
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from sqlalchemy import NullPool, create_engine, text

from registration.common import at_hand, embedded
from registration.common.db import db
from tests.applications import applications

ROOT = Path(__file__).parent.parent


@pytest.fixture
def make(tmp_path):
    """Make an application on the database of that address, or on its own embedded server."""
    with applications(tmp_path) as make:
        yield make


def said(app, *command):
    """Run a command: give its exit status and what it said to the person, who must never see a traceback."""
    result = app.test_cli_runner().invoke(args=list(command))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stderr.strip()


COMMANDS = (["invariants"], ["worker"], ["demo", "load"], ["staff", "add", "a@b.example", "--role", "registrar"])


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_on_a_database_without_tables_says_what_to_do(make, server_url, command):
    status, sentence = said(make(server_url.format("postgres")), *command)

    assert status == 1
    assert sentence == (
        "Error: The tables of this database are not those of this version of the service: run `flask db upgrade` first."
    )


def test_a_command_on_the_tables_of_an_older_version_says_the_same(make, new_database):
    url = new_database("older")
    app = make(url)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    status, sentence = said(app, "invariants")

    assert status == 1
    assert "run `flask db upgrade` first" in sentence


def test_the_command_that_makes_the_tables_is_not_refused_for_want_of_them(make, server_url, new_database):
    app = make(new_database("bare"))
    assert said(app, "db", "downgrade", "base")[0] == 0
    assert said(app, "invariants")[0] == 1

    assert said(app, "db", "upgrade")[0] == 0
    assert said(app, "invariants") == (0, "")


def test_a_database_that_does_not_answer_is_a_sentence(make, tmp_path):
    app = make(f"postgresql+psycopg://nobody@/nothing?host={tmp_path}")

    for command in (["invariants"], ["db", "upgrade"]):
        status, sentence = said(app, *command)
        assert status == 1
        assert sentence.startswith("Error: The database does not answer: ")
        assert "\n" not in sentence


def test_an_embedded_server_that_cannot_start_is_a_sentence(make, tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "holiday.jpg").write_text("mine")

    status, sentence = said(make(), "invariants")

    assert status == 1
    assert sentence == f"Error: {tmp_path / 'postgres'} is there but holds no PostgreSQL data: move it away."


def test_a_command_starts_the_embedded_server_and_leaves_none_behind(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"INSTANCE": str(tmp_path), "DEMO": "1", "FLASK_APP": "app"}

    def flask(*command):
        return subprocess.run(
            [sys.executable, "-m", "flask", *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    done = flask("invariants")  # a brand new server is given its tables on the way

    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, "what only read was cut off in its transaction"
    assert not embedded.running(tmp_path)


def test_a_command_beside_a_service_is_not_given_a_database_that_nobody_looks_at(make, tmp_path, monkeypatch):
    """A machine of docs/running.md keeps the settings of its service in a file that `right-start` reads."""
    settings = tmp_path / "etc" / "settings"
    settings.parent.mkdir()
    settings.touch()
    monkeypatch.setattr(at_hand, "SERVICE_SETTINGS", settings)
    monkeypatch.delenv("INSTANCE", raising=False)
    app = make()

    for command in (["invariants"], ["db", "upgrade"], ["backup", str(tmp_path / "a.backup")]):
        status, sentence = said(app, *command)
        assert status == 2
        assert sentence.startswith(f"Error: This machine has a service with settings in {settings}: use right-start ")
    assert not (tmp_path / "postgres").exists()
    status, sentence = said(app, "backup", "--list", str(settings))
    assert (status, "right-start" in sentence) == (1, False), "what needs no database is free"

    monkeypatch.setenv("INSTANCE", str(tmp_path))
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "holiday.jpg").write_text("mine")
    assert "holds no PostgreSQL data" in said(app, "invariants")[1], "who names a database of its own is given it"


def test_help_names_no_command_that_cannot_work_here(tmp_path):
    environment = os.environ | {"INSTANCE": str(tmp_path), "DEMO": "1", "FLASK_APP": "app"}
    told = subprocess.run(
        [sys.executable, "-m", "flask", "--help"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    named = {line.split()[0] for line in told.stdout.split("Commands:")[1].splitlines() if line.strip()}

    assert {"invariants", "backup", "db"} <= named
    assert "limiter" not in named


def test_settings_that_are_not_for_everybody_are_settings(make, monkeypatch):
    class Closed(type(Path())):
        def exists(self, **_):
            raise PermissionError

    monkeypatch.setattr(at_hand, "SERVICE_SETTINGS", Closed("/etc/right-start/settings"))
    monkeypatch.delenv("INSTANCE", raising=False)

    assert said(make(), "invariants")[0] == 2


def test_sigterm_stops_a_command_in_the_middle_and_undoes_what_it_began(make, tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"INSTANCE": str(tmp_path), "DEMO": "1", "FLASK_APP": "app"}
    command = [sys.executable, "-m", "flask", "demo", "load"]
    assert said(make(), "db", "upgrade")[0] == 0
    with embedded.using(tmp_path) as url, create_engine(url, poolclass=NullPool).connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(hashtext('imported_file'))"))  # the command waits for this
        with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as running:
            waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'")
            until = time.monotonic() + 60
            while not connection.execute(waiting).scalar_one() and time.monotonic() < until:
                connection.rollback()
                time.sleep(0.1)
            running.terminate()
            _, told = running.communicate(timeout=60)
        left = connection.execute(text("SELECT count(*) FROM centre")).scalar_one()

    assert (running.returncode, left) == (1, 0), told
    assert "Traceback" not in told
    assert not embedded.running(tmp_path)


def test_every_command_with_a_database_tells_what_it_does(make, server_url):
    app = make(server_url.format("postgres"))

    def leaves(group, path=()):
        for name, command in group.commands.items():
            if isinstance(command, click.Group):
                yield from leaves(command, (*path, name))
            else:
                yield (*path, name), command

    found = dict(leaves(app.cli))
    assert ("worker",) in found
    assert [path for path, command in found.items() if not command.get_short_help_str()] == []


def test_wrong_use_is_told_apart_from_a_refusal(make, server_url):
    app = make(server_url.format("postgres"))

    assert said(app, "demo", "no-such-command")[0] == 2
    assert said(app, "worker", "--help")[0] == 0
