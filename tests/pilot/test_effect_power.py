"""What a pilot can tell, held to R's generalised least squares written out (tests/pilot/oracle/effect.R) and to the closed form."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import inf, sqrt

import numpy as np
import pytest

from registration.pilot.effect.power import (
    Design,
    detectable,
    months_planned,
    planned,
    power,
    spread,
    variance,
)
from tests.pilot.panels import R, near, panel_from, read_oracle_panel

pytestmark = pytest.mark.rules
DESIGN = Design(centres=12, families=20, rate=0.35, steps=5, every=3, before=3, never=2)


def grid(panel):
    live, families = (np.zeros((len(panel.centres), len(panel.months))) for _ in range(2))
    live[panel.centre, panel.month - 1] = panel.live
    families[panel.centre, panel.month - 1] = panel.families
    return live, families


def test_unequal_centres_with_holes_give_what_r_gives():
    live, families = grid(read_oracle_panel())

    near([variance(live, families, *s) for s in ((0.48, 0.03), (0.48, 0.0), (0.3, 0.2))], R["power_variance"])


def test_equal_centres_give_the_closed_form_of_hussey_and_hughes():
    design = Design(centres=24, families=100, rate=0.05, steps=4, every=1, before=1, icc=0.03)
    live = design.live(5)

    assert live.sum(axis=0).tolist() == [0, 6, 12, 18, 24]
    near([variance(live, np.full(live.shape, 100.0), sqrt(0.05 * 0.95), 0.03)], R["power_closed"])
    near([planned(design, 5)], [(1.959963984540054 + 0.8416212335729143) * sqrt(R["power_closed"][0])])


def test_how_families_differ_is_what_rs_analysis_of_variance_gives():
    rate, icc = spread(read_oracle_panel())

    near([rate, icc], [*R["icc_rate"], *R["icc"]])


def test_nothing_is_told_before_anybody_is_live_and_where_all_begin_at_once_among_fixed_months():
    assert planned(DESIGN, 3) == inf
    assert planned(DESIGN, 4) < inf
    assert variance(np.ones((4, 3)), np.full((4, 3), 9.0), 0.5, 0.0) == inf
    assert detectable(inf) == inf


def test_each_month_more_tells_no_less():
    told = [planned(DESIGN, months) for months in range(4, 40)]

    assert all(later <= sooner for sooner, later in pairwise(told))


def test_centres_begin_in_steps_as_equal_as_can_be_and_some_never():
    assert DESIGN.live(16).sum(axis=1).tolist() == [13, 13, 10, 10, 7, 7, 4, 4, 1, 1, 0, 0]
    uneven = replace(DESIGN, centres=7, never=0, steps=3)
    assert sorted(set(uneven.live(20).sum(axis=1).tolist())) == [11, 14, 17]
    assert planned(uneven, 9) > planned(DESIGN, 9)


def test_the_months_a_plan_needs_are_the_first_that_suffice():
    months = months_planned(DESIGN, 0.08)

    assert planned(DESIGN, months) <= 0.08 < planned(DESIGN, months - 1)
    assert months_planned(replace(DESIGN, never=0), 0.001) is None


def test_a_roll_out_as_it_stands_says_how_long_it_has_to_go_on():
    panel = read_oracle_panel()
    live, families = grid(panel)
    sd = sqrt(R["icc_rate"][0] * (1 - R["icc_rate"][0]))
    now = detectable(variance(live, families, sd, R["icc"][0]))
    told = power(panel, worth=now)

    assert told.detectable == pytest.approx(now)
    assert told.months_needed == 18
    usual = [row[row > 0].mean() for row in families]
    live = np.hstack([live, np.repeat(live[:, -1:], 60, axis=1)])
    families = np.hstack([families, np.repeat(np.array(usual)[:, None], 60, axis=1)])
    told_after = [detectable(variance(live[:, :n], families[:, :n], sd, R["icc"][0])) for n in range(18, 40)]
    worth = (told_after[6] + told_after[7]) / 2
    assert power(panel, worth=worth).months_needed == 18 + 7
    assert power(panel, worth=now * 1.3).months_needed < 18
    assert power(panel, worth=now * 0.7).months_needed is None, "two centres that wait cannot tell what ten began with"


def test_where_everybody_or_nobody_joins_there_is_no_spread_to_plan_with():
    rows = [(c, m, s, 10, 0) for c, s in (("A", 3), ("B", None)) for m in range(1, 5)]

    assert power(panel_from(rows)) is None
    assert power(panel_from([(c, m, 1, 10, 4) for c in "AB" for m in range(1, 5)])) is None, "no cell was not live"


def test_one_centre_not_live_says_nothing_of_how_centres_differ():
    assert spread(panel_from([("A", 1, None, 10, 4), ("B", 1, 1, 10, 9)])) == (0.4, 0.0)
    assert spread(panel_from([("A", 1, None, 10, 10), ("B", 1, None, 10, 0)])) == (0.5, 1.0)
    assert spread(panel_from([("A", 1, None, 10, 4), ("B", 1, None, 10, 4)])) == (0.4, 0.0), "never below 0"
