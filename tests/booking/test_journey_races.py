"""Two presses at the same moment, with real connections and real commits: one time kept, one booking made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskClient

from tests.booking.walking import Family
from tests.booking.world import THURSDAY, TODAY, TUESDAY, at_time, make_world
from tests.conftest import settings
from tests.races.conftest import TWICE, at_once, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

pytestmark = pytest.mark.races


@pytest.fixture
def live(new_database: Callable[[str], str], tmp_path) -> Iterator[Flask]:
    """The application on a database of its own, with a small authority in it."""
    from registration.common.db import db
    from registration.factory import create_app

    app = create_app(settings(new_database("journeys_at_once"), tmp_path, CLOCK=at_time(TODAY, "9:00")))
    with app.app_context():
        app.world = make_world()
        app.world.weeks(count=2)
        db.session.commit()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def other_window(family):
    """The same browser a second time: the same session, the same page."""
    client = FlaskClient(family.client.application, family.client.application.response_class)
    cookie = family.client.get_cookie("session")
    client.set_cookie("session", cookie.value)
    return client


def press(family, step, sent, times):
    """Send a page so often at once; give where each answer leads."""
    windows = [other_window(family) for _ in range(times)]
    answers = at_once(times, lambda number: windows[number].post(f"/book/{step}", data=sent[number % len(sent)]))
    assert {answer.status_code for answer in answers} <= {200, 302}
    return [answer.location for answer in answers]


def test_pressing_book_many_times_books_once_and_each_press_sees_the_booking(live):
    parent = Family(live.test_client(), live.world)
    parent.walk_to("check")
    places = press(parent, "check", [parent.hidden()], 6)
    assert len(set(places)) == 1
    assert places[0].endswith("/booked")
    assert counted(live, "SELECT count(*) FROM booking") == 1
    assert counted(live, "SELECT count(*) FROM message") == 1


def test_pressing_a_time_many_times_keeps_it_once(live):
    parent = Family(live.test_client(), live.world)
    parent.walk_to("time")
    places = press(parent, "time", [parent.hidden() | parent.answers["time"]], 6)
    assert set(places) == {"/book/contact"}
    assert counted(live, "SELECT count(*) FROM occupancy WHERE kind = 'hold'") == 1


def test_two_windows_that_choose_different_times_at_once_keep_one(live):
    parent = Family(live.test_client(), live.world)
    parent.walk_to("time")
    chosen = [{"time": parent.time("sunshine", TUESDAY, "10:00")}, {"time": parent.time("elland", THURSDAY, "16:00")}]
    for _ in range(5):
        press(parent, "time", [parent.hidden() | one for one in chosen], 4)
        assert counted(live, "SELECT count(*) FROM occupancy WHERE kind = 'hold'") == 1
        parent.get("contact")
        assert "We are keeping" in parent.text
    assert counted(live, TWICE) == 0


def test_two_families_press_the_last_time_at_once_and_one_is_shown_what_is_left(live):
    with live.app_context():
        from registration.common.db import db

        live.world.session("todmorden", "ann", THURSDAY, "9:00", "9:30")
        db.session.commit()
    families = [Family(live.test_client(), live.world) for _ in range(2)]
    for number, family in enumerate(families):
        family.answers["time"] = {"time": family.time("todmorden", THURSDAY, "9:00")}
        family.answers["contact"] = {"name": "Jo", "email": f"jo{number}@example.org"}
        family.walk_to("time")

    at_once(2, lambda number: families[number].post("time"))

    assert sorted(family.step for family in families) == ["contact", "time"]
    loser = next(family for family in families if family.step == "time")
    assert loser.wrong == ["Someone else has just taken this time. Choose another time."]
    assert len(loser.page.select("input[name=time]")) > 2
