"""The plan of the demonstration, for any day it may be loaded on."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from registration.common.holidays import bank_holidays
from registration.demo import diary, invented

LENGTHS = diary.Lengths(per_baby=30, interpreter=15)
moments = st.datetimes(datetime(2024, 6, 1), datetime(2028, 9, 1), timezones=st.just(diary.LONDON))


def planned(now):
    sessions = diary.sessions(now.date(), bank_holidays())
    return sessions, list(diary.appointments(sessions, now, LENGTHS, Random(42)))


@settings(max_examples=40, deadline=None)
@given(moments)
def test_no_registrar_and_no_room_is_planned_twice_at_once(now):
    sessions, appointments = planned(now)
    held = defaultdict(list)
    for session in sessions:
        held["registrar", session.registrar].append((session.begins, session.ends))
        held["room", session.centre, session.room].append((session.begins, session.ends))
    for number, each in enumerate(appointments):
        session = sessions[each.session]
        assert session.begins <= each.begins < each.ends <= session.ends, number
        held["seat", each.session].append((each.begins, each.ends))
    for whose, spans in held.items():
        for one, next_one in pairwise(sorted(spans)):
            assert one[1] <= next_one[0], whose


@settings(max_examples=40, deadline=None)
@given(moments)
def test_every_family_books_after_the_birth_before_the_appointment_and_not_in_the_future(now):
    _, appointments = planned(now)
    for each in appointments:
        born = datetime.combine(max(each.births), time(), diary.LONDON)
        assert born + timedelta(days=1) <= each.booked_at < now
        assert each.booked_at < each.begins


@settings(max_examples=40, deadline=None)
@given(moments)
def test_on_any_day_there_are_twins_an_interpreter_and_a_late_birth_to_see(now):
    _, appointments = planned(now)
    coming = [each for each in appointments if each.begins > now]
    assert any(len(each.births) == 2 for each in coming)
    assert any(each.interpreter for each in coming)
    assert any((each.begins.date() - each.births[0]).days > 42 for each in appointments)
    in_time = [each for each in coming if (each.begins.date() - min(each.births)).days <= 42]
    assert len(in_time) > 0.9 * len(coming)


@settings(max_examples=40, deadline=None)
@given(moments)
def test_nothing_is_held_on_a_bank_holiday_or_a_sunday_and_one_centre_has_nothing_within_the_42_days(now):
    sessions, _ = planned(now)
    assert not {session.day for session in sessions} & set(bank_holidays())
    assert all(session.day.isoweekday() <= 6 for session in sessions)
    reopening = [session.day for session in sessions if session.centre == invented.REOPENING]
    assert reopening
    assert min(reopening) > now.date() + timedelta(days=42)


def test_an_appointment_of_twins_takes_an_hour_and_one_with_an_interpreter_45_minutes():
    _, appointments = planned(datetime(2026, 11, 22, 9, tzinfo=diary.LONDON))
    lengths = {(len(each.births), each.interpreter, each.ends - each.begins) for each in appointments}
    assert {
        (1, False, timedelta(minutes=30)),
        (2, False, timedelta(hours=1)),
        (1, True, timedelta(minutes=45)),
    } <= lengths
    assert all(length == timedelta(minutes=30 * n + 15 * i) for n, i, length in lengths)


def test_the_same_moment_gives_the_same_plan():
    now = datetime(2027, 3, 26, 23, 30, tzinfo=diary.LONDON)
    assert planned(now) == planned(now)


def test_the_share_booked_falls_with_the_distance_and_rises_where_a_centre_is_nearly_full():
    far, near = diary.share_booked("Dragonfly Library", 40), diary.share_booked("Dragonfly Library", 0)
    assert 0 < far < near < diary.share_booked(min(invented.NEARLY_FULL), 20)
    assert diary.share_booked("Dragonfly Library", 41) == 0
    tight = "Heather Bank Family Hub"
    assert invented.cluster_of(tight) == invented.TIGHT
    for days in (-1, 0, 20, 40):
        assert diary.share_booked("Dragonfly Library", days) < diary.share_booked(tight, days) < 1


def test_the_bank_holidays_know_a_substitute_day():
    assert bank_holidays()[date(2026, 12, 28)] == "Boxing Day"
