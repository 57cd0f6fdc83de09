"""`flask worker` asked to end: whatever it is waiting for just then, it ends, calmly and soon."""

import asyncio
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle

import psycopg
import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.engine import make_url

from registration.common import worker as life
from registration.common.worker import work
from tests.service.workers import Door, Worker, wait_until

#: Seconds after the worker has looked at the tables: it connects, says that it is there, listens, and waits.
MOMENTS = (0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.9, 2.0)
CALM = (0, "")


@pytest.fixture(scope="module")
def url(new_database):
    return new_database("asked_to_end")


@pytest.fixture
def start(url, tmp_path):
    """Start a worker behind a door of its own: start(slow=seconds, silent_from=number, patience=seconds)."""
    there = make_url(url)
    with ExitStack() as doors:

        def start(patience=3.0, **ways):
            door = doors.enter_context(
                Door(f"{there.query['host']}/.s.PGSQL.{there.query['port']}", **ways),
            )
            folder = tmp_path / str(door.server_address[1])
            folder.mkdir()
            through = there.set(host="127.0.0.1", port=door.server_address[1], query={})
            worker = Worker(through.render_as_string(hide_password=False), folder, patience)
            doors.callback(worker.clear_away)
            return worker, door

        yield start


@pytest.fixture
def queued(url):
    """The jobs of the queue: queued(seconds) adds one that takes so long, queued() gives the states of all."""
    engine = create_engine(url, poolclass=NullPool)

    def queued(seconds=None):
        with engine.begin() as connection:
            if seconds is not None:
                connection.execute(
                    text(
                        "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
                        " VALUES ('default', 'tests.slow', jsonb_build_object('seconds', CAST(:seconds AS float)))"
                    ),
                    {"seconds": seconds},
                )
            rows = connection.execute(text("SELECT status FROM procrastinate_jobs WHERE task_name = 'tests.slow'"))
            return list(rows.scalars())

    yield queued
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs"))


def test_asked_at_any_moment_of_its_start_it_ends_calmly(start):
    def ask(begun, moment, how):
        worker, door = begun
        wait_until(lambda: door.came > 1)
        time.sleep(moment)
        worker.ask(how)
        return worker.outcome()

    with ThreadPoolExecutor(len(MOMENTS)) as together:
        begun = [start(slow=0.15) for _ in MOMENTS]
        outcomes = list(together.map(ask, begun, MOMENTS, cycle((signal.SIGTERM, signal.SIGINT))))

    assert outcomes == [CALM] * len(MOMENTS)


def test_asked_while_it_waits_to_look_at_the_tables_it_ends_calmly(start):
    worker, door = start(silent_from=1)
    wait_until(lambda: door.came)

    worker.ask()

    assert worker.outcome() == CALM


@pytest.mark.long  # a fault
def test_asked_while_the_database_answers_none_of_its_connections_it_ends(start):
    worker, door = start(patience=0.5, silent_from=2)
    wait_until(lambda: door.came > 1)

    worker.ask()

    assert worker.outcome()[0] == 0


@pytest.mark.long  # a fault
def test_asked_when_the_database_has_fallen_silent_in_the_middle_it_ends(start, queued):
    worker, door = start(patience=0.5)
    queued(0)
    wait_until(lambda: queued() == [])
    door.frozen.set()
    worker.ask()

    assert worker.outcome()[0] == 0


def test_a_job_in_hand_is_finished_and_a_request_heard_twice_is_one(start, queued):
    worker, _ = start(patience=0.5)
    queued(1.5)
    wait_until(lambda: "in hand" in worker.said)

    worker.ask()
    worker.ask()

    assert worker.outcome() == (0, "in hand\ndone\n")
    assert queued() == []


@pytest.mark.long  # a fault
def test_asked_again_it_leaves_a_job_that_does_not_end(start, queued):
    worker, _ = start(patience=0.5)
    queued(60)
    wait_until(lambda: "in hand" in worker.said)

    worker.ask()
    assert worker.outcome(1.5) == (None, "in hand\n")
    worker.ask()

    assert worker.outcome() == (-signal.SIGTERM, "in hand\n")


def test_a_database_that_leaves_is_waited_for_and_the_work_goes_on(start, queued, url):
    worker, _ = start()
    queued(0)
    wait_until(lambda: queued() == [])

    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    time.sleep(0.5)
    queued(0)

    wait_until(lambda: queued() == [])
    assert worker.process.is_alive()


@pytest.fixture
def pretended(monkeypatch):
    """Let the worker's work be what is given: one function for each time it begins."""

    def pretend(*deeds):
        left = list(deeds)

        async def begin(_queue, _hand):
            left.pop(0)()
            await asyncio.sleep(20)

        monkeypatch.setattr(life, "_work", begin)
        monkeypatch.setattr(life, "PAUSE", 0.01)
        return left

    return pretend


def fail(error):
    raise error


def test_a_worker_that_lost_its_database_begins_anew(pretended, caplog):
    left = pretended(lambda: fail(psycopg.OperationalError("secret")), lambda: os.kill(os.getpid(), signal.SIGTERM))

    work(None)

    assert left == []
    assert "The database left the worker: OperationalError" in caplog.text
    assert "secret" not in caplog.text


def test_a_fault_of_ours_ends_the_worker(pretended):
    pretended(lambda: fail(RuntimeError("ours")))

    with pytest.raises(RuntimeError, match="ours"):
        work(None)
