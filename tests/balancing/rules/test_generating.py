"""Invented councils: the same for the same number, and such that a rota exists."""

from registration.balancing.rules.checking import broken_rules
from registration.balancing.rules.generating import SIZES, generate
from registration.balancing.rules.greedy import greedy_rota


def test_a_number_names_one_council_for_ever():
    assert generate("small", 7) == generate("small", 7)
    assert generate("small", 7).registrars != generate("small", 8).registrars


def test_a_council_has_its_size_and_some_sessions_are_booked():
    instance, size = generate("council", 1), SIZES["council"]

    assert (len(instance.clusters), len(instance.centres), len(instance.registrars)) == (
        size.clusters,
        size.centres,
        size.registrars,
    )
    booked = [half for one in instance.centres for half in instance.half_days if one.booked[half]]
    assert len(booked) > 5
    assert max(booked) < 20


def test_most_can_be_planned_simply_in_spite_of_what_is_booked():
    made = [(instance, greedy_rota(instance)) for instance in (generate("small", seed) for seed in range(10))]

    assert sum(rota is not None for _, rota in made) >= 8
    assert all(rota is None or broken_rules(instance, rota) == [] for instance, rota in made)
