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
from registration.pilot.metrics.survival import Curve, Point
from registration.pilot.report.answers import identified, reached_more, stage
from registration.pilot.report.arms import Arms, described, pooled_row
from registration.pilot.report.measures import summary
from registration.pilot.report.numbers import Rounding, chance, percent, signed, whole
from registration.pilot.report.protocol import DEFAULT, Lot, read_protocol
from registration.pilot.report.published import Published

BY_90 = "Joined within 90 days of registering"
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
    event_study=[EventTime(-1, 0.0, 0.0, 0.0, 100, 30), EventTime(0, 0.1, 0.02, 0.18, 100, 40)],
    pre_trend_p=0.61,
    group_time=GroupTime(0.07, 0.03, 0.01, 0.13),
    power=Power(sd=0.4, icc=0.02, detectable=0.06, months=18, worth=0.05, months_needed=26),
)


def proportion(metric, num, den):
    return [Figure(metric, "all", "num", num), Figure(metric, "all", "den", den)]


def answer_a(first=101, known=850, contacted=None):
    figures = [
        *proportion("M03_first_known_via_registration", first, 998),
        *proportion("M02_reach_known_families", known, 998),
        *(proportion("M15_contacted_within_14d", contacted, 600) if contacted else []),
    ]
    return identified(Published(Figures(figures), ROUNDING), date(2027, 6, 30), 0.97)


def test_a_tells_the_share_first_known_its_interval_and_families_all_of_rounded_counts():
    """100 of 1,000 after rounding: Wilson's interval is 8.3 % to 12.0 %."""
    answer = answer_a()

    assert "10.0% of families with a new baby" in answer.sentence
    assert "(95% interval 8.3% to 12.0%; 1,000 families up to 30 June 2027)" in answer.sentence
    assert answer.strength.startswith("Described only")


def test_a_names_the_month_from_which_births_are_counted():
    figures = [
        *proportion("M03_first_known_via_registration", 101, 998),
        *proportion("M02_reach_known_families", 850, 998),
    ]
    answer = identified(Published(Figures(figures), ROUNDING), date(2027, 6, 30), 0.97, date(2026, 1, 1))

    assert "1,000 families with a birth from January 2026 to 30 June 2027)" in answer.sentence


def test_a_holds_reach_against_the_line_and_says_that_the_denominators_differ():
    beside = answer_a(contacted=300).beside

    assert "85.0% of these families are known to a centre or to the council" in beside
    assert "line of 97%" in beside
    assert "not the same denominators" in beside
    assert "50.0% were contacted within 14 days" in beside


def test_a_says_nothing_of_too_few_families():
    answer = answer_a(first=9, known=995)

    assert answer.sentence.startswith("This cannot be told yet")
    assert answer.beside.startswith("How many are known by any route is withheld")
    assert "or another withheld number could be worked out from it." in answer.beside
    assert "%" not in answer.beside.replace("97%", "")


def test_b_tells_the_effect_with_interval_families_centres_tests_and_power():
    answer = reached_more(FOUND, SHIPPED, ROUNDING, "")

    assert answer.sentence.startswith(
        "Families joined a children’s centre within 90 days of a birth 8.2 percentage points more"
    )
    assert (
        "(95% interval +3.1 to +13.3; 2,270 families, around 8 centres where registration had begun and 10 centres where it had "
        "not yet)" in answer.sentence
    )
    assert "p 0.008; over all orders in which the centres could have begun, p less than 0.001." in answer.beside
    assert "centres not yet begun gives +7.0 (+1.0 to +13.0)" in answer.beside
    assert "did not clearly differ (p 0.610)" in answer.beside
    assert "From 18 months of births a difference of 6.0 points is found four times in five. " in answer.beside
    assert answer.beside.endswith("One of 5.0 points, taken to be worth having, needs 26 months.")


@pytest.mark.parametrize(("needed", "said"), [(18, "needs no more"), (None, "this roll-out cannot find")])
def test_b_tells_whether_what_is_worth_having_can_be_found(needed, said):
    found = replace(FOUND, power=replace(FOUND.power, months_needed=needed))

    assert reached_more(found, SHIPPED, ROUNDING, "").beside.endswith(f"taken to be worth having, {said}.")


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
    assert (
        "(2,270 families, around 1 centre where registration had begun and 10 centres where it had not yet)"
        in answer.sentence
    )
    assert "8.2" not in answer.sentence + answer.beside
    assert "40.0% of 1,000 families" in answer.beside
    assert answer.strength == "Described only."
    assert "worth having" not in answer.beside


