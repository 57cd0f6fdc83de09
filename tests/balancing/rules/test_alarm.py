"""Families who will find no time: against councils small enough to count them by hand."""

from dataclasses import replace
from datetime import date
from statistics import fmean
from types import SimpleNamespace

import pytest

from registration.balancing.rules import alarm
from registration.balancing.rules.alarm import (
    LAST_DAY,
    WEEKS,
    Ahead,
    Cluster,
    Cohort,
    Family,
    Places,
    cohort,
    counted,
    look_again,
    look_ahead,
    missed_by_week,
    missed_of,
)
from registration.balancing.rules.demand import CURVE_FAMILIES, USUAL_CURVE, Adjustment, ExpectedWeek, curve_of
from registration.balancing.rules.intervals import Interval

MONDAY, NONE = date(2026, 11, 23), Interval(0, 0, 0)
DAYS = (WEEKS + 6) * 7
CURVE = curve_of({})
AT_ONCE = (1.0,) + (0.0,) * (WEEKS - 1)
NO_PLACES = Places((0,) * DAYS, (0,) * DAYS, (0,) * DAYS)


def on(days, kind=0, count=1):
    """Places on some days."""
    there = tuple(count if day in days else 0 for day in range(DAYS))
    return NO_PLACES._replace(**{NO_PLACES._fields[kind]: there})


def born(count, week=-3, comes=AT_ONCE, booked=0, seen=0, *, sure=True, by_rate=True):
    """So many babies of a week of which all that come come this week."""
    return Cohort(week, float(count), seen, booked, sure, by_rate, comes)


def ahead(clusters, weeks=WEEKS, today=0):
    return Ahead(today, weeks, 10, 7, clusters)


def expected(value, lo=None, hi=None, said=None):
    return ExpectedWeek(MONDAY, Interval(value, value if lo is None else lo, value if hi is None else hi), NONE, said)


def one(*cohorts, places=NO_PLACES, others=(), shape=1e9):
    return Cluster(cohorts, shape, places, others)


def missed(clusters, number=1, draws=20, **options):
    found = look_ahead(ahead(clusters, **options), 1, draws)
    return missed_of(found.own, number).value, missed_of(found.at_all, number).value


# -- when families come


def test_families_come_by_the_curve_less_those_that_have_a_time():
    found = cohort(-1, expected(10, 6, 15), 0, {0: 1}, CURVE)

    # By the curve 1.5 come in the first week after birth, of which one has a time, 3 in the next, 3, 1.7 and 0.8.
    assert found.comes[:6] == pytest.approx([0.5 / 9, 3 / 9, 3 / 9, 1.7 / 9, 0.8 / 9, 0])
    assert (found.booked, found.sure, found.by_rate) == (1, False, True)


def test_families_that_are_to_be_born_come_from_the_week_after_on():
    found = cohort(2, expected(10, 10, 10), 0, {}, CURVE)

    assert found.comes[:4] == (0, 0, 0, 0.15)
    assert found.sure


def test_whoever_should_have_come_by_the_curve_comes_at_once():
    assert cohort(-6, expected(3, 3, 3), 1, {}, CURVE).comes == AT_ONCE
    assert cohort(0, expected(0, 0, 0), 0, {0: 2}, CURVE).comes == AT_ONCE
    late = cohort(WEEKS + 1, expected(3, 3, 3), 0, {}, CURVE).comes
    assert late.index(1.0) == WEEKS - 1


def test_a_managers_number_is_not_doubted_as_the_rate_is():
    many = Adjustment(1, MONDAY, MONDAY, None, 10, "An estate")
    assert not cohort(0, expected(10, 5, 16, many), 0, {}, CURVE).by_rate
    assert cohort(0, expected(10, 5, 16, replace(many, factor=2.0, births=None)), 0, {}, CURVE).by_rate


# -- who finds a time


def test_where_there_is_a_place_for_each_nobody_is_missed():
    places = on(range(7, 12))
    assert missed({1: one(born(5), places=places)}) == (0, 0)
    assert missed({1: one(born(6), places=places)}) == (1, 1)


def test_those_that_have_a_time_or_were_seen_need_none():
    assert missed({1: one(born(6, booked=4, seen=2))}) == (0, 0)
    assert missed({1: one(born(6, booked=4, seen=1))}) == (1, 1)
    assert missed({1: one(born(6, booked=9))}) == (0, 0)


def test_a_place_after_day_42_is_none_and_one_before_today_neither():
    last = -3 * 7 + LAST_DAY  # of those born on that Monday; those of the Sunday have six days more
    assert missed({1: one(born(2), places=on({last + 7}, count=9))}) == (2, 2)
    assert missed({1: one(born(2), places=on({last}, count=9))}) == (0, 0)
    assert missed({1: one(born(2), places=on({1}, count=9))}, today=2) == (2, 2)


def test_a_family_comes_no_sooner_than_on_the_day_after_birth():
    week = 1
    assert missed({1: one(born(3, week), places=on(range(7), count=9))}) == (3, 3)


def test_families_whose_day_42_is_over_are_not_told_of():
    assert missed({1: one(born(4, week=-7))}) == (0, 0)


def test_families_beyond_the_published_rota_are_not_told_of():
    clusters = {1: one(born(5, week=-1))}
    assert missed(clusters, weeks=5) == (0, 0), "their day 42 lies in week 5"
    assert missed(clusters, weeks=6) == (5, 5)


