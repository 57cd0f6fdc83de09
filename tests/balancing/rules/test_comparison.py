"""Policies side by side, family by family the same."""

from dataclasses import replace
from statistics import fmean

import pytest

from registration.balancing.rules.comparison import CONTROL, NARROW, PROTECTED, compare, policies
from registration.balancing.rules.intervals import Interval
from registration.balancing.rules.simulation import Assumptions, invent, simulate

SMALL = Assumptions(weeks=20, clusters=4, families_per_week=30)


def test_every_policy_at_every_utilisation_with_the_control_as_the_measure():
    told = []
    found = compare(SMALL, [NARROW, CONTROL], [0.9, 1.0], [1, 2, 3], lambda: told.append(1))

    assert [(each.utilisation, each.policy) for each in found] == [
        (0.9, NARROW),
        (0.9, CONTROL),
        (1.0, NARROW),
        (1.0, CONTROL),
    ]
    assert found[1].difference == found[3].difference == Interval(0, 0, 0)
    assert len(told) == 3
    shares = [simulate(invent(SMALL, seed), NARROW, 1.0) for seed in (1, 2, 3)]
    assert found[2].missed.value == fmean(each.missed for each in shares)
    assert found[2].wait == fmean(each.wait for each in shares)
    assert found[2].difference.value == pytest.approx(found[2].missed.value - found[3].missed.value)
    assert found[2].missed.lo >= 0


def test_the_same_families_make_a_difference_surer_than_two_shares():
    sooner = policies(PROTECTED)[2]
    found = compare(SMALL, [CONTROL, sooner], [1.0], range(8))[1]

    assert found.difference.hi - found.difference.lo < found.missed.hi - found.missed.lo


def test_equal_questions_have_equal_answers():
    assert compare(SMALL, [CONTROL], [1.0], [4, 5]) == compare(SMALL, [CONTROL], [1.0], [4, 5])


@pytest.mark.parametrize(
    ("chosen", "seeds", "said"),
    [([CONTROL], [1], "two seeds"), ([CONTROL], [1, 1], "two seeds"), ([NARROW], [1, 2], "the control must be")],
)
def test_what_cannot_be_compared_is_refused(chosen, seeds, said):
    with pytest.raises(ValueError, match=said):
        compare(SMALL, chosen, [1.0], seeds)


def test_the_policies_differ_by_one_thing_at_a_time():
    narrow, control, sooner, week, kept, both, desk = policies(replace(PROTECTED, protected_share=0.1))

    assert (narrow, control) == (NARROW, CONTROL)
    assert replace(sooner, earliest_first=False, title=CONTROL.title) == CONTROL
    assert replace(week, sooner_days=1, title=sooner.title) == sooner
    assert (kept.protected_share, kept.near_days, kept.opens_days, kept.internal_share) == (0.1, 10, 4, 0)
    assert (kept.last_resort, kept.earliest_first) == (True, False)
    assert replace(both, protected_share=0, title=week.title) == week
    assert replace(desk, internal_share=0, title=both.title) == both
    assert desk.internal_share == PROTECTED.internal_share