def test_the_strength_names_the_lot_and_whether_a_protocol_was_registered():
    drawn = replace(SHIPPED, lot=Lot("4711", "centre", None), registered_on=date(2025, 1, 1))

    assert stage(FOUND, drawn, date(2025, 1, 1)) == (
        "Staggered roll-out in an order drawn by lot (centres, seed 4711), under a protocol registered beforehand."
    )
    assert "not known to be drawn by lot, without a protocol" in stage(FOUND, SHIPPED, date(2025, 1, 1))


def test_a_protocol_registered_once_births_were_on_record_is_none_registered_beforehand():
    late = replace(SHIPPED, registered_on=date(2025, 1, 2))

    assert "without a protocol registered beforehand" in stage(FOUND, late, date(2025, 1, 1))
    assert (
        "without a protocol registered beforehand" in reached_more(FOUND, late, ROUNDING, "", date(2025, 1, 1)).strength
    )


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
    return {(row.number, row.of): row for row in summary(Published(Figures(figures), ROUNDING))}


def test_the_summary_has_every_metric_whether_it_can_be_observed_or_not():
    every = rows()

    assert {number for number, _ in every} == {*(f"M{number:02}" for number in range(1, 17)), "M03b"}
    assert {row.value for row in every.values()} == {"[c]"}


def test_the_summary_tells_a_point_of_a_curve_only_with_enough_families_at_risk():
    def point(n_risk, families):
        keys = {"value": 0.4, "lo": 0.3, "hi": 0.5, "n_risk": n_risk}
        figures = Figures(Figure("M10_signup_within_90d_KM", "all/centre", key, value) for key, value in keys.items())
        curve = Curve("all/centre", [Point(90, 0.4, 0.3, 0.5, n_risk, families)])
        told = summary(Published(figures, ROUNDING, None, [curve]))
        return [(row.value, row.interval, row.n) for row in told if (row.name, row.of) == (BY_90, "at a centre")]

    assert point(9, 100) == [("[c]", "[c]", "[c]")]
    assert point(10, 100) == [("40.0%", "30.9% to 49.8%", "10")], "Wilson's interval of 40 of 100"
    assert point(10, 20) == [("[c]", "[c]", "[c]")], "8 of 20 joined"


def test_the_summary_gives_the_ratio_of_hazards_with_its_robust_interval():
    """exp(0.5) = 1.65; 0.5 ± 1.96 of 0.1 gives 1.36 to 2.01."""
    figures = Figures([Figure("M12_cox", "centre", "coef", 0.5), Figure("M12_cox", "centre", "se_robust", 0.1)])
    both = [Curve(f"all/{venue}", [Point(90, 0.4, 0.3, 0.5, 60, 100)]) for venue in ("centre", "office")]

    def row(curves):
        told = summary(Published(figures, ROUNDING, None, curves))
        return next((row.value, row.interval) for row in told if row.of == "at a centre against an office")

    assert row(both) == ("1.65", "1.36 to 2.01")
    assert row(both[:1]) == ("[c]", "[c]"), "few joined after an office"


def test_the_summary_withholds_a_gap_where_an_arm_is_few():
    def gap(num1):
        keys = {"num1": num1, "den1": 100, "num2": 50, "den2": 200, "value": 0.05, "lo": -0.03, "hi": 0.14}
        found = rows(*(Figure("M14_gap_90d", "htr_minus_not_htr", key, value) for key, value in keys.items()))
        row = found["M14", "hard to reach less the others"]
        return row.value, row.interval, row.n

    assert gap(31) == ("+5.0", "−5.3 to +16.0", "300"), "of the rounded counts 30 of 100 and 50 of 200"
    assert gap(9) == ("[c]", "[c]", "[c]")


def test_concentration_is_told_only_where_enough_joined_and_enough_did_not():
    def index(mean):
        keys = {"erreygers": -0.0444, "mean": mean, "n": 103}
        found = rows(*(Figure("M14_equity_90d", "all", key, value) for key, value in keys.items()))
        return found["M14", "all"].value, found["M14", "all"].n

    assert index(0.3) == ("−0.04", "105")
    assert index(9 / 103) == index(94 / 103) == ("[c]", "105")


def test_hours_are_divided_by_the_rounded_number_of_families():
    def cost(families):
        keys = {"hours": 600.0, "families": families}
        row = rows(*(Figure("M16_hours_per_signup", "all", key, value) for key, value in keys.items()))["M16", "all"]
        return row.value, row.n

    assert cost(19) == ("30.0", "20")
    assert cost(9) == ("[c]", "[c]")
    assert cost(0) == ("[c]", "[c]")
