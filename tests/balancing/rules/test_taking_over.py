"""From a way to the sessions of a draft: sessions taken over with their families, and what others do instead."""

from dataclasses import replace
from datetime import date, time

from registration.balancing.rules.absence import Left, Way
from registration.balancing.rules.half_days import Calendar, Span
from registration.balancing.rules.shown import Change
from registration.balancing.rules.taking_over import TakingOver
from registration.rota.rules.planning import Planned
from registration.rota.rules.times import moment
from tests.balancing.small import rota

MONDAY = date(2026, 11, 30)
CALENDAR = Calendar(MONDAY, 1)
MORNING, AFTERNOON = Span(time(9), time(12)), Span(time(13), time(16))
LEFT = Left(7, 101, 11, (0,), 3, frozenset({102}))
EMPTY = Left(8, 101, 12, (1,), 0, frozenset())


def planned(registrar, centre, span=MORNING, room=1, key=0, day=MONDAY, **more):
    return Planned(registrar, centre, room, moment(day, span.begins), moment(day, span.ends), key, **more)


def taking(previous, after, left=(LEFT,), takers=(), away=((101, 0), (101, 1))):
    return TakingOver(previous, frozenset(away), left, Way(after, 0, 1, 0, 0, 0, takers))


def test_a_way_that_changes_nobody_changes_no_day():
    taken = taking(rota((101, 0, 11), (102, 0, 21)), rota((102, 0, 21)))
    assert (taken.changes, taken.takers, taken.days(CALENDAR)) == ([], {}, None)


def test_who_takes_over_leaves_the_session_of_their_own_and_has_the_room_and_hours_of_the_other():
    taken = taking(rota((101, 0, 11), (102, 0, 21), (102, 1, 21)), rota((102, 0, 11)), takers=((7, 102),))
    stands = [planned(101, 11, key=7, room=3), planned(102, 21, room=5, key=9), planned(102, 21, AFTERNOON, key=10)]
    times = {(102, 0): Span(time(9, 30), time(11)), (102, 1): AFTERNOON}
    assert taken.changes == [Change(102, 0, 21, 11), Change(102, 1, 21, None)]
    assert taken.days(CALENDAR) == (MONDAY, MONDAY)
    assert taken.sessions(stands, CALENDAR, times) == [planned(102, 11, room=3, goes_on=7)]


def test_the_other_half_of_a_whole_day_stays_where_it_was():
    whole = Span(time(9), time(12, 30), whole=True), Span(time(12, 30), time(16), whole=True)
    taken = taking(rota((101, 0, 11), (102, 0, 21), (102, 1, 21)), rota((102, 0, 11), (102, 1, 21)), takers=((7, 102),))
    stands = [planned(101, 11, key=7), planned(102, 21, Span(time(9), time(16)), key=9)]
    made = taken.sessions(stands, CALENDAR, {(102, 0): whole[0], (102, 1): whole[1]})
    assert made == [planned(102, 11, goes_on=7), planned(102, 21, whole[1], room=None)]


def test_whoever_comes_to_an_empty_session_takes_it_over_and_nobody_two_at_once():
    assert taking(rota((101, 1, 12)), rota((102, 1, 12)), (EMPTY,)).takers == {8: 102}
    both = (replace(EMPTY, centre=11, half_days=(0,)), LEFT)
    assert taking(rota((101, 0, 11)), rota((102, 0, 11)), both, takers=((7, 102),)).takers == {7: 102}


def test_an_empty_session_of_which_only_a_half_is_staffed_makes_room():
    long = replace(EMPTY, half_days=(0, 1))
    taken = taking(rota((101, 0, 12), (101, 1, 12)), rota((102, 1, 12)), (long,))
    assert taken.takers == {}
    made = taken.sessions([planned(101, 12, Span(time(9), time(16)), key=8)], CALENDAR, {(102, 1): AFTERNOON})
    assert made == [planned(102, 12, AFTERNOON, room=None)]


def test_what_nobody_touches_stays_as_it_is():
    saturday = date(2026, 12, 5)
    taken = taking(rota((101, 0, 11), (101, 1, 12)), rota((103, 1, 12)), (LEFT, EMPTY))
    stands = [planned(101, 11, key=7), planned(104, 21, key=9), planned(103, 12, day=saturday, key=10)]
    made = taken.sessions([*stands, planned(101, 12, AFTERNOON, key=8)], CALENDAR, {(103, 1): AFTERNOON})
    assert made == [
        planned(101, 11),
        planned(104, 21),
        planned(103, 12, day=saturday),
        planned(103, 12, AFTERNOON, goes_on=8),
    ]
