"""How often one address may try: counted in the database, by every process together, and only where limits are on."""

from datetime import UTC, datetime, timedelta

import pytest
from limits.storage import storage_from_string
from sqlalchemy import delete, select, text, update

from registration.common.access import public
from registration.common.db import db
from registration.common.limits import PostgresTries, TryCount, client, forget_old_tries, limiter
from tests.applications import applications
from tests.races.conftest import at_once


@public
def _tried() -> str:
    return "Come in"


_three_a_minute = limiter.limit("3 per minute")(_tried)
ADDRESS = "192.0.2.44"


@pytest.fixture
def make(new_database, tmp_path):
    """Make applications that share one database, each with an address that may be tried three times a minute."""
    url = new_database("limits")
    with applications(tmp_path) as application:

        def make(**changes):
            app = application(url, **{"RATE_LIMITS": True} | changes)
            app.add_url_rule("/try", "try", _three_a_minute)
            return app

        yield make


def tries(app, count, address=ADDRESS):
    browser = app.test_client()
    return [browser.get("/try", environ_overrides={"REMOTE_ADDR": address}).status_code for _ in range(count)]


def counts(app):
    with app.app_context(), db.engine.connect() as connection:
        return connection.execute(select(TryCount.count)).scalars().all()


def test_two_processes_count_together(make):
    one, other = make(), make()

    assert tries(one, 2) == [200, 200]
    assert tries(other, 2) == [200, 429]
    assert tries(one, 1) == [429]


def test_a_refusal_is_a_page_that_asks_to_wait(make):
    app = make()
    tries(app, 3)

    answer = app.test_client().get("/try", environ_overrides={"REMOTE_ADDR": ADDRESS})

    assert answer.status_code == 429
    assert "Please wait a few minutes" in answer.text
    assert 0 < int(answer.headers["Retry-After"]) <= 61
    assert "Retry-After" not in app.test_client().get("/try").headers


def test_each_address_is_counted_by_itself(make):
    app = make()
    tries(app, 4)

    assert tries(app, 1, "192.0.2.45") == [200]


def test_a_window_that_has_ended_counts_from_nought(make):
    app = make()
    assert tries(app, 4)[-1] == 429
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(TryCount).values(expires_at=datetime.now(UTC) - timedelta(milliseconds=1)))

    assert tries(app, 4) == [200, 200, 200, 429]


def test_a_window_does_not_grow_with_each_try(make):
    app = make()
    tries(app, 1)
    with app.app_context(), db.engine.connect() as connection:
        ends = connection.execute(select(TryCount.expires_at)).scalar_one()
    tries(app, 1)

    with app.app_context(), db.engine.connect() as connection:
        assert connection.execute(select(TryCount.expires_at)).scalar_one() == ends
    assert timedelta(seconds=50) < ends - datetime.now(UTC) <= timedelta(seconds=60)


@pytest.mark.parametrize("order", ["off last", "on last"])
def test_an_application_without_limits_counts_nothing_whichever_was_made_first(make, order):
    switches = [True, False] if order == "off last" else [False, True]
    made = {on: make(RATE_LIMITS=on) for on in switches}

    assert tries(made[False], 6) == [200] * 6
    assert counts(made[False]) == []
    assert tries(made[True], 4) == [200, 200, 200, 429]


def test_what_is_kept_of_a_client_is_no_address_and_not_the_same_under_another_key(make):
    app, elsewhere = make(), make(SECRET_KEY="another key for tests, 32 letters")
    tries(app, 1)
    with app.app_context(), db.engine.connect() as connection:
        assert ADDRESS not in connection.execute(select(TryCount.key)).scalar_one()

    names = set()
    for each in (app, elsewhere):
        with each.test_request_context(environ_overrides={"REMOTE_ADDR": ADDRESS}):
            names.add(client())
    assert len(names) == 2


def test_of_many_tries_at_once_none_is_lost(make):
    app = make()

    answers = at_once(8, lambda _number: tries(app, 1)[0])

    assert sorted(answers) == [200] * 3 + [429] * 5
    assert counts(app) == [8]


def test_the_counters_are_what_the_library_asks_of_them(make):
    app = make()
    with app.app_context():
        kept = storage_from_string("rightstart://")
        assert isinstance(kept, PostgresTries)
        assert kept.check()
        assert [kept.incr("a", 60), kept.incr("a", 60, 3), kept.incr("b", 60)] == [1, 4, 1]
        assert (kept.get("a"), kept.get("nobody")) == (4, 0)
        in_seconds = datetime.now(UTC).timestamp()
        assert in_seconds + 50 < kept.get_expiry("a") <= in_seconds + 60
        assert abs(kept.get_expiry("nobody") - in_seconds) < 5
        kept.clear("a")
        assert (kept.get("a"), kept.get("b")) == (0, 1)
        assert kept.reset() == 1
        assert kept.get("b") == 0


def test_the_counters_own_faults_are_the_databases(make):
    app = make()
    with app.app_context():
        kept = storage_from_string("rightstart://")
        with db.engine.begin() as connection:
            connection.execute(text("DROP TABLE try_count"))
        with pytest.raises(kept.base_exceptions):
            kept.incr("a", 60)


def test_an_expired_count_is_forgotten_and_a_running_one_kept(database):
    database.execute(delete(TryCount))  # counts are their own transactions: those of other tests may be left
    now = datetime.now(UTC)
    for key, seconds in (("over", -1), ("running", 60)):
        database.add(TryCount(key=key, count=1, expires_at=now + timedelta(seconds=seconds)))
    database.flush()

    assert forget_old_tries() == 1
    assert database.scalars(select(TryCount.key)).all() == ["running"]
