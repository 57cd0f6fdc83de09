"""Pictures: sound SVG, described, numbers beside it, a title that says the finding, nothing told that is withheld."""

from __future__ import annotations

import pytest
from lxml import etree

from registration.pilot.report.charts.canvas import percent_ticks
from registration.pilot.report.charts.flow import attrition
from registration.pilot.report.charts.shares import Difference, forest, gradient, reach
from registration.pilot.report.charts.times import Band, Joining, Month, days_to_registration, event_study, sign_up
from registration.pilot.report.numbers import Share

KNOWN = [Share("All families", 0.86, 0.84, 0.88, 1000), Share("<Mixed> & others", None, None, None, 15)]
CURVES = [
    ("A centre", [Joining(0, 0.1, 0.08, 0.12, 500), Joining(90, 0.35, 0.3, 0.4, 200)]),
    ("An office", [Joining(0, 0.0, 0.0, 0.01, 900), Joining(90, 0.16, 0.14, 0.18, 700)]),
]
MONTHS = [Month(-2, 0.01, -0.02, 0.04, 100), Month(-1, 0, 0, 0, 100), Month(0, 0.1, 0.05, 0.15, 100)]
BANDS = [Band(0, 7, 80), Band(8, 14, None), Band(15, 42, 600), Band(43, 49, 25, later=True)]
TENTHS = {"Joined": [Share(str(n), n / 20, 0.0, 1.0, 100) for n in range(1, 11)]}
PLACES = [Difference("North", 0.1, 0.02, 0.18, 400), Difference("South", None, None, None, None)]
EVERY = [
    reach(KNOWN, 0.97),
    sign_up(CURVES),
    event_study(MONTHS, "p 0.610"),
    days_to_registration(BANDS, 42, "88.5% of births are registered within 42 days"),
    gradient(TENTHS),
    forest(PLACES, Difference("All", 0.08, 0.03, 0.13, 800), "Over all", ""),
    attrition([("Births", 1000), ("Families", None), ("Used a centre", 70)]),
]


@pytest.mark.parametrize("chart", EVERY, ids=lambda chart: chart.name)
def test_a_picture_is_sound_and_described(chart):
    drawn = etree.fromstring(str(chart.svg()).encode())
    alone = etree.fromstring(str(chart.alone()).encode())
    words = {element.tag.rpartition("}")[2]: element.text for element in alone}

    assert drawn.attrib["role"] == "img"
    assert drawn.attrib["aria-label"] == chart.alt
    assert (words["title"], words["desc"]) == (chart.title, chart.alt)
    assert {len(row) for row in chart.rows} == {len(chart.columns)}
    assert "NaN" not in str(chart.svg())


@pytest.mark.parametrize("chart", EVERY, ids=lambda chart: chart.name)
def test_nothing_of_a_picture_lies_outside_it(chart):
    drawn = etree.fromstring(str(chart.svg()).encode())
    places = [element for element in drawn.iter() if element.tag.endswith(("text", "circle"))]
    across = [float(each.attrib.get("x", each.attrib.get("cx", "0"))) for each in places]
    down = [float(each.attrib.get("y", each.attrib.get("cy", "0"))) for each in places]

    assert min(across) >= 0
    assert max(across) <= 720
    assert min(down) >= 0
    assert max(down) <= chart.high


def test_titles_say_the_finding():
    titles = [chart.title for chart in EVERY]

    assert titles == [
        "86.0% of families with a new baby are known to a centre or to the council, below the 97% line",
        (
            "By day 90 after registering, 35% had joined of those who did so at a centre"
            " and 16% had joined of those who did so at an office"
        ),
        "In 1 of 1 months after registration began, joining was clearly higher",
        "88.5% of births are registered within 42 days",
        "Joined: 5.0% in the most deprived tenth, 45.0 points lower than in the least deprived",
        "Over all",
        "Of 1,000 births, 70 families came all the way: used a centre",
    ]


def test_what_is_withheld_is_drawn_and_listed_as_that():
    shown = reach(KNOWN, 0.97)

    assert ">withheld<" in str(shown.svg())
    assert "by which another withheld number could be worked out" in shown.note
    assert reach([KNOWN[0]], 0.97).note == ""
    assert "<Mixed> & others withheld" in shown.alt
    assert shown.rows[1] == ("<Mixed> & others", "[c]", "[c]", "15")
    assert days_to_registration(BANDS, 42, "").rows[1] == ("8–14", "[c]")
    assert attrition([("Births", 1000), ("Families", None)]).rows[1] == ("Families", "[c]", "[c]")


def test_two_lines_differ_without_colour():
    svg = str(sign_up(CURVES).svg())

    assert svg.count('stroke-dasharray="8 5"') == 1


def test_the_line_of_97_percent_is_met_when_it_is_reached():
    assert "at or above the 97% line" in reach([Share("All families", 0.975, 0.96, 0.98, 1000)], 0.97).title


def test_a_picture_of_what_is_all_withheld_says_so():
    nobody = Share("All families", None, None, None, None)

    assert "withheld" in reach([nobody], 0.97).title
    assert gradient({"Joined": [nobody] * 10}).title == "Shares by deprivation of the area"
    assert "withheld" in attrition([("Births", None)]).title
    assert forest([PLACES[1]], PLACES[1], "", "").rows == [("South", "[c]", "[c]", "[c]")] * 2


def test_ticks_are_round_percentages_within_the_range():
    assert [words for _, words in percent_ticks(0.5, -0.2)] == ["−20%", "0%", "20%", "40%"]
    assert [words for _, words in percent_ticks(1.0)] == ["0%", "20%", "40%", "60%", "80%", "100%"]
