"""What an absence leaves behind: what the rota without the absent asks for, and why nobody can come."""

from dataclasses import replace
from itertools import product

import pytest

from registration.balancing.rules.absence import (
    Hindrance,
    Left,
    Way,
    best_first,
    centres_named,
    hindrances,
    torn_days,
    without_the_absent,
)
from registration.balancing.rules.rota import OFFICE, Assignment, OfficeNeed, Rota, pinned
from tests.balancing.small import council, registrar

LEFT = Left(7, 101, 11, (0,), 3, frozenset({102, 103}))


def way(changed, families_lost, times_lost):
    return Way(Rota(()), changed, 4, times_lost, 0, families_lost, ())


def test_each_way_offered_has_more_changes_and_is_of_more_use():
    ways = [way(2, 3, 9), way(0, 5, 12), way(1, 5, 12), way(3, 3, 8), way(4, 3, 8), way(4, 0, 20), way(3, 9, 0)]
    assert [(each.changed, each.families_lost, each.times_lost) for each in best_first(ways)] == [
        (0, 5, 12),
        (2, 3, 9),
        (3, 3, 8),
        (4, 0, 20),
    ]


def test_of_every_choice_no_way_offered_is_beaten_by_another():
    every = [way(*each) for each in product(range(3), range(3), range(3))]
    assert [(each.changed, each.families_lost, each.times_lost) for each in best_first(every)] == [(0, 0, 0)]
    for one in product(range(3), repeat=3):
        for other in product(range(3), repeat=3):
            kept = best_first([way(*one), way(*other)])
            beaten = [a for a, b in ((one, other), (other, one)) if b[0] <= a[0] and b[1:] <= a[1:] and a != b]
            assert {(each.changed, each.families_lost, each.times_lost) for each in kept} == {one, other} - set(beaten)


def test_nothing_is_asked_for_that_is_not_so_without_the_absent():
    given = council(registrar(101), registrar(102, contract=1), office=(OfficeNeed(2, 1),) * 10)
    given = pinned(given, [Assignment(101, 0, 11), Assignment(102, 0, 12)])
    kept = {(102, 0): 12, (102, 1): 12}
    found = without_the_absent(given, kept, {(101, 0)}, [replace(LEFT, takers=frozenset())])
    assert not found.registrar[101].available[0]
    assert found.registrar[101].available[1]
    assert found.registrar[102].contract == 2
    assert found.pins == {Assignment(102, 0, 12)}
    assert (found.centre[11].booked[0], found.centre[12].booked[0]) == (0, 1)
    assert (found.centre[11].rooms[0], found.centre[11].rooms[1]) == (0, 1)
    assert set(found.office) == {OfficeNeed(0, 0)}


def test_a_session_that_somebody_may_take_over_leaves_its_room():
    assert without_the_absent(council(), {}, (), [LEFT]).centre[11].rooms[0] == 1
    assert (
        without_the_absent(council(), {}, (), [replace(LEFT, families=0, takers=frozenset())]).centre[11].rooms[0] == 1
    )


def test_days_in_two_clusters_are_torn_and_others_are_not():
    places = {(101, 0): 11, (101, 1): 21, (102, 0): 11, (102, 1): 12, (103, 3): 21}
    assert torn_days(council(), places) == {(101, 0), (101, 1)}


def test_centres_are_named_by_who_takes_over_who_was_there_and_where_there_is_room():
    clusters = {(101, 0): 1, (102, 0): 1, (103, 1): 1, (103, 0): 2, (104, 0): OFFICE}
    kept = {(101, 0): 12, (103, 0): 21}
    named = centres_named(council(), clusters, kept, {(102, 0): 11})
    assert named == {(102, 0): 11, (101, 0): 12, (103, 0): 21, (103, 1): 11}
    assert centres_named(council(), {(101, 0): 1, (101, 1): 1}, {(101, 1): 12}, {})[101, 0] == 12
    full = centres_named(council(), {(101, 0): 2, (102, 0): 2}, {(101, 0): 21}, {})
    assert full == {(101, 0): 21}


@pytest.mark.parametrize(
    ("changes", "pins", "why"),
    [
        ({"available": range(1, 10)}, [], Hindrance.NOT_THERE),
        ({"reach": {2: 5}}, [], Hindrance.TOO_FAR),
        ({}, [Assignment(102, 0, 21)], Hindrance.BOOKED),
        ({}, [Assignment(102, 1, 21)], Hindrance.ELSEWHERE),
        ({"contract": 0}, [], Hindrance.CONTRACT),
        ({}, [Assignment(102, 1, 12)], None),
        ({}, [], None),
    ],
)
def test_what_keeps_a_colleague_from_a_session_is_counted(changes, pins, why):
    given = pinned(council(registrar(101), registrar(102, **changes)), pins)
    assert hindrances(given, {}, LEFT) == ({why: 1} if why else {})


def test_a_colleague_who_does_not_suit_the_families_is_counted_so():
    given = council(registrar(101), registrar(104))
    assert hindrances(given, {}, LEFT) == {Hindrance.NOT_SUITED: 1}
