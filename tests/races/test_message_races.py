"""A cancellation and a worker reach for the same message: it is sent or called back, never both, never twice."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from registration.common.db import db
from registration.common.transaction import transaction
from registration.messages import actions
from registration.messages.actions import MessageRequest
from registration.messages.rules import Recipient
from tests.races.conftest import NOW, at_once, counted

ROUNDS = 40


def request(about: UUID) -> MessageRequest:
    return MessageRequest(
        "booking_confirmed", about, 1, Recipient("email", "parent@example.com"), "en", {"reference": "7K4"}
    )


def written(app, about: UUID) -> UUID:
    with app.app_context(), transaction():
        return actions.send(request(about), now=NOW)


def taken(app, message_id: UUID) -> bool:
    with app.app_context(), transaction():
        return actions.claim(message_id, now=NOW) is not None


def withdrawn(app, about: UUID) -> int:
    with app.app_context(), transaction():
        return actions.withdraw(about, now=NOW)


def test_of_a_withdrawal_and_a_worker_exactly_one_gets_the_message(live):
    seen = Counter()
    for _ in range(ROUNDS):
        about = uuid4()
        message_id = written(live, about)
        works = [lambda m=message_id: taken(live, m), lambda a=about: withdrawn(live, a)]
        sent, called_back = at_once(2, lambda number, w=works: w[number]())
        assert (sent, called_back) in {(True, 0), (False, 1)}
        seen[sent] += 1

    assert sum(seen.values()) == ROUNDS
    assert counted(live, "SELECT count(*) FROM message WHERE state NOT IN ('sending', 'withdrawn')") == 0
    assert counted(live, "SELECT count(*) FROM message WHERE withdrawn_at IS NULL") == 0


@pytest.mark.parametrize(("kept", "sent"), [(True, False), (False, True)])
def test_a_worker_waits_for_a_cancellation_under_way_and_goes_by_its_end(live, kept, sent):
    about = uuid4()
    message_id = written(live, about)
    with ThreadPoolExecutor(1) as worker:
        with live.app_context():
            actions.withdraw(about, now=NOW)
            claim = worker.submit(taken, live, message_id)
            assert not threading.Event().wait(0.3)
            assert not claim.done()
            (db.session.commit if kept else db.session.rollback)()
        assert claim.result(timeout=5) is sent


def test_of_many_workers_one_takes_a_message_up(live):
    message_id = written(live, uuid4())

    assert sum(at_once(6, lambda _number: taken(live, message_id))) == 1


def test_two_tabs_that_book_at_once_write_a_message_once(live):
    about = uuid4()

    ids = at_once(6, lambda _number: written(live, about))

    assert len([each for each in ids if each]) == 1
    assert counted(live, "SELECT count(*) FROM message") == 1


def test_a_silence_beside_a_booking_leaves_nothing_to_send(live):
    about = uuid4()
    with live.app_context():
        message_id = actions.send(request(about), now=NOW)
        with ThreadPoolExecutor(1) as other:
            other.submit(_silence, live, about).result(timeout=5)
        db.session.commit()

    assert not taken(live, message_id)
    with live.app_context(), db.engine.connect() as connection:
        assert connection.execute(text("SELECT state FROM message")).scalar_one() == "withdrawn"


def _silence(app, about):
    with app.app_context(), transaction():
        actions.silence(about, now=NOW)


def test_the_worker_gives_each_job_a_database_session_of_its_own(live, monkeypatch):
    from flask import has_app_context
    from procrastinate import App

    seen = []

    async def run(_queue, **options):
        seen.append((has_app_context(), options["concurrency"]))
        os.kill(os.getpid(), signal.SIGTERM)  # as whoever ends a worker does

    monkeypatch.setattr(App, "run_worker_async", run)

    result = live.test_cli_runner().invoke(args=["worker"])

    assert (result.exit_code, seen) == (0, [(False, 3)])


def test_a_real_worker_delivers_what_a_booking_wrote(live):
    from contextvars import Context

    from procrastinate import PsycopgConnector

    from registration.common.queue import queue

    message_id = written(live, uuid4())
    address = live.config["SQLALCHEMY_DATABASE_URI"].replace("postgresql+psycopg://", "postgresql://")
    with queue.replace_connector(PsycopgConnector(conninfo=address)) as running:
        Context().run(running.run_worker, wait=False, install_signal_handlers=False, concurrency=2)

    with live.app_context(), db.engine.connect() as connection:
        row = connection.execute(text("SELECT state, carrier FROM message WHERE id = :id"), {"id": message_id}).one()
    assert tuple(row) == ("sent", "screen")
