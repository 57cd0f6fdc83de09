"""The small map beside the times: nothing hides, nothing leaves the picture, and words say the same."""

from math import hypot
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.booking.charts import RADIUS, WIDE, centre_map
from registration.centres.rules import Position


@pytest.fixture(autouse=True)
def _inside(app):
    with app.test_request_context():
        yield


def at(east, north):
    return Position(easting=int(east * 1000), northing=int(north * 1000))


def circles(drawn):
    found = ET.fromstring(str(drawn))  # noqa: S314 -- our own drawing
    return [(float(c.get("cx")), float(c.get("cy"))) for c in found.iter("circle") if c.get("r") == str(RADIUS)]


def ruler_top(drawn):
    """Where the ruler's letters begin, which stand above its line: their baseline less their height."""
    words = next(ET.fromstring(str(drawn)).iter("text"))  # noqa: S314 -- our own drawing
    return float(words.get("y")) - int(words.get("font-size")) * 0.8


def test_places_are_numbered_in_the_order_of_the_list_and_stand_as_they_lie():
    drawn = centre_map([at(408.6, 425.1), at(410.8, 420.9)], at(409.5, 425.5))
    (x1, y1), (x2, y2) = circles(drawn)
    assert x1 < x2, "the second lies further east"
    assert y1 < y2, "and further south"
    assert 'aria-label="Map: 2 places, numbered as in the list below, around your postcode"' in str(drawn)
    assert [text.text for text in ET.fromstring(str(drawn)).iter("text")] == ["1 mile", "1", "2"]  # noqa: S314


def test_the_ruler_is_true():
    drawn = centre_map([at(400, 420), at(400 + 1.609344 * 20, 420)], None)
    (x1, _), (x2, _) = circles(drawn)
    ruler = next(path for path in ET.fromstring(str(drawn)).iter("path") if path.get("fill") == "none")  # noqa: S314
    pixels = float(ruler.get("d").split("h")[1].split("v")[0])
    words = next(ET.fromstring(str(drawn)).iter("text")).text  # noqa: S314
    assert abs((x2 - x1) / 20 * int(words.split()[0]) - pixels) <= 1
    assert "around your postcode" not in str(drawn)


def test_a_county_far_away_still_has_a_ruler():
    assert "10 miles" in str(centre_map([at(100, 100), at(600, 600)], None))


@pytest.mark.parametrize(
    ("places", "here"),
    [
        ([], None),
        ([at(400, 420)], None),
        ([], at(400, 420)),
        ([Position(), Position(latitude=53.7, longitude=-1.8)], at(400, 420)),
    ],
)
def test_fewer_than_two_points_make_no_map(places, here):
    assert centre_map(places, here) == ""


def test_a_place_without_position_keeps_its_number_free():
    drawn = centre_map([at(400, 420), Position(), at(404, 420)], None)
    assert [text.text for text in ET.fromstring(str(drawn)).iter("text")][1:] == ["1", "3"]  # noqa: S314


points = st.tuples(st.floats(380, 420), st.floats(400, 440)).map(lambda point: at(*point))


@given(st.lists(points, min_size=1, max_size=9), points)
def test_no_number_hides_another_or_leaves_the_picture(places, home):
    found = circles(centre_map(places, home))
    assert len(found) == len(places)
    for number, (x, y) in enumerate(found):
        assert 0 <= x <= WIDE
        assert 0 <= y + RADIUS <= ruler_top(centre_map(places, home))
        assert all(hypot(x - a, y - b) > RADIUS for a, b in found[:number])
