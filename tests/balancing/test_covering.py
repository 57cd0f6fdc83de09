"""Ways to staff what an absence leaves, against every rota there could be, and on invented councils."""

import random
from dataclasses import replace
from itertools import pairwise, product

import pytest

from registration.balancing.rules.absence import Left
from registration.balancing.rules.checking import Rule, broken_rules
from registration.balancing.rules.figures import changes
from registration.balancing.rules.generating import generate
from registration.balancing.rules.greedy import greedy_rota
from registration.balancing.rules.rota import OFFICE, Assignment, OfficeNeed, Rota, pinned
from registration.balancing.solver.covering import cover
from registration.balancing.solver.highs import Clock
from registration.balancing.solver.replanning import MOST_CHANGES
from tests.balancing.small import council, registrar, rota

OTHERS = (102, 103)
AWAY = frozenset({(101, 0), (101, 1)})
#: Somebody who opens every centre later that week, so that no centre is lost.
LATER = [(104, 4, 11), (104, 6, 12), (104, 8, 21)]


def small(*pins, **changes):
    people = [registrar(101, available=range(2)), *(registrar(one, available=range(2)) for one in OTHERS)]
    instance = council(*people, registrar(104, available=(4, 6, 8)), **changes)
    return pinned(instance, [Assignment(*each) for each in [*pins, *LATER]])


def left(centre=11, half=0, families=3, takers=OTHERS, key=7):
    return Left(key, 101, centre, (half,), families, frozenset(takers))


def costs(ways):
    return [(way.changed, way.families_lost, way.times_lost) for way in ways]


