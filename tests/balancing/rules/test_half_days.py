"""Half-days of a plan and sessions on the calendar, both ways."""

from datetime import date, datetime, time

import pytest

from registration.balancing.rules.half_days import Calendar, Span, parts_of, sessions_of, times_of
from registration.balancing.rules.rota import OFFICE
from registration.rota.rules.planning import Planned
from registration.rota.rules.times import LONDON
from tests.balancing.small import rota

#: The clocks go forward on Sunday 28 March 2027, in the middle of these weeks.
CALENDAR = Calendar(date(2027, 3, 22), 2)


def session(day, begins, ends, registrar=101, centre=11):
    def at(clock):
        return datetime.combine(date(2027, 3, day), time.fromisoformat(clock), LONDON)

    return Planned(registrar, centre, None, at(begins), at(ends))


def test_a_calendar_counts_mondays_to_fridays_and_nothing_else():
    assert CALENDAR.last == date(2027, 4, 4)
    assert [CALENDAR.half_day(date(2027, 3, day), 1) for day in (21, 22, 26, 27, 28, 29)] == [
        None,
        1,
        9,
        None,
        None,
        11,
    ]
    assert CALENDAR.half_day(date(2027, 4, 2), 0) == 18
    assert CALENDAR.half_day(date(2027, 4, 5), 0) is None
    assert [CALENDAR.day(half).day for half in (0, 1, 9, 10, 19)] == [22, 22, 26, 29, 2]
    assert CALENDAR.in_words(13) == "Tue 30 March, afternoon"


@pytest.mark.parametrize(
    ("begins", "ends", "halves"),
    [
        ("09:00", "12:30", {0: ("09:00", "12:30", False)}),
        ("10:00", "14:30", {0: ("10:00", "14:30", False)}),
        ("09:00", "16:00", {0: ("09:00", "12:30", True), 1: ("12:30", "16:00", True)}),
        ("12:00", "16:00", {1: ("12:00", "16:00", False)}),
        ("13:00", "18:00", {1: ("13:00", "18:00", False)}),
        ("13:30", "20:30", {1: ("13:30", "20:30", False)}),
        ("15:00", "19:00", {1: ("15:00", "19:00", False)}),
        ("15:00", "19:30", {}),
        ("15:59", "18:00", {1: ("15:59", "18:00", False)}),
        ("16:00", "17:00", {}),
        ("16:00", "19:30", {}),
        ("16:30", "19:30", {}),
        ("17:00", "19:00", {}),
    ],
)
def test_a_session_is_a_morning_an_afternoon_both_or_neither(begins, ends, halves):
    found = parts_of(time.fromisoformat(begins), time.fromisoformat(ends))
    assert {half: (f"{span.begins:%H:%M}", f"{span.ends:%H:%M}", span.whole) for half, span in found} == halves


def test_a_span_knows_its_minutes():
    assert Span(time(9, 30), time(12, 15)).minutes == 165


@pytest.mark.parametrize(
    "sessions",
    [
        [session(22, "09:00", "16:00")],
        [session(22, "09:00", "12:30"), session(22, "12:30", "16:00")],
        [session(23, "09:30", "12:00"), session(29, "13:00", "15:30", registrar=102, centre=21)],
    ],
)
def test_what_is_planned_as_it_stands_gives_the_same_sessions_again(sessions):
    times = times_of(sessions, CALENDAR)
    stands = rota(*((each.registrar, half, each.centre) for each in sessions for half, _ in CALENDAR.of_session(each)))
    assert sessions_of(stands, CALENDAR, times) == sessions


def test_a_session_of_a_whole_day_is_parted_where_only_half_of_it_stays():
    times = times_of([session(22, "09:00", "16:00")], CALENDAR)
    assert sessions_of(rota((101, 1, 11)), CALENDAR, times) == [session(22, "12:30", "16:00")]
    assert sessions_of(rota((101, 0, 11), (101, 1, 12)), CALENDAR, times) == [
        session(22, "09:00", "12:30"),
        session(22, "12:30", "16:00", centre=12),
    ]


def test_whoever_has_no_times_of_a_half_day_has_the_usual_ones_and_duty_at_the_office_is_no_session():
    assert sessions_of(rota((101, 0, 11), (102, 1, 21), (102, 0, OFFICE)), CALENDAR, {}) == [
        session(22, "09:00", "12:30"),
        session(22, "12:30", "16:00", registrar=102, centre=21),
    ]


def test_times_are_those_of_an_english_clock_in_summer_too():
    [made] = sessions_of(rota((101, 10, 11)), CALENDAR, {})
    assert made.begins.utcoffset().total_seconds() == 0
    assert made.begins.hour == 8


def test_of_two_sessions_in_one_half_day_the_first_said_counts():
    times = times_of([session(22, "09:00", "10:00"), session(22, "10:30", "12:00")], CALENDAR)
    assert times[101, 0].ends == time(10)
    assert times_of([session(27, "09:00", "12:00")], CALENDAR) == {}
