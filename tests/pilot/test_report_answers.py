"""The sentences of page one: the number, its interval, n and the strength of the design, and never more than can be claimed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from registration.pilot.effect.event_study import EventTime
from registration.pilot.effect.group_time import GroupTime
from registration.pilot.effect.headline import Headline
from registration.pilot.effect.power import Power
from registration.pilot.figures import Figure, Figures
from registration.pilot.report.answers import identified, reached_more, stage
from registration.pilot.report.arms import Arms, described, pooled_row
from registration.pilot.report.measures import summary
from registration.pilot.report.numbers import Rounding, chance, percent, signed, whole
from registration.pilot.report.protocol import DEFAULT, Lot, read_protocol

ROUNDING = Rounding()
SHIPPED = read_protocol(DEFAULT)
FOUND = Headline(
    claimed=True,
    why_not="",
    att=0.082,
    lo=0.031,
    hi=0.133,
    se_cr1s=0.02,
    se_cr2=0.021,
    df_cr2=6.2,
    p_cr2=0.008,
    p_permutation=0.0004,
    orders=4000,
    exact=True,
    n=2272,
    joined_live=400,
    families_live=1000,
    joined_not=381,
    families_not=1272,
    centres_live=8,
    centres_not=10,
    left_out={"no home centre": 12},
    event_study=[EventTime(-1, 0.0, 0.0, 0.0, 100), EventTime(0, 0.1, 0.02, 0.18, 100)],
    pre_trend_p=0.61,
    group_time=GroupTime(0.07, 0.03, 0.01, 0.13),
    power=Power(sd=0.4, icc=0.02, detectable=0.05, months_needed=26),
)


def proportion(metric, num, den):
    return [Figure(metric, "all", "num", num), Figure(metric, "all", "den", den)]


def answer_a(first=101, known=850, contacted=None):
    figures = [
        *proportion("M03_first_known_via_registration", first, 998),
        *proportion("M02_reach_known_families", known, 998),
        *(proportion("M15_contacted_within_14d", contacted, 600) if contacted else []),
    ]
    return identified(Figures(figures), ROUNDING, date(2027, 6, 30), 0.97)


def test_a_tells_the_share_first_known_its_interval_and_families_all_of_rounded_counts():
    """100 of 1,000 after rounding: Wilson's interval is 8.3 % to 12.0 %."""
    answer = answer_a()

    assert "10.0% of families with a new baby" in answer.sentence
    assert "(95% interval 8.3% to 12.0%; 1,000 families up to 30 June 2027)" in answer.sentence
    assert answer.strength.startswith("Described only")


def test_a_holds_reach_against_the_line_and_says_that_the_denominators_differ():
    beside = answer_a(contacted=300).beside

    assert "centres know 85.0% of these families" in beside
    assert "line of 97%" in beside
    assert "not the same denominators" in beside
    assert "50.0% were contacted within 14 days" in beside


def test_a_says_nothing_of_too_few_families():
    answer = answer_a(first=9, known=995)

    assert answer.sentence.startswith("Not yet observable")
    assert "%" not in answer.beside.replace("97%", "")


def test_b_tells_the_effect_with_interval_families_centres_tests_and_power():
    answer = reached_more(FOUND, SHIPPED, ROUNDING, "")

    assert answer.sentence.startswith(
        "Families joined a children’s centre within 90 days of a birth 8.2 percentage points more"
    )
    assert (
        "(95% interval +3.1 to +13.3; 2,270 families at 8 centres that had begun, compared with 10" in answer.sentence
    )
    assert "p 0.008; over all orders in which the centres could have begun, p less than 0.001." in answer.beside
    assert "centres not yet begun gives +7.0 (+1.0 to +13.0)" in answer.beside
    assert "did not clearly differ (p 0.610)" in answer.beside
    assert "an effect of 5.0 points would be found; to tell one worth having takes 26 months" in answer.beside


@pytest.mark.parametrize("changes", [{"lo": -0.01}, {"p_permutation": 0.2}, {"p_cr2": 0.06}])
def test_b_claims_no_difference_where_interval_or_either_test_allows_chance(changes):
    sentence = reached_more(replace(FOUND, **changes), SHIPPED, ROUNDING, "").sentence

    assert sentence.startswith("No clear difference yet")
    assert "chance alone could make" in sentence


def test_b_tells_a_loss_as_a_loss():
    sentence = reached_more(replace(FOUND, att=-0.08, lo=-0.1, hi=-0.06), SHIPPED, ROUNDING, "").sentence

    assert "8.0 percentage points less often" in sentence
    assert "(95% interval −10.0 to −6.0;" in sentence


