"""What a rota can do against what families need, and what a draft changes."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.rota.rules.effect import Hit, capacity, difference, hits
from registration.rota.rules.sittings import Taken
from registration.rota.rules.times import moment
from tests.rota.rules.plans import MONDAY, TUESDAY, clock, person, place, session

WEEK = timedelta(weeks=1)


def taken(begins, ends, reference="BRB-7K4-XWM", day=MONDAY):
    return Taken(moment(day, clock(begins)), moment(day, clock(ends)), reference)


def test_capacity_counts_whole_appointments_by_cluster_and_week():
    people = {1: person(minutes=30), 2: person(minutes=45)}
    places = {1: place(cluster=7), 2: place(cluster=8)}
    sessions = [
        session(ends="12:29"),  # six and a bit
        session(TUESDAY, registrar=2),  # four and a bit
        session(centre=2, ends="10:00"),
        session(MONDAY + WEEK, ends="10:00"),
    ]
    assert capacity(sessions, people, places) == {(7, MONDAY): 10, (8, MONDAY): 2, (7, MONDAY + WEEK): 2}


def test_sessions_are_new_unchanged_changed_or_withdrawn():
    stays, longer, gone = session(key=1), session(TUESDAY, key=2), session(MONDAY + WEEK, key=3)
    drafted = [session(), session(TUESDAY, ends="13:00"), session(MONDAY + WEEK, registrar=2)]
    found = difference(drafted, [gone, longer, stays])
    assert found.unchanged == [(stays, drafted[0])]
    assert found.changed == [(longer, drafted[1])]
    assert found.new == [drafted[2]]
    assert found.withdrawn == [gone]


def test_another_room_is_a_change_and_another_centre_another_session():
    found = difference([session(room=2)], [session(key=1)])
    assert [stands.key for stands, _ in found.changed] == [1]
    found = difference([session(centre=2)], [session(key=1)])
    assert (len(found.new), len(found.withdrawn)) == (1, 1)


def test_of_two_that_overlap_the_one_that_begins_with_it_goes_on():
    halves = [session(ends="10:00"), session(begins="10:00")]
    found = difference(list(reversed(halves)), [session(key=1)])
    assert found.changed == [(session(key=1), halves[0])]
    assert found.new == [halves[1]]


def test_a_session_goes_on_as_itself_before_another_that_overlaps_it_is_asked():
    long, short = session(ends="12:30", key=1), session(begins="10:00", ends="11:00", key=2)
    found = difference([session(begins="10:00", ends="11:00")], [long, short])
    assert [stands.key for stands, _ in found.unchanged] == [2]
    assert found.withdrawn == [long]


DRAFTS = st.lists(
    st.builds(
        lambda day, begins, length, registrar, centre: session(
            MONDAY + timedelta(days=day), f"{begins}:00", f"{begins + length}:00", registrar=registrar, centre=centre
        ),
        st.integers(0, 2),
        st.integers(8, 14),
        st.integers(1, 5),
        st.integers(1, 2),
        st.integers(1, 2),
    ),
    max_size=6,
)


@settings(deadline=None)
@given(DRAFTS, DRAFTS)
def test_every_session_of_both_stands_in_the_difference_once(drafted, published):
    found = difference(drafted, published)
    pairs = [*found.changed, *found.unchanged]
    key = repr
    assert sorted([*found.new, *(draft for _, draft in pairs)], key=key) == sorted(drafted, key=key)
    assert sorted([*found.withdrawn, *(stands for stands, _ in pairs)], key=key) == sorted(published, key=key)


@settings(deadline=None)
@given(DRAFTS)
def test_the_same_again_changes_nothing(drafted):
    distinct = [
        each
        for number, each in enumerate(drafted)
        if not any(
            (e.registrar, e.centre, e.begins) == (each.registrar, each.centre, each.begins) for e in drafted[:number]
        )
    ]
    found = difference(distinct, distinct)
    assert len(found.unchanged) == len(distinct)


def test_families_of_a_withdrawn_session_lose_their_time():
    found = difference([], [session(key=5)])
    theirs = (taken("9:00", "9:30"), taken("9:30", "10:00", ""))
    assert hits(found, {5: theirs, 6: theirs}) == [Hit(session(key=5), theirs)]
    assert hits(found, {5: theirs})[0].references == ["BRB-7K4-XWM"]
    assert hits(found, {}) == []


@pytest.mark.parametrize(
    ("begins", "ends", "loses"),
    [("9:00", "9:30", True), ("9:30", "10:00", False), ("11:30", "12:00", False), ("11:31", "12:01", True)],
)
def test_families_of_a_changed_session_lose_what_lies_outside_of_it(begins, ends, loses):
    found = difference([session(begins="9:30", ends="12:00")], [session(key=5)])
    assert bool(hits(found, {5: [taken(begins, ends)]})) is loses


def test_a_session_that_stays_or_changes_its_room_hits_nobody():
    found = difference([session(room=2)], [session(key=5)])
    assert hits(found, {5: [taken("9:00", "9:30")]}) == []


def test_a_session_that_goes_on_with_another_keeps_its_families():
    anns, bos = session(key=5), session(registrar=2, goes_on=5)
    found = difference([bos], [anns])
    assert found.taken_over == [(anns, bos)]
    assert (found.new, found.changed, found.unchanged, found.withdrawn) == ([], [], [], [])
    assert hits(found, {5: [taken("9:00", "9:30")]}) == []
    short = difference([session(registrar=2, ends="11:00", goes_on=5)], [anns])
    assert hits(short, {5: [taken("9:00", "9:30"), taken("11:00", "11:30")]})[0].lost == (taken("11:00", "11:30"),)


@pytest.mark.parametrize(
    "drafted",
    [session(registrar=2, goes_on=6), session(registrar=2, centre=2, goes_on=5), session(registrar=2)],
    ids=["one that is gone", "another centre", "none"],
)
def test_what_goes_on_with_no_session_of_its_centre_is_a_session_of_its_own(drafted):
    found = difference([drafted], [session(key=5)])
    assert (found.new, found.withdrawn, found.taken_over) == ([drafted], [session(key=5)], [])


def test_a_session_goes_on_once_and_its_own_registrar_needs_no_taking_over():
    twice = [session(registrar=2, goes_on=5), session(registrar=3, goes_on=5)]
    found = difference(twice, [session(key=5)])
    assert (len(found.taken_over), len(found.new)) == (1, 1)
    own = difference([session(goes_on=5)], [session(key=5)])
    assert (len(own.unchanged), own.taken_over) == (1, [])
