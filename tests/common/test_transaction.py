"""Kept whole or not at all: what a view's answer, a refusal or a deadlock does to its work, with real commits."""

import threading
from functools import partial

import pytest
from flask import Flask, abort, make_response, redirect, request
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from registration.common import transaction as transactions
from registration.common.access import public
from registration.common.db import db
from registration.common.transaction import TRIES, commits, keep, sqlstate, transaction, undo
from tests.applications import applications
from tests.races.conftest import at_once

LAID_OUT = """
CREATE TABLE jar (id int PRIMARY KEY, sweets int NOT NULL DEFAULT 0);
CREATE SEQUENCE attempt;
"""
AFRESH = """
DROP TRIGGER IF EXISTS fails ON jar;
DROP FUNCTION IF EXISTS fails;
TRUNCATE jar;
INSERT INTO jar VALUES (1), (2);
ALTER SEQUENCE attempt RESTART;
"""
#: Fails with that code the first `times` times, in the statement or only when the transaction is to be kept.
FAILS = """
CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF nextval('attempt') <= {times} THEN RAISE EXCEPTION 'as asked' USING ERRCODE = '{code}'; END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER fails AFTER UPDATE ON jar DEFERRABLE INITIALLY {when} FOR EACH ROW EXECUTE FUNCTION fails();
"""


@pytest.fixture(scope="module")
def laid_out(new_database, tmp_path_factory):
    """An application whose one address does what the test at hand puts behind it."""
    with applications(tmp_path_factory.mktemp("instance")) as make:
        app = make(new_database("transactions"))

        def do():
            return app.extensions["test.view"]()

        app.add_url_rule("/do", "do", commits(public(do)), methods=["POST"])
        run(app, LAID_OUT)
        yield app


@pytest.fixture
def app(laid_out, monkeypatch):
    run(laid_out, AFRESH)
    monkeypatch.setattr(transactions, "PAUSE", 0.01)
    return laid_out


def run(app: Flask, statements: str) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text(statements))


def jars(app: Flask) -> list[int]:
    with app.app_context(), db.engine.connect() as connection:
        return list(connection.execute(text("SELECT sweets FROM jar ORDER BY id")).scalars())


def put(jar: int = 1) -> None:
    db.session.execute(text("UPDATE jar SET sweets = sweets + 1 WHERE id = :jar"), {"jar": jar})


def post(app: Flask, view):
    """Send what is answered by that view."""
    app.extensions["test.view"] = view
    return app.test_client().post("/do")


# ---- what an answer keeps


@pytest.mark.parametrize("answer", ["done", ("made", 201), ("", 204), partial(redirect, "/")])
def test_a_good_answer_keeps_what_was_done(app, answer):
    def view():
        put()
        return answer() if callable(answer) else answer

    assert post(app, view).status_code < 400
    assert jars(app) == [1, 0]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 410, 422, 429, 500, 503])
@pytest.mark.parametrize("how", ["answered", "raised"])
def test_a_refusal_leaves_nothing(app, status, how):
    def view():
        put()
        if how == "raised":
            abort(status)
        return "No", status

    assert post(app, view).status_code == status
    assert jars(app) == [0, 0]


@pytest.mark.parametrize("fault", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_fault_leaves_nothing_and_is_not_hidden(app, fault):
    def view():
        put()
        raise fault

    with pytest.raises(fault):
        post(app, view)
    assert jars(app) == [0, 0]


def test_a_refusal_that_is_to_be_kept_is_kept(app):
    def view():
        put()
        return keep(make_response("You have booked already: we have sent you the link", 409))

    assert post(app, view).status_code == 409
    assert jars(app) == [1, 0]


def test_what_was_undone_is_gone_and_what_came_after_it_is_kept(app):
    def view():
        put(1)
        undo()
        put(2)
        return "done"

    post(app, view)
    assert jars(app) == [0, 1]


def test_the_house_can_tell_which_views_change_things():
    @commits
    def change():
        """Change something."""

    assert vars(change)["commits"]
    assert (change.__name__, change.__doc__) == ("change", "Change something.")


# ---- what the database asks for again


def test_of_two_that_wait_for_each_other_both_are_answered_and_both_are_kept(app):
    """The database ends one of two requests that lock the same rows the other way round: it is run again."""
    both_hold_one, runs = threading.Barrier(2), []

    def view():
        first, second = map(int, request.form["jars"])
        runs.append(first)
        put(first)
        if len(runs) <= 2:
            both_hold_one.wait(10)
        put(second)
        return "done"

    app.extensions["test.view"] = view
    answers = at_once(2, lambda n: app.test_client().post("/do", data={"jars": ("12", "21")[n]}).status_code)

    assert answers == [200, 200]
    assert jars(app) == [2, 2]
    assert len(runs) >= 3


@pytest.mark.parametrize("code", ["40P01", "40001"])
@pytest.mark.parametrize("when", ["IMMEDIATE", "DEFERRED"])
@pytest.mark.parametrize("times", [1, TRIES - 1])
def test_a_passing_fault_is_nobodys_answer_in_the_work_or_at_its_end(app, code, when, times):
    run(app, FAILS.format(times=times, code=code, when=when))
    runs = []

    def view():
        runs.append(1)
        put()
        return "done"

    assert post(app, view).status_code == 200
    assert jars(app) == [1, 0]
    assert len(runs) == times + 1


def test_a_fault_that_does_not_pass_is_not_tried_for_ever(app):
    run(app, FAILS.format(times=1000, code="40001", when="IMMEDIATE"))
    runs = []

    def view():
        runs.append(1)
        put()
        return "done"

    answer = post(app, view)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "as asked" not in answer.text
    assert len(runs) == TRIES == 4
    assert jars(app) == [0, 0]


def test_any_other_fault_of_the_database_is_not_tried_again(app):
    runs = []

    def view():
        runs.append(1)
        put()
        db.session.execute(text("INSERT INTO jar VALUES (1)"))
        return "done"

    with pytest.raises(IntegrityError):
        post(app, view)
    assert len(runs) == 1
    assert jars(app) == [0, 0]


def test_the_code_of_a_fault_is_postgresqls_own_or_empty():
    class Fault(Exception):
        sqlstate = "40P01"

    assert sqlstate(DBAPIError("", {}, Fault())) == "40P01"
    assert sqlstate(DBAPIError("", {}, Exception())) == ""


# ---- commands and jobs


def test_a_commands_work_is_kept_whole(app):
    with app.app_context(), transaction():
        put(1)
        put(2)

    assert jars(app) == [1, 1]


@pytest.mark.parametrize("fault", [RuntimeError, KeyboardInterrupt])
def test_a_commands_work_is_undone_whole_and_the_fault_told(app, fault):
    def work():
        with transaction():
            put(1)
            raise fault

    with app.app_context():
        with pytest.raises(fault):
            work()
        with transaction():
            put(2)

    assert jars(app) == [0, 1]
