"""Where things are: postcodes, distance, coordinates, deciles, likeness of centres and the days they take part."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, degrees, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.centres import rules
from registration.centres.rules import IRISH_GRID, Position, Site


@pytest.mark.parametrize(
    "text", ["HX1 1AA", "hx11aa", " hX1  1aA ", "H X 1 1 A A", "HX1\t1AA", "HX1\u00a01AA", "HX11 AA"]
)
def test_a_postcode_is_known_in_any_spacing_and_case(text):
    assert rules.canonical_postcode(text) == "HX1 1AA"


@pytest.mark.parametrize(
    "postcode",
    [
        "M1 1AE",
        "B33 8TH",
        "CR2 6XH",
        "DN55 1PT",
        "W1A 0AX",
        "EC1A 1BB",
        "GIR 0AA",
        "BT1 1AA",
        "JE2 3AB",
        "NPT 0VA",
        "W1V 1AA",
    ],
)
def test_every_shape_of_postcode_is_known(postcode):
    assert rules.canonical_postcode(postcode.replace(" ", "").lower()) == postcode


@pytest.mark.parametrize(
    "text",
    ["", "HX1", "HX1 1A", "HX1 1AAA", "QX1 1AA", "VX1 1AA", "XX1 1AA", "HI1 1AA", "HX1 1CA", "HX1 AAA", "1HX 1AA",
     "HX111 1AA", "HX1-1AA", "HX1 1AA; DROP", "ＨＸ1 1AA", "HX1 ١AA", "W1I 1AA", "EC1Z 1BB", "GIR 0AB", "HX1 1AA\x00"],
)  # fmt: skip
def test_what_cannot_be_a_postcode_is_refused(text):
    with pytest.raises(ValueError, match="is not a UK postcode"):
        rules.canonical_postcode(text)


@given(st.text(max_size=12))
def test_any_text_is_a_postcode_in_canonical_form_or_refused(text):
    try:
        postcode = rules.canonical_postcode(text)
    except ValueError:
        return
    assert rules.canonical_postcode(postcode) == postcode
    assert postcode.replace(" ", "") == "".join(text.split()).upper()


def test_the_postcode_district_is_the_first_half():
    assert rules.outward("HX1 1AA") == "HX1"


def test_only_northern_ireland_is_on_the_irish_grid():
    assert rules.on_irish_grid("BT1 1AA")
    assert not rules.on_irish_grid("B1 1AA")


def test_distance_on_the_grid_is_by_pythagoras():
    assert rules.distance_km(Position(400_000, 400_000), Position(403_000, 404_000)) == 5.0


def test_distance_without_a_grid_reference_is_along_the_sphere():
    london, edinburgh = Position(latitude=51.5074, longitude=-0.1278), Position(latitude=55.9533, longitude=-3.1883)

    assert rules.distance_km(london, edinburgh) == pytest.approx(534, abs=1)
    assert rules.distance_km(london, london) == 0


def test_one_grid_reference_alone_is_not_enough():
    here = Position(408_072, 424_680, 53.718486, -1.879164)
    there = Position(latitude=53.44, longitude=-2.31)

    assert rules.distance_km(here, there) == pytest.approx(42.1, abs=0.5)


def test_distance_is_unknown_where_a_position_is():
    assert rules.distance_km(Position(400_000, 400_000), Position()) is None
    assert rules.distance_km(Position(latitude=53.0), Position(latitude=53.0, longitude=-2.0)) is None


eastings, northings = st.integers(0, 700_000), st.integers(0, 1_300_000)


@given(eastings, northings, eastings, northings)
def test_distance_is_the_same_both_ways(east, north, other_east, other_north):
    one, other = Position(east, north), Position(other_east, other_north)

    assert rules.distance_km(one, other) == rules.distance_km(other, one)


@given(st.integers(380_000, 420_000), st.integers(400_000, 440_000), st.integers(-9000, 9000), st.integers(-9000, 9000))
def test_grid_and_sphere_agree_within_half_a_percent(east, north, across, along):
    points = ((east, north), (east + across, north + along))
    grid = rules.distance_km(*(Position(*point) for point in points))
    sphere = rules.distance_km(*(Position(None, None, *rules.latitude_longitude(*point)) for point in points))

    assert sphere == pytest.approx(grid, rel=0.006, abs=0.001)


@pytest.mark.parametrize(
    ("km", "text"),
    [
        (0, "0"),
        (0.05, "0"),
        (0.1, "0.1"),
        (0.6437, "0.4"),
        (1.609344, "1"),
        (5, "3.1"),
        (15.9, "9.9"),
        (16.1, "10"),
        (50, "31"),
    ],
)
def test_miles_are_said_as_people_do(km, text):
    assert rules.miles(km) == text


def test_the_guides_own_example_of_a_grid_reference():
    """Annex C of Ordnance Survey's guide gives these figures, on its own ellipsoid."""
    latitude, longitude = rules._unprojected(651_409.903, 313_177.270, rules.BRITISH_GRID)

    assert degrees(latitude) == pytest.approx(52 + 39 / 60 + 27.2531 / 3600, abs=2e-8)
    assert degrees(longitude) == pytest.approx(1 + 43 / 60 + 4.5177 / 3600, abs=2e-8)


def _metres_apart(computed, latitude, longitude):
    return 1000 * rules.distance_km(Position(None, None, *computed), Position(None, None, latitude, longitude))


@pytest.mark.parametrize(
    ("east", "north", "latitude", "longitude"),
    [(409_503, 425_335, 53.724349, -1.857460), (385_386, 801_193, 57.101459, -2.242858)],
)
def test_british_grid_references_become_degrees_within_five_metres(east, north, latitude, longitude):
    assert _metres_apart(rules.latitude_longitude(east, north), latitude, longitude) < 5


