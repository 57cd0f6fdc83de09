"""Single numbers as they may be published: none of them, nor any two together, tell of fewer than ten."""

from __future__ import annotations

from datetime import date

import pytest

from registration.pilot.disclosure.rules import PublishedCell, PublishedTable, Release, Settings
from registration.pilot.figures import Figure, Figures
from registration.pilot.metrics.survival import Curve, Point
from registration.pilot.report.numbers import Rounding
from registration.pilot.report.published import Published
from registration.pilot.report.tables import deciles_of

pytestmark = pytest.mark.rules
ROUNDING = Rounding()
M02, M03, M03B = "M02_reach_known_families", "M03_first_known_via_registration", "M03b_known_only_via_registration"


def proportion(metric, num, den, of="all"):
    return [Figure(metric, of, "num", num), Figure(metric, of, "den", den)]


def curve(*joined, families=200, at_risk=150):
    points = [Point(30 * n, j / families, 0.0, 1.0, at_risk, families) for n, j in enumerate(joined)]
    return Published(Figures([]), ROUNDING, None, [Curve("all/centre", points)])


def told(published):
    return {day: round(share.value * 200) for day, (share, _) in published.curve("all/centre").items()}


def test_a_curve_is_told_by_rounded_counts_where_enough_joined_and_enough_did_not():
    assert told(curve(9, 21, 195)) == {30: 20}


def test_two_days_are_told_only_where_enough_more_joined_between_and_the_horizons_come_first():
    assert told(curve(20, 30, 38, 52)) == {0: 20, 30: 30, 90: 50}
    assert told(curve(20, 22, 38, 40)) == {0: 20, 90: 40}
    assert told(curve(20, 22, 32, 45)) == {0: 20, 60: 30, 90: 45}


def test_a_day_to_which_few_were_followed_is_not_told():
    assert told(curve(50, at_risk=9)) == {}
    assert curve(50, at_risk=12).curve("all/centre")[0][1] == 10
    assert curve(50).curve("all/office") == {}


def test_venues_are_compared_only_where_enough_joined_of_both():
    points = [Point(0, 0.5, 0.4, 0.6, 50, 100.0)]
    few = [Point(0, 0.05, 0.0, 0.1, 50, 100.0)]

    assert Published(Figures([]), ROUNDING, None, [Curve("all/centre", points), Curve("all/office", points)]).compared
    assert not Published(Figures([]), ROUNDING, None, [Curve("all/centre", points), Curve("all/office", few)]).compared


def test_a_part_that_differs_by_few_from_the_whole_that_is_told_is_withheld():
    def only(num):
        found = Figures([*proportion(M03, 100, 500), *proportion(M03B, num, 500)])
        return Published(found, ROUNDING).share(M03B).value

    assert (only(91), only(100), only(90)) == (None, None, 0.18)


def release(**values):
    cells = [
        PublishedCell(M02, "authority", "all", "none", "all", "all", measure, value, "")
        for measure, value in values.items()
    ]
    births = PublishedCell("M01_families", "authority", "all", "none", "all", "all", "count", values["den"], "")
    tables = [
        PublishedTable(M02, "", "authority", "none", cells),
        PublishedTable("M01_families", "", "authority", "none", [births]),
    ]
    return Release(date(2027, 6, 30), Settings(), tables)


def test_what_the_tables_withhold_of_everybody_is_withheld_everywhere():
    found = Figures([*proportion(M02, 400, 500), Figure("M01_families", "all", "n", 500)])

    def share(**values):
        kept = Published(found, ROUNDING, release(**values))
        return kept.share(M02).value, kept.share(M02).n, kept.count("M01_families")

    assert share(num=400.0, den=500.0) == (0.8, 500, 500)
    assert share(num=None, den=500.0) == (None, 500, 500)
    assert share(num=None, den=None) == (None, None, None)
    assert Published(found, ROUNDING).count("M01_births_resident") is None


def test_tenths_of_deprivation_are_told_as_their_table_tells_them():
    def cell(tenth, measure, value):
        return PublishedCell(M02, "authority", "all", "imd_decile", tenth, "all", measure, value, "")

    numbers = {"num": 20.0, "den": 50.0, "percent": 40.0}
    cells = [cell("1", *each) for each in numbers.items()] + [
        cell("2", *each) for each in (numbers | {"num": None}).items()
    ]
    made = Release(date(2027, 6, 30), Settings(), [PublishedTable(M02, "", "authority", "imd_decile", cells)])

    tenths = deciles_of(made, M02)
    assert [share.label for share in tenths] == [str(number) for number in range(1, 11)]
    assert [share.value for share in tenths] == [0.4, *[None] * 9]
    assert {share.value for share in deciles_of(made, M03)} == {None}


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ([100, 50, 20], [100, 50, 20]),
        ([100, 0, 20], [100, None, None]),
        ([100, 9, 20, 40], [100, None, None, 40]),
        ([100, 3, 4, 2, 40], [100, None, None, None, None]),
        ([100, 3, 4, 3, 40], [100, None, None, None, 40]),
        ([9, 8], [None, None]),
        ([3], [None]),
        ([], []),
    ],
)
def test_of_parts_so_many_are_withheld_that_their_sum_is_not_few(numbers, shown):
    assert ROUNDING.parts(numbers) == shown


def test_parts_that_are_told_elsewhere_stay():
    assert ROUNDING.parts([12, 300, 4], told=1) == [10, None, None]


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ([1000, 1000, 700, 695, 9], [1000, None, 700, None, None]),
        ([1000, 991, 990], [1000, None, 990]),
        ([9, 9], [None, None]),
    ],
)
def test_of_steps_each_differs_by_enough_from_those_told_before(numbers, shown):
    assert ROUNDING.steps(numbers) == shown
