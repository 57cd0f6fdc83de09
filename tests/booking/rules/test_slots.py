"""Start times against a grid of single minutes, over two years and every clock change."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.booking.rules.slots import Need, free_starts, least_loaded, places_between, public_end
from registration.common.clock import LONDON


def brute_force(session, busy, length, step):
    """Walk every minute: a start is offered on the session's grid or where something ends, if every minute is free."""
    begin, end = session
    taken = {minute for a, b in busy for minute in range(a, b)}
    ends = {b for _, b in busy}
    return [
        start
        for start in range(begin, end - length + 1)
        if ((start - begin) % step == 0 or start in ends)
        and not any(minute in taken for minute in range(start, start + length))
    ]


spans = st.lists(st.tuples(st.integers(-60, 500), st.integers(1, 90)), max_size=12)


@given(st.integers(1, 480), spans, st.sampled_from([15, 30, 45, 60, 90]), st.sampled_from([10, 15, 20, 30]))
def test_starts_are_those_of_the_minute_grid(minutes, taken, length, step):
    busy = sorted((a, a + size) for a, size in taken)
    session = (0, minutes)

    assert free_starts(session, busy, length, step) == brute_force(session, busy, length, step)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    st.integers(60, 480),
    st.lists(st.tuples(st.integers(0, 400), st.integers(15, 60)), max_size=8),
)
def test_sessions_by_the_english_clock_lose_and_gain_no_minute_when_it_changes(wall, minutes, taken):
    begin = int(wall.replace(second=0, microsecond=0, tzinfo=LONDON).timestamp()) // 60
    busy = sorted((begin + a, begin + a + size) for a, size in taken)
    found = free_starts((begin, begin + minutes), busy, 30, 30)

    assert found == brute_force((begin, begin + minutes), busy, 30, 30)
    moments = [datetime.fromtimestamp(start * 60, UTC) for start in found]
    assert all(later > earlier for earlier, later in itertools.pairwise(moments))


@given(st.integers(30, 480), spans)
def test_what_is_taken_from_a_session_is_never_offered_again(minutes, taken):
    busy = sorted((a, a + size) for a, size in taken)
    booked = []
    while starts := free_starts((0, minutes), sorted([*busy, *booked]), 30, 30):
        booked.append((starts[-1], starts[-1] + 30))

    flat = sorted(booked)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(flat))
    assert all(not (a < end and start < b) for start, end in booked for a, b in busy)


def test_a_session_of_seven_hours_has_fourteen_half_hours():
    assert len(free_starts((0, 420), [], 30, 30)) == 14


def test_an_odd_length_leaves_no_unused_gap_behind_it():
    assert free_starts((0, 180), [(0, 45)], 30, 30) == [45, 60, 90, 120, 150]


@pytest.mark.parametrize(("babies", "interpreter", "minutes"), [(1, 0, 30), (1, 15, 45), (2, 0, 60), (3, 15, 105)])
def test_each_baby_and_the_interpreter_take_their_time(babies, interpreter, minutes):
    assert Need(babies, interpreter).minutes(30) == minutes


@pytest.mark.parametrize(
    ("end", "urgent", "public"), [(420, False, 390), (420, True, 420), (179, False, 179), (180, False, 150)]
)
def test_the_desk_keeps_the_end_of_long_sessions_until_a_family_is_pressed(end, urgent, public):
    assert public_end(0, end, 30, urgent=urgent) == public


def test_protected_minutes_lie_before_the_desks_and_open_with_them():
    assert public_end(0, 420, 30, urgent=False, protected=60) == 330
    assert public_end(0, 120, 30, urgent=False, protected=30) == 90, "of a short session the desk keeps nothing"
    assert public_end(0, 420, 30, urgent=True, protected=60) == 420


@given(st.integers(1, 480), spans, st.sampled_from([15, 30, 45]), st.integers(-30, 200))
def test_as_many_places_are_counted_as_can_be_booked_one_after_another(minutes, taken, length, since):
    busy = sorted((a, a + size) for a, size in taken)
    blocked = sorted([*busy, (-1000, since)])
    booked = 0
    while starts := free_starts((since, minutes), blocked, length, 1):
        blocked = sorted([*blocked, (starts[0], starts[0] + length)])
        booked += 1

    assert places_between(since, minutes, busy, length) == booked


def test_the_least_busy_registrar_is_asked_first_and_the_lower_number_between_equals():
    assert least_loaded([(4, 60), (3, 30), (9, 0), (2, 30)]) == [9, 2, 3, 4]


def test_a_day_of_twenty_three_hours_still_counts_whole_hours():
    begin = datetime(2027, 3, 28, 0, 30, tzinfo=LONDON)
    end = datetime(2027, 3, 28, 3, 0, tzinfo=LONDON)

    assert (end.astimezone(UTC) - begin.astimezone(UTC)) == timedelta(hours=1, minutes=30)
    first = int(begin.timestamp()) // 60
    assert len(free_starts((first, int(end.timestamp()) // 60), [], 30, 30)) == 3


def test_a_gap_that_is_just_long_enough_has_its_start():
    assert free_starts((0, 30), [], 30, 30) == [0]
    assert free_starts((0, 90), [(30, 60)], 30, 30) == [0, 60]
    assert free_starts((0, 89), [(30, 60)], 30, 30) == [0]


def test_how_long_a_session_is_and_not_how_late_in_history_decides_what_the_desk_keeps():
    begin = 29_900_000
    assert public_end(begin, begin + 60, 30, urgent=False) == begin + 60
    assert public_end(begin, begin + 180, 30, urgent=False) == begin + 150
