"""Sessions in the database: an ended one works no more, and who reads the table can become nobody."""

import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import session
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from registration.common.access import public
from registration.common.db import db
from registration.common.links import digest
from registration.common.sessions import BrowserSession, delete_expired_sessions, delete_sessions_of
from tests.applications import applications


@pytest.fixture(scope="module")
def service(new_database, tmp_path_factory):
    """An application that notes a word for a browser, tells it, and forgets the browser."""
    with applications(tmp_path_factory.mktemp("instance")) as make:
        app = make(new_database("sessions"))

        def note(word):
            session["word"] = word
            return "noted"

        def tell():
            return session.get("word", "nothing")

        def forget():
            session.clear()
            return "forgotten"

        for rule, view in (("/note/<word>", note), ("/tell", tell), ("/forget", forget)):
            app.add_url_rule(rule, view.__name__, public(view))
        yield app


@pytest.fixture
def browser(service):
    ask(service, "DELETE FROM browser_session")
    return service.test_client()


def ask(app, statement, **values):
    with app.app_context(), db.engine.begin() as connection:
        result = connection.execute(text(statement), values)
        return result.all() if result.returns_rows else result.rowcount


def stored(app):
    with app.app_context(), db.engine.connect() as connection:
        return connection.execute(
            select(BrowserSession.token_digest, BrowserSession.data, BrowserSession.expires_at)
        ).all()


def test_what_is_noted_for_a_browser_is_told_to_it_and_to_no_other(service, browser):
    browser.get("/note/hello")

    assert browser.get("/tell").text == "hello"
    assert service.test_client().get("/tell").text == "nothing"


def test_a_browser_that_only_looked_gets_no_cookie_and_no_row(service, browser):
    answer = browser.get("/tell")

    assert "Set-Cookie" not in answer.headers
    assert stored(service) == []


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(browser):
    cookie = browser.get("/note/hello").headers["Set-Cookie"].split("; ")

    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie)


def test_a_cookie_copied_before_the_session_was_ended_works_no_more(service, browser):
    browser.get("/note/hello")
    copied = browser.get_cookie("session").value
    browser.get("/forget")

    thief = service.test_client()
    thief.set_cookie("session", copied)
    assert thief.get("/tell").text == "nothing"
    assert stored(service) == []
    assert browser.get_cookie("session") is None


def test_who_reads_the_table_finds_no_cookie_in_it(service, browser):
    browser.get("/note/hello")
    cookie = browser.get_cookie("session").value
    [(kept, data, _)] = stored(service)

    assert kept == digest(cookie)
    assert cookie.encode() not in kept + data
    for tried in (kept.hex(), str(kept), cookie[:-1], cookie.upper()):
        thief = service.test_client()
        thief.set_cookie("session", tried)
        assert thief.get("/tell").text == "nothing"


def test_a_cookie_somebody_made_up_is_not_taken_over(service, browser):
    browser.set_cookie("session", "chosen-by-an-attacker")
    browser.get("/note/hello")

    assert browser.get_cookie("session").value != "chosen-by-an-attacker"
    assert [row[0] for row in stored(service)] != [digest("chosen-by-an-attacker")]


@pytest.mark.parametrize("cookie", ["", "\udcff", "x" * 5000, "../../etc", "'; DROP TABLE browser_session"], ids=ascii)
def test_a_cookie_that_is_none_of_ours_is_a_stranger_and_no_fault(service, browser, cookie):
    answer = browser.get("/tell", environ_overrides={"HTTP_COOKIE": f"session={cookie}"})

    assert (answer.status_code, answer.text) == (200, "nothing")


def test_a_session_lasts_a_day_from_its_last_change(service, browser):
    browser.get("/note/hello")
    [(_, _, ends)] = stored(service)
    assert timedelta(hours=23, minutes=59) < ends - datetime.now(UTC) <= timedelta(hours=24)

    ask(service, "UPDATE browser_session SET expires_at = clock_timestamp() + interval '1 minute'")
    browser.get("/note/again")
    [(_, _, ends)] = stored(service)
    assert timedelta(hours=23, minutes=59) < ends - datetime.now(UTC)


