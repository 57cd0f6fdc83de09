"""Where a postcode is, which centres take part, where babies are born."""

from datetime import date, time, timedelta

import pytest

from registration.centres.models import (
    Centre,
    CentreService,
    Cluster,
    Deprivation,
    PlaceOfBirth,
    Postcode,
    RegistrationDistrict,
)
from registration.centres.queries import (
    centre_card,
    centres_nearest,
    district_choices,
    districts,
    locate,
    miles_text,
    participating_centres,
    successors,
)
from registration.centres.rules import Place, ServiceCard
from registration.centres.services.queries import services_on

MONDAY = date(2026, 11, 23)


@pytest.fixture
def cluster(database):
    cluster = Cluster(name="Halifax")
    database.add(cluster)
    return cluster


@pytest.fixture
def add(database, cluster):
    def add(name, **changes):
        values = {
            "kind": "family_hub", "postcode": "HX1 1AA", "participating_from": date(2026, 1, 1), "cluster": cluster,
        } | changes  # fmt: skip
        centre = Centre(name=name, **values)
        database.add(centre)
        database.flush()
        return centre

    return add


def known(database, **changes):
    values = {
        "postcode": "HX1 1AA", "easting": 409503, "northing": 425335, "latitude": 53.72, "longitude": -1.85,
        "lad": "E08000033", "lsoa11": "E01010994", "lsoa21": "E01034582", "imd_rank": 1974, "imd_edition": 2019,
    } | changes  # fmt: skip
    database.add(Postcode(**values))
    database.flush()


def test_the_imported_directory_is_asked_first(database):
    known(database, terminated="202001")

    assert locate(" hx11aa ") == Place("HX1 1AA", 409503, 425335, 53.72, -1.85, "E01034582", 1, "E08000033", "202001")


def test_what_was_not_imported_is_known_all_the_same(database):
    place = locate("LS1 3AD")

    assert (place.postcode, place.lad, place.imd_decile) == ("LS1 3AD", "E08000035", None)


@pytest.mark.parametrize("postcode", ["HX9 9ZZ", "nonsense", ""])
def test_an_unknown_postcode_is_nowhere(database, postcode):
    assert locate(postcode) is None


def test_degrees_missing_from_the_directory_are_worked_out(database):
    known(database, latitude=None, longitude=None)
    place = locate("HX1 1AA")

    assert (place.latitude, place.longitude) == pytest.approx((53.724349, -1.857460), abs=5e-5)


def test_a_postcode_without_position_is_a_place_without_position(database):
    known(database, easting=None, northing=None, latitude=None, longitude=None)

    assert locate("HX1 1AA").latitude is None


@pytest.mark.parametrize(
    ("postcode", "deprivation", "decile"),
    [
        ({}, [("E01010994", 2019, 4), ("E01034582", 2025, 7)], 7),
        ({}, [("E01010994", 2019, 4)], 4),
        ({"lsoa11": None, "lsoa21": "E01010995"}, [("E01010995", 2019, 4)], 4),
        ({"imd_rank": 33_755, "imd_edition": 2025}, [("E01010994", 2019, 4)], 10),
        ({"imd_rank": None, "imd_edition": None}, [], None),
        ({"lsoa11": "W01000001", "lsoa21": "W01000001"}, [], None),
        ({"lsoa11": None, "lsoa21": None}, [], None),
    ],
)
def test_the_decile_is_of_the_latest_edition_known_and_english(database, postcode, deprivation, decile):
    for lsoa, edition, value in deprivation:
        database.add(Deprivation(lsoa=lsoa, edition=edition, lsoa_vintage=2011, decile=value))
    known(database, **postcode)

    assert locate("HX1 1AA").imd_decile == decile


def test_centres_take_part_from_their_first_to_their_last_day(database, add):
    add("Elm", participating_from=MONDAY)
    add("Ash", participating_to=MONDAY)
    add("Gone", participating_to=date(2026, 11, 22))
    add("Later", participating_from=date(2026, 11, 24))

    assert [card.name for card in participating_centres(MONDAY)] == ["Ash", "Elm"]


def test_a_card_says_what_families_need(database, add):
    centre = add(
        "Elm", languages=["pl", "ur"], step_free=True, bus="503", latitude=53.7, longitude=-1.8, address="1 Hill"
    )
    (card,) = participating_centres(MONDAY)

    assert (card.id, card.cluster, card.languages, card.step_free) == (centre.id, "Halifax", ("pl", "ur"), True)
    assert (card.bus, card.address, card.email, card.distance_km) == ("503", "1 Hill", "", None)
    assert centre_card(centre.id) == card
    assert centre_card(centre.id + 1) is None


