"""A council whose rota can be planned: two clusters, patterns for four registrars, one of them a Polish speaker far away."""

from datetime import date

from registration.centres.models import Centre, Cluster
from registration.common.db import db
from registration.rota.models import Registrar
from tests.booking.world import World, make_world
from tests.rota.plans import half, works

TODAY = date(2026, 11, 22)
#: The first Monday planned, and the bank holiday on the Friday of its last week.
FIRST, WEEKS, CHRISTMAS = date(2026, 12, 7), 3, date(2026, 12, 25)
AM, PM = ("9:00", "12:30"), ("12:30", "16:00")


def make_council() -> World:
    """Ann works Mondays and Tuesdays at Sunshine, Bo whole Wednesdays in Elland, Cleo Thursdays in Todmorden, Dev at the office."""
    world = make_world()
    valley = Cluster(name="Upper Valley")
    db.session.add(valley)
    db.session.flush()
    db.session.get_one(Centre, world.centres["todmorden"]).cluster_id = valley.id
    homes = {"ann": "HX1 1AA", "bo": "HX5 0AB", "cleo": "OL14 5AA"}
    for name, number in world.registrars.items():
        person = db.session.get_one(Registrar, number)
        person.home_postcode, person.languages = homes.get(name), ["en", "pl"] if name == "cleo" else ["en"]
    works(world, "ann", *(at(world, day, AM, "sunshine") for day in (1, 2)), at(world, 2, PM, "sunshine"))
    works(world, "bo", at(world, 3, ("9:00", "16:00"), "elland"))
    works(world, "cleo", at(world, 4, AM, "todmorden"), at(world, 6, ("10:00", "12:00"), "todmorden"))
    works(world, "dev", at(world, 4, AM, "office"), at(world, 5, AM, "office"))
    db.session.flush()
    return world


def at(world: World, weekday: int, times: tuple[str, str], place: str):
    """Give one half-day of a pattern."""
    return half(world, weekday, *times, place=place, room=0)
