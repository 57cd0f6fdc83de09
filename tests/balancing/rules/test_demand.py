"""Births told from what was seen: exact where it is plain, and right nineteen times of twenty where it is chance."""

from collections import Counter
from datetime import date, timedelta
from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.balancing.rules.demand import (
    CURVE_FAMILIES,
    LAST_LAG,
    SHARE_BIRTHS,
    USUAL_CURVE,
    WEEK,
    Adjustment,
    Counted,
    Curve,
    Forecast,
    Rate,
    counted_share,
    curve_of,
    monday_of,
    rates,
)
from registration.balancing.rules.intervals import Interval

THIS = date(2026, 11, 23)
USUAL = curve_of({})


def forecast(*adjustments, counted=None, mean=10.0, weeks=1000.0, curve=USUAL):
    """Make a forecast of a rate that is known very well, unless told otherwise."""
    return Forecast(Rate(mean * weeks, weeks, 80, 8), curve, THIS, counted or {}, adjustments)


def word(first=THIS, last=THIS, factor=None, births=None, reason="A new estate"):
    return Adjustment(1, first, last, factor, births, reason)


def test_a_week_begins_on_monday():
    assert [monday_of(THIS + timedelta(days=day)) for day in (-1, 0, 6, 7)] == [THIS - WEEK, THIS, THIS, THIS + WEEK]


# -- by when families come


def test_a_service_that_has_seen_nobody_goes_by_the_usual_curve():
    assert USUAL.values == USUAL_CURVE
    assert USUAL.babies == 0
    assert [round(USUAL.in_week(lag), 2) for lag in range(-1, 7)] == [0, 0, 0.15, 0.3, 0.3, 0.17, 0.08, 0]


def test_few_families_move_the_curve_a_little_and_many_far():
    few, many = curve_of({1: 5}), curve_of({1: 5000})

    assert few.values[1] == pytest.approx((5 + 0.15 * CURVE_FAMILIES) / (5 + CURVE_FAMILIES))
    assert many.values[1] == pytest.approx(1, abs=0.01)
    assert many.babies == 5000
    assert many.shares[1].hi - many.shares[1].lo < few.shares[1].hi - few.shares[1].lo


def test_whoever_comes_late_counts_in_the_last_week():
    assert curve_of({5: 10, 9: 10}) == curve_of({5: 20})
    assert curve_of({5: 10}).shares[-1] == Interval(1, 1, 1)


@given(st.dictionaries(st.integers(0, 12), st.integers(0, 500)))
def test_a_curve_never_falls_and_ends_at_everybody(seen):
    values = curve_of(seen).values

    assert len(values) == LAST_LAG + 1
    assert list(values) == sorted(values)
    assert values[-1] == 1
    assert sum(curve_of(seen).in_week(lag) for lag in range(LAST_LAG + 1)) == pytest.approx(1)


# -- how many are born


def test_of_an_old_week_everybody_is_counted_and_of_a_young_one_few():
    weeks = range(-20, 0)

    assert counted_share(-8, USUAL, weeks) == pytest.approx(1)
    assert counted_share(-2, USUAL, weeks) == pytest.approx(0.15)
    assert counted_share(-1, USUAL, weeks) == 0


def test_of_births_before_the_service_began_only_those_who_came_later_are_counted():
    assert counted_share(-5, USUAL, [-2, -1]) == pytest.approx(0.92 - 0.45)
    assert counted_share(-5, USUAL, []) == 0


def counts(babies, weeks=8, share=1.0):
    return {-week: Counted(babies, share) for week in range(1, weeks + 1)}


def test_a_cluster_known_for_long_goes_by_itself():
    found = rates([1, 2], {1: counts(10, weeks=400), 2: counts(30, weeks=400)}, {1: 1, 2: 1})

    assert found[1].mean == pytest.approx(10, rel=0.02)
    assert found[2].mean == pytest.approx(30, rel=0.02)


def test_a_cluster_known_for_a_short_time_leans_on_its_share_of_the_people():
    found = rates([1, 2], {1: counts(0), 2: counts(40)}, {1: 0.5, 2: 0.5})

    # Twenty a week by the share, as sure as the births of SHARE_BIRTHS / 20 weeks.
    assert found[1].mean == pytest.approx(SHARE_BIRTHS / (8 + SHARE_BIRTHS / 20))
    assert found[2].mean == pytest.approx((40 * 8 + SHARE_BIRTHS) / (8 + SHARE_BIRTHS / 20))
    assert (found[2].births, found[2].counted) == (320, 8)


