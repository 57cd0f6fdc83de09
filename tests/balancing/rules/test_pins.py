"""Sessions that must stand, and places where a registrar must not be, in every way that a rota is made."""

from dataclasses import replace
from random import Random

import pytest

from registration.balancing.rules.checking import Rule, broken_rules
from registration.balancing.rules.conflicts import conflicts_in_words
from registration.balancing.rules.greedy import greedy_rota
from registration.balancing.rules.rota import OFFICE, Assignment, OfficeNeed, pinned
from registration.balancing.solver.conflicts import Impossible
from registration.balancing.solver.solving import solve
from tests.balancing.small import council, registrar, rota


def broken(instance, made):
    return {each.rule: each.sentence for each in broken_rules(instance, made)}


def test_a_pin_that_is_not_kept_is_a_broken_rule_said_in_words():
    instance = pinned(council(), [Assignment(101, 3, 12), Assignment(102, 4, OFFICE)])
    said = broken(instance, rota((101, 0, 11), (101, 1, 12), (102, 4, 21)))
    assert said[Rule.PINNED] == "Registrar 102 must be at the office on Wednesday morning of week 1, and is not."
    assert Rule.BOOKED in said
    kept = broken(instance, rota((101, 3, 12), (102, 4, OFFICE), (101, 0, 11), (102, 0, 21)))
    assert kept == {}


def test_a_pin_at_a_centre_is_told_by_the_centre():
    said = broken(pinned(council(), [Assignment(101, 3, 12)]), rota((102, 3, 12), (101, 0, 11), (102, 0, 21)))
    assert said == {Rule.PINNED: "Registrar 101 must be at centre 12 on Tuesday afternoon of week 1, and is not."}


def test_a_place_that_is_forbidden_is_a_broken_rule_said_in_words():
    instance = pinned(council(), [], [(101, 0, 1), (102, 0, OFFICE)])
    said = broken(instance, rota((101, 0, 11), (101, 2, 12), (102, 4, 21)))
    assert said == {Rule.FORBIDDEN: "You wished that registrar 101 is not in cluster 1 on Monday morning of week 1."}
    said = broken(instance, rota((102, 0, OFFICE), (101, 2, 12), (101, 4, 11), (102, 4, 21)))
    assert said == {Rule.FORBIDDEN: "You wished that registrar 102 is not in the office on Monday morning of week 1."}


def test_a_pinned_session_counts_among_those_that_a_centre_must_hold():
    instance = pinned(council(), [Assignment(101, 3, 12)])
    assert instance.centre[12].booked[3] == 1
    assert pinned(instance, [Assignment(101, 3, 12)]).centre[12].booked[3] == 1


def wished(*pins):
    return replace(pinned(council(), pins), wished=frozenset(pins))


def test_what_a_manager_wishes_is_not_said_of_families():
    instance = wished(Assignment(101, 3, 12))
    rest = [(101, 0, 11), (101, 5, 12), (102, 0, 21)]
    assert broken(instance, rota(*rest)) == {
        Rule.PINNED: "You wished that registrar 101 is at centre 12 on Tuesday afternoon of week 1."
    }
    assert broken(instance, rota((101, 3, 12), *rest)) == {}


def test_beside_a_wish_booked_sessions_are_counted_on_their_own():
    both = council(registrar(101), registrar(102), registrar(103))
    roomy = replace(both, centres=tuple(replace(each, rooms=(2,) * 10) for each in both.centres))
    wish, family = Assignment(101, 3, 12), Assignment(102, 3, 12)
    instance = replace(pinned(roomy, [wish, family]), wished=frozenset({wish}))
    rest = [(101, 0, 11), (103, 0, 21)]

    assert broken(instance, rota((101, 3, 12), *rest))[Rule.BOOKED] == (
        "Families have booked 1 session at centre 12 on Tuesday afternoon of week 1, and 0 are held."
    )
    assert Rule.BOOKED not in broken(instance, rota((102, 3, 12), *rest))


def test_a_wish_without_a_room_is_said_as_a_wish():
    instance = wished(Assignment(101, 3, 12))
    shut = replace(instance, centres=tuple(replace(each, rooms=(0,) * 10) for each in instance.centres))
    assert "On Tuesday afternoon of week 1 you wished for 1 session at centre 12, which has 0 rooms then." in (
        conflicts_in_words(shut)
    )


def test_wishes_that_cannot_hold_are_named_as_wishes():
    pins = [Assignment(101, 2, 12), Assignment(101, 3, 21)]
    with pytest.raises(Impossible) as refused:
        solve(wished(*pins))
    assert any("You wished " in each for each in refused.value.sentences)
    assert not any("amilies have booked" in each for each in refused.value.sentences)


def test_who_is_pinned_may_be_nowhere_else():
    instance = pinned(council(), [Assignment(101, 3, 12)], [(101, 0, 1)])
    one = instance.registrar[101]
    assert instance.may_be(one, 3, 1)
    assert not instance.may_be(one, 3, 2)
    assert not instance.may_be(one, 3, OFFICE)
    assert not instance.may_be(one, 0, 1)
    assert instance.may_be(one, 0, OFFICE)


def test_the_simple_rota_keeps_pins_and_gives_up_where_it_cannot():
    instance = pinned(council(), [Assignment(101, 3, 12), Assignment(102, 4, OFFICE)], [(101, 0, 1), (102, 0, 1)])
    assert broken(instance, greedy_rota(instance)) == {}
    taken = pinned(council(), [Assignment(101, 3, 12), Assignment(102, 3, 12)])
    assert greedy_rota(taken) is None
    away = pinned(council(registrar(101, available=[0])), [Assignment(101, 3, 12)])
    assert greedy_rota(away) is None


def test_whoever_is_pinned_to_the_office_counts_among_those_it_needs():
    instance = pinned(council(office=(OfficeNeed(1, 1),) * 10), [Assignment(101, 4, OFFICE)])
    made = greedy_rota(instance)
    assert broken(instance, made) == {}
    assert [key for key, place in made.places().items() if place == OFFICE and key[1] == 4] == [(101, 4)]


@pytest.mark.parametrize("seed", range(12))
def test_the_solver_keeps_pins_and_what_is_forbidden(seed):
    chance = Random(seed)
    free = council(*(registrar(number, weeks=2, contract=chance.randint(4, 8)) for number in range(101, 105)), weeks=2)
    halves = chance.sample(range(0, 20, 2), 3)
    pins = [Assignment(100 + number, half, chance.choice((11, 12, 21))) for number, half in enumerate(halves, 1)]
    forbidden = [(104, half, chance.choice((1, 2, OFFICE))) for half in range(20)]
    instance = pinned(free, pins, forbidden)
    before = greedy_rota(free)
    assert broken(instance, solve(instance, before).rota) == {}


def test_a_pin_wins_over_whoever_was_at_the_centre_before():
    instance = pinned(council(), [Assignment(101, 3, 12)])
    found = solve(instance, rota((102, 3, 12), (101, 3, 11), (101, 0, 11), (102, 0, 21)))
    assert found.rota.places()[101, 3] == 12


def test_pins_that_cannot_hold_are_impossible():
    with pytest.raises(Impossible):
        solve(pinned(council(), [Assignment(101, 3, 12), Assignment(102, 3, 12)]))
    with pytest.raises(Impossible):
        solve(pinned(council(registrar(101, available=[0, 2, 4])), [Assignment(101, 3, 12)]))
    with pytest.raises(Impossible):
        solve(pinned(council(), [Assignment(101, 3, 12), Assignment(101, 2, 21)]))
