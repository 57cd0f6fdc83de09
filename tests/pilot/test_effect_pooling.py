"""The review of authorities, held to R's metafor 3.8.1 (oracle/effect.R): rma(method="REML", test="knha") and predict."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.pilot.effect.files import read_counts
from registration.pilot.effect.pooling import CannotPool, Counts, difference, pool, reml, review
from registration.pilot.effect.pooling import _slope as slope_of
from tests.pilot.panels import ORACLE, R, near

pytestmark = pytest.mark.rules
EVEN = [Counts("A", 41, 100, 30, 100), Counts("B", 62, 150, 46, 150), Counts("C", 80, 200, 61, 200)]


def bcg():
    return read_counts(ORACLE / "bcg.csv")


def told(pooled):
    return [
        pooled.estimate,
        pooled.lo,
        pooled.hi,
        pooled.tau2,
        pooled.pi_lo,
        pooled.pi_hi,
        pooled.i2,
        pooled.k,
    ]


def test_thirteen_published_trials_give_what_metafor_gives():
    """Colditz and others 1994, the vaccine against tuberculosis: the data most books on pooling work with."""
    found = review(bcg())

    near(told(found.pooled), R["bcg"])
    near([study.without.estimate for study in found.studies], R["bcg_without"])
    near([study.without.lo for study in found.studies], R["bcg_without_lo"])
    assert sum(study.weight for study in found.studies) == pytest.approx(1)


def test_authorities_that_differ_by_chance_alone_have_no_variance_between_them():
    near(told(review(EVEN).pooled), R["even"])
    near(told(review([bcg()[0], bcg()[2]]).pooled), R["bcg_two"])


def test_errors_may_be_smaller_than_those_of_chance():
    """Without truncation: authorities that agree more than chance would have them narrow the interval, as they should."""
    values, variances = (np.array(each) for each in zip(*map(difference, EVEN), strict=True))
    pooled = pool(values, variances)

    assert pooled.hi - pooled.lo < 2 * 4.302653 * np.sqrt(1 / (1 / variances).sum())


def test_one_authority_is_no_review_and_its_own_difference_is_all_that_is_given():
    found = review(EVEN[:1])

    assert told(found.pooled) == [pytest.approx(0.11), *[None] * 6, 1]
    assert found.studies[0].without is None
    assert found.studies[0].weight == 1


def test_an_arm_in_which_nobody_joined_counts_and_two_such_arms_are_refused_by_name():
    value, variance = difference(Counts("A", 0, 50, 10, 40))

    assert (value, variance) == (-0.25, pytest.approx(0.25 * 0.75 / 40))
    with pytest.raises(CannotPool, match="Nowhere"):
        review([*EVEN, Counts("Nowhere", 0, 50, 0, 40)])
    with pytest.raises(CannotPool):
        difference(Counts("A", 50, 50, 0, 40))


def likelihood(values, variances, tau2):
    """Write the restricted likelihood out by determinants."""
    v = np.diag(variances + tau2)
    one = np.ones((len(values), 1))
    inner = one.T @ np.linalg.solve(v, one)
    rest = values - np.linalg.solve(inner, one.T @ np.linalg.solve(v, values))[0]
    return -(np.linalg.slogdet(v)[1] + np.linalg.slogdet(inner)[1] + rest @ np.linalg.solve(v, rest)) / 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-400, 400), st.integers(1, 4000)), min_size=2, max_size=9))
def test_the_variance_between_is_flat_and_nowhere_is_likelier(rows):
    values = np.array([value / 1000 for value, _ in rows])
    variances = np.array([variance / 1e6 for _, variance in rows])
    tau2 = reml(values, variances)
    slope = slope_of(values, variances)(tau2)
    best = likelihood(values, variances, tau2)

    assert abs(slope) < 1e-8 or (tau2 == 0 and slope <= 0) or abs(slope) < 1e-15 / max(tau2, 1e-9) ** 2
    others = [0.0, *np.geomspace(1e-7, 2, 60)]
    assert all(likelihood(values, variances, other) <= best + 1e-9 for other in others)


def test_the_greatest_of_two_heights_is_taken():
    """Three authorities sure of themselves and apart from unsure ones: the likelihood falls from 0 and rises again."""
    values = np.array([0.0, 0.001, 0.9, -0.9])
    variances = np.array([1e-6, 1e-6, 0.05, 0.05])
    tau2 = reml(values, variances)

    assert all(
        likelihood(values, variances, other) <= likelihood(values, variances, tau2)
        for other in np.geomspace(1e-9, 2, 200)
    )
