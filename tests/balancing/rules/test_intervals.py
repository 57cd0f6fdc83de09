"""Intervals against published tables, and against what they promise: to hold the truth 95 times of 100."""

from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.balancing.rules.intervals import (
    LARGE,
    Interval,
    count_interval,
    mean_interval,
    share_interval,
    students_t,
)


@pytest.mark.parametrize(
    ("degrees", "value"), [(1, 12.706), (2, 4.303), (4, 2.776), (9, 2.262), (30, 2.042), (120, 1.980)]
)
def test_students_t_is_that_of_the_tables(degrees, value):
    assert students_t(degrees) == pytest.approx(value, abs=5e-4)


def test_a_mean_of_five_runs():
    found = mean_interval([1.0, 2.0, 3.0, 4.0, 5.0])

    assert found.value == 3
    assert (found.lo, found.hi) == pytest.approx((1.0368, 4.9632), abs=1e-4)  # 2.7764 * 1.5811 / sqrt(5)
    assert mean_interval([0.0, 0.1], least=0.0).lo == 0
    assert mean_interval([0.0, 0.1]).lo < 0


@pytest.mark.parametrize("values", [[], [1.0]])
def test_one_run_alone_tells_nothing_of_how_sure_it_is(values):
    with pytest.raises(ValueError, match="at least two"):
        mean_interval(values)


@pytest.mark.parametrize(
    ("some", "of", "lo", "hi"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_a_share_as_wilson_has_it(some, of, lo, hi):
    """The last: Newcombe 1998, Statistics in Medicine 17:857, table I, method 3."""
    found = share_interval(some, of)

    assert (found.lo, found.hi) == pytest.approx((lo, hi), abs=5e-5)
    assert found.value == some / of


def test_a_share_of_nothing_may_be_any():
    assert share_interval(0, 0) == Interval(0, 0, 1)


def test_a_count_to_come_as_the_tables_of_poisson_have_it():
    assert count_interval(10, 10) == Interval(10, 4, 17)
    assert count_interval(0, 5) == Interval(0, 0, 0)
    assert count_interval(0.001, 0.001) == Interval(0.001, 0, 0)


def test_a_rate_that_is_not_well_known_makes_the_range_wider():
    sure, unsure = count_interval(50, 50), count_interval(50, 200)

    assert unsure.lo < sure.lo < 50 < sure.hi < unsure.hi
    assert count_interval(50, 20) == sure, "no count is surer than Poisson"


def test_large_counts_go_on_where_small_ones_end():
    below, above = count_interval(LARGE - 0.5, LARGE), count_interval(LARGE + 0.5, LARGE)

    assert above.lo == pytest.approx(below.lo, abs=3)
    assert above.hi == pytest.approx(below.hi, abs=3)
    assert count_interval(5000, 5000).lo == 4861


@given(st.floats(0.01, 3000), st.floats(0, 5000))
def test_the_range_of_a_count_is_whole_and_around_its_middle(mean, variance):
    found = count_interval(mean, variance)

    assert found.lo <= found.hi
    assert found.lo <= mean + 1
    assert found.lo == int(found.lo) >= 0
    assert found.hi == int(found.hi)


def test_nineteen_of_twenty_counts_lie_in_their_range():
    chance = Random(7)

    def poisson(rate):
        upto, count = chance.expovariate(1), 0
        while upto < rate:
            upto, count = upto + chance.expovariate(1), count + 1
        return count

    found = count_interval(40, 40 + 40 * 40 / 20)
    inside = fmean(found.lo <= poisson(chance.gammavariate(20, 2)) <= found.hi for _ in range(4000))

    assert inside == pytest.approx(0.955, abs=0.012)
