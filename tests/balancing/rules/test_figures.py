"""Families expected, served, late and short, counted by hand."""

import pytest

from registration.balancing.rules.figures import (
    Demand,
    coverage_of,
    demand_of,
    figures_of,
    lateness_of,
    lost_sessions,
    seen_by,
    served,
)
from registration.balancing.rules.rota import Cluster
from tests.balancing.councils import OFFICE, centre, cluster, council, registrar, rota


def test_families_come_as_the_curve_says():
    assert [seen_by((0.0, 0.5, 1.0), weeks) for weeks in (-1, 0, 1, 2, 7)] == [0, 0, 0.5, 1, 1]


def test_demand_of_two_weeks_counts_what_has_not_come_before():
    instance = council(weeks=2, clusters=[Cluster(0, None, (0, 0, 0, 40, 20, 8, 100))])

    demand = demand_of(instance, instance.clusters[0])

    # Born two weeks before the first: half of them came, 20 are left. Born in the last before: all 20. In the first: 8.
    assert demand.released == (40, 48)
    assert demand.due == (20, 40)
    # By the end of the second week all of the former have come, and half of the 8 born in the first.
    assert demand.need == pytest.approx(20 + 20 + 4)


def test_a_slot_for_which_nobody_waits_is_lost():
    assert served(Demand((5, 9), (0, 0), 9), [20, 1]) == (5, 6)


def test_lateness_counts_a_family_every_week_past_its_deadline():
    assert lateness_of(Demand((5, 9), (3, 4), 9), (1, 2)) == (3 - 1) + (4 - 2)


def test_a_cluster_that_needs_nothing_is_covered():
    assert coverage_of(Demand((0,), (0,), 0), (0,)) == 1
    assert coverage_of(Demand((9,), (0,), 4), (9,)) == 1
    assert coverage_of(Demand((9,), (0,), 4), (1,)) == 0.25


def test_figures_of_a_day():
    instance = council(
        clusters=[cluster(0, births=8.0), cluster(1, births=0.0)],
        centres=[centre("library"), centre("school"), centre("far", of=1)],
        registrars=[registrar(0, reach={0: 10, 1: 30}), registrar(1)],
    )

    found = figures_of(
        instance,
        rota((0, 0, "library"), (0, 1, "school"), (0, 2, "far"), (1, 2, OFFICE), (1, 0, "school"), (1, 1, "school")),
    )

    # Of the 8 born a week, released at once: 4 of two weeks before and all 8 of the last; wanted by the week's end: 8.
    assert (found.travel, found.split_days, found.sessions) == (10 + 10 + 30 + 10 + 10, 1, 6)
    assert found.coverage == (1.0, 1.0)
    assert (found.worst, found.mean, found.shortfall) == (1.0, 1.0, pytest.approx(0))
    assert (found.changed, found.lost) == (None, None)


def test_what_nobody_serves_is_short():
    found = figures_of(council(clusters=[cluster(births=8.0)]), rota((0, 0, "library")))

    assert (found.worst, found.mean, found.shortfall) == (6 / 8, 6 / 8, pytest.approx(2))


def test_a_council_without_families_is_covered():
    assert figures_of(council(clusters=[], centres=[]), rota()).mean == 1
    assert figures_of(council(clusters=[], centres=[]), rota()).worst == 1


def test_changes_are_moved_added_and_taken_away_and_losses_named():
    instance = council(
        centres=[centre("library", rooms=2), centre("school")], registrars=[registrar(away=[6]), registrar(1)]
    )
    before = rota(
        (0, 0, "library"), (0, 2, "library"), (0, 4, "library"), (0, 6, "library"), (9, 6, "library"), (0, 99, "pub")
    )

    found = figures_of(instance, rota((0, 0, "library"), (0, 2, "school"), (1, 4, "library")), before)

    assert (
        found.changed == 1 + 2 + 3
    )  # the school; one came and one went on Wednesday; what is lost, or was never there
    assert found.lost == 1
    assert lost_sessions(instance, before) == [(0, 6)]


def test_what_does_not_exist_counts_for_nothing():
    found = figures_of(
        council(), rota((0, 0, "library"), (0, 0, OFFICE), (7, 1, "library"), (0, 99, "library"), (0, 1, "pub"))
    )

    assert (found.sessions, found.travel) == (1, 10)
