"""What day and time it is in England, on both sides of midnight and of both clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.common import clock

#: Moments in UTC with the date and the time on an English wall. Clocks went forward on 29 March and back on 25 October 2026.
WALL = [
    ("2026-01-15T23:59:59", date(2026, 1, 15), "23:59"),
    ("2026-01-16T00:00:00", date(2026, 1, 16), "00:00"),
    ("2026-03-28T23:59:00", date(2026, 3, 28), "23:59"),
    ("2026-03-29T00:59:59", date(2026, 3, 29), "00:59"),
    ("2026-03-29T01:00:00", date(2026, 3, 29), "02:00"),
    ("2026-03-29T22:59:59", date(2026, 3, 29), "23:59"),
    ("2026-03-29T23:00:00", date(2026, 3, 30), "00:00"),
    ("2026-07-01T22:59:59", date(2026, 7, 1), "23:59"),
    ("2026-07-01T23:00:00", date(2026, 7, 2), "00:00"),
    ("2026-10-24T23:00:00", date(2026, 10, 25), "00:00"),
    ("2026-10-25T00:30:00", date(2026, 10, 25), "01:30"),
    ("2026-10-25T01:30:00", date(2026, 10, 25), "01:30"),
    ("2026-10-25T23:59:59", date(2026, 10, 25), "23:59"),
    ("2026-10-26T00:00:00", date(2026, 10, 26), "00:00"),
]


@pytest.mark.parametrize(("utc", "day", "wall"), WALL)
def test_a_moment_has_the_date_and_time_of_an_english_wall(utc, day, wall):
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)

    assert clock.civil_date(moment) == day
    assert clock.london(moment).strftime("%H:%M") == wall
    assert clock.london(moment).timestamp() == moment.timestamp()


def test_the_zone_a_moment_was_written_in_does_not_matter():
    auckland = datetime(2026, 7, 2, 10, 30, tzinfo=ZoneInfo("Pacific/Auckland"))

    assert clock.civil_date(auckland) == date(2026, 7, 1)


@pytest.mark.parametrize(("utc", "day", "wall"), WALL)
def test_today_is_the_day_in_england_at_the_clock_that_was_set(app, at, utc, day, wall):
    at(f"{utc}+00:00")
    with app.app_context():
        assert clock.today() == day
        assert clock.now() == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_a_clock_that_was_set_stands_still_until_it_is_let_go(app, at):
    at("2026-11-22T09:00")
    with app.app_context():
        assert clock.now() == clock.now() == datetime(2026, 11, 22, 9, tzinfo=UTC)
    app.config["CLOCK"] = None
    with app.app_context():
        assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_outside_the_service_it_is_the_real_time(app, at):
    at("2001-01-01T09:00")

    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert clock.now().tzinfo is UTC


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(1, 100))
def test_civil_days_never_run_backwards(moment, minutes):
    earlier = moment.replace(tzinfo=UTC)

    assert clock.civil_date(earlier) <= clock.civil_date(earlier + timedelta(minutes=minutes))