def test_another_cluster_is_the_last_resort_and_its_places_go_to_whoever_comes_first():
    early, late = born(4), born(4, comes=(0.0, *AT_ONCE[:-1]))
    own, other = one(early, others=(2,)), one(late, places=on({14}, count=6), others=(1,))

    assert missed({1: own, 2: other}, 1) == (4, 0)
    assert missed({1: own, 2: other}, 2) == (0, 2)
    assert missed({1: own, 2: replace(other, places=on({14}, count=8))}, 2) == (0, 0)


def test_a_family_takes_the_first_place_there_is():
    first, then = born(5, week=-3), born(5, week=-1, comes=(0, 1.0, *([0.0] * (WEEKS - 2))))
    assert missed({1: one(first, then, places=on({5, 25}, count=5))}) == (0, 0)
    assert missed({1: one(first, then, places=on({4, 5}, count=5))}) == (5, 5), (
        "a place that is over helps nobody later"
    )


def test_the_nearest_cluster_is_asked_first():
    found = alarm._diary(on({3}))
    assert alarm._takes(Family(0, 40), found, (42, 10, 7))
    assert not alarm._takes(Family(0, 40), found, (42, 10, 7))
    clusters = {1: one(born(3), others=(3, 2)), 2: one(places=on({12}, count=2)), 3: one(places=on({12}, count=2))}
    assert missed(clusters, 1) == (3, 0)
    assert missed({**clusters, 2: one()}, 1) == (3, 1)


def test_places_kept_back_are_for_families_near_day_42():
    last = -3 * 7 + LAST_DAY
    early = last - 11
    for kind, days, at_all in ((1, 10, 0), (2, 7, 2)):  # protected ones also for whom nothing else is left anywhere
        assert missed({1: one(born(2), places=on({early}, kind, 9))}) == (2, at_all)
        near = on(range(last - days + 6, last + 1), kind, 9)  # also those born on the Sunday have so few days left
        assert missed({1: one(born(2), places=near)}) == (0, 0)
        assert missed({1: one(born(2), places=near.opened())}) == (0, 0)
    assert missed({1: one(born(2), places=on({early}, 2, 9).opened())}) == (0, 0)
    assert missed({1: one(born(2), places=on({early}, 1, 9).opened())}) == (2, 0), "protected in their own cluster"


def test_more_places_of_a_day_are_for_everybody():
    assert on({3}).with_more(3, 2).everybody[2:5] == (0, 3, 0)


# -- how sure that is


def test_expected_births_differ_from_time_to_time_and_known_ones_do_not():
    def counts(each, shape=1e9):
        return [len(turn) for turn in look_again(ahead({1: one(each, shape=shape)}), 1, 5, 400)]

    known = counts(born(10))
    assert set(known) == {10}
    poisson = counts(born(10, sure=False))
    assert fmean(poisson) == pytest.approx(10, abs=0.6)
    assert fmean((each - 10) ** 2 for each in poisson) == pytest.approx(10, rel=0.25)
    said = counts(born(10, sure=False, by_rate=False), shape=4)
    assert fmean((each - 10) ** 2 for each in said) == pytest.approx(10, rel=0.25)
    unsure = counts(born(10, sure=False), shape=4)
    assert fmean(unsure) == pytest.approx(10, abs=1.2)
    assert fmean((each - 10) ** 2 for each in unsure) == pytest.approx(10 + 100 / 4, rel=0.3)


def test_a_part_of_a_birth_that_is_known_is_one_or_none():
    counts = [len(turn) for turn in look_again(ahead({1: one(born(2.5))}), 1, 5, 400)]
    assert set(counts) == {2, 3}
    assert fmean(counts) == pytest.approx(2.5, abs=0.08)


def test_a_cluster_of_which_nothing_is_known_misses_nobody():
    assert missed({1: one(born(3, sure=False), shape=0)}) == (0, 0)
    assert missed({1: one(shape=0)}) == (0, 0)


def test_equal_seeds_give_equal_answers_and_the_same_families_as_for_one_cluster_alone():
    world = ahead({1: one(born(9, sure=False)), 2: one(born(3, sure=False))})
    found = look_ahead(world, 7, 5)

    assert found == look_ahead(world, 7, 5)
    assert found.own != look_ahead(world, 8, 5).own
    assert [each[1] for each in found.own] == look_again(world, 1, 7, 5)


def test_what_was_counted_is_told_with_its_range():
    assert counted([3]) == Interval(3, 3, 3)
    assert counted(range(100)) == Interval(49.5, 2, 97)


def test_the_missed_are_told_by_the_week_of_their_day_42():
    world = ahead({1: one(born(2, week=-3), born(3, week=-1))})
    weeks = missed_by_week(look_ahead(world, 1, 5).own, 1, WEEKS)

    assert [each.value for each in weeks] == [0, 0, 0, 2, 0, 3, 0, 0]


def test_so_many_births_as_no_cluster_has_are_drawn_too():
    chance = SimpleNamespace(random=lambda: 0.5)
    assert alarm._poisson(0, chance) == 0
    assert alarm._poisson(10_000, chance) == alarm._poisson(alarm.MOST_DRAWN, chance)


def test_the_usual_curve_is_the_one_supposed_here():
    assert CURVE.values == USUAL_CURVE
    assert CURVE_FAMILIES
    assert replace(born(3), week=1).week == 1