def test_a_session_whose_time_has_passed_is_gone_before_anybody_deletes_it(service, browser):
    browser.get("/note/hello")
    ask(service, "UPDATE browser_session SET expires_at = clock_timestamp() - interval '1 second'")

    assert browser.get("/tell").text == "nothing"


def test_a_row_that_cannot_be_read_is_a_stranger_and_runs_no_code(service, browser, tmp_path):
    """Who can write to the table must not be able to make the service run something: no pickle is ever read."""

    class Trap:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "sprung",))

    browser.get("/note/hello")
    ask(service, "UPDATE browser_session SET data = :data", data=pickle.dumps(Trap()))

    assert browser.get("/tell").text == "nothing"
    assert not (tmp_path / "sprung").exists()


def test_only_sessions_whose_time_has_passed_are_forgotten(database):
    for number, hours in enumerate((-1, 1)):
        ends = datetime.now(UTC) + timedelta(hours=hours)
        database.add(BrowserSession(token_digest=bytes([number]), data=b"", expires_at=ends))
    database.flush()

    assert delete_expired_sessions() == 1
    left = database.scalars(select(BrowserSession.token_digest)).all()
    assert [each for each in left if len(each) == 1] == [b"\x01"]


def test_the_sessions_of_one_person_are_found_whatever_browser_they_are_in(service, browser):
    other, stranger = service.test_client(), service.test_client()
    for client, person in ((browser, "jo"), (other, "jo"), (stranger, None)):
        with client.session_transaction() as kept:
            kept["word"] = "hello"
            if person:
                kept["_user_id"] = person

    with service.app_context():
        delete_sessions_of("jo")

    assert [client.get("/tell").text for client in (browser, other, stranger)] == ["nothing", "nothing", "hello"]


def test_what_must_not_be_read_for_an_outage_is_refused_with_every_header_and_nothing_is_forgotten(
    service, browser, monkeypatch
):
    browser.get("/note/hello")

    def out(*_):
        raise OperationalError("SELECT", {}, Exception("gone"))

    with monkeypatch.context() as patch:
        patch.setattr(service.session_interface, "_retrieve_session_data", out)
        answers = [browser.get("/tell"), browser.post("/find-booking"), browser.get("/staff/")]

    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert all("Content-Security-Policy" in answer.headers for answer in answers)
    assert not any("Set-Cookie" in answer.headers for answer in answers)
    assert browser.get("/tell").text == "hello"


def test_a_fault_of_ours_in_reading_a_session_is_no_outage(service, browser, monkeypatch):
    browser.get("/note/hello")

    def fail(*_):
        raise ProgrammingError("SELECT", {}, Exception("no such table"))

    monkeypatch.setattr(service.session_interface, "_retrieve_session_data", fail)

    with pytest.raises(ProgrammingError):
        browser.get("/tell")


@pytest.mark.parametrize("path", ["/privacy", "/accessibility", "/cookies", "/health/live"])
def test_a_page_that_depends_on_no_session_asks_for_none(service, browser, monkeypatch, path):
    browser.get("/note/hello")

    def fail(*_):
        raise AssertionError("it asked")

    monkeypatch.setattr(service.session_interface, "_retrieve_session_data", fail)

    assert browser.get(path).status_code == 200


def test_an_answer_that_says_the_service_is_out_writes_no_session(service, browser):
    def out(word):
        session["word"] = word
        return "out", 503

    service.view_functions["note"], kept = out, service.view_functions["note"]
    try:
        assert "Set-Cookie" not in browser.get("/note/hello").headers
    finally:
        service.view_functions["note"] = kept
    assert stored(service) == []
