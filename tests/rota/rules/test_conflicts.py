"""What is wrong with a draft rota, in words."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.rota.rules.conflicts import conflicts, in_words
from registration.rota.rules.days import OpenDays, Otherwise
from registration.rota.rules.planning import Away, overlap
from registration.rota.rules.times import moment
from tests.rota.rules.plans import MONDAY, TUESDAY, around, clock, person, place, session


def told(sessions, **what):
    return [(each.code, each.sentence) for each in conflicts(sessions, around(**what))]


def test_a_sound_draft_has_no_conflict():
    away = [Away(2, session().begins, session().ends, "training")]
    sessions = [session(), session(begins="12:30", ends="16:00"), session(registrar=3, room=2)]
    assert told(sessions, away=away, standing=[session(TUESDAY)]) == []


@pytest.mark.parametrize(
    ("drafted", "what", "expected"),
    [
        (session(), {"people": {1: person(may=False)}}, ("may_not_register", "Ann may not register births")),
        (
            session(),
            {"people": {1: person(left=MONDAY)}},
            ("left", "Ann no longer works here from Monday 23 November 2026"),
        ),
        (
            session(),
            {"places": {1: place(first=TUESDAY)}},
            ("not_participating", "Elland does not take part on Monday 23 November 2026"),
        ),
        (
            session(),
            {"places": {1: place(last=MONDAY - timedelta(days=1))}},
            ("not_participating", "Elland does not take part on Monday 23 November 2026"),
        ),
        (
            session(),
            {"days": OpenDays({MONDAY: "Boxing Day"}, {})},
            ("closed", "Elland is closed on Monday 23 November 2026: Boxing Day"),
        ),
        (session(room=None), {}, ("no_room", "Elland has no free room from 9am to 12:30pm")),
        (
            session(ends="9:29"),
            {},
            ("too_short", "It is shorter than one appointment, which takes 30 minutes"),
        ),
        (
            session(),
            {"away": [Away(1, moment(MONDAY, clock("12:00")), moment(MONDAY, clock("17:00")), "training")]},
            ("absent", "Ann is absent then: training"),
        ),
        (
            session(room=2),
            {"standing": [session(begins="12:00", ends="16:00", centre=2, room=9)]},
            ("registrar_twice", "Ann is at Todmorden from midday to 4pm that day"),
        ),
        (
            session(),
            {"standing": [session(registrar=2, begins="8:00", ends="9:01")]},
            ("room_taken", "Bo has the room from 8am to 9:01am that day"),
        ),
        (
            session(),
            {"people": {1: person(contracted=1)}, "standing": [session(MONDAY + timedelta(days=6), room=3)]},
            ("over_contract", "Ann would work more than the one half-day of the contract that week"),
        ),
    ],
)
def test_each_conflict_is_a_code_and_a_sentence(drafted, what, expected):
    assert told([drafted], **what) == [expected]


def test_a_participating_day_is_the_first_or_the_last():
    assert told([session()], places={1: place(first=MONDAY, last=MONDAY)}) == []


def test_a_week_too_full_is_told_once_at_the_session_that_is_too_much():
    week = [session(MONDAY + timedelta(days=number)) for number in range(4)]
    found = conflicts(week, around(people={1: person(contracted=2)}))
    assert [(each.code, each.session) for each in found] == [("over_contract", week[2])]


def test_two_of_the_draft_at_once_are_told_at_the_later_one():
    first, second = session(), session(begins="12:00", ends="16:00", centre=2, room=2)
    found = conflicts([second, first], around())
    assert [(each.code, each.session) for each in found] == [("registrar_twice", second)]


def test_sessions_that_stand_already_are_not_the_drafts_conflicts():
    assert told([], standing=[session(), session(registrar=2, begins="9:30")]) == []


def test_a_long_session_clashes_with_each_that_begins_within_it():
    sessions = [session(ends="17:00"), session(begins="10:00", ends="11:00", room=2)]
    sessions.append(session(begins="12:00", ends="13:00", room=3))
    assert [code for code, _ in told(sessions)] == ["registrar_twice", "registrar_twice"]


SESSIONS = st.lists(
    st.builds(
        lambda day, begins, length, registrar, room: session(
            MONDAY + timedelta(days=day), f"{begins}:00", f"{begins + length}:00", registrar=registrar, room=room
        ),
        st.integers(0, 1),
        st.integers(8, 14),
        st.integers(1, 5),
        st.integers(1, 3),
        st.integers(1, 4),
    ),
    max_size=8,
    unique=True,
)


@settings(deadline=None)
@given(SESSIONS, SESSIONS)
def test_a_draft_without_conflict_is_one_the_database_would_take(drafted, standing):
    def clash(one, other):
        return overlap(one, other) and (one.registrar == other.registrar or one.room == other.room)

    everyone = [(each, True) for each in drafted] + [(each, False) for each in standing]
    brute = any(
        clash(one, other) and (ours or theirs)
        for number, (one, ours) in enumerate(everyone)
        for other, theirs in everyone[number + 1 :]
    )
    assert bool(conflicts(drafted, around(standing=standing))) is brute


def test_a_day_is_told_in_words():
    assert in_words(date(2026, 11, 4)) == "Wednesday 4 November 2026"


def test_a_session_of_just_one_appointment_is_long_enough_and_who_comes_back_as_it_begins_is_there():
    away = [Away(1, moment(MONDAY, clock("8:00")), moment(MONDAY, clock("9:00")), "training")]
    away += [Away(1, moment(MONDAY, clock("9:30")), moment(MONDAY, clock("17:00")), "training")]
    assert told([session(ends="9:30")], away=away) == []


def test_a_centre_of_its_own_closes_without_closing_the_others():
    days = OpenDays({}, {(1, MONDAY): Otherwise(open=False, reason="Roof repairs")})
    drafted = [session(), session(registrar=2, centre=2, room=2)]
    assert told(drafted, days=days) == [("closed", "Elland is closed on Monday 23 November 2026: Roof repairs")]


def test_what_stands_already_fills_the_contract_of_that_week_session_by_session():
    standing = [session(), session(TUESDAY)]
    people = {1: person(contracted=2)}
    drafted = session(MONDAY + timedelta(days=2))
    assert told([drafted], people=people, standing=standing) == [
        ("over_contract", "Ann would work more than the 2 half-days of the contract that week")
    ]
    assert told([session()], people={1: person(contracted=1)}, standing=[session(MONDAY + timedelta(days=7))]) == []
    assert told([session(), session(TUESDAY)], people={1: person(contracted=1)}) == [
        ("over_contract", "Ann would work more than the one half-day of the contract that week")
    ]


def test_times_are_england_s_in_summer():
    summer = session(date(2026, 7, 6), room=None)
    assert told([summer]) == [("no_room", "Elland has no free room from 9am to 12:30pm")]
