"""Run migrations on the application's own engine, while the release before serves, never holding anybody up for long.

A migration that wants a lock makes everybody behind it wait; it gives up after LOCK_SECONDS, lets them pass and tries again. Each
migration is a transaction of its own, so what was done stays done, and the next try goes on from there. One host migrates at a
time; others wait and find nothing left to do. `flask db upgrade -x tries=N` and `-x lock_seconds=N` say otherwise.
"""

import time

import click
from alembic import context
from flask import current_app
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

target = current_app.extensions["migrate"].db

#: Whoever books is shown an honest page after 5 seconds; a migration makes nobody wait so long.
LOCK_SECONDS = 2
#: For one statement: an index on the largest table of a county takes less.
STATEMENT = "10min"
#: So often a migration is tried, with so many seconds between, in which everybody who waited passes.
TRIES, PAUSE = 20, 3
#: Seconds to wait for another host that migrates, and the number both know the lock by.
PATIENCE, MIGRATING = 1800, 5_842_036


def ours(thing, name, type_, reflected, compare_to):  # noqa: ANN001, ANN201
    """Leave the job queue's own tables to the job queue, and the stamp of places to its triggers."""
    return not (type_ == "table" and (name.startswith("procrastinate_") or name == "place_stamp"))


def alone(connection):
    """Wait until no other host migrates. Asked anew each second: who waits inside a statement would hold up an index that is built."""
    deadline = time.monotonic() + PATIENCE
    while not connection.execute(text("SELECT pg_try_advisory_lock(:number)"), {"number": MIGRATING}).scalar():
        connection.rollback()
        if time.monotonic() > deadline:
            raise click.ClickException("Another host has been changing the tables for half an hour: see what it does.")
        time.sleep(1)
    connection.commit()


def run(connection):
    """Run what is to be run, in a transaction each."""
    context.configure(
        connection=connection,
        target_metadata=target.metadata,
        include_object=ours,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def persist(connection, tries, seconds):
    """Run it until it has the locks it needs. Raises ClickException with a sentence where it never had."""
    for number in range(1, tries + 1):
        try:
            return run(connection)
        except OperationalError as fault:
            connection.rollback()
            if isinstance(fault.orig, errors.QueryCanceled):
                raise click.ClickException(
                    f"A statement of a migration took longer than {STATEMENT}; that migration was undone, those before it stay."
                ) from fault
            if not isinstance(fault.orig, errors.LockNotAvailable):
                raise
            if number == tries:
                raise click.ClickException(
                    f"A table was in use all the time: {tries} times a migration waited {seconds} s for it and gave up, so as to hold "
                    "nobody up. That migration was undone, those before it stay. Run it again when less is going on."
                ) from fault
            time.sleep(min(PAUSE, seconds))


if context.is_offline_mode():
    context.configure(url=str(target.engine.url), target_metadata=target.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    said = context.get_x_argument(as_dictionary=True)
    wait = float(said.get("lock_seconds", LOCK_SECONDS))
    with target.engine.connect() as connection:
        alone(connection)
        try:
            connection.execute(text(f"SET lock_timeout = '{int(wait * 1000)}ms'"))
            connection.execute(text(f"SET statement_timeout = '{STATEMENT}'"))
            connection.commit()
            persist(connection, int(said.get("tries", TRIES)), wait)
        finally:
            connection.rollback()
            # The session goes back to the pool: neither its lock nor its limits are for whoever has it next.
            connection.execute(text("SELECT pg_advisory_unlock_all()"))
            connection.execute(text("RESET lock_timeout"))
            connection.execute(text("RESET statement_timeout"))
            connection.commit()
