"""The simple rota: it breaks no rule or gives up, and puts the neediest cluster first."""

import pytest

from registration.balancing.rules.checking import broken_rules
from registration.balancing.rules.figures import figures_of
from registration.balancing.rules.generating import generate
from registration.balancing.rules.greedy import greedy_rota
from registration.balancing.rules.rota import Cluster
from tests.balancing.councils import OFFICE, centre, cluster, council, registrar

UR = frozenset({"ur"})


@pytest.mark.parametrize("size", ["tiny", "small", "council"])
def test_a_generated_council_gets_a_rota_that_breaks_no_rule(size):
    for seed in range(12 if size != "council" else 2):
        instance = generate(size, seed)
        made = greedy_rota(instance)
        if made is not None:
            assert broken_rules(instance, made) == []


def test_sessions_are_held_while_families_wait_and_no_longer():
    one = council(clusters=[cluster(births=8.0)])

    made = greedy_rota(one)

    assert len(made.assignments) == 2  # two sessions of six for the twelve who may come
    assert broken_rules(one, made) == []


def test_the_neediest_cluster_comes_first():
    instance = council(
        clusters=[cluster(0, births=8.0), cluster(1, births=80.0), cluster(2, births=0.0)],
        centres=[centre("library"), centre("school", of=1), centre("empty", of=2, rooms=0)],
        registrars=[registrar(contract=4, reach={0: 10, 1: 10, 2: 10})],
    )

    assert figures_of(instance, greedy_rota(instance)).coverage == (0.75, 18 / 80, 1.0)


def test_families_past_their_deadline_come_before_all():
    late, wait = Cluster(0, None, (0, 0, 0, 24, 0, 0)), Cluster(1, None, (0, 0, 0, 0, 80, 0))
    instance = council(
        clusters=[late, wait],
        centres=[centre("library"), centre("school", of=1)],
        registrars=[registrar(contract=3, reach={0: 10, 1: 10})],
    )

    made = figures_of(instance, greedy_rota(instance))

    assert (made.lateness, made.coverage) == (0, (1.0, 6 / 40))


@pytest.mark.parametrize(
    "instance",
    [
        council(centres=[centre(rooms=0, booked=[1])]),
        council(centres=[centre(booked=[1])], registrars=[registrar(away=[1])]),
        council(office=(2, 0)),
        council(office=(1, 1), registrars=[registrar(grade="deputy")]),
        council(registrars=[registrar(reach={})]),
        council(clusters=[cluster(language="ur")]),
    ],
    ids=["no room", "nobody for it", "office", "office registrars", "out of reach", "language"],
)
def test_it_gives_up_where_it_finds_nothing(instance):
    assert greedy_rota(instance) is None


def test_a_speaker_comes_even_where_others_are_nearer():
    speaker = registrar(1, languages=UR, reach={0: 50}, weeks=2)
    instance = council(
        weeks=2,
        presence_weeks=1,
        clusters=[cluster(language="ur", weeks=2)],
        centres=[centre(weeks=2, booked=[12])],
        registrars=[registrar(0, weeks=2, away=[12]), speaker],
    )

    made = greedy_rota(instance)

    assert broken_rules(instance, made) == []
    assert {one.half_day // 10 for one in made.assignments if one.registrar == 1} == {0, 1}


def test_whoever_is_at_the_office_in_the_morning_stays_for_the_afternoon():
    instance = council(registrars=[registrar(0), registrar(1), registrar(2)], office=(1, 0), centres=[centre()])

    made = greedy_rota(instance)
    office = {one.half_day: one.registrar for one in made.assignments if one.centre == OFFICE}

    assert [office[half] == office[half + 1] for half in range(0, 10, 2)] == [True] * 5
