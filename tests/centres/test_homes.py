"""Where a family lives: in which centre's reach area, and which centre is named to who registers at an office."""

from datetime import date

import pytest
from sqlalchemy import text

from registration.centres import memory
from registration.centres.models import Centre, Postcode, ReachArea
from registration.centres.queries import reach_areas
from registration.centres.rules import Place
from tests.booking.world import make_world

TODAY = date(2026, 11, 22)
ELLAND = Place("HX5 0AB", easting=410780, northing=420850, lsoa="E01010001")
NOWHERE = Place("HX9 9ZZ")


@pytest.fixture
def world(database):
    return make_world()


def name_of(card):
    return card and card.name.split()[0]


def test_a_place_belongs_to_the_nearest_childrens_centre_and_to_no_office(world):
    town_hall = Place("HX1 1UJ", easting=409289, northing=425337)

    assert name_of(reach_areas(TODAY).centre_of(town_hall)) == "Sunshine"
    assert name_of(reach_areas(TODAY).centre_of(ELLAND)) == "Elland"
    assert reach_areas(TODAY).centre_of(NOWHERE) is None


def test_what_is_said_of_a_neighbourhood_counts_before_distance(database, world):
    database.add(ReachArea(lsoa="E01010001", centre_id=world.centres["todmorden"]))
    database.flush()

    assert name_of(reach_areas(TODAY).centre_of(ELLAND)) == "Todmorden"
    assert name_of(reach_areas(TODAY).centre_of(Place("HX9 9ZZ", lsoa="E01010001"))) == "Todmorden"


def test_the_area_of_a_merged_centre_is_its_successors_and_of_a_closed_one_the_nearests(database, world):
    database.add(ReachArea(lsoa="E01010001", centre_id=world.centres["todmorden"]))
    closed = database.get(Centre, world.centres["todmorden"])
    closed.participating_to = date(2026, 11, 1)
    database.flush()
    assert name_of(reach_areas(TODAY).centre_of(ELLAND)) == "Elland"

    closed.successor_id = world.centres["sunshine"]
    database.flush()
    assert name_of(reach_areas(TODAY).centre_of(ELLAND)) == "Sunshine"


def test_a_home_is_remembered_until_a_reach_area_changes(database, world):
    database.add(Postcode(postcode="HX5 0AB", easting=410780, northing=420850, lsoa21="E01010001"))
    database.execute(
        text("INSERT INTO deprivation (lsoa, edition, lsoa_vintage, decile) VALUES ('E01010001', 2025, 2021, 3)")
    )
    database.flush()
    assert memory.home_of("HX5 0AB", TODAY) == memory.Home(world.centres["elland"], 3)

    database.add(ReachArea(lsoa="E01010001", centre_id=world.centres["sunshine"]))
    database.flush()
    assert memory.home_of("HX5 0AB", TODAY) == memory.Home(world.centres["sunshine"], 3)
    assert memory.home_of("ZZ1 1ZZ", TODAY) == memory.Home(None, None)


def test_at_a_centre_the_question_names_that_centre(world):
    for here in ("sunshine", "elland"):
        assert memory.centre_asked_about(world.centres[here], "OL14 5AA", TODAY).id == world.centres[here]
    assert memory.centre_asked_about(999_999, None, TODAY) is None


def test_at_an_office_it_names_the_centre_of_the_familys_own_area_or_the_nearest_to_the_office(world):
    office = world.centres["office"]

    assert memory.centre_asked_about(office, "OL14 5AA", TODAY).id == world.centres["todmorden"]
    assert memory.centre_asked_about(office, "HX5 0AB", TODAY).id == world.centres["elland"]
    assert memory.centre_asked_about(office, None, TODAY).id == world.centres["sunshine"]
    assert memory.centre_asked_about(office, "ZZ1 1ZZ", TODAY).id == world.centres["sunshine"]


def test_where_no_childrens_centre_takes_part_it_stays_the_office(database, world):
    for each in ("sunshine", "elland", "todmorden"):
        database.get(Centre, world.centres[each]).participating_to = date(2026, 11, 1)
    database.flush()

    assert memory.centre_asked_about(world.centres["office"], None, TODAY).id == world.centres["office"]
