"""The cluster of the demonstration in which times are few: the forecast names it, and plans and what-ifs help it."""

from datetime import timedelta
from itertools import chain

import pytest

from registration.balancing.building.instance import build
from registration.balancing.outlook import look_out
from registration.balancing.queries import adjustments
from registration.balancing.rules.figures import figures_of
from registration.balancing.rules.rota import WEEK
from registration.balancing.rules.scenarios import HalfDayChanged, changed_by
from registration.balancing.solver.solving import solve
from registration.common.clock import civil_date
from registration.demo import invented
from registration.rota.rules.planning import monday_of
from tests.demo.conftest import NOW
from tests.demo.test_load import free

TODAY = civil_date(NOW)


@pytest.fixture
def outlook(loaded):
    """The forecast, by the names of clusters."""
    return {each.cluster: each for each in look_out(NOW).clusters}


def test_only_in_the_tight_cluster_families_find_no_time_and_a_few_half_days_would_help(outlook):
    tight = outlook.pop(invented.TIGHT)
    assert tight.is_dry
    assert sum(week.own.value > 0 for week in tight.weeks) > 1
    assert not tight.help.opens_desk
    assert 1 <= len(tight.help.sessions) <= 5
    assert tight.help.is_enough
    assert not any(each.is_dry for each in outlook.values())


def test_nearly_all_of_its_families_find_a_time_in_another_cluster(outlook):
    tight = outlook[invented.TIGHT]
    assert tight.at_all.value < tight.own.value / 5


def test_at_least_300_times_are_free_elsewhere(loaded):
    elsewhere = [centre for centre, *_ in free() if invented.cluster_of(centre) != invented.TIGHT]
    assert len(elsewhere) >= 300


def test_a_plan_of_six_weeks_helps_it_and_a_half_day_more_helps_again(loaded):
    built = build(monday_of(TODAY) + timedelta(weeks=3), 6, TODAY)
    instance = built.instance
    now, planned = figures_of(instance, built.today), solve(instance).figures
    assert now.worst + 0.05 < planned.worst < 1
    assert now.lateness == planned.lateness == 0
    home = instance.clusters[now.coverage.index(now.worst)]
    one, slot = next(
        (each, slot)
        for each in instance.registrars
        for slot in range(WEEK)
        if each.home == home.id and not any(each.available[slot::WEEK])
    )
    assert solve(changed_by(instance, [HalfDayChanged(one.id, slot, more=True)])).figures.worst > planned.worst + 0.02


def test_most_registrars_live_too_far_from_it(loaded):
    instance = build(monday_of(TODAY) + timedelta(weeks=3), 6, TODAY).instance
    ever = set(chain.from_iterable(one.reach for one in instance.registrars))
    assert [sum(cluster in one.reach for one in instance.registrars) for cluster in sorted(ever)].count(3) == 1


def test_a_manager_has_said_that_more_babies_are_to_be_expected_there(loaded):
    [word] = adjustments(TODAY)
    assert word.said.factor > 1
    assert word.said.covers(monday_of(TODAY))
