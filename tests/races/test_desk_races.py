"""The telephone desk in a hurry: a button pressed twice, and two people on the telephone who want the same time."""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import datetime, timedelta

import pytest

from registration.common.clock import LONDON
from tests.races.conftest import REGISTRARS, TWICE, at_once, counted

QUESTIONS = {
    "born": "19/11/2026",
    "babies": "1",
    "district": "yes",
    "married": "yes",
    "both_named": "yes",
    "attending": "mother",
    "language": "en",
}
LETTER = {"name": "Siân Tester", "letter_address": "1 Mill Lane\nHalifax", "share": "no"}


@pytest.fixture
def desk(live):
    """Give a browser of a member of the booking desk, each with a sign-in of its own."""
    from registration.common.transaction import transaction
    from registration.staff import actions

    with live.app_context(), transaction():
        user = actions.add_account("desk@council.example", role="booking_desk")
        actions.set_password(user, "correct horse battery")
        known = user.fs_uniquifier

    def come():
        client, now = live.test_client(), time.time()
        with client.session_transaction() as session:
            session.update(_user_id=known, staff_started=now, staff_seen=now, fs_paa=now)
        return client

    return come


def carried(shown):
    second = shown[shown.index('action="/desk/phone/book"') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', second))


def offer(day, hour, minute=0):
    start = datetime(2026, 11, 22, hour, minute, tzinfo=LONDON) + timedelta(days=day)
    return f"1.{int(start.timestamp()) // 60}"


@pytest.mark.parametrize("kept", [True, False])
def test_a_button_pressed_many_times_books_a_family_that_has_only_an_address_once(live, desk, kept):
    shown = desk().post("/desk/phone/times", data=QUESTIONS).text
    sent = carried(shown) | LETTER
    chosen = re.search(r'name="time"[^>]*value="([\w.]+)"[^>]* checked', shown)[1]
    sent["time"] = chosen if kept else offer(9, 12)
    hands = [desk() for _ in range(6)]
    answers = at_once(len(hands), lambda number: hands[number].post("/desk/phone/book", data=sent))
    assert Counter(answer.status_code for answer in answers) == {303: len(hands)}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert counted(live, "SELECT count(*) FROM booking") == 1
    assert counted(live, "SELECT count(*) FROM occupancy WHERE kind = 'booking'") == 1


def test_of_many_on_the_telephone_as_many_get_a_time_as_there_are_registrars(live, desk):
    hands = [desk() for _ in range(8)]

    def book(number):
        sent = carried(hands[number].post("/desk/phone/times", data=QUESTIONS | {"not_before": "1/12"}).text)
        family = {"name": f"Family Nr{number}x", "email": f"family{number}@example.org", "share": "no"}
        return hands[number].post("/desk/phone/book", data=sent | family | {"time": offer(5, 10)}).status_code

    statuses = Counter(at_once(len(hands), book))
    assert statuses == {303: REGISTRARS, 409: len(hands) - REGISTRARS}
    assert counted(live, TWICE) == 0
