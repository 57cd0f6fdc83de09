"""What a manager is shown of a rota, and whether a centre can open at all."""

from dataclasses import replace

import pytest

from registration.balancing.rules.figures import demand_of, figures_of
from registration.balancing.rules.rota import OFFICE, Assignment, pinned
from registration.balancing.rules.shown import (
    Change,
    can_open,
    changed,
    clusters_shown,
    expected_by_week,
    registrars_shown,
    week_cells,
)
from tests.balancing.small import council, registrar, rota


def test_the_families_of_the_weeks_sum_up_to_the_need():
    instance = council(weeks=3)
    for cluster in instance.clusters:
        assert sum(expected_by_week(instance, cluster)) == pytest.approx(demand_of(instance, cluster).need)


def test_clusters_come_worst_first_with_the_coverage_that_the_rota_is_judged_by():
    instance = council(registrar(101, weeks=2), registrar(102, weeks=2), weeks=2)
    made = rota((101, 0, 11), (101, 1, 11), (102, 12, 21))
    shown = clusters_shown(instance, made)
    assert [each.cluster.id for each in shown] == [2, 1]
    assert [each.slots for each in shown] == [6, 12]
    assert [[week.slots for week in each.weeks] for each in shown] == [[0, 6], [12, 0]]
    assert sorted(figures_of(instance, made).coverage) == pytest.approx([each.coverage for each in shown])
    assert shown[0].weeks[1].coverage == pytest.approx(6 / shown[0].weeks[1].expected)


def test_a_cluster_that_expects_nobody_is_served():
    [first, _] = clusters_shown(council(births=0.0), rota((101, 0, 11)))
    assert (first.coverage, first.weeks[0].coverage) == (1.0, 1.0)


def test_registrars_are_shown_with_what_is_asked_of_them_now_and_before():
    instance = council(registrar(101, contract=4), registrar(102, available=[0, 1]))
    found = registrars_shown(instance, rota((101, 0, 11), (101, 2, 21), (101, 4, OFFICE)), rota((102, 0, 21)))
    first, second = found
    assert (first.sessions, first.office, first.minutes, first.before, first.minutes_before) == (2, 1, 30, 0, 0)
    assert (second.sessions, second.most, second.before, second.minutes_before) == (0, 2, 1, 20)
    assert (first.most, first.share, second.share) == (4, 0.75, 0.0)


def test_whoever_can_do_nothing_is_asked_for_no_share():
    assert registrars_shown(council(registrar(101, contract=0)), rota(), rota())[0].share == 0


def test_changes_are_told_half_day_by_half_day():
    found = changed(rota((101, 0, 11), (102, 4, 21), (101, 5, 12)), rota((101, 0, 11), (102, 4, 11), (102, 2, 11)))
    assert found == [Change(102, 2, 11, None), Change(102, 4, 11, 21), Change(101, 5, None, 12)]


def test_the_cells_of_a_week_are_that_weeks():
    made = rota((101, 0, 11), (102, 0, 11), (101, 10, 11))
    assert week_cells(made, 0) == {(11, 0): [101, 102]}
    assert week_cells(made, 1) == {(11, 10): [101]}


def test_a_centre_can_open_where_it_has_a_room_and_somebody_is_not_kept_elsewhere():
    one = council(registrar(101, contract=2))
    centre = one.centre[11]
    assert can_open(one, centre, 0)
    assert not can_open(one, replace(centre, rooms=(0,) * 10), 0)
    assert can_open(pinned(one, [Assignment(101, 0, 11)]), centre, 0)
    assert not can_open(pinned(one, [Assignment(101, 0, 12)]), centre, 0)
    assert can_open(pinned(one, [Assignment(101, 1, 12)]), centre, 0)
    assert not can_open(pinned(one, [Assignment(101, 1, 21)]), centre, 0)
    assert not can_open(pinned(one, [Assignment(101, 4, 21), Assignment(101, 5, 21)]), centre, 0)
    assert not can_open(council(registrar(101, reach={2: 5})), centre, 0)


def test_two_half_days_at_the_office_are_two_wherever_they_stand_in_the_rota():
    instance = council(registrar(101, weeks=2), registrar(102, weeks=2), weeks=2)
    made = rota((101, 0, OFFICE), (101, 1, OFFICE), (101, 12, 11), (102, 0, OFFICE))
    asked = {each.registrar: (each.sessions, each.office) for each in registrars_shown(instance, made, rota())}
    assert (asked[101], asked[102]) == ((1, 2), (0, 1))


def test_a_week_shows_each_of_its_half_days_and_no_other():
    made = rota((101, 9, 11), (101, 10, 11), (102, 13, OFFICE))
    assert week_cells(made, 0) == {(11, 9): [101]}
    assert week_cells(made, 1) == {(11, 10): [101], (OFFICE, 13): [102]}
