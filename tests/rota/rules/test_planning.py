"""From weekly patterns to sessions, and the rooms they are given."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.rota.rules import planning
from registration.rota.rules.days import OpenDays, Otherwise
from registration.rota.rules.planning import Away, Exceptional, LeftOut, expand, missing_span, with_rooms
from registration.rota.rules.times import LONDON, moment
from tests.rota.rules.plans import MONDAY, TUESDAY, basis, clock, half, pattern, session

SUNDAY = MONDAY + timedelta(days=6)


@pytest.mark.parametrize(
    ("published_to", "first", "last"),
    [
        (None, date(2026, 11, 30), date(2027, 2, 28)),
        (date(2026, 10, 1), date(2026, 11, 30), date(2027, 2, 28)),
        (date(2026, 12, 9), date(2026, 12, 14), date(2027, 2, 28)),
        (date(2027, 2, 28), date(2027, 3, 1), date(2027, 3, 7)),
        (date(2027, 2, 21), date(2027, 2, 22), date(2027, 2, 28)),
    ],
)
def test_the_weeks_of_the_next_thirteen_that_have_no_rota_yet(published_to, first, last):
    assert missing_span(date(2026, 11, 25), published_to) == (first, last)


def test_a_pattern_becomes_the_sessions_of_a_week_by_an_english_clock():
    sessions, left_out = expand(MONDAY, SUNDAY, basis(pattern(half(1), half(2, "13:00", "16:00", room=4))))
    assert sessions == [session(room=None), session(TUESDAY, "13:00", "16:00", room=4)]
    assert left_out == []
    assert (sessions[1].day, sessions[1].monday) == (TUESDAY, MONDAY)


def test_weeks_that_take_turns_become_sessions_in_turn():
    turns = pattern(replace(half(1), weeks="a"), replace(half(1, centre=2), weeks="b"), replace(half(2), weeks="b"))
    sessions, _ = expand(MONDAY, MONDAY + timedelta(days=27), basis(turns))
    assert [((each.day - MONDAY).days, each.centre) for each in sessions] == [
        (0, 1),
        (7, 2),
        (8, 1),
        (14, 1),
        (21, 2),
        (22, 1),
    ]


def test_the_clock_stays_the_same_when_it_is_changed():
    sessions, _ = expand(date(2026, 10, 19), date(2026, 11, 1), basis(pattern(half(5))))
    assert [each.begins.astimezone(LONDON).hour for each in sessions] == [9, 9]
    assert sessions[1].begins - sessions[0].begins == timedelta(days=7, hours=1)


def test_a_version_ends_and_the_next_begins():
    old = pattern(half(1, centre=1), last=MONDAY)
    new = pattern(half(1, centre=2), first=MONDAY + timedelta(days=1))
    sessions, _ = expand(MONDAY, MONDAY + timedelta(days=7), basis(old, new))
    assert [each.centre for each in sessions] == [1, 2]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"days": OpenDays({MONDAY: "Boxing Day"}, {})}, "Boxing Day"),
        ({"days": OpenDays({}, {(1, MONDAY): Otherwise(open=False, reason="a burst pipe")})}, "a burst pipe"),
        ({"left": {1: MONDAY}}, "no longer works here"),
        ({"away": [Away(1, moment(MONDAY, clock("6:00")), moment(MONDAY, clock("12:30")), "training")]}, "training"),
        ({"exceptions": [Exceptional(1, MONDAY, "morning", None, "jury")]}, "jury"),
        ({"exceptions": [Exceptional(1, MONDAY, "morning", None)]}, "an exception for that day"),
    ],
)
def test_what_makes_no_session_is_told_with_why(changes, why):
    assert expand(MONDAY, SUNDAY, basis(pattern(half()), **changes)) == ([], [LeftOut(1, 1, MONDAY, "morning", why)])


@pytest.mark.parametrize(
    "changes",
    [
        {"left": {1: TUESDAY}},
        {"away": [Away(1, moment(MONDAY, clock("6:00")), moment(MONDAY, clock("12:00")), "training")]},
        {"away": [Away(2, moment(MONDAY, clock("6:00")), moment(MONDAY, clock("22:00")), "training")]},
        {"days": OpenDays({MONDAY: "Boxing Day"}, {(1, MONDAY): Otherwise(open=True, reason="")})},
        {"exceptions": [Exceptional(1, MONDAY, "afternoon", None)]},
    ],
)
def test_what_does_not_concern_a_session_leaves_it(changes):
    assert expand(MONDAY, SUNDAY, basis(pattern(half()), **changes)) == ([session(room=None)], [])


def test_an_exception_stands_for_the_half_day_of_the_pattern():
    elsewhere = Exceptional(1, MONDAY, "morning", half(1, "10:00", "12:00", centre=2))
    sessions, left_out = expand(MONDAY, SUNDAY, basis(pattern(half()), exceptions=[elsewhere]))
    assert sessions == [session(begins="10:00", ends="12:00", centre=2, room=None)]
    assert left_out == []


def test_an_exception_may_add_a_session_and_one_outside_of_the_span_adds_none():
    added = [Exceptional(1, day, "morning", half()) for day in (MONDAY, MONDAY - timedelta(days=1))]
    sessions, _ = expand(MONDAY, SUNDAY, basis(exceptions=added))
    assert [each.day for each in sessions] == [MONDAY]


SPREAD = st.lists(
    st.builds(
        lambda weekday, begins, length, centre, registrar: (
            registrar,
            half(weekday, f"{begins}:00", f"{begins + length}:00", centre=centre),
        ),
        st.integers(1, 7),
        st.integers(8, 15),
        st.integers(1, 6),
        st.integers(1, 2),
        st.integers(1, 4),
    ),
    max_size=14,
)


@settings(deadline=None)
@given(SPREAD, st.dates(date(2026, 1, 1), date(2027, 12, 1)), st.integers(0, 30), st.sets(st.integers(0, 30)))
def test_sessions_and_half_days_left_out_are_exactly_the_days_of_the_pattern(spread, first, length, holidays):
    last = first + timedelta(days=length)
    closed = OpenDays({first + timedelta(days=number): "a holiday" for number in holidays}, {})
    sessions, left_out = expand(
        first, last, basis(*[pattern(each, registrar=who) for who, each in spread], days=closed)
    )
    expected = [
        (day, who, each.centre, each.begins, day in closed.holidays)
        for day in (first + timedelta(days=number) for number in range(length + 1))
        for who, each in spread
        if each.weekday == day.isoweekday()
    ]
    made = [(s.day, s.registrar, s.centre, s.begins.astimezone(LONDON).time()) for s in sessions]
    assert sorted(made) == sorted(each[:4] for each in expected if not each[4])
    assert sorted((o.day, o.registrar, o.centre) for o in left_out) == sorted(each[:3] for each in expected if each[4])


# ---- rooms


def test_rooms_that_are_named_are_filled_first_and_the_next_free_one_is_given():
    any_room, named = session(room=None), session(registrar=2, room=5)
    placed = with_rooms([any_room, named], {1: [5, 6]}, [], {})
    assert {(each.registrar, each.room) for each in placed} == {(1, 6), (2, 5)}


def test_a_session_keeps_the_room_it_has_where_that_is_free():
    kept = {(1, 1, session().begins): 6}
    assert with_rooms([session(room=None)], {1: [5, 6]}, [], kept)[0].room == 6
    assert with_rooms([session(room=None)], {1: [5, 6]}, [session(registrar=3, room=6)], kept)[0].room == 5


def test_without_a_free_room_there_is_none():
    assert with_rooms([session(room=None)], {1: [5]}, [session(registrar=3, room=5)], {})[0].room is None
    assert with_rooms([session(room=None)], {}, [], {})[0].room is None


@settings(deadline=None)
@given(SPREAD, st.integers(0, 3))
def test_no_room_is_given_twice_and_none_is_left_empty_while_a_session_waits(spread, count):
    sessions, _ = expand(MONDAY, SUNDAY, basis(*[pattern(each, registrar=who) for who, each in spread]))
    rooms = {centre: [centre * 10 + number for number in range(count)] for centre in (1, 2)}
    placed = with_rooms(sessions, rooms, [], {})
    assert len(placed) == len(sessions)
    for each in placed:
        others = [other for other in placed if other is not each and planning.overlap(each, other)]
        assert each.room is None or each.room not in [other.room for other in others]
        if each.room is None:
            assert {other.room for other in others} >= set(rooms[each.centre])


def test_two_sessions_that_only_touch_do_not_overlap():
    assert not planning.overlap(session(), session(begins="12:30", ends="16:00"))
    assert planning.overlap(session(), session(begins="12:29", ends="16:00"))


def test_sessions_come_in_one_order():
    later, earlier = session(begins="10:00", room=None), session(room=None)
    assert [each.begins for each in with_rooms([later, earlier], {}, [], {})] == sorted([earlier.begins, later.begins])
    assert isinstance(earlier.begins, datetime)
