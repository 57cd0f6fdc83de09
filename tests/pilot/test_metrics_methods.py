"""The methods of the metrics against R's survival, and where they have nothing to tell.

The values are made by `Rscript tests/pilot/oracle/metrics.R > tests/pilot/oracle/metrics.json` (R 4.2.2, survival 3.5-3).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from registration.pilot.metrics import cox
from registration.pilot.metrics.equity import average_ranks, concentration
from registration.pilot.metrics.proportions import newcombe, wilson
from registration.pilot.metrics.survival import cumulative, curve, logrank

pytestmark = pytest.mark.rules

R = json.loads((Path(__file__).parent / "oracle" / "metrics.json").read_text())
NEAR = {"rel": 1e-10, "abs": 1e-12}
#: As measured, then in thirties of days: many ties, and events on day 0.
BOTH = pytest.mark.parametrize("trial", [R["days"], R["thirties"]], ids=["days", "thirties"])


def whole(values):
    return np.array(values, dtype=np.int64)


def marks(values):
    return np.array(values, dtype=np.bool_)


def rows(trial):
    covariates = np.column_stack([trial["first"], trial["karno"], trial["age"]]).astype(np.float64)
    return whole(trial["time"]), marks(trial["status"]), covariates


@BOTH
def test_shares_by_a_day_and_their_intervals_are_those_of_r(trial):
    days, events, _ = rows(trial)
    found = cumulative(days, events, [int(horizon) for horizon in trial["horizons"]])

    assert [each.value for each in found] == pytest.approx(trial["cumulative"], **NEAR)
    assert [each.lo for each in found] == pytest.approx(_told(trial, "lo"), **NEAR)
    assert [each.hi for each in found] == pytest.approx(_told(trial, "hi"), **NEAR)
    assert [each.n_risk for each in found] == trial["n_risk"]


def _told(trial, bound):
    """Give a bound; where everybody had the event R has none, and we one that is as wide as nothing."""
    return [share if at is None else at for at, share in zip(trial[bound], trial["cumulative"], strict=True)]


@BOTH
def test_the_logrank_test_is_that_of_r(trial):
    days, events, _ = rows(trial)

    assert logrank(days, events, marks(trial["first"])) == pytest.approx(trial["logrank"], **NEAR)
    assert logrank(days, events, ~marks(trial["first"])) == pytest.approx(trial["logrank"], **NEAR)


@BOTH
def test_coxs_regression_and_its_errors_within_clusters_are_those_of_r(trial):
    found = cox.fit(*rows(trial), np.array(trial["cluster"]))
    alone = cox.fit(*rows(trial), np.arange(len(trial["time"])).astype(np.str_))

    assert found.coef == pytest.approx(trial["coef"], **NEAR)
    assert found.se_model == pytest.approx(trial["se_model"], **NEAR)
    assert found.se_robust == pytest.approx(trial["se_robust"], **NEAR)
    assert alone.se_robust == pytest.approx(trial["se_row"], **NEAR)


def test_coxs_regression_does_not_hang_on_the_order_of_rows():
    trial = R["thirties"]
    days, events, covariates = rows(trial)
    order = np.random.default_rng(1).permutation(len(days))
    found = cox.fit(days[order], events[order], covariates[order], np.array(trial["cluster"])[order])

    assert found.se_robust == pytest.approx(trial["se_robust"], **NEAR)


@pytest.mark.parametrize(
    ("days", "events", "covariate"),
    [
        ([], [], []),
        ([3, 4, 5], [0, 0, 0], [1, 0, 1]),
        ([3, 4, 5], [1, 1, 1], [1, 1, 1]),
        ([1, 2, 3, 9, 9, 9], [1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0]),
    ],
    ids=["nobody", "no event", "one venue", "all events at one venue"],
)
def test_coxs_regression_tells_nothing_where_nothing_can_be_told(days, events, covariate):
    column = np.array(covariate, dtype=np.float64).reshape(-1, 1)

    assert cox.fit(whole(days), marks(events), column, np.array(["A"] * len(days), dtype=np.str_)) is None


def test_covariates_that_say_the_same_tell_nothing():
    trial = R["days"]
    days, events, covariates = rows(trial)
    twice = np.column_stack([covariates, covariates[:, 1] * 3 - covariates[:, 2]])

    assert cox.fit(days, events, twice, np.array(trial["cluster"])) is None


def rare(seed):
    """Make few rows of which a rare kind has nearly all the events: Newton's first step is too long."""
    chance = np.random.default_rng(seed)
    size = int(chance.integers(6, 200))
    share = chance.random() * 0.1 + 0.005
    marked = [chance.random(size) < share, chance.random(size) < 0.1]
    covariates = np.column_stack([*marked, chance.integers(1, 11, size)]).astype(np.float64)
    days = chance.integers(0, 5, size)
    return days, chance.random(size) < np.where(marked[0], 0.9, 0.02), covariates