def test_the_share_of_the_people_alone_is_sure_to_about_a_quarter():
    """Cluster 2 has not been counted at all: it has its share, and nothing else, to go by."""
    alone = rates([1, 2], {1: counts(10)}, {1: 1, 2: 3})[2]

    assert alone.mean == pytest.approx(7.5)
    assert alone.variance**0.5 == pytest.approx(7.5 / 4)


def test_weeks_that_are_seen_in_part_count_in_part():
    whole, half = rates([1], {1: counts(10)}, {1: 1})[1], rates([1], {1: counts(5, share=0.5)}, {1: 1})[1]

    assert half.mean == pytest.approx(whole.mean)
    assert half.variance > whole.variance


def test_where_nothing_is_known_nothing_is_expected():
    assert rates([1], {}, {1: 1})[1].mean == 0
    assert rates([1], {1: counts(0)}, {})[1].mean == 0
    assert rates([], {}, {}) == {}
    assert rates([1], {1: {-1: Counted(0, 0.0)}}, {1: 1})[1].counted == 0


def test_a_cluster_without_a_share_of_the_people_goes_by_what_was_seen_there():
    found = rates([1, 2], {1: counts(10), 2: counts(10)}, {2: 7})

    assert found[1].mean == 10
    assert found[2].mean == pytest.approx((80 + SHARE_BIRTHS) / (8 + SHARE_BIRTHS / 20))


def poisson(chance, mean):
    upto, count = chance.expovariate(1), 0
    while upto < mean:
        upto, count = upto + chance.expovariate(1), count + 1
    return count


def test_births_of_some_weeks_together_lie_in_their_range_nineteen_times_of_twenty():
    """The rate is told from eight weeks, and the births of the next four are counted: over and over."""
    chance = Random(11)
    inside = []
    for _ in range(1500):
        true = chance.uniform(5, 20)
        told = rates([1], {1: {-week: Counted(poisson(chance, true), 1.0) for week in range(1, 9)}}, {1: 1})[1].over(4)
        inside.append(told.lo <= sum(poisson(chance, true) for _ in range(4)) <= told.hi)

    assert 0.93 <= fmean(inside) <= 0.995


def misses(open_weeks, before=1.0, rounds=60):
    """Invent births, let the service see them for so many weeks, and tell the rates: give how far off they are on average.

    Beside it, how far off the average of the appointments of the last eight weeks is. Until eight weeks ago `before` times as
    many were born. A cluster's share of the people tells its births to about a quarter.
    """
    chance, true = Random(5), {1: 4.0, 2: 12.0, 3: 35.0}
    lags = [USUAL.in_week(lag) for lag in range(LAST_LAG + 1)]
    ours, averages = [], []
    for _ in range(rounds):
        rows = [
            (cluster, born, born + lag)
            for cluster, mean in true.items()
            for born in range(-40, 0)
            for lag in chance.choices(range(LAST_LAG + 1), lags, k=poisson(chance, mean * (before if born < -8 else 1)))
        ]
        rows = [row for row in rows if -open_weeks <= row[2] < 0]
        weeks, last = {week for *_, week in rows}, [row for row in rows if row[2] >= -8]
        curve = curve_of(Counter(week - born for _, born, week in rows if min(weeks) <= born < -LAST_LAG - 1))
        babies = Counter(row[:2] for row in rows)
        counted = {
            each: {week: Counted(babies[each, week], counted_share(week, curve, weeks)) for week in range(-8, 0)}
            for each in true
        }
        shares = {each: mean * chance.gammavariate(16, 1 / 16) for each, mean in true.items()}
        told = rates(true, counted, shares)
        for each, mean in true.items():
            ours.append(abs(told[each].mean - mean) / mean)
            averages.append(abs(sum(row[0] == each for row in last) / min(open_weeks, 8) - mean) / mean)
    return fmean(ours), fmean(averages)


def test_a_young_service_and_one_whose_births_change_are_told_better_than_by_an_average_of_appointments():
    for weeks, before in ((1, 1.0), (26, 0.67)):
        ours, average = misses(weeks, before)
        assert ours < average * 0.85

    ours, average = misses(26)
    assert ours < average * 1.15, "in a steady state an average is as good"


# -- weeks ahead