def best_of_all(before, sessions, pins, most):
    """Try every placement of the others on the first day; give the least (families, times) lost with so many changes."""
    kept = {key: place for key, place in before.places().items() if key not in AWAY}
    keys = list(product(OTHERS, (0, 1)))
    found = []
    for where in product((None, 11, 12, 21), repeat=4):
        first_day = {key: place for key, place in zip(keys, where, strict=True) if place}
        after = first_day | {key: place for key, place in kept.items() if key[0] == 104}
        one_cluster = all(
            len({place // 10 for (who, _), place in first_day.items() if who == one}) < 2 for one in OTHERS
        )
        staffed = {
            one.key for one in sessions if any(after.get((who, one.half_days[0])) == one.centre for who in one.takers)
        }
        blocked = [(one.centre, one.half_days[0]) for one in sessions if one.key not in staffed]
        rooms = [*((place, half) for (_, half), place in first_day.items()), *blocked]
        pinned_too = all(after.get((one, half)) == centre for one, half, centre in pins)
        if one_cluster and pinned_too and len(set(rooms)) == len(rooms) and changes(kept, after) <= most:
            families = sum(one.families for one in sessions if one.key not in staffed)
            found.append((families, sum(6 * fewer(before.places(), after, number) for number in (1, 2))))
    return min(found)


def fewer(before, after, cluster):
    was, now = (sum(place // 10 == cluster for place in places.values()) for places in (before, after))
    return max(0, was - now)


def rotas():
    """Give every rota of the others' first day with one cluster a day and one room at each centre."""
    for where in product((None, 11, 12, 21), (None, 12, 21), (None, 11, 21), (None, 21)):
        rows = [(one, half, place) for (one, half), place in zip(product(OTHERS, (0, 1)), where, strict=True) if place]
        day = [{place // 10 for other, _, place in rows if other == one} for one in OTHERS]
        rooms = [(11, 0), (12, 1), *((place, half) for _, half, place in rows)]
        if all(len(places) < 2 for places in day) and len(set(rooms)) == len(rooms):
            yield rows


@pytest.mark.parametrize("rows", list(rotas()))
def test_with_as_many_changes_nothing_loses_less_than_the_ways_offered(rows):
    before = rota((101, 0, 11), (101, 1, 12), *rows, *LATER)
    pins = rows[:1]
    sessions = [left(), left(12, 1, 2, takers=(103,), key=8)]
    ways = cover(small(*pins), before, AWAY, sessions)
    assert ways[0].changed == 0
    for most in (1, 2):
        offered = min((way.families_lost, way.times_lost) for way in ways if way.changed <= most)
        assert offered == best_of_all(before, sessions, pins, most)


def test_families_who_have_booked_with_others_keep_their_time():
    before = rota((101, 0, 11), (102, 0, 21), *LATER)
    assert costs(cover(small(), before, AWAY, [left()])) == [(0, 3, 6), (1, 0, 0)]  # 103 is free
    alone = [left(takers=(102,))]
    assert {way.families_lost for way in cover(small((102, 0, 21)), before, AWAY, alone)} == {3}


def test_a_session_of_a_whole_day_is_taken_over_by_one():
    before = rota((101, 0, 11), (101, 1, 11), (102, 0, 21), *LATER)
    whole = Left(7, 101, 11, (0, 1), 4, frozenset(OTHERS))
    ways = cover(small(), before, AWAY, [whole])
    assert ways[-1].families_lost == 0
    [(_, taker)] = ways[-1].takers
    assert {ways[-1].rota.places()[taker, half] for half in (0, 1)} == {11}


def test_what_only_the_absent_can_do_stays_in_its_room():
    before = rota((101, 0, 11), (102, 0, 12), *LATER)
    ways = cover(small(), before, AWAY, [left(takers=())])
    assert all(place != 11 for way in ways for (_, half), place in way.rota.places().items() if half == 0)


def test_a_day_in_two_clusters_stays_as_it_is():
    before = rota((101, 0, 11), (102, 0, 12), (102, 1, 21), *LATER)
    for way in cover(small(), before, AWAY, [left(takers=(102,))]):
        assert (way.rota.places()[102, 0], way.rota.places()[102, 1]) == (12, 21)


def test_as_many_stay_free_for_the_office_as_it_needs():
    before = rota((101, 0, 11), *LATER)
    assert costs(cover(small(), before, AWAY, [left()]))[-1][1] == 0
    for need in (OfficeNeed(2, 0), OfficeNeed(0, 2)):
        given = replace(small(), office=(need,) * 10)
        assert costs(cover(given, before, AWAY, [left()]))[-1][1] == 3


def test_a_centre_that_opens_once_in_its_weeks_is_left_for_families_but_not_for_free_times():
    before = rota((101, 0, 11), (102, 0, 21))
    given = small()
    given = replace(given, pins=frozenset(), centres=tuple(replace(one, booked=(0,) * 10) for one in given.centres))
    only = [left(takers=(102,))]
    assert costs(cover(given, before, AWAY, only))[-1] == (1, 0, 6)
    none = cover(given, before, AWAY, [left(families=0, takers=(102,))])
    assert all(21 in way.rota.places().values() for way in none)


def test_a_language_is_brought_for_all_but_families_who_have_booked():
    people = [registrar(101, available=range(2)), registrar(102, available=range(2), languages=frozenset({"pl"}))]
    given = council(*people)
    given = replace(
        given, clusters=tuple(replace(one, language="pl" if one.id == 2 else None) for one in given.clusters)
    )
    before = rota((101, 0, 11), (102, 0, 21))
    assert costs(cover(given, before, AWAY, [left(takers=(102,))]))[-1][1] == 0
    none = cover(given, before, AWAY, [left(families=0, takers=(102,))])
    assert all(21 in way.rota.places().values() for way in none)


def test_a_register_office_that_keeps_its_sessions_keeps_who_is_there():
    given = small()
    kept = tuple(replace(one, booked=(1, *one.booked[1:])) if one.id == 12 else one for one in given.centres)
    before = rota((101, 0, 11), (102, 0, 12), *LATER)
    ways = cover(replace(given, centres=kept), before, AWAY, [left(takers=(102,))])
    assert costs(ways)[-1][1] == 3


def test_without_time_only_what_is_left_without_them_is_offered():
    before = rota((101, 0, 11), (102, 0, 21), *LATER)
    assert [way.changed for way in cover(small(), before, AWAY, [left()], Clock.lasting(0.0))] == [0]


def test_an_absence_that_loses_nothing_has_one_way():
    assert [way.changed for way in cover(small(), rota((102, 0, 21), *LATER), AWAY, [])] == [0]


@pytest.mark.parametrize("seed", range(4))
def test_on_invented_councils_no_rule_is_broken_that_was_kept_and_few_change(seed):
    instance = generate("small", seed + 60)
    placed = Rota(tuple(one for one in greedy_rota(instance).assignments if one.centre != OFFICE))
    busiest = max(instance.registrars, key=lambda one: sum(each.registrar == one.id for each in placed.assignments))
    away = {(busiest.id, half) for half in range(20, 30)}
    chance = random.Random(seed)
    before = placed.places()
    pins = [one for one in placed.assignments if chance.random() < 0.5 and (one.registrar, one.half_day) not in away]
    others = frozenset(one.id for one in instance.registrars) - {busiest.id}
    lost = [key for key in before if key in away]
    sessions = [Left(number, busiest.id, before[key], (key[1],), number % 3, others) for number, key in enumerate(lost)]
    given = pinned(instance, pins)
    ways = cover(given, placed, away, sessions)
    assert [way.changed for way in ways] == sorted({way.changed for way in ways})
    for one, other in pairwise(ways):
        assert (other.families_lost, other.times_lost) < (one.families_lost, one.times_lost)
    asked = {Rule.BOOKED, Rule.PRESENCE, Rule.LANGUAGE, Rule.OFFICE_STAFF, Rule.OFFICE_REGISTRARS}
    for way in ways:
        places = way.rota.places()
        assert way.changed <= MOST_CHANGES * len(lost)
        assert way.sessions_lost == len(lost)
        assert not [each for each in broken_rules(given, way.rota) if each.rule not in asked]
        assert all(places[pin.registrar, pin.half_day] == pin.centre for pin in pins)
        for key, taker in way.takers:
            assert places[taker, sessions[key].half_days[0]] == sessions[key].centre
