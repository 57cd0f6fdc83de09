"""Whether the process lives and can serve, as a load balancer asks."""

import socket
import threading
import time

import pytest
from sqlalchemy import create_engine, text

from registration.common import health
from registration.common.db import db
from registration.factory import create_app
from tests.conftest import settings


@pytest.fixture
def at_address(tmp_path):
    """Make the application on a database address and give a browser on it: at_address(url, **settings)."""
    made = []

    def make(url, **changes):
        app = create_app(settings(url, tmp_path, **changes))
        made.append(app)
        return app.test_client()

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def silent():
    """A server that takes connections and never says a word: its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = []
        threading.Thread(target=lambda: _take_all(server, taken), daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        for each in taken:
            each.close()


def _take_all(server, taken):
    while True:
        try:
            taken.append(server.accept()[0])
        except OSError:
            return


NOWHERE = "postgresql+psycopg://nobody:hidden@127.0.0.1:1/nothing"


def test_a_process_that_answers_lives(client):
    answer = client.get("/health/live")
    assert (answer.status_code, answer.mimetype, answer.text) == (200, "text/plain", "ok\n")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_process_lives_without_its_database_whatever_cookie_comes_along(at_address):
    browser = at_address(NOWHERE)
    browser.set_cookie("session", "of-a-family")
    assert browser.get("/health/live").status_code == 200


def test_a_service_with_its_tables_is_ready(client):
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json) == (200, {"ready": True, "not_ready": {}})
    assert "Set-Cookie" not in answer.headers


def test_without_a_database_it_lives_and_is_not_ready(at_address):
    browser = at_address(NOWHERE)
    assert browser.get("/health/live").status_code == 200
    answer = browser.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json == {"ready": False, "not_ready": {"database": "does not answer within 2 seconds"}}
    assert "hidden" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_database_that_takes_calls_and_never_answers_is_not_waited_for(at_address, silent):
    browser = at_address(f"postgresql+psycopg://nobody@127.0.0.1:{silent}/nothing")
    began = time.monotonic()
    assert set(browser.get("/health/ready").json["not_ready"]) == {"database"}
    assert time.monotonic() - began < 4


def test_a_database_that_is_busy_for_too_long_is_not_ready(at_address, new_database, monkeypatch):
    address = new_database("health_busy")
    browser = at_address(address)
    monkeypatch.setattr(health, "STATEMENT_MS", 100)
    engine = create_engine(address)
    with engine.connect() as holder:
        holder.execute(text("LOCK TABLE alembic_version"))
        assert set(browser.get("/health/ready").json["not_ready"]) == {"database"}
    engine.dispose()
    assert browser.get("/health/ready").status_code == 200


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ("UPDATE alembic_version SET version_num = '0002'", "0002"),
        ("DELETE FROM alembic_version", "none"),
        ("DROP TABLE alembic_version", "none"),
    ],
)
def test_tables_of_another_version_are_not_ready(at_address, new_database, before, found):
    address = new_database("health_old")
    browser = at_address(address)
    assert browser.get("/health/ready").status_code == 200
    engine = create_engine(address)
    with engine.begin() as connection:
        head = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text(before))
    engine.dispose()

    answer = browser.get("/health/ready")

    assert answer.status_code == 503
    sentence = f"the database is at {found}, this version needs {head}"
    assert answer.json == {"ready": False, "not_ready": {"migrations": sentence}}


def test_tables_of_a_later_version_are_ready_for_the_one_that_still_serves(at_address, new_database):
    address = new_database("health_ahead")
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'of the next release'"))
    engine.dispose()

    assert at_address(address).get("/health/ready").json == {"ready": True, "not_ready": {}}


def test_a_load_balancer_is_answered_without_tls_where_pages_insist_on_it(at_address, new_database):
    browser = at_address(new_database("health_tls"), SESSION_COOKIE_SECURE=True)
    assert browser.get("/privacy").status_code == 302
    assert browser.get("/health/live").status_code == 200
    assert browser.get("/health/ready").status_code == 200
