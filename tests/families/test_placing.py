"""Families of a centre that closes belong to another one's reach area, and are told of it first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from registration.centres.models import Centre, Postcode, ReachArea
from registration.families import actions
from registration.families.jobs import place_families_again
from registration.families.models import Family
from tests.booking.world import TODAY, make_world
from tests.families.test_actions import DETAILS, NO


@pytest.fixture
def world(database):
    made = make_world()
    database.add(Postcode(postcode="HX5 0AB", easting=410780, northing=420850, lsoa21="E01010001"))
    database.add(ReachArea(lsoa="E01010001", centre_id=made.centres["elland"]))
    database.flush()
    return made


def kept(database, world, postcode="HX5 0AB", place="sunshine"):
    """A family whose home centre is this one, told of it by letter yesterday."""
    number = actions.add_family(replace(DETAILS, postcode=postcode, home_centre_id=world.centres[place]), NO)
    family = database.get_one(Family, number, populate_existing=True)
    family.noticed_on = TODAY - timedelta(days=1)
    database.flush()
    return family


def close(database, world, place="sunshine", successor=None):
    centre = database.get_one(Centre, world.centres[place])
    centre.participating_to, centre.successor_id = TODAY - timedelta(days=1), successor
    database.flush()


def after(database, family):
    database.refresh(family)
    return family.home_centre_id, family.noticed_on


def test_a_family_whose_centre_closed_belongs_to_the_area_it_lives_in_and_is_to_be_told_first(database, world, at):
    at(f"{TODAY}T04:25")
    family, other = kept(database, world), kept(database, world, place="todmorden")
    close(database, world)
    place_families_again(0)
    assert after(database, family) == (world.centres["elland"], None)
    assert after(database, other) == (world.centres["todmorden"], TODAY - timedelta(days=1))
    assert actions.place_again(TODAY) == 0


def test_of_a_merged_centre_and_of_a_home_nobody_can_place_nothing_is_changed(database, world):
    unknown, nowhere = kept(database, world, postcode=None), kept(database, world, postcode="HX9 9ZZ")
    close(database, world)
    merged = kept(database, world, place="todmorden")
    close(database, world, "todmorden", world.centres["elland"])
    assert actions.place_again(TODAY) == 0
    assert after(database, unknown)[0] == after(database, nowhere)[0] == world.centres["sunshine"]
    assert after(database, merged) == (world.centres["todmorden"], TODAY - timedelta(days=1))
