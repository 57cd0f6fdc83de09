"""The picture says what the table says, to the eye and in words, and needs no colour."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from registration.balancing.rules.comparison import CONTROL, NARROW, Outcome
from registration.balancing.rules.intervals import Interval
from registration.balancing.simulation_charts import LEFT, RIGHT, WIDE, missed_chart, percent

pytestmark = pytest.mark.rules
SVG = "{http://www.w3.org/2000/svg}"


def outcome(policy=CONTROL, load=0.95, value=0.02, lo=0.01, hi=0.03):
    return Outcome(policy, load, Interval(value, lo, hi), Interval(0, 0, 0), 4.0, 0.9, 0.3, 0.01)


def drawn(*outcomes):
    return ET.fromstring(str(missed_chart(outcomes)))  # noqa: S314 -- our own drawing


def circles(picture):
    return [float(each.get("cx")) for each in picture.iter(SVG + "circle")]


def test_a_share_stands_where_the_axis_says():
    picture = drawn(outcome(NARROW, value=0.02, hi=0.05))

    (at,) = circles(picture)
    assert (at - LEFT) / (WIDE - LEFT - RIGHT) == pytest.approx(0.02 / 0.05, abs=0.001)
    marks = [each.text for each in picture.iter(SVG + "text") if each.get("text-anchor") == "middle"]
    assert marks == ["0 %", "1.0 %", "2.0 %", "3.0 %", "4.0 %", "5.0 %"]


def test_the_interval_is_a_line_from_its_lower_to_its_upper_end():
    picture = drawn(outcome(NARROW, value=0.02, lo=0.01, hi=0.05))
    line = next(each.get("d") for each in picture.iter(SVG + "path") if each.get("stroke-width") == "2")
    begin, end = map(float, re.fullmatch(r"M([\d.]+) \d+H([\d.]+)", line).groups())

    assert (begin, end) == pytest.approx((LEFT + 0.2 * (WIDE - LEFT - RIGHT), WIDE - RIGHT), abs=0.1)


def test_the_control_is_told_apart_without_colour():
    assert len(circles(drawn(outcome(CONTROL)))) == 0
    assert len(circles(drawn(outcome(CONTROL), outcome(NARROW)))) == 1
    assert len(circles(drawn(outcome(replace(CONTROL, title="Control"))))) == 1, "only the control itself"


def test_each_utilisation_has_a_part_with_a_scale_of_its_own():
    picture = drawn(outcome(NARROW, 0.9, 0.002, 0, 0.004), outcome(NARROW, 1.0, 0.2, 0.1, 0.4))

    words = [each.text for each in picture.iter(SVG + "text")]
    assert [each for each in words if "places" in each] == [
        "90 % of the places are needed",
        "100 % of the places are needed",
    ]
    assert "1.0 %" in words
    assert "40 %" in words
    tall = [float(each.get("viewBox").split()[3]) for each in (picture, drawn(outcome()))]
    assert tall[0] > tall[1]


def test_everything_drawn_is_said_in_words_and_its_signs_are_safe():
    picture = drawn(outcome(replace(NARROW, title="Sooner & <nearer>")))

    assert picture.get("role") == "img"
    assert "at 95 %, Sooner & <nearer>: 2.0 % (1.0 to 3.0)" in picture.get("aria-label")
    assert picture.find(SVG + "title").text == "Families without a time by day 42"


def test_nothing_to_draw_is_an_empty_picture():
    assert drawn().get("aria-label").startswith("Families without a time")


@pytest.mark.parametrize("highest", [0, 0.0001, 0.01, 0.0123, 0.099, 0.1, 0.55, 1.0])
def test_nothing_leaves_the_picture_and_there_are_few_marks(highest):
    picture = drawn(outcome(NARROW, value=highest, lo=0, hi=highest))
    xs = [float(each) for path in picture.iter(SVG + "path") for each in re.findall(r"[MH]([\d.]+)", path.get("d"))]

    assert all(LEFT <= x <= WIDE - RIGHT for x in [*xs, *circles(picture)])
    marks = [each for each in picture.iter(SVG + "text") if each.get("text-anchor") == "middle"]
    assert 3 <= len(marks) <= 7


@pytest.mark.parametrize(
    ("share", "said"), [(0.0214, "2.1 %"), (0.000213, "0.02 %"), (0, "0 %"), (0.123, "12 %"), (0.01, "1.0 %")]
)
def test_a_share_is_written_to_what_can_be_known(share, said):
    assert percent(share) == said
