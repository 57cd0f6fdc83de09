"""Days exchanged: who sees more families goes where the worst served are, and no rule breaks for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registration.balancing.rules import exchanging
from registration.balancing.rules.checking import broken_rules
from registration.balancing.rules.exchanging import exchange
from registration.balancing.rules.figures import figures_of
from registration.balancing.rules.generating import generate
from registration.balancing.rules.greedy import greedy_rota
from registration.balancing.rules.rota import OFFICE, OfficeNeed
from tests.balancing.councils import centre, cluster, council, registrar, rota

BOTH = {0: 10, 1: 30}
BEST = {0: 1.0, 1: 1.0}


def two(*registrars, **changes):
    """Two clusters of one centre each, which need the same."""
    return council(
        clusters=[cluster(0, births=20.0), cluster(1, births=20.0)],
        centres=[centre("library", of=0, rooms=2), centre("school", of=1, rooms=2)],
        registrars=list(registrars),
        **changes,
    )


def fast(number=0, **changes):
    return registrar(number, reach=BOTH, **changes)


def slow(number=1, **changes):
    return registrar(number, reach=BOTH, slots=5, **changes)


#: The first cluster has three half-days of six and one of five, the second one of five.
UNEVEN = rota(
    (0, 0, "library"), (1, 0, "school"), (0, 2, "library"), (1, 2, "library"), (0, 3, "library"), (1, 4, "school")
)


def test_the_registrar_who_sees_more_goes_where_fewest_are_seen():
    instance = two(fast(), slow())

    better = exchange(instance, UNEVEN, BEST)

    assert figures_of(instance, better).worst > figures_of(instance, UNEVEN).worst
    assert {(one.registrar, one.half_day, one.centre) for one in better.assignments} >= {
        (0, 0, "school"),
        (1, 0, "library"),
    }
    assert broken_rules(instance, better) == []


def test_a_whole_day_is_exchanged_with_both_its_halves():
    instance = two(fast(), slow())
    before = rota(
        (1, 0, "school"),
        (1, 1, "school"),
        (0, 0, "library"),
        *((0, half, "library") for half in (2, 3, 4)),
        (1, 2, "library"),
    )

    better = exchange(instance, before, BEST)

    assert {(one.registrar, one.half_day, one.centre) for one in better.assignments if one.half_day < 2} == {
        (0, 0, "school"),
        (0, 1, "school"),
        (1, 0, "library"),
    }


def test_somebody_at_the_office_or_free_may_come_instead():
    there = rota((1, 0, "school"), (0, 0, OFFICE), (0, 2, "library"), (0, 3, "library"))
    instance = two(fast(), slow())

    assert exchange(instance, there, BEST).places()[0, 0] == "school"
    free = rota((1, 0, "school"), (0, 2, "library"), (0, 3, "library"))
    assert exchange(instance, free, BEST).places() == {(0, 0): "school", (0, 2): "library", (0, 3): "library"}


def test_what_a_cluster_could_not_have_anyway_is_not_sought():
    instance = two(fast(), slow())
    had = figures_of(instance, UNEVEN).coverage

    assert exchange(instance, UNEVEN, dict(enumerate(had))) == UNEVEN


def test_what_does_not_help_is_left_as_it_is():
    assert exchange(two(fast(), fast(1)), UNEVEN, BEST) == UNEVEN
    one_each = rota((0, 0, "library"), (1, 0, "school"))
    assert exchange(two(fast(), slow()), one_each, BEST) == one_each


@pytest.mark.parametrize(
    "instance",
    [
        two(fast(), registrar(1, slots=5, reach={1: 30})),
        two(registrar(0, reach={0: 10}), slow()),
        two(fast(), slow(), forbidden=frozenset({(0, 0, 1), (0, 4, 1)})),
    ],
    ids=["out of the slower one’s reach", "out of the faster one’s reach", "forbidden"],
)
def test_nobody_goes_where_that_one_must_not_be(instance):
    there = rota((0, 0, "library"), (1, 0, "school"), (0, 2, "library"), (0, 3, "library"))

    assert exchange(instance, there, BEST) == there


def test_only_so_many_exchanges_are_made(monkeypatch):
    monkeypatch.setattr(exchanging, "MOST", 0)

    assert exchange(two(fast(), slow()), UNEVEN, BEST) == UNEVEN


def test_a_contract_is_kept():
    instance = two(fast(contract=2), slow())
    there = rota((1, 0, "school"), (0, 2, "library"), (0, 3, "library"))

    assert exchange(instance, there, BEST) == there


def test_an_exchange_that_breaks_a_rule_is_not_made():
    """The office needs a full registrar that noon, and the slower one is none."""
    instance = two(fast(), slow(grade="deputy"))
    instance = replace(instance, office=(OfficeNeed(1, 1), *instance.office[1:]))
    there = rota((1, 0, "school"), (0, 0, OFFICE), (0, 2, "library"), (0, 3, "library"))

    assert exchange(instance, there, BEST) == there


@pytest.mark.parametrize("seed", range(6))
def test_no_rule_breaks_nobody_is_later_and_the_worst_are_never_served_worse(seed):
    instance = generate("small", seed)
    before = greedy_rota(instance)

    after = exchange(instance, before, {one.id: 1.0 for one in instance.clusters})

    was, now = figures_of(instance, before), figures_of(instance, after)
    assert broken_rules(instance, after) == []
    assert now.lateness <= was.lateness + 1e-6
    assert sorted(now.coverage) >= [share - 1e-9 for share in sorted(was.coverage)]
