"""The headline's regression and errors, held to R: tests/pilot/oracle/effect.R gave effect.json.

Rscript tests/pilot/oracle/effect.R > tests/pilot/oracle/effect.json (R 4.2, clubSandwich 0.5.8, sandwich 3.0.2)
"""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from registration.pilot.effect.event_study import event_study
from registration.pilot.effect.group_time import group_time
from registration.pilot.effect.panel import CannotTell
from registration.pilot.effect.regression import cr2, fit
from tests.pilot.panels import ORACLE, R, near, panel_from, read_oracle_panel

pytestmark = pytest.mark.rules


def test_a_panel_with_holes_gives_what_r_gives():
    panel = read_oracle_panel()
    fitted = fit(panel, panel.live[:, None])
    told = cr2(fitted).estimate()

    near(fitted.values, R["panel_att"])
    near(np.sqrt(fitted.cr1s())[0], R["panel_cr1s"])
    near([told.se, told.df, told.p], [*R["panel_cr2"], *R["panel_df"], *R["panel_p"]])
    assert R["panel_cr1s"] == pytest.approx(R["panel_cr1s_club"], rel=1e-12), "R’s two packages agree"
    assert told.lo < told.value < told.hi
    assert told.hi - told.value == pytest.approx(told.value - told.lo)


@pytest.mark.parametrize("case", ["plain", "weighted"])
def test_a_published_panel_with_two_effects_gives_what_r_gives(case):
    with (ORACLE / "mortality.csv").open(encoding="utf-8") as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    weights = np.array([row["pop"] if case == "weighted" else 1.0 for row in rows])
    rates = np.array([row["mrate"] for row in rows])
    panel = panel_from([(str(row["state"]), int(row["year"]), None, 1, 0) for row in rows])
    panel = replace(panel, families=weights, joined=weights * rates)
    fitted = fit(panel, np.array([[row["beertaxa"], row["legal"]] for row in rows]))
    robust = cr2(fitted)
    told = [robust.estimate(number) for number in (0, 1)]

    near([each.value for each in told], R[f"mortality_{case}_beta"])
    near([each.se for each in told], R[f"mortality_{case}_se"])
    near([each.df for each in told], R[f"mortality_{case}_df"])
    near([each.p for each in told], R[f"mortality_{case}_p"])
    near(np.sqrt(np.diag(fitted.cr1s())), R[f"mortality_{case}_cr1s"])


def test_weights_that_are_all_so_many_times_greater_change_nothing():
    panel = read_oracle_panel()
    many = replace(panel, families=panel.families * 1000, joined=panel.joined * 1000)
    one, other = (cr2(fit(each, each.live[:, None])).estimate() for each in (panel, many))

    near([other.value, other.se, other.df], [one.value, one.se, one.df])


def test_no_effect_is_told_where_centres_and_months_say_it_already():
    months, centres = range(1, 7), "ABCD"
    at_once = panel_from([(c, m, 4, 10, 3) for c in centres for m in months])
    one = panel_from([("A", m, 4, 10, m) for m in months])
    apart = panel_from([("A", 1, None, 10, 3), ("A", 2, None, 10, 4), ("B", 8, None, 10, 3), ("B", 9, None, 10, 2)])
    no_rest = panel_from([("A", 1, 2, 10, 3), ("A", 2, 2, 10, 5), ("B", 1, None, 10, 3), ("B", 2, None, 10, 2)])

    for panel in (at_once, one, apart, no_rest):
        with pytest.raises(CannotTell):
            fit(panel, panel.live[:, None])
    with pytest.raises(CannotTell):
        fit(read_oracle_panel(), np.ones((198, 1)))


def test_centres_and_months_that_fall_into_two_parts_have_one_dummy_less():
    """Two pairs of centres that share no month: the rank is what counts, not the names of the columns."""
    rows = [(c, m, s, 20, (7 * m + ord(c)) % 11) for c, s in (("A", 3), ("B", None)) for m in range(1, 6)]
    rows += [(c, m, s, 20, (5 * m + ord(c)) % 13) for c, s in (("C", 13), ("D", None)) for m in range(11, 16)]
    panel = panel_from(rows)
    fitted = fit(panel, panel.live[:, None])

    assert fitted.x.shape == (20, 4 + 10 - 1)
    assert abs(fitted.x.T @ (fitted.weights * fitted.residuals)).max() < 1e-9


