"""The set-up of the benchmark: 10 registrars, 6 centres, 9:00 to 16:00 on weekdays, 8 weeks, half booked."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from registration.booking.invariants import broken_rows
from registration.common.db import db
from tests.demo.conftest import NOW, close, inside, make_app

#: Ten registrars, 14 times a day, five days a week, 8 weeks.
TIMES = 10 * 14 * 5 * 8


def scalar(question):
    return db.session.execute(text(question), {"now": NOW.replace(hour=0)}).scalar()


@pytest.fixture(scope="module", params=[1, pytest.param(3, marks=pytest.mark.long)])
def benchmark(request, new_database, tmp_path_factory):
    app = make_app(new_database, tmp_path_factory.mktemp("bench"), f"benchmark_{request.param}")
    result = app.test_cli_runner().invoke(args=["demo", "bench", "--past-factor", str(request.param)])
    assert result.exit_code == 0, result.output
    yield request.param, app
    close(app)


@pytest.fixture
def measured(benchmark):
    with inside(benchmark[1]):
        yield benchmark


def test_the_set_up_is_as_promised(measured):
    assert scalar("SELECT count(*) FROM centre") == 6
    assert scalar("SELECT count(*) FROM registrar") == 10
    ahead = "FROM session WHERE begins_at > :now"
    assert scalar(f"SELECT count(*) {ahead}") == 10 * 5 * 8
    local = "(begins_at AT TIME ZONE 'Europe/London')::time"
    assert scalar(f"SELECT string_agg(DISTINCT {local}::text, ' ') {ahead}") == "09:00:00"
    assert scalar("SELECT count(*) FROM booking WHERE begins_at > :now") == TIMES / 2


def test_the_past_holds_as_many_bookings_for_each_factor(measured):
    factor, _ = measured
    assert scalar("SELECT count(*) FROM booking WHERE begins_at <= :now") == factor * TIMES / 2


def test_every_promise_is_kept(measured):
    assert set(broken_rows().values()) == {0}


def test_it_is_only_loaded_into_a_database_without_centres(measured):
    _, app = measured
    result = app.test_cli_runner().invoke(args=["demo", "bench"])
    assert result.exit_code == 1
    assert "There are centres here already" in result.output


def test_the_factor_has_bounds(runner):
    assert runner.invoke(args=["demo", "bench", "--past-factor", "0"]).exit_code == 2


def test_bookings_lie_before_now_and_before_their_appointments(measured):
    assert scalar("SELECT count(*) FROM booking WHERE created_at >= begins_at") == 0
    assert scalar("SELECT max(created_at) FROM booking") <= datetime(2026, 11, 22, 9, tzinfo=UTC)