def test_a_step_too_far_is_halved():
    days, events, covariates = rare(2)
    found = cox.fit(days, events, covariates, np.array(["A"] * len(days)))

    assert score(days, events, covariates, np.array(found.coef)) == pytest.approx([0, 0, 0], abs=1e-7)
    assert found.se_robust is None, "of one cluster"


def test_what_does_not_settle_tells_nothing_and_never_fails():
    """The last seeds step so far out that the weights of whole risk sets run under."""
    made = [rare(seed) for seed in [*range(60), 670, 806, 1916]]
    found = [cox.fit(*rows, np.array(["A"] * len(rows[0]))) for rows in made]

    assert 10 < sum(one is None for one in found) < 50


def score(days, events, covariates, coef):
    """Give the slope of Efron's likelihood in plain loops."""
    slope = covariates[events].sum(axis=0)
    weights = np.exp(covariates @ coef)
    for day in set(days[events].tolist()):
        at_risk, dying = days >= day, (days == day) & events
        for k in range(dying.sum()):
            now = weights * at_risk * np.where(dying, 1 - k / dying.sum(), 1)
            slope -= now @ covariates / now.sum()
    return slope


def test_nobody_to_compare_has_no_logrank_test():
    assert logrank(whole([]), marks([]), marks([])) is None
    assert logrank(whole([1, 2]), marks([1, 1]), marks([1, 1])) is None
    assert logrank(whole([1, 2]), marks([0, 0]), marks([1, 0])) is None


def test_a_curve_without_anybody_has_no_points():
    assert curve("all/centre", whole([]), marks([]), [0, 30]).points == []
    assert [point.n_risk for point in curve("all/centre", whole([30]), marks([0]), [0, 30, 60]).points] == [1, 1, 0]


@pytest.mark.parametrize(("num", "den", "lo", "hi"), R["wilson"])
def test_wilsons_interval_is_that_of_r(num, den, lo, hi):
    found = wilson(int(num), int(den))

    assert (found.value, found.lo, found.hi) == pytest.approx((num / den, lo, hi), **NEAR)


def test_wilsons_interval_stays_within_nothing_and_all():
    assert {(wilson(0, den).lo, wilson(den, den).hi) for den in range(1, 300)} == {(0, 1)}
    assert (wilson(0, 0).value, wilson(0, 0).lo, wilson(0, 0).hi) == (None, None, None)
    with pytest.raises(ValueError, match="3 of 2 is no share"):
        wilson(3, 2)


@pytest.mark.parametrize(
    ("counts", "lo", "hi"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_newcombes_interval_is_that_of_his_table(counts, lo, hi):
    """Table II of Newcombe 1998, contrasts (a) to (h) by method 10."""
    assert newcombe(*counts)[1:] == pytest.approx((lo, hi), abs=5e-5)
    assert newcombe(0, 0, *counts[2:]) is None
    assert newcombe(*counts[:2], 0, 0) is None


def test_ranks_of_equal_deciles_are_shared():
    assert average_ranks(whole([5, 1, 5, 9, 5])).tolist() == [3, 1, 3, 5, 3]


def test_the_concentration_index_is_below_nought_where_the_deprived_have_it_more_often():
    index, erreygers = concentration(marks([1, 0]), whole([1, 10]))

    assert (index, erreygers) == (-0.5, -1)
    assert concentration(marks([0, 0]), whole([1, 10])) is None
    assert concentration(marks([1, 1]), whole([1, 10])) == (0, 0)
