"""Pictures of a plan: what they draw, in words and without colour."""

import re
from xml.etree import ElementTree as ET

import pytest

from registration.balancing.charts import (
    BAR_WIDE,
    MAP_HIGH,
    MAP_WIDE,
    SHARE_WIDE,
    OnFrontier,
    OnMap,
    capacity_bar,
    cluster_map,
    coverage_bar,
    frontier,
    heat_mark,
)

SVG = "{http://www.w3.org/2000/svg}"


def drawn(markup):
    return ET.fromstring(str(markup).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314 -- our own picture


def test_a_bar_is_as_long_as_what_can_be_seen_and_its_line_stands_at_what_is_expected():
    half = drawn(capacity_bar(50, 75, 100))
    filled = half.findall(f"{SVG}rect")[1]
    assert float(filled.get("width")) == pytest.approx((BAR_WIDE - 4) / 2, abs=0.1)
    line = half.findall(f"{SVG}path")[1].get("d")
    assert float(re.match(r"M([\d.]+)", line)[1]) == pytest.approx((BAR_WIDE - 4) * 0.75 + 2, abs=0.1)
    whole = drawn(capacity_bar(200, 0, 100))
    assert float(whole.findall(f"{SVG}rect")[1].get("width")) == BAR_WIDE - 4
    assert drawn(capacity_bar(0, 0, 0)).findall(f"{SVG}rect")[1].get("width") == "0.0"


def test_the_fewer_can_be_seen_the_more_lines_a_mark_has():
    lines = [
        drawn(heat_mark(share)).find(f"{SVG}path").get("d").count("M") for share in (1.2, 1.0, 0.95, 0.8, 0.6, 0.2)
    ]
    assert lines == [0, 0, 1, 2, 3, 8]


def test_a_map_numbers_the_clusters_and_says_all_of_them_in_words():
    made = cluster_map(
        [
            OnMap("Upper <Valley>", 399.6, 425.2, 40, 0.5),
            OnMap("Nowhere", 0, 0, 5, 1),
            OnMap("Halifax", 408.4, 426.2, 90, 1.2),
        ]
    )
    found = drawn(made)
    assert found.get("aria-label") == "Map of the clusters: 1 Upper <Valley> 50%, 3 Halifax 120%"
    assert [each.text for each in found.findall(f"{SVG}text")] == ["1", "Upper <Valley> 50%", "3", "Halifax 120%"]
    for circle in found.findall(f"{SVG}circle"):
        assert 0 < float(circle.get("cx")) < MAP_WIDE
        assert 0 < float(circle.get("cy")) < MAP_HIGH


def test_circles_of_one_place_are_told_apart_and_long_names_are_cut():
    same = [OnMap(f"The cluster of a long name {number}", 400.0, 420.0, 10, 1.0) for number in range(6)]
    found = drawn(cluster_map(same))
    places = {(each.get("cx"), each.get("cy")) for each in found.findall(f"{SVG}circle")}
    assert len(places) == 6
    assert "The cluster of a …" in found.findall(f"{SVG}text")[1].text


def test_where_no_place_is_known_no_map_is_drawn():
    assert cluster_map([OnMap("Nowhere", 0, 0, 5, 1)]) == ""
    assert "<svg" in cluster_map([OnMap("Here", 400.0, 420.0, 0, 1.0)])


@pytest.mark.parametrize(("share", "filled"), [(0.0, 0.0), (0.25, 0.25), (1.0, 1.0), (1.5, 1.0), (-0.1, 0.0)])
def test_a_share_is_a_part_of_the_frame_that_stands_for_all(share, filled):
    [frame, part] = drawn(coverage_bar(share)).findall(f"{SVG}rect")
    assert float(part.get("width")) == pytest.approx((SHARE_WIDE - 4) * filled)
    assert float(frame.get("width")) == SHARE_WIDE - 2


def test_a_choice_is_drawn_with_its_numbers_and_said_in_words():
    choice = frontier([OnFrontier(1, 0, 6, 12), OnFrontier(2, 2, 0, 6)])
    assert "way 2: 2 half-days of others to change, 0 of the families to lose their time, 6 free times fewer" in choice
    picture = drawn(choice)
    numbers = [(each.get("cx"), each.get("cy")) for each in picture.findall(f"{SVG}circle")]
    squares = [each for each in picture.findall(f"{SVG}rect") if each.get("width") == "10"]
    assert numbers == [("44", "116"), ("396", "210")]
    assert [(each.get("x"), each.get("y")) for each in squares] == [("39", "17"), ("391", "111")]
    assert frontier([]) == ""
    assert "way 1: 0 half-days" in frontier([OnFrontier(1, 0, 0, 0)])
