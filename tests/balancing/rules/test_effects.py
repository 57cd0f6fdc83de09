"""What a rota means for families, cluster by cluster."""

import pytest

from registration.balancing.rules.effects import effect_of, late_families
from registration.balancing.rules.figures import Demand, figures_of
from registration.balancing.rules.rota import OFFICE
from tests.balancing.small import council, rota


def test_late_families_are_counted_once_the_first_born_being_seen_first():
    demand = Demand(released=(10, 10, 10), due=(4, 6, 6), need=10)
    assert late_families(demand, (4, 6, 6)) == 0
    assert late_families(demand, (1, 1, 10)) == 3 + 2
    assert late_families(demand, (3, 6, 6)) == 1
    assert late_families(demand, (0, 0, 0)) == 6


def test_the_parts_sum_up_to_the_figures():
    instance = council(weeks=2, births=200.0)
    made = rota((101, 0, 11), (101, 1, 11), (102, 12, 21), (102, 13, OFFICE), (102, 14, 99), (999, 3, 11))
    effect = effect_of(instance, made)
    assert effect.figures == figures_of(instance, made)
    assert sum(each.short for each in effect.clusters.values()) == pytest.approx(effect.figures.shortfall)
    assert tuple(each.coverage for each in effect.clusters.values()) == effect.figures.coverage
    assert {cluster: each.slots for cluster, each in effect.clusters.items()} == {1: 12, 2: 6}
    assert effect.late == pytest.approx(sum(each.late for each in effect.clusters.values()))
    assert effect.clusters[1].late > 0
    assert effect_of(council(births=0.0), rota()).clusters[1].coverage == 1.0
