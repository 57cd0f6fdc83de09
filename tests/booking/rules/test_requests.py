"""What families ask for: a hold's wish written behind its secret and read again, and nothing else taken for one."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.booking.rules.requests import MOST_BABIES, HoldRequest, wish_of, written_wish
from tests.booking.appointments import booked, two_mornings
from tests.booking.world import BORN, TUESDAY, at_time

SECRET = "aB3_-x" * 4
START = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
WISHES = st.builds(
    HoldRequest,
    centre_id=st.integers(1, 999_999_999),
    start=st.integers(0, 99_999_999).map(lambda minute: datetime.fromtimestamp(minute * 60, UTC)),
    births=st.lists(st.dates(), min_size=1, max_size=MOST_BABIES).map(tuple),
    interpreter=st.booleans(),
)


@given(WISHES)
def test_a_wish_is_read_as_it_was_written(wish):
    token = f"{SECRET}.{written_wish(wish)}"

    assert wish_of(token) == wish


@given(WISHES)
def test_a_token_needs_no_escaping_in_an_address(wish):
    assert re.fullmatch(r"[\w.-]+", f"{SECRET}.{written_wish(wish)}", re.ASCII)


def test_a_wish_is_the_same_wherever_its_start_was_written():
    wish = HoldRequest(7, START.astimezone(ZoneInfo("Pacific/Auckland")), (BORN,), interpreter=False)

    assert wish_of(f"{SECRET}.{written_wish(wish)}").start == START


def test_a_wish_says_nothing_of_who_asked():
    wish = HoldRequest(7, START, (BORN,), interpreter=True, client="192.0.2.1", urgent=True)

    assert "192" not in written_wish(wish)
    assert wish_of(f"{SECRET}.{written_wish(wish)}") == HoldRequest(7, START, (BORN,), interpreter=True)


GOOD = f"{SECRET}.7.29891610.0.739574"


def test_the_token_the_others_are_made_from_is_one_of_ours():
    assert wish_of(GOOD) == HoldRequest(
        7, datetime.fromtimestamp(29891610 * 60, UTC), (date.fromordinal(739574),), False
    )


@pytest.mark.parametrize(
    "token",
    [
        "",
        SECRET,
        f".{GOOD.partition('.')[2]}",
        f"{GOOD}.1",
        f"{GOOD}-",
        f"{GOOD}\n",
        f" {GOOD}",
        f"{SECRET}.7.29891610.2.739574",
        f"{SECRET}.-7.29891610.0.739574",
        f"{SECRET}.7.29891610.0.",
        f"{SECRET}.7.29891610.0.0",
        f"{SECRET}.7.29891610.0.9999999",
        f"{SECRET}.7.29891610.0." + "-".join(["739574"] * (MOST_BABIES + 1)),
        f"{SECRET}.1234567890.29891610.0.739574",
        f"{SECRET}.7.12345678901.0.739574",
        f"{SECRET}.٧.29891610.0.739574",
        "اردو.7.29891610.0.739574",
        f"{SECRET};DROP.7.29891610.0.739574",
    ],
)
def test_what_is_no_token_of_ours_is_no_wish_and_no_fault(token):
    assert wish_of(token) is None


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_nothing_anybody_sends_is_a_fault(text):
    for token in (text, f"{SECRET}.{text}", f"{SECRET}.7.{text}.0.739574"):
        wish = wish_of(token)
        assert wish is None or isinstance(wish, HoldRequest)


def test_the_farthest_minute_a_token_may_name_is_a_moment():
    assert wish_of(f"{SECRET}.7.999999999.0.739574").start.year == 3871


@pytest.mark.parametrize(("babies", "minutes"), [(1, 30), (2, 60)])
def test_an_appointment_says_how_long_it_takes(database, babies, minutes):
    world = two_mornings()
    made = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"), births=(BORN,) * babies)

    assert made.minutes == minutes
    assert made.end - made.start == timedelta(minutes=minutes)