def test_the_nearest_comes_first_and_the_unmeasured_last(database, add):
    add("Nowhere")
    add("Far", easting=419503, northing=425335)
    add("Near", easting=409803, northing=425735)
    add("By degrees", latitude=53.76, longitude=-1.857460)
    place = Place("HX1 1AA", 409503, 425335, 53.724349, -1.857460)

    cards = centres_nearest(place, MONDAY)

    assert [card.name for card in cards] == ["Near", "By degrees", "Far", "Nowhere"]
    assert [card.distance_km for card in cards] == [0.5, pytest.approx(3.96, abs=0.01), 10.0, None]


def test_a_place_outside_the_authority_is_answered_by_distance(database, add):
    add("Elm", easting=409503, northing=425335)
    (card,) = centres_nearest(locate("LS1 3AD"), MONDAY)

    assert card.distance_km == pytest.approx(22, abs=2)


def test_services_of_the_day_are_told_in_its_order(database, add):
    elm, ash = add("Elm"), add("Ash")
    for centre, title, weekday, starts in (
        (elm, "Baby massage", 1, 13),
        (elm, "Weighing clinic", 1, 9),
        (elm, "Story time", 2, 9),
        (ash, "Swimming", 1, 9),
    ):
        database.add(
            CentreService(centre_id=centre.id, title=title, weekday=weekday, starts=time(starts), ends=time(starts + 2))
        )
    database.flush()

    assert services_on(MONDAY, [elm.id]) == {
        elm.id: [
            ServiceCard("Weighing clinic", time(9), time(11)),
            ServiceCard("Baby massage", time(13), time(15)),
        ]
    }


def test_where_a_baby_was_born_is_answered_by_district(database):
    ours = RegistrationDistrict(code="86", name="Calderdale", ours=True)
    other = RegistrationDistrict(code="87", name="Kirklees")
    ended = RegistrationDistrict(code="685", name="Basford", ended_on=date(2012, 4, 1))
    database.add_all(
        [
            ours, other, ended,
            PlaceOfBirth(name="Royal Hospital", kind="hospital", district=ours),
            PlaceOfBirth(name="Infirmary", kind="hospital", district=other),
        ]
    )  # fmt: skip
    database.flush()
    choices = district_choices()

    assert [district.name for district in choices.districts] == ["Calderdale"]
    assert [(place.name, place.district.code) for place in choices.inside] == [("Royal Hospital", "86")]
    assert [(place.name, place.district.name) for place in choices.outside] == [("Infirmary", "Kirklees")]
    assert [district.name for district in districts()] == ["Calderdale", "Kirklees"]


@pytest.mark.parametrize(
    ("km", "text"),
    [(0.01, "less than 0.1 miles"), (0.6437, "0.4 miles"), (1.6, "1 mile"), (5, "3.1 miles"), (30, "19 miles")],
)
def test_distances_are_said_in_miles(app, km, text):
    with app.test_request_context():
        assert miles_text(km) == text


@pytest.mark.parametrize(
    ("merged", "found"),
    [
        ({}, {}),
        ({"a": "b"}, {"a": "b"}),
        ({"a": "b", "b": "c"}, {"a": "c", "b": "c"}),
        ({"a": "b", "b": "a"}, {"a": "b", "b": "a"}),
    ],
)
def test_for_a_centre_that_was_merged_stands_the_last_of_its_successors(database, merged, found):
    today, numbers = date(2026, 11, 24), dict(zip("abc", _three_centres(database), strict=True))
    for one, other in merged.items():
        row = database.get_one(Centre, numbers[one])
        row.successor_id, row.participating_to = numbers[other], today - timedelta(days=1)
    database.flush()

    assert successors(today) == {numbers[one]: numbers[other] for one, other in found.items()}
    assert successors(today - timedelta(days=1)) == {}


def _three_centres(database):
    cluster = Cluster(name="Merging")
    database.add(cluster)
    database.flush()
    rows = [
        Centre(
            name=f"Merging {each}",
            kind="children_centre",
            cluster_id=cluster.id,
            postcode="HX1 1AA",
            participating_from=date(2020, 1, 1),
        )
        for each in "abc"
    ]
    database.add_all(rows)
    database.flush()
    return [row.id for row in rows]
