"""Migrations beside people who work: they wait shortly, let everybody pass, try again, and say so in a sentence."""

import threading

import click
import psycopg
import pytest
import sqlalchemy as sa

from registration.common.db import db
from tests.applications import applications
from tests.backup.council import ask, change, filled, run
from tests.booking.appointments import NOW, booked
from tests.booking.world import TUESDAY, at_time
from tests.migrations.walking import down, up, written

#: A state below which the table of families is changed.
BELOW_FAMILIES = "0015"


@pytest.fixture(scope="module")
def council(new_database, tmp_path_factory):
    """A council with data whose tables are at an earlier state."""
    with applications(tmp_path_factory.mktemp("beside")) as make:
        app = make(new_database("beside"), CLOCK=NOW)
        with app.app_context():
            app.world = filled()
            down(app, BELOW_FAMILIES)
        yield app


@pytest.fixture
def reader(council):
    """Somebody who has looked at families and is not done."""
    address = council.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    with psycopg.connect(address) as connection:
        connection.execute("SELECT count(*) FROM family")
        yield connection


def at():
    return ask("SELECT version_num FROM alembic_version")


@pytest.mark.long
def test_a_backup_of_an_earlier_release_is_restored_and_brought_to_this_one(council, empty, tmp_path):
    """As before every change of the tables; and the program that is newer makes it of tables that are older."""
    backup = tmp_path / "before.backup"
    assert run(council, "backup", backup)[0] == 0
    app = empty()

    status, _said, warned = run(app, "restore", backup)

    assert status == 0
    assert "Promises broken" not in warned
    with app.app_context():
        assert at() == "0026"
        assert ask("SELECT count(*) FROM booking WHERE state = 'booked'") == 3


def test_a_table_in_use_all_the_time_is_left_alone_and_that_is_a_sentence(council, reader):
    status, _, warned = run(council, "db", "upgrade", "-x", "tries=2", "-x", "lock_seconds=0.2")

    assert status == 1
    assert "2 times a migration waited 0.2 s for it and gave up" in warned
    with council.app_context():
        assert at() == BELOW_FAMILIES
        assert ask("SELECT to_regclass('family_link')") is None


def test_who_comes_meanwhile_waits_no_longer_than_the_migration_and_it_goes_on_when_it_can(council, reader):
    done = []

    def migrate():
        with council.app_context():
            up(council, lock_seconds="0.3", tries="200")
            done.append(at())

    migrating = threading.Thread(target=migrate)
    migrating.start()
    address = council.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as other:
        other.execute("SET statement_timeout = '5s'")
        for _ in range(20):
            other.execute("UPDATE family SET name = name")
        assert done == []
        reader.rollback()
        migrating.join(60)

    assert done == ["0026"]


def test_of_two_hosts_one_migrates_and_the_other_waits_and_finds_nothing_left_to_do(council):
    """Alembic works in one thread of a process: the other host is told by the lock it holds and by what it leaves."""
    address = council.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    with council.app_context(), psycopg.connect(address, autocommit=True) as other:
        up(council)
        number = "SELECT pg_try_advisory_lock(5842036)"
        assert other.execute(number).fetchone() == (True,)
        seen = []

        def finish():
            seen.append(
                other.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'relation' AND NOT granted").fetchone()
            )
            other.execute("SELECT pg_advisory_unlock_all()")

        threading.Timer(0.7, finish).start()
        with written() as sent:
            up(council)

    assert seen == [(0,)]
    assert sum("pg_try_advisory_lock" in said for said in sent) >= 2
    assert not any("alembic_version SET" in said for said in sent)


def test_a_statement_that_takes_too_long_is_undone_and_that_is_a_sentence(council, monkeypatch):
    """With a statement that is made to take long: an index on a view of all time takes as long in a large table."""
    with council.app_context():
        down(council, "0025")

        def slow(connection, _cursor, statement, *_more):
            if statement.startswith("\nCREATE TABLE pilot_protocol"):
                connection.exec_driver_sql("SET LOCAL statement_timeout = '50ms'")
                connection.exec_driver_sql("SELECT pg_sleep(5)")

        sa.event.listen(db.engine, "before_cursor_execute", slow)
        try:
            with pytest.raises(click.ClickException, match="took longer than 10min"):
                up(council)
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", slow)
        assert at() == "0025"
        up(council)


def test_limits_and_locks_of_a_migration_end_with_it(council):
    with council.app_context():
        up(council)
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "0"
            assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "0"
            assert connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").scalar() == 0


def test_this_release_works_on_tables_that_the_next_one_has_added_to(council):
    """Tables are changed first and hosts then, one by one: a column more in every table, and a table more, disturb nobody."""
    with council.app_context():
        up(council)
        for name in ("family", "booking", "session", "occupancy", "message", "centre", "staff_user", "audit_event"):
            change(f"ALTER TABLE {name} ADD COLUMN of_the_next_release text NOT NULL DEFAULT ''")
        change("CREATE TABLE of_the_next_release (id int)")
        change("UPDATE alembic_version SET version_num = 'next'")
        made = booked(
            council.world.centres["elland"],
            at_time(TUESDAY, "9:00"),
            name="Nia Lloyd",
            email="n@example.org",
            mobile=None,
        )
        db.session.remove()

    answer = council.test_client().get("/health/ready")
    assert (answer.status_code, answer.json) == (200, {"ready": True, "not_ready": {}})
    assert council.test_client().get("/").status_code == 200
    assert run(council, "invariants")[0] == 0
    with council.app_context():
        assert ask("SELECT count(*) FROM booking WHERE reference = :r", r=made.reference) == 1
