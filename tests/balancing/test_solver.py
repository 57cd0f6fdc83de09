"""Solved rotas: no rule broken, never later than the simple rota, as good as trying everything, the same every time."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from registration.balancing.rules.checking import broken_rules
from registration.balancing.rules.figures import figures_of
from registration.balancing.rules.generating import generate
from registration.balancing.rules.greedy import greedy_rota
from registration.balancing.rules.naming import name_centres
from registration.balancing.rules.rota import OFFICE, Assignment, Cluster, Rota, pinned, rota_of
from registration.balancing.solver.bound import weekly_bound
from registration.balancing.solver.conflicts import Impossible, NothingFound, any_rota
from registration.balancing.solver.highs import Clock
from registration.balancing.solver.solving import SMALL, solve
from tests.balancing.councils import centre, cluster, council, registrar, rota

UR = frozenset({"ur"})


def rank(figures):
    """The aims in their order, as the brief of a rota has them."""
    coverage = tuple(-round(one, 6) for one in sorted(figures.coverage))
    return round(figures.lateness, 6), coverage, round(figures.shortfall, 6), figures.travel


@pytest.mark.parametrize("seed", range(30))
def test_a_solved_rota_breaks_no_rule_and_is_no_worse_than_the_simple_one(seed):
    instance = generate("tiny", seed)

    result = solve(instance)

    assert broken_rules(instance, result.rota) == []
    assert result.figures == figures_of(instance, result.rota)
    assert result.proven
    assert result.figures.lateness >= result.bound.lateness - 1e-6
    simple = greedy_rota(instance)
    if simple is not None:
        assert result.greedy == figures_of(instance, simple)
        assert rank(result.figures) <= rank(result.greedy)


def days(instance, one, day):
    """Every way to spend a day: nowhere, or in one place for the morning, the afternoon or both."""
    yield ()
    for place in (OFFICE, *(each.id for each in instance.centres)):
        for halves in ((0,), (1,), (0, 1)):
            yield tuple(Assignment(one.id, 2 * day + half, place) for half in halves)


def weeks(instance, one):
    for ways in itertools.product(*(days(instance, one, day) for day in range(2))):
        sessions = tuple(itertools.chain(*ways))
        reached = all(each.centre == OFFICE or instance.cluster_of[each.centre] in one.reach for each in sessions)
        if reached and len(sessions) <= one.contract and all(one.available[each.half_day] for each in sessions):
            yield sessions


def by_trying_everything(instance):
    people = [list(weeks(instance, one)) for one in instance.registrars]
    rotas = (Rota(tuple(itertools.chain(*each))) for each in itertools.product(*people))
    return min(rank(figures_of(instance, one)) for one in rotas if not broken_rules(instance, one))


@pytest.mark.parametrize("seed", range(4))
def test_a_solved_rota_is_the_best_there_is(seed):
    chance = random.Random(seed)
    later = tuple(range(4, 10))
    births = [tuple(float(chance.randrange(12)) for _ in range(6)) for _ in range(2)]
    instance = council(
        clusters=[Cluster(0, chance.choice((None, "ur")), births[0]), Cluster(1, None, births[1])],
        centres=[centre("library", of=0), centre("school", of=1)],
        registrars=[
            registrar(0, languages=UR, away=later, contract=chance.randrange(2, 4), reach={0: 10, 1: 30}),
            registrar(1, away=later, contract=3, slots=chance.choice((4, 5)), reach={0: 20, 1: 5}),
        ],
    )
    needed = replace(instance.office[0], least=chance.randrange(2))
    instance = replace(instance, office=(needed, *instance.office[1:]))

    result = solve(instance)

    assert result.proven
    assert rank(result.figures) == by_trying_everything(instance)


@pytest.mark.parametrize("seed", [1, 4, 6])
def test_at_the_size_of_a_council_coverage_is_within_a_thousandth_of_the_bound(seed):
    instance = generate("council", seed)

    result = solve(instance)

    assert broken_rules(instance, result.rota) == []
    assert result.figures.lateness == pytest.approx(result.bound.lateness, abs=1e-3)
    assert result.figures.worst >= result.bound.worst - 0.001
    assert result.figures.mean >= result.bound.mean - 0.001
    assert not result.proven
    assert not result.stopped
    assert {"greedy", "bound", "ideal", "weeks"} == set(result.seconds)
    assert 0 < result.one_program <= result.seconds["ideal"]


def test_a_bound_of_whole_weeks_that_no_hours_can_reach_is_replaced_by_a_nearer_one():
    instance = generate("council", 46)
    afar = weekly_bound(instance, Clock())

    result = solve(instance)

    assert result.bound.mean < afar.mean - 0.0005
    assert result.figures.mean >= result.bound.mean - 0.001
    assert result.bound.worst <= afar.worst + 1e-6
    assert result.bound.lateness == pytest.approx(afar.lateness, abs=1e-3)


def test_a_nearer_bound_costs_little_more_than_the_program_of_all_weeks():
    """It once took 60 times as long: the dual simplex method begins anew where only what is sought has changed."""
    result = solve(generate("council", 50))

    assert result.bound.coverage != weekly_bound(generate("council", 50), Clock()).coverage
    assert sum(result.seconds.values()) < 8 * result.one_program


def test_single_families_are_shared_out_where_all_clusters_stand_at_one_level():
    instance = generate("council", 40)

    result = solve(instance)

    assert broken_rules(instance, result.rota) == []
    assert result.figures.worst >= result.bound.worst - 0.0015
    assert result.figures.mean >= result.bound.mean - 0.001


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_at_the_size_of_a_county_too(seed):
    instance = generate("county", seed)

    result = solve(instance)

    assert broken_rules(instance, result.rota) == []
    assert result.figures.lateness == pytest.approx(result.bound.lateness, abs=1e-3)
    assert result.figures.worst >= result.bound.worst - 0.001
    assert result.figures.mean >= result.bound.mean - 0.001


def test_equal_councils_get_equal_rotas():
    assert solve(generate("council", 46)).rota == solve(generate("council", 46)).rota


def test_a_former_rota_is_changed_as_little_as_the_other_aims_allow():
    instance = generate("tiny", 3)
    first = solve(instance)

    again = solve(instance, first.rota)

    assert again.figures.changed == 0
    assert rank(again.figures) == rank(first.figures)


@pytest.mark.parametrize("seed", [1, 5, 50])
def test_a_council_solved_again_without_a_wish_changes_nothing(seed):
    instance = generate("council", seed)
    first = solve(instance)

    again = solve(instance, first.rota)

    assert again.figures.changed == 0


def roomy():
    """Three centres of one cluster, five weeks, nine registrars, and families to spare for nobody: every change is for nothing."""
    people = [registrar(number, weeks=5) for number in range(9)]
    centres = [centre(name, rooms=3, weeks=5) for name in ("library", "school", "hall")]
    return council(clusters=[cluster(births=2.0, weeks=5)], centres=centres, registrars=people, weeks=5)


def as_it_stands():
    """Each centre has a morning of its own, late in the week, each week."""
    days = {"library": 8, "school": 4, "hall": 6}
    return rota(
        *((one, 10 * week + half, name) for one, (name, half) in enumerate(days.items()) for week in range(5)),
        *((3, 10 * week + half, "library") for half in (0, 2) for week in range(5)),
    )


@pytest.mark.parametrize("half", [0, 2, 20, 42])
def test_one_half_day_forbidden_is_one_half_day_changed(half):
    """Colleagues once exchanged their centres within the cluster, for nothing."""
    assert len(roomy().registrars) * roomy().weeks > SMALL
    instance = pinned(roomy(), (), [(3, half, 0)])

    result = solve(instance, as_it_stands())

    left = {key: name for key, name in as_it_stands().places().items() if key != (3, half)}
    assert result.rota.places() == left


def test_a_centre_that_closes_changes_what_was_held_there_alone():
    shut = centre("hall", rooms=0, weeks=5)
    instance = replace(roomy(), centres=(*roomy().centres[:2], shut))

    result = solve(instance, as_it_stands())

    before, after = as_it_stands().places(), result.rota.places()
    assert {before[key] for key in before if after.get(key) != before[key]} == {"hall"}
    assert after.keys() <= before.keys()


def test_a_former_rota_of_other_people_and_places_does_no_harm():
    instance = generate("tiny", 3)

    result = solve(instance, rota(("ghost", 2, OFFICE), (0, 2, "pub"), (1, 999, OFFICE)))

    assert broken_rules(instance, result.rota) == []


def test_progress_goes_up_and_knows_the_best_so_far():
    said = []

    result = solve(generate("tiny", 5), progress=lambda *each: said.append(each))

    shares = [share for _, share, _ in said]
    assert shares == sorted(shares)
    assert said[0] == ("greedy", 0.0, None)
    assert said[-1] == ("done", 1.0, result.figures)


def test_who_stops_at_once_gets_the_simple_rota():
    instance = generate("council", 3)

    result = solve(instance, stop=lambda: True)

    assert result.stopped
    assert result.bound is None
    assert result.rota == greedy_rota(instance)


def test_who_stops_while_the_weeks_are_decided_keeps_the_best():
    asked = []

    def enough():
        return bool(asked)

    def progress(stage, _share, _best):
        asked.extend([stage] if stage.startswith("week 2") else [])

    result = solve(generate("council", 3), stop=enough, progress=progress)

    assert result.stopped
    assert broken_rules(generate("council", 3), result.rota) == []
    assert result.bound is not None


def test_a_time_limit_is_kept():
    begun = time.monotonic()

    result = solve(generate("small", 12), time_limit=1)

    assert time.monotonic() - begun < 4
    assert result.stopped
    assert broken_rules(generate("small", 12), result.rota) == []


def test_where_no_time_is_left_and_nothing_simple_exists_nothing_is_found():
    with pytest.raises(NothingFound):
        any_rota(generate("council", 1), Clock(stop=lambda: True))


def test_a_rule_that_asks_too_much_is_named():
    with pytest.raises(Impossible) as refused:
        solve(council(clusters=[cluster(language="ur")]))

    assert refused.value.sentence == (
        "No rota can keep all the rules.\nCluster 0 needs somebody who speaks ur, and nobody who does has it in reach."
    )


def test_rules_that_only_together_ask_too_much_are_named():
    """Two clusters each need one of two half-days, both on one day, of the only registrar."""
    instance = council(
        clusters=[cluster(0), cluster(1)],
        centres=[centre("library", of=0, booked=[0]), centre("school", of=1, booked=[1])],
        registrars=[registrar(reach={0: 1, 1: 1})],
    )

    with pytest.raises(Impossible) as refused:
        solve(instance)

    first, *gives_way, because, day, stays = refused.value.sentences

    assert (first, because) == ("At the least, these would have to give way:", "because of these:")
    assert day == "Registrar 0 is in one place a day."
    assert sorted([*gives_way, stays]) == [
        "Families have booked 1 session in cluster 0 on Monday morning of week 1.",
        "Families have booked 1 session in cluster 1 on Monday afternoon of week 1.",
    ]


def test_a_rota_is_found_where_the_simple_way_finds_none():
    """The simple way sends whoever has most sessions left to the booked one, who alone could be at the office that noon."""
    busy = registrar(0, languages=UR, contract=2)
    instance = council(
        clusters=[cluster(language="ur")],
        centres=[centre(booked=[0])],
        registrars=[busy, registrar(1, contract=1, away=range(1, 10))],
    )
    instance = replace(
        instance, office=(*instance.office[:1], replace(instance.office[1], least=1), *instance.office[2:])
    )
    assert greedy_rota(instance) is None

    result = solve(instance)

    assert result.greedy is None
    assert broken_rules(instance, result.rota) == []
    assert broken_rules(instance, named(instance, any_rota(instance, Clock()))) == []


def named(instance, stays):
    clusters = {(instance.registrars[stay.registrar].id, half): stay.place for stay in stays for half in stay.halves}
    return rota_of(name_centres(instance, clusters, {}))


def test_the_web_application_does_not_load_the_solver(tmp_path):
    program = "import sys, registration.factory; sys.exit(any(name in sys.modules for name in ('highspy', 'numpy')))"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