def test_between_the_two_ellipsoids_lies_what_ordnance_survey_publishes():
    """Its parameters from WGS84 to the National Grid's ellipsoid, section 6.6: shifted there and back a place is where it was."""
    there = (3_845_912.3, -125_114.8, 5_065_721.6)  # in Calderdale, from the middle of the Earth, in metres
    turns = [radians(seconds / 3600) for seconds in (-0.1502, -0.2470, -0.8421)]
    (x, y, z), (a, b, c), scale = there, turns, 1 + 20.4894e-6
    on_airy = (
        -446.448 + scale * x - c * y + b * z,
        125.157 + c * x + scale * y - a * z,
        -542.060 - b * x + a * y + scale * z,
    )
    assert rules._shifted(on_airy, rules.BRITISH_GRID) == pytest.approx(there, abs=0.05)


def test_irish_grid_references_become_degrees_within_five_metres():
    assert _metres_apart(rules.latitude_longitude(334_316, 374_675, IRISH_GRID), 54.602438, -5.922291) < 5


def test_every_grid_reference_of_the_real_directory_becomes_its_own_degrees(real_data):
    with (real_data / "postcodes" / "ONSPD_NOV_2025_UK_HX.csv").open(encoding="utf-8") as file:
        pairs = [
            (row["east1m"], row["north1m"], row["lat"], row["long"]) for row in csv.DictReader(file) if row["east1m"]
        ]
    worst = max(
        _metres_apart(rules.latitude_longitude(int(east), int(north)), float(latitude), float(longitude))
        for east, north, latitude, longitude in pairs
    )

    assert len(pairs) > 7000
    assert worst < 5


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Ash Green Children's Centre", {"ash", "green"}),
        ("Ash Green Childrens Centre", {"ash", "green"}),
        ("ASH GREEN Children’s Centre (linked site)", {"ash", "green"}),
        ("Ash Green Best Start Family Hub", {"ash", "green"}),
        ("The Family Hub", set()),
        ("St. Mary's Sure Start Centre", {"st", "marys"}),
    ],
)
def test_names_are_told_apart_by_their_own_words(name, words):
    assert rules.name_words(name) == words


HERE, NEAR, FAR = Position(406_277, 428_142), Position(406_102, 428_049), Position(412_000, 428_000)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (Site("Ash Green Children's Centre", "HX2 8QD", HERE), Site("Ash Green Family Hub", "HX2 8RX", NEAR), True),
        (Site("Ash Green Children's Centre", "HX2 8QD", HERE), Site("Ash Green Family Hub", "HX2 8RX", FAR), False),
        (Site("Ash Green Children's Centre", "HX2 8QD", HERE), Site("Elm Green Family Hub", "HX2 8QD", HERE), False),
        (Site("Ash Green", "HX2 8QD", Position()), Site("Ash Green Family Hub", "HX2 8RX", HERE), True),
        (Site("Ash Green", "HX2 8QD", Position()), Site("Ash Green Family Hub", "HX3 8RX", HERE), False),
        (Site("Family Hub", "HX2 8QD", HERE), Site("Children's Centre", "HX2 8QD", HERE), True),
        (Site("Family Hub", "HX2 8QD", HERE), Site("Children's Centre", "HX2 8RX", NEAR), False),
        (Site("Family Hub", "HX2 8QD", HERE), Site("Ash Green", "HX2 8QD", HERE), False),
    ],
)
def test_likely_doubles_have_the_same_words_near_each_other(one, other, alike):
    assert rules.looks_like(one, other) is alike
    assert rules.looks_like(other, one) is alike


@pytest.mark.parametrize(
    ("name", "type_name", "kind"),
    [
        ("Jubilee", "Children's centre", "children_centre"),
        ("Jubilee Family Hub", "Children's centre", "family_hub"),
        ("Jubilee", "Family hub site", "family_hub"),
        ("Jubilee Best Start Family Hub", "Children's centre", "best_start_family_hub"),
    ],
)
def test_the_kind_of_a_centre_is_told_from_name_and_type(name, type_name, kind):
    assert rules.kind_of_centre(name, type_name) == kind


@pytest.mark.parametrize(
    ("rank", "edition", "decile"),
    [(1, 2019, 1), (3284, 2019, 1), (3285, 2019, 2), (1974, 2019, 1), (32_844, 2019, 10), (3375, 2025, 1),
     (3376, 2025, 2), (33_755, 2025, 10)],
)  # fmt: skip
def test_deciles_are_equal_tenths_of_the_ranks(rank, edition, decile):
    assert rules.imd_decile(rank, edition) == decile


@given(st.integers(1, 32_844))
def test_the_2019_decile_is_the_rank_by_3284_4_rounded_up(rank):
    assert rules.imd_decile(rank) == ceil(rank / 3284.4)


@pytest.mark.parametrize(("rank", "edition"), [(0, 2019), (32_845, 2019), (33_756, 2025), (1, 2015)])
def test_ranks_that_do_not_exist_are_refused(rank, edition):
    with pytest.raises(ValueError, match="is not a rank"):
        rules.imd_decile(rank, edition)


@dataclass
class Participation:
    participating_from: date
    participating_to: date | None = None


def test_the_first_and_the_last_day_of_taking_part_count():
    first, last, day = date(2026, 11, 1), date(2026, 11, 30), timedelta(days=1)
    ending, lasting = Participation(first, last), Participation(first)

    assert [rules.participating(ending, on) for on in (first - day, first, last, last + day)] == [
        False,
        True,
        True,
        False,
    ]
    assert [rules.participating(lasting, on) for on in (first - day, first, date(2100, 1, 1))] == [False, True, True]