def test_an_effect_without_any_scatter_is_certain():
    panel = panel_from(
        [
            (c, m, s, 100, 20 + 10 * (m >= (s or 99)))
            for c, s in zip("ABCD", (3, 4, None, None), strict=True)
            for m in range(1, 7)
        ]
    )
    told = cr2(fit(panel, panel.live[:, None])).estimate()

    assert told.value == pytest.approx(0.1)
    assert told.se < 1e-9
    assert told.p < 1e-9


def test_the_event_study_gives_what_r_gives():
    panel = read_oracle_panel()
    study = event_study(panel)
    told = [each for each in study.months if each.month != -1]

    assert [each.month for each in told] == R["event_months"]
    near([each.estimate for each in told], R["event_estimates"])
    near([study.pre_trend_p], R["event_before_p"])
    [reference] = [each for each in study.months if each.month == -1]
    assert (reference.estimate, reference.lo, reference.hi) == (0, 0, 0)
    ever = np.array([start is not None for start in panel.starts])[panel.centre]
    assert sum(each.families for each in study.months) == panel.families[ever].sum()


def test_some_months_before_are_tested_together_as_r_does():
    panel = read_oracle_panel()
    months = R["event_months"]
    columns = np.array([np.where(panel.since < -100, -1, np.clip(panel.since, -6, 12)) == month for month in months])
    robust = cr2(fit(panel, columns.T.astype(float)))
    told = [robust.estimate(number) for number in range(len(months))]

    near([each.se for each in told], R["event_se"])
    near([each.df for each in told], R["event_df"])
    near([robust.together([months.index(month) for month in R["event_two_names"]])], R["event_two_p"])
    assert robust.together(range(len(months))) is None, "12 centres tell no 18 months together"


def test_there_is_no_event_study_where_all_begin_at_once_or_none_does():
    months, centres = range(1, 7), "ABCD"

    for start in (4, None, 1):
        study = event_study(panel_from([(c, m, start, 10, (m * ord(c)) % 7) for c in centres for m in months]))
        assert study.months == ()
        assert study.pre_trend_p is None


def test_without_months_before_the_last_there_is_no_trend_to_test():
    rows = [
        (c, m, s, 10, (m * ord(c)) % 7) for c, s in zip("ABCD", (2, 2, None, None), strict=True) for m in range(1, 6)
    ]
    study = event_study(panel_from(rows))

    assert [each.month for each in study.months] == [-1, 0, 1, 2, 3]
    assert study.pre_trend_p is None


def test_groups_and_months_against_those_not_yet_live_give_what_r_gives():
    told = group_time(read_oracle_panel())

    near([told.att, told.se], [*R["group_att"], *R["group_se"]])
    assert (told.lo + told.hi) / 2 == pytest.approx(told.att)


def test_an_effect_that_grows_misleads_the_regression_and_not_the_groups():
    rows = [
        (c, m, s, 1000, 200 + 10 * m + 30 * n + (20 * (m - s + 1) if m >= s else 0))
        for n, (c, s) in enumerate(zip("ABCDEF", (3, 3, 6, 6, 11, 11), strict=True))
        for m in range(1, 13)
    ]
    panel = panel_from(rows)
    grown = [m - s + 1 for _, m, s, _, _ in rows if s <= m < 11]

    assert group_time(panel).att == pytest.approx(0.02 * np.mean(grown))
    assert fit(panel, panel.live[:, None]).values[0] < 0.02 * np.mean(grown) - 0.02


def test_groups_tell_nothing_without_centres_that_wait_or_with_too_few():
    months = range(1, 7)
    at_once = panel_from([(c, m, 4, 10, 3) for c in "ABCD" for m in months])
    two = panel_from([(c, m, s, 10, m) for c, s in (("A", 3), ("B", None)) for m in months])
    from_the_first = panel_from(
        [(c, m, s, 10, m) for c, s in (("A", 1), ("B", 1), ("C", None), ("D", None)) for m in months]
    )

    assert group_time(at_once) is None
    assert group_time(two) is None
    assert group_time(from_the_first) is None