def test_b_claims_nothing_with_fewer_than_six_centres_in_an_arm_and_describes():
    told = described(Arms(401, 1002, 381, 1272), ROUNDING)
    answer = reached_more(
        replace(FOUND, claimed=False, why_not="Few.", centres_live=1, power=None), SHIPPED, ROUNDING, told
    )

    assert answer.sentence.startswith("It cannot be said yet: fewer than six centres in an arm, so")
    assert "(2,270 families at 1 centre that had begun, compared with 10" in answer.sentence
    assert "8.2" not in answer.sentence + answer.beside
    assert "40.0% of 1,000 families" in answer.beside
    assert answer.strength.startswith("Described only: fewer than six centres in an arm")


def test_the_strength_names_the_lot_and_whether_a_protocol_was_registered():
    drawn = replace(SHIPPED, lot=Lot("4711", "centre", None), registered_on=date(2025, 1, 1))

    assert stage(FOUND, drawn) == (
        "Staggered roll-out in an order drawn by lot (centres, seed 4711), under a protocol registered beforehand."
    )
    assert "not known to be drawn by lot, without a protocol" in stage(FOUND, SHIPPED)


def test_what_is_pooled_is_rounded_and_withheld_whole_where_anything_is_few():
    assert pooled_row("Calder", Arms(401, 1002, 381, 1272), ROUNDING) == ("Calder", "400", "1000", "380", "1270")
    assert pooled_row("Calder", Arms(9, 1002, 381, 1272), ROUNDING) == ("Calder", "[c]", "[c]", "[c]", "[c]")
    assert pooled_row("Calder", Arms(401, 1002, 1270, 1272), ROUNDING) == ("Calder", "[c]", "[c]", "[c]", "[c]")
    assert described(Arms(9, 1002, 381, 1272), ROUNDING) == ""


def test_numbers_are_written_for_people():
    assert (percent(0.2544), percent(None), whole(48500), whole(None)) == ("25.4%", "[c]", "48,500", "[c]")
    assert (signed(0.0823), signed(-0.01), signed(0.0001), signed(-0.0001)) == ("+8.2", "−1.0", "0.0", "0.0")
    assert (chance(0.0004), chance(0.0456)) == ("less than 0.001", "0.046")


def test_a_share_is_withheld_where_it_or_its_complement_is_few():
    def value(num, den):
        return ROUNDING.share("", Figures(proportion("M", num, den)).proportion("M", "all")).value

    assert (value(9, 100), value(91, 100), value(10, 100)) == (None, None, 0.1)


def rows(*figures):
    return {(row.number, row.of): row for row in summary(Figures(figures), ROUNDING)}


def test_the_summary_has_every_metric_whether_it_can_be_observed_or_not():
    every = rows()

    assert {number for number, _ in every} == {*(f"M{number:02}" for number in range(1, 17)), "M03b"}
    assert {row.value for row in every.values()} == {"[x]"}


def test_the_summary_tells_a_point_of_a_curve_only_with_enough_families_at_risk():
    def point(n_risk):
        keys = {"value": 0.412, "lo": 0.38, "hi": 0.45, "n_risk": n_risk}
        figures = Figures(Figure("M10_signup_within_90d_KM", "all/centre", key, value) for key, value in keys.items())
        return [row.value for row in summary(figures, ROUNDING) if row.value != "[x]"]

    assert (point(9), point(10)) == ([], ["41.2%"])


def test_the_summary_gives_the_ratio_of_hazards_with_its_robust_interval():
    """exp(0.5) = 1.65; 0.5 ± 1.96 of 0.1 gives 1.36 to 2.01."""
    row = rows(Figure("M12_cox", "centre", "coef", 0.5), Figure("M12_cox", "centre", "se_robust", 0.1))[
        "M12", "at a centre against an office"
    ]

    assert (row.value, row.interval) == ("1.65", "1.36 to 2.01")


def test_the_summary_withholds_a_gap_where_an_arm_is_few():
    def gap(num1):
        keys = {"num1": num1, "den1": 100, "num2": 50, "den2": 200, "value": 0.05, "lo": -0.03, "hi": 0.14}
        found = rows(*(Figure("M14_gap_90d", "htr_minus_not_htr", key, value) for key, value in keys.items()))
        row = found["M14", "hard to reach less the others"]
        return row.value, row.interval, row.n

    assert gap(30) == ("+5.0", "−3.0 to +14.0", "300")
    assert gap(9) == ("[c]", "[c]", "[c]")
