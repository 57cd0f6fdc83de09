"""Whose reach area a home lies in, and the file that says so."""

from io import BytesIO

import pytest

from registration.centres.homes import Homes, import_reach_areas, middles, reach_areas
from registration.centres.models import Postcode
from registration.centres.queries import places_of
from registration.centres.rules import Place
from registration.common.db import db
from registration.common.files import FileRefused
from tests.booking.world import TODAY, make_world


@pytest.fixture
def world(database):
    return make_world()


def areas(text):
    return import_reach_areas(BytesIO(text.encode()))


def test_a_reach_area_says_whose_a_home_is_else_the_nearest_centre_that_is_no_office(world):
    areas("LSOA21CD,Centre\nE01010975,Todmorden Children's Centre\nE01010976,{}\n".format(world.centres["office"]))
    homes = Homes(TODAY)
    beside_the_office = {"easting": 409289, "northing": 425337}
    assert homes.of(Place("HX1 1UJ", lsoa="E01010975", **beside_the_office)) == world.centres["todmorden"]
    assert homes.of(Place("HX1 1UJ", lsoa="E01010976", **beside_the_office)) == world.centres["sunshine"]
    assert homes.of(Place("HX1 1UJ", **beside_the_office)) == world.centres["sunshine"]
    assert homes.of(Place("HX1 1UJ")) is None
    assert homes.of_area("E01010975", Place("")) == world.centres["todmorden"]
    assert homes.of_area("E01010990", Place("", **beside_the_office)) == world.centres["sunshine"]
    assert (homes.named("elland  CHILDREN'S centre"), homes.named("Nowhere")) == (world.centres["elland"], None)
    assert homes.authorities() == {"E08000033"}


def test_reach_areas_are_loaded_once_and_changed_by_a_later_file(world):
    text = "lsoa,centre\nE01010975,Elland Children’s Centre\n"
    assert areas(text) == (1, 0, 0)
    assert areas(text) == (0, 0, 1)
    assert areas(text.replace("Elland", "Todmorden")) == (0, 1, 0)
    assert reach_areas() == {"Todmorden Children’s Centre": 1}


def test_every_fault_of_reach_areas_is_named(world):
    good = "E01010975,Elland Children’s Centre\n"
    with pytest.raises(FileRefused) as refusal, db.session.begin_nested():
        areas(f"lsoa,centre\nE02010975,Elland Children’s Centre\nE01010976,Nowhere\n,2147483647\nE0101097٥,x\n{good}")
    assert [line.split(":", 1)[0] for line in refusal.value.lines()] == [
        "line 2",
        "line 3",
        "line 4",
        "line 4",
        "line 5",
        "line 5",
    ]
    with pytest.raises(FileRefused) as refusal, db.session.begin_nested():
        areas(f"lsoa,centre\n{good}{good}")
    assert refusal.value.lines() == ["line 3: lsoa, E01010975, is there already, on line 2"]


def test_the_command_says_what_was_loaded_and_refuses_in_words(world, runner, tmp_path):
    path = tmp_path / "areas.csv"
    path.write_text("lsoa,centre\nE01010975,Elland Children’s Centre\n")
    result = runner.invoke(args=["centres", "reach-areas", "import", str(path)])
    assert (result.exit_code, result.stdout) == (0, "reach areas: 1 added, 0 changed, 0 as before.\n")
    path.write_text("lsoa,centre\nx,Nowhere\n")
    result = runner.invoke(args=["centres", "reach-areas", "import", str(path)])
    assert result.exit_code == 1
    assert "line 2: lsoa, x, is not the code of a neighbourhood" in result.stderr


def test_middles_are_of_live_postcodes(world):
    for number, (code, east, gone) in enumerate(
        (("HX1 1AA", 100, None), ("HX1 1AB", 300, None), ("HX1 1AD", 900, "202001"))
    ):
        db.session.add(
            Postcode(
                postcode=code, easting=east, northing=number, lsoa21="E01010975", ward="E05001379", terminated=gone
            )
        )
    db.session.flush()
    found = middles({"E01010975", "E05001379", "E01010999"})
    assert {code: place.easting for code, place in found.items()} == {"E01010975": 200, "E05001379": 200}


def test_many_postcodes_are_placed_at_once(world):
    db.session.add(Postcode(postcode="HX1 1AA", easting=1, northing=2))
    db.session.flush()
    found = places_of({"HX1 1AA", "HX5 0AB", "ZZ1 9ZZ"})
    assert {code: place.easting for code, place in found.items()} == {
        "HX1 1AA": 1,
        "HX5 0AB": places_of({"HX5 0AB"})["HX5 0AB"].easting,
    }
    many = {f"HX{district} 0A{letter}" for district in range(1, 8) for letter in "ABDE"}
    assert places_of(many) == {code: place for code in sorted(many) for place in places_of({code}).values()}
