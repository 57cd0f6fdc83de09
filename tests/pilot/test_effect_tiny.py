"""Whatever few families there are, the effect is told or it is said that it cannot be: nothing breaks, nothing warns."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from registration.pilot.effect.event_study import event_study
from registration.pilot.effect.group_time import group_time
from registration.pilot.effect.headline import effect
from registration.pilot.effect.panel import CannotTell
from registration.pilot.effect.power import power, spread
from tests.pilot.panels import panel_from

pytestmark = pytest.mark.rules


@some.composite
def tiny_panels(draw):
    """Draw up to seven centres by six months, cells missing as they come, with so few families that shares are 0 or 1."""
    months = draw(some.integers(1, 6))
    cells = []
    for centre in range(draw(some.integers(1, 7))):
        start = draw(some.one_of(some.none(), some.integers(0, months + 1)))
        for month in draw(some.sets(some.integers(1, months), min_size=1)):
            families = draw(some.integers(1, 3) | some.integers(1, 5000))
            joined = draw(some.sampled_from([0, families]) | some.integers(0, families))
            cells.append((f"C{centre}", month, start, families, joined))
    panel = panel_from(cells)
    broken = [start is not None and draw(some.booleans()) for start in panel.starts]
    begins = [start - late if start is not None else None for start, late in zip(panel.starts, broken, strict=True)]
    return replace(panel, begins=begins)


def finite(*numbers):
    assert all(isfinite(number) for number in numbers), numbers


@settings(max_examples=40, deadline=None, derandomize=True)
@given(tiny_panels())
def test_no_panel_is_too_small_to_be_answered(panel):
    try:
        found = effect(panel, all_orders=50, sampled=20)
    except CannotTell:
        pass
    else:
        told = found.cr2
        finite(found.att, found.se_cr1s, told.se, told.df, told.p, told.lo, told.hi, found.permuted.p)
    for month in event_study(panel).months:
        finite(month.estimate, month.lo, month.hi)
    if (average := group_time(panel)) is not None:
        finite(average.att, average.se, average.lo, average.hi)
    if (can := power(panel)) is not None:
        assert can.detectable > 0


def test_power_is_not_told_where_the_families_of_a_centre_are_all_alike():
    cells = [(f"C{n}", month, 3 if n % 2 else None, 4, 4 * (n > 2)) for n in range(6) for month in range(1, 6)]
    panel = panel_from(cells)

    assert spread(panel) == (pytest.approx(3 / 7), 1.0)
    assert power(panel) is None
    assert np.isfinite(power(panel_from([(*cells[0][:4], 1), *cells[1:]])).detectable)
