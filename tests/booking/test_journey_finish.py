"""The last pages: sent twice, gone back to, changed in another window."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy import table as sql_table

from tests.booking.walking import Family
from tests.booking.world import NOW, TUESDAY, make_world

AWAY = "You were away for a while. Your answers are still here. Check them and continue."


@pytest.fixture
def world(database, at):
    at(NOW)
    made = make_world()
    made.weeks(count=2)
    return made


@pytest.fixture
def family(client, world):
    return lambda **answers: Family(client, world, {step.replace("_", "-"): given for step, given in answers.items()})


def count(database, table):
    return database.execute(select(func.count()).select_from(sql_table(table))).scalar_one()


# -- Back and twice


def test_back_after_booking_shows_the_booking_again(family, database):
    parent = family()
    parent.book()
    where = parent.path
    for page in ("check", "contact", "time", "every-time"):
        parent.client.get(f"/book/{page}")
        answer = parent.client.get(f"/book/{page}")
        assert answer.location == where
    assert count(database, "booking") == 1


def test_the_last_page_sent_twice_books_once(family, database):
    parent = family()
    parent.walk_to("check")
    sent = parent.hidden()
    parent.post("check", sent)
    where = parent.path
    parent.post("check", sent)
    assert parent.path == where
    assert count(database, "booking") == 1


def test_any_page_sent_after_the_booking_shows_the_booking(family):
    parent = family()
    parent.walk_to("share")
    early = parent.hidden()
    parent.book()
    where = parent.path
    parent.post("share", early | {"share": "no"})
    assert parent.path == where


# -- two windows


def test_what_another_window_changed_is_shown_before_it_is_booked(family, database):
    parent = family()
    parent.walk_to("check")
    first_window = parent.hidden()
    parent.post("time", {"time": parent.time("elland", date(2026, 11, 23), "13:00")}, query="?change=1")
    parent.post("check", first_window)
    assert parent.step == "check"
    assert "Something was changed in another window." in parent.text
    assert "Monday 23 November at 1pm" in parent.text
    assert count(database, "booking") == 0
    parent.post("check")
    assert parent.path.endswith("/booked")


def test_two_windows_that_choose_keep_one_time_the_last(family, database):
    parent = family()
    parent.walk_to("time")
    window = parent.hidden()
    parent.post("time", window | {"time": parent.time("sunshine", TUESDAY, "10:00")})
    parent.post("time", window | {"time": parent.time("sunshine", TUESDAY, "11:00")})
    assert "We are keeping Tuesday 24 November at 11am" in parent.text
    assert count(database, "occupancy") == 1
