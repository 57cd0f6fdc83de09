"""When a family is reminded: never before it falls due, never too late to be of use, by an English clock in every season."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.booking.rules.reminders import (
    LONDON,
    MORNING,
    REMINDERS,
    TWO_DAYS,
    WEEK,
    days_to_look_at,
    due_at,
    is_due,
    use_until,
)

#: Appointments begin on whole minutes between 7:00 and 21:00 on an English clock; the years hold both clock changes.
DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
STARTS = st.builds(
    lambda day, minute: datetime.combine(day, time(7 + minute // 60, minute % 60), LONDON),
    DAYS,
    st.integers(0, 14 * 60),
)
KINDS = st.sampled_from(REMINDERS)
SPANS = st.timedeltas(timedelta(days=-12), timedelta(days=2))
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def at(text):
    """Give a moment by an English clock."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("kind", "start", "due", "useless"),
    [
        (WEEK, "2026-12-15T10:00", "2026-12-08T10:00", "2026-12-11T10:00"),
        (TWO_DAYS, "2026-12-15T10:00", "2026-12-13T10:00", "2026-12-14T10:00"),
        (MORNING, "2026-12-15T10:00", "2026-12-15T08:00", "2026-12-15T10:00"),
        (MORNING, "2026-12-15T20:30", "2026-12-15T08:00", "2026-12-15T20:00"),
        # Clocks go forward on 29 March and back on 25 October 2026: the reminder keeps its hour on the wall.
        (WEEK, "2026-03-30T09:00", "2026-03-23T10:00", "2026-03-26T10:00"),
        (WEEK, "2026-03-31T09:00", "2026-03-24T10:00", "2026-03-27T10:00"),
        (TWO_DAYS, "2026-03-30T09:00", "2026-03-28T10:00", "2026-03-29T10:00"),
        (MORNING, "2026-03-29T09:00", "2026-03-29T08:00", "2026-03-29T09:00"),
        (WEEK, "2026-10-26T09:00", "2026-10-19T10:00", "2026-10-22T10:00"),
        (TWO_DAYS, "2026-10-26T09:00", "2026-10-24T10:00", "2026-10-25T10:00"),
        (MORNING, "2026-10-25T09:00", "2026-10-25T08:00", "2026-10-25T09:00"),
    ],
)
def test_each_reminder_falls_due_at_its_hour_in_england_and_is_of_use_for_a_while(kind, start, due, useless):
    assert due_at(kind, at(start)) == at(due)
    assert use_until(kind, at(start)) == at(useless)


@pytest.mark.parametrize(("start", "this", "next_week"), [("2026-03-30T09:00", 10, 9), ("2026-10-26T09:00", 9, 10)])
def test_the_same_hour_on_the_wall_is_another_moment_in_summer(start, this, next_week):
    assert due_at(TWO_DAYS, at(start)).astimezone(UTC).hour == this
    assert due_at(TWO_DAYS, at(start) + timedelta(weeks=1)).astimezone(UTC).hour == next_week


@given(KINDS, STARTS, SPANS)
def test_no_reminder_goes_out_before_it_is_due_or_at_or_after_the_appointment(kind, start, away):
    now = (start.astimezone(UTC) + away).astimezone(UTC)
    if is_due(kind, start, LONG_AGO, now):
        assert due_at(kind, start) <= now < start
        assert now < use_until(kind, start)


@given(KINDS, STARTS)
def test_a_reminder_goes_out_from_its_moment_to_its_last_and_not_a_second_beyond(kind, start):
    due, end = due_at(kind, start).astimezone(UTC), use_until(kind, start).astimezone(UTC)
    second = timedelta(seconds=1)

    assert not is_due(kind, start, LONG_AGO, due - second)
    assert not is_due(kind, start, LONG_AGO, end)
    if due < end:
        assert is_due(kind, start, LONG_AGO, due)
        assert is_due(kind, start, LONG_AGO, end - second)


@given(KINDS, STARTS)
def test_a_reminder_is_never_of_use_beyond_the_appointment(kind, start):
    assert use_until(kind, start) <= start


@given(STARTS)
def test_an_appointment_after_eight_is_reminded_of_by_every_kind_one_after_another(start):
    moments = [due_at(kind, start) for kind in REMINDERS]

    assert moments == sorted(moments)
    for earlier, later in pairwise(REMINDERS):
        assert use_until(earlier, start).astimezone(UTC) <= due_at(later, start).astimezone(UTC)


@given(STARTS)
def test_an_appointment_before_the_mornings_reminder_is_not_reminded_of_in_the_morning(start):
    early = start.astimezone(LONDON).replace(hour=7, minute=30)
    moments = [early + timedelta(minutes=minutes) for minutes in range(-120, 180, 15)]

    assert not any(is_due(MORNING, early, LONG_AGO, moment.astimezone(UTC)) for moment in moments)


@pytest.mark.parametrize(
    ("kind", "last"),
    [(WEEK, "2026-12-05T10:00"), (TWO_DAYS, "2026-12-12T10:00"), (MORNING, "2026-12-14T20:00")],
)
def test_who_has_just_booked_or_moved_is_left_alone(kind, last):
    start, now = at("2026-12-15T10:00"), due_at(kind, at("2026-12-15T10:00"))

    assert is_due(kind, start, at(last), now)
    assert not is_due(kind, start, at(last) + timedelta(seconds=1), now)
    assert not is_due(kind, start, now, now)


@given(KINDS, STARTS, SPANS, SPANS)
def test_whoever_is_reminded_had_its_quiet_time(kind, start, changed, away):
    changed_at, now = start.astimezone(UTC) + changed, start.astimezone(UTC) + away
    if is_due(kind, start, changed_at, now):
        assert (due_at(kind, start).astimezone(UTC) - changed_at) >= kind.quiet - timedelta(hours=1)
        assert changed_at < now


@given(KINDS, STARTS, SPANS)
def test_whoever_is_to_be_reminded_is_looked_for(kind, start, away):
    now = start.astimezone(UTC) + away
    first, last = days_to_look_at(now)[kind.template]
    if is_due(kind, start, LONG_AGO, now):
        assert first <= start.astimezone(LONDON).date() <= last


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)))
def test_few_days_are_looked_at(moment):
    days = days_to_look_at(moment.replace(tzinfo=UTC))

    assert set(days) == {kind.template for kind in REMINDERS}
    assert all(timedelta(0) <= last - first <= timedelta(days=4) for first, last in days.values())


def test_the_zone_an_appointment_was_written_in_does_not_matter():
    start = at("2026-07-15T00:30")

    assert due_at(MORNING, start) == due_at(MORNING, start.astimezone(UTC)) == at("2026-07-15T08:00")


def test_each_kind_has_a_template_of_its_own_that_messages_know():
    from registration.messages.rules import REMINDERS as TEMPLATES

    assert {kind.template for kind in REMINDERS} == TEMPLATES


def test_the_days_looked_at_are_england_s_just_after_midnight_in_summer():
    looked_at = days_to_look_at(at("2026-07-07T00:30").astimezone(UTC))
    assert looked_at[MORNING.template][1] == date(2026, 7, 7)
