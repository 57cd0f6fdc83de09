"""How long a page waits for the database: on a real one that is frozen, slow, gone or locked."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import psutil
import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from registration.common import embedded, patience
from registration.common.access import public, roles
from registration.common.db import db
from registration.common.patience import Pulse, Unanswered, limited
from tests.applications import applications


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A server of our own, that may be frozen without anybody else waiting for it."""
    folder = tmp_path_factory.mktemp("server")
    embedded.ensure(folder, fsync=False)
    yield folder
    embedded.stop(folder)


@pytest.fixture(scope="module")
def service(folder, tmp_path_factory):
    """An application whose pages ask the database to sleep for so many seconds."""
    with applications(tmp_path_factory.mktemp("instance")) as make:
        app = make(embedded.address(folder))
        app.config["PROPAGATE_EXCEPTIONS"] = False

        def sleep(seconds: float) -> str:
            db.session.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})
            return "slept"

        def twice(seconds: float) -> str:
            sleep(seconds)
            return sleep(seconds)

        def shown(name: str) -> str:
            return str(db.session.execute(text(f"SHOW {name}")).scalar())

        def at_length(seconds: float) -> str:
            patience.extend()
            return twice(seconds)

        def last_words() -> str:
            sleep(0)
            service_freezes.enter_context(frozen(folder))
            return "said"

        for rule, view in (("last-words", last_words), ("sleep/<float:seconds>", sleep), ("twice/<float:seconds>", twice),
                           ("shown/<name>", shown), ("at-length/<float:seconds>", at_length)):  # fmt: skip
            app.add_url_rule(f"/{rule}", view.__name__, public(view))
        yield app


#: What a page froze, until it is let go.
service_freezes = ExitStack()


@pytest.fixture
def hurried(monkeypatch):
    """Less patience, so that the tests need less of ours."""
    monkeypatch.setattr(patience, "PATIENCE", 0.8)
    monkeypatch.setattr(patience, "SILENCE", 0.3)
    monkeypatch.setattr(patience, "STAFFS_PATIENCE", 3.0)


def timed(app: Flask, path: str) -> tuple[int, float]:
    began = time.monotonic()
    return app.test_client().get(path).status_code, time.monotonic() - began


@contextmanager
def frozen(folder):
    main = psutil.Process(int((folder / "postgres" / "postmaster.pid").read_text().split("\n")[0]))
    processes = [main, *main.children()]
    for each in processes:
        each.suspend()
    try:
        yield
    finally:
        for each in processes:
            each.resume()


def test_a_page_that_gets_its_answers_is_given(service, hurried):
    assert timed(service, "/sleep/0.0")[0] == 200
    assert timed(service, "/sleep/0.5")[0] == 200, "silent for longer than SILENCE, but alive"


@pytest.mark.parametrize("path", ["/sleep/5.0", "/twice/0.6"])
def test_all_waiting_of_a_page_together_has_an_end(service, hurried, path):
    status, seconds = timed(service, path)

    assert status == 503
    assert 0.7 < seconds < 3


def test_what_was_given_up_burdens_the_server_no_longer(service, hurried):
    timed(service, "/sleep/30.0")
    time.sleep(1.5)

    with service.app_context(), db.engine.connect() as connection:
        sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"
        assert connection.execute(text(sleeping)).scalar() == 0


def test_a_page_that_was_made_is_given_though_the_server_does_not_hear_its_end(service, hurried, caplog):
    with service_freezes:
        status, seconds = timed(service, "/last-words")

    assert (status, seconds < 3) == (200, True)
    assert "did not hear the end of a session" in caplog.text
    time.sleep(patience.FRESH + 0.1)
    assert timed(service, "/sleep/0.0")[0] == 200, "nothing of it is left in the way"


def test_staff_who_were_let_in_wait_longer(service, hurried):
    assert timed(service, "/at-length/0.6")[0] == 200
    assert timed(service, "/at-length/2.0")[0] == 503


def test_a_view_of_staff_has_their_patience(monkeypatch):
    given = []
    monkeypatch.setattr("registration.common.access.signed_in", lambda: True)
    monkeypatch.setattr("registration.common.access.has_role", lambda *_: True)

    with limited(lambda: True):
        roles("auditor")(lambda: given.append(patience._purse.get().left))()

    assert given == [patience.STAFFS_PATIENCE]


def test_outside_a_request_nobody_is_hurried(service, hurried):
    with service.app_context():
        db.session.execute(text("SELECT pg_sleep(1.2)"))
        assert db.session.execute(text("SHOW statement_timeout")).scalar() == "0"
        db.session.remove()
        db.engine.dispose()


def test_a_frozen_server_is_found_out_soon_and_others_are_not_kept_waiting(service, hurried, folder):
    timed(service, "/sleep/0.0")
    with frozen(folder):
        first = timed(service, "/sleep/0.0")
        with ThreadPoolExecutor(6) as pool:
            others = list(pool.map(lambda _: timed(service, "/sleep/0.0"), range(6)))

    assert first[0] == 503
    assert first[1] < 4
    assert {status for status, _ in others} == {503}
    assert sorted(seconds for _, seconds in others)[3] < 1.0
    began = time.monotonic()
    while timed(service, "/sleep/0.0")[0] != 200:
        assert time.monotonic() - began < 5


def test_an_idle_connection_that_the_server_ended_is_not_given_to_anybody(service, folder):
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: timed(service, "/sleep/0.2"), range(3)))
    with psycopg.connect(embedded.address(folder).replace("+psycopg", ""), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    time.sleep(0.3)

    assert [timed(service, "/sleep/0.0")[0] for _ in range(3)] == [200, 200, 200]


@pytest.mark.parametrize(
    ("name", "value"),
    [("statement_timeout", "30s"), ("lock_timeout", "3s"), ("idle_in_transaction_session_timeout", "1min"),
     ("client_connection_check_interval", "1s")],
)  # fmt: skip
def test_a_page_brings_the_servers_own_limits(service, name, value):
    assert service.test_client().get(f"/shown/{name}").text == value


def test_options_of_the_databases_address_stay(service):
    assert patience._hurried({"options": "-c lock_timeout=1"})["options"].endswith("-c lock_timeout=1")


def test_the_pulse_is_felt_by_one_at_a_time_and_remembered_for_a_moment(monkeypatch):
    asked = []
    pulse = Pulse(lambda: asked.append(1) or "host=/nowhere port=1")

    assert [pulse.beats(), pulse.beats()] == [False, False]
    assert len(asked) == 1
    with pulse.asking:
        assert pulse.beats() is False, "while another asks, nobody waits for a server known to be gone"
    monkeypatch.setattr(patience, "FRESH", 0.0)
    pulse.beats()
    assert len(asked) == 2


def test_a_server_that_is_gone_is_felt_as_a_connection_fails(service, folder):
    pulse = Pulse(lambda: "host=/nowhere port=1")

    with pytest.raises(psycopg.OperationalError), pulse.felt():
        psycopg.connect("host=/nowhere port=1")

    assert pulse.gone


def test_a_request_whose_patience_is_gone_asks_nothing_more(service):
    with service.app_context(), limited(lambda: True):
        patience._purse.get().left = 0.0
        db.engine.dispose()
        with pytest.raises(Exception, match="did not answer in time") as refused, db.engine.connect():
            pass
        assert isinstance(refused.value.orig, Unanswered)
        patience.extend()
        assert patience._purse.get().left == 0.0


def test_a_stopped_process_is_no_ended_one(folder):
    """What the supervisor goes by: a frozen server is not started anew beside itself."""
    with frozen(folder):
        assert embedded.running(folder)
