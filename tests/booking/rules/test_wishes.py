"""Whom a time that became free is offered to, and until when it is kept."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.booking.rules.slots import free_starts
from registration.booking.rules.wishes import (
    KEPT,
    LEAST_TO_ANSWER,
    Waiter,
    Wish,
    in_turn,
    kept_until,
    may_ask,
    suits,
    touching,
)
from registration.common.clock import LONDON

NOTICE = timedelta(hours=1)
ANY = Wish(earlier=True, centre_ids=None)
HAS = datetime(2026, 12, 10, 10, tzinfo=LONDON)
WAITER = Waiter(
    booking_id=1,
    public_id=UUID(int=1),
    wish=ANY,
    since=datetime(2026, 11, 22, 9, tzinfo=UTC),
    centre_id=1,
    start=HAS,
    last_lawful_day=date(2026, 12, 31),
    births=(date(2026, 11, 19),),
    interpreter=False,
    passed=frozenset(),
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


def at(clock, day=24):
    return datetime.combine(date(2026, 11, day), time.fromisoformat(clock), LONDON)


# ---- until when


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("08:00", "10:00"),
        ("12:30", "14:30"),
        ("18:00", "20:00"),
        ("18:30", "20:00"),  # no longer than the evening
        ("19:00", "20:00"),
    ],
)
def test_a_time_is_kept_two_hours_and_never_through_the_night(now, until):
    assert kept_until(at("09:00", 27), HAS, at(now), NOTICE) == at(until)


@pytest.mark.parametrize("now", ["00:00", "07:59", "19:01", "20:00", "23:30"])
def test_nobody_is_asked_at_night_or_when_the_night_is_near(now):
    assert not may_ask(at(now))
    assert kept_until(at("09:00", 27), HAS, at(now), NOTICE) is None


def test_a_time_is_kept_no_longer_than_the_councils_notice_before_it():
    assert kept_until(at("12:30"), HAS, at("10:00"), NOTICE) == at("11:30")
    assert kept_until(at("11:59"), HAS, at("10:00"), NOTICE) is None


def test_a_family_answers_before_the_appointment_it_has():
    assert kept_until(at("09:00", 27), at("12:30"), at("10:00"), NOTICE) == at("11:30")
    assert kept_until(at("09:00", 27), at("11:30"), at("10:00"), NOTICE) is None


@settings(deadline=None)
@given(moments, moments, moments)
def test_whatever_the_moments_a_family_has_time_to_answer_by_day_and_before_either_appointment(now, start, has):
    until = kept_until(start, has, now, NOTICE)
    if until is None:
        return
    assert LEAST_TO_ANSWER <= until - now <= KEPT
    assert until <= min(start, has) - NOTICE
    for moment in (now, until):
        assert time(8) <= moment.astimezone(LONDON).time() <= time(20)
    assert now.astimezone(LONDON).date() == until.astimezone(LONDON).date()


# ---- whom it suits


@pytest.mark.parametrize(("day", "wanted"), [(9, True), (10, False), (11, False)])
def test_earlier_means_an_earlier_day(day, wanted):
    assert suits(WAITER, 1, datetime(2026, 12, day, 9, tzinfo=LONDON)) is wanted


def test_only_centres_that_were_named_suit_where_any_were_named():
    choosy = replace(WAITER, wish=Wish(earlier=True, centre_ids=frozenset({2, 3})))
    sooner = datetime(2026, 12, 1, 9, tzinfo=LONDON)
    assert suits(choosy, 2, sooner)
    assert not suits(choosy, 1, sooner)
    assert suits(WAITER, 7, sooner)


def test_the_same_start_is_not_offered_twice():
    sooner = datetime(2026, 12, 1, 9, tzinfo=LONDON)
    asked = replace(WAITER, passed=frozenset({(1, int(sooner.timestamp()) // 60)}))
    assert not suits(asked, 1, sooner)
    assert suits(asked, 2, sooner)
    assert suits(asked, 1, sooner + timedelta(minutes=30))


def test_another_centre_may_be_later_but_not_after_the_42_days():
    elsewhere = replace(WAITER, wish=Wish(earlier=False, centre_ids=None))
    assert suits(elsewhere, 2, datetime(2026, 12, 31, 9, tzinfo=LONDON))
    assert not suits(elsewhere, 2, datetime(2027, 1, 1, 9, tzinfo=LONDON))
    assert not suits(elsewhere, 1, datetime(2026, 12, 1, 9, tzinfo=LONDON))  # the centre it has


def test_a_family_that_is_late_anyway_is_offered_another_centre_up_to_the_day_it_has():
    late = replace(WAITER, wish=Wish(earlier=False, centre_ids=None), last_lawful_day=date(2026, 12, 1))
    assert suits(late, 2, HAS)
    assert not suits(late, 2, HAS + timedelta(days=1))


@settings(deadline=None)
@given(
    st.booleans(),
    st.none() | st.frozensets(st.integers(1, 4)),
    st.dates(date(2026, 11, 1), date(2027, 2, 1)),
    st.integers(1, 4),
    moments,
)
def test_no_family_is_ever_offered_a_time_after_the_42_days_that_has_one_within_them(
    earlier, centres, last, centre, start
):
    waiter = replace(WAITER, wish=Wish(earlier=earlier, centre_ids=centres), last_lawful_day=last)
    if suits(waiter, centre, start) and waiter.has_in_time:
        assert start.astimezone(LONDON).date() <= last


# ---- in which order


def test_those_with_the_fewest_days_left_are_asked_first_then_those_who_wait_longest():
    late = replace(WAITER, booking_id=2, last_lawful_day=date(2026, 12, 5))
    old = replace(WAITER, booking_id=3, since=WAITER.since - timedelta(days=1))
    same = replace(WAITER, booking_id=4)
    assert [each.booking_id for each in in_turn([same, WAITER, old, late])] == [2, 3, 1, 4]


@settings(deadline=None)
@given(
    st.permutations(
        [replace(WAITER, booking_id=number, since=WAITER.since + timedelta(hours=number % 3)) for number in range(6)]
    )
)
def test_the_order_does_not_depend_on_how_they_were_found(found):
    assert in_turn(found) == in_turn(reversed(found))


# ---- which starts


@settings(deadline=None)
@given(st.integers(0, 8), st.integers(1, 8), st.integers(1, 3))
def test_a_start_uses_some_of_what_became_free_or_was_free_before(first, long, babies):
    """Minute by minute, in a session of eight hours."""
    length, freed = 30 * babies, (30 * first, 30 * (first + long))
    starts = free_starts((0, 480), (), length, 30)
    for start in starts:
        used = set(range(start, start + length)) & set(range(*freed))
        assert (start in touching(starts, length, freed)) is bool(used)


def test_families_are_asked_by_an_english_clock_in_summer_too():
    def summer(clock):
        return datetime.combine(date(2026, 7, 7), time.fromisoformat(clock), LONDON).astimezone(UTC)

    assert not may_ask(summer("07:59"))
    assert may_ask(summer("08:30"))
    assert not may_ask(summer("20:30"))


def test_just_after_midnight_in_summer_a_time_lies_on_the_new_day():
    has = replace(WAITER, start=datetime(2026, 7, 8, 0, 30, tzinfo=LONDON), last_lawful_day=date(2026, 7, 7))
    assert not has.has_in_time
    assert replace(has, last_lawful_day=date(2026, 7, 8)).has_in_time


def test_a_time_passed_once_is_not_offered_again_and_its_neighbour_is():
    start = datetime(2026, 12, 1, 10, tzinfo=LONDON)
    passed = replace(WAITER, passed=frozenset({(1, int(start.timestamp()) // 60)}))
    assert not suits(passed, 1, start + timedelta(seconds=20))
    assert suits(passed, 1, start + timedelta(minutes=1))