def test_in_a_steady_state_as_many_come_as_are_born():
    weeks = forecast().ahead(THIS, 6)

    assert [week.monday for week in weeks] == [THIS + number * WEEK for number in range(6)]
    assert all(week.births.value == week.to_see.value == pytest.approx(10) for week in weeks)
    assert all(week.births.lo < 10 < week.births.hi for week in weeks)
    assert forecast().per_week == 10


def test_a_week_is_asked_for_by_any_of_its_days():
    assert forecast().ahead(THIS + timedelta(days=10), 1)[0].monday == THIS + WEEK


def test_births_that_are_known_are_exact_and_their_families_come_by_the_curve():
    weeks = forecast(counted={-1: Counted(100, 1.0)}).ahead(THIS - WEEK, 7)

    assert weeks[0].births == Interval(100, 100, 100)
    assert [round(week.to_see.value, 1) for week in weeks] == [10.0, 23.5, 37.0, 37.0, 25.3, 17.2, 10.0]


def test_of_a_week_seen_in_part_the_rest_is_expected():
    (week,) = forecast(counted={-3: Counted(7, 0.45)}).ahead(THIS - 3 * WEEK, 1)

    assert week.births.value == pytest.approx(7 + 5.5)
    assert 7 <= week.births.lo < 12.5 < week.births.hi


def test_a_rate_that_is_little_known_makes_every_range_wider():
    sure, unsure = forecast().ahead(THIS, 1)[0], forecast(weeks=4).ahead(THIS, 1)[0]

    assert unsure.births.hi > sure.births.hi
    assert unsure.to_see.hi > sure.to_see.hi
    known = {week: Counted(10, 1.0) for week in range(-6, 1)}
    assert forecast(weeks=4, counted=known).ahead(THIS, 1)[0].to_see.hi == sure.to_see.hi, (
        "known births rest on no rate"
    )


# -- a manager's word


def test_a_factor_multiplies_what_is_expected_in_its_weeks():
    said = word(THIS + WEEK, THIS + 2 * WEEK, factor=1.5)
    weeks = forecast(said).ahead(THIS, 4)

    assert [week.births.value for week in weeks] == pytest.approx([10, 15, 15, 10])
    assert [week.adjustment for week in weeks] == [None, said, said, None]
    assert weeks[3].to_see.value == pytest.approx(10 + 5 * (0.15 + 0.3))
    assert forecast(word(factor=2)).per_week == 20


def test_a_number_stands_whatever_is_expected_or_known():
    weeks = forecast(word(births=3), counted={0: Counted(50, 1.0)}).ahead(THIS, 1)

    assert weeks[0].births.value == 3
    assert forecast(word(births=0)).ahead(THIS, 1)[0].births == Interval(0, 0, 0)


def test_births_that_are_known_can_be_multiplied_too():
    assert forecast(word(factor=0.5), counted={0: Counted(50, 1.0)}).ahead(THIS, 1)[0].births == Interval(25, 25, 25)


def test_a_factor_of_a_week_seen_in_part_holds_for_both_parts():
    (week,) = forecast(word(factor=2), counted={0: Counted(4, 0.5)}).ahead(THIS, 1)

    assert week.births.value == pytest.approx(2 * (4 + 5))


def test_the_latest_word_of_a_week_counts():
    latest, before = word(births=1), word(THIS, THIS + WEEK, births=2)
    weeks = forecast(latest, before).ahead(THIS, 3)

    assert [week.births.value for week in weeks] == pytest.approx([1, 2, 10])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"first": THIS + timedelta(days=1), "factor": 1}, "by their Monday"),
        ({"last": THIS + timedelta(days=1), "factor": 1}, "by their Monday"),
        ({"last": THIS - WEEK, "factor": 1}, "must not be before"),
        ({}, "Give either"),
        ({"factor": 1, "births": 1}, "Give either"),
        ({"factor": 5.1}, "0 to 5"),
        ({"factor": -0.1}, "0 to 5"),
        ({"factor": float("nan")}, "0 to 5"),
        ({"births": -1}, "0 to 1000"),
        ({"births": 1001}, "0 to 1000"),
        ({"births": 1, "reason": "  "}, "Say why"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(values, said):
    with pytest.raises(ValueError, match=said):
        word(**values)


def test_a_curve_of_its_own_decides_when_families_come():
    at_once = Curve((*[Interval(1, 1, 1)] * (LAST_LAG + 1),), 0)
    weeks = forecast(word(births=40), curve=at_once).ahead(THIS, 2)

    assert [week.to_see.value for week in weeks] == [40, 10]
