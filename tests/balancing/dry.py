"""A service with two clusters, of which a manager says how many are born: one gets as dry as a test wants it."""

from datetime import date, timedelta

from registration.balancing.actions import adjust_demand
from registration.balancing.rules.demand import Adjustment
from registration.centres.models import Centre, Cluster
from registration.common.clock import now
from registration.common.db import db
from registration.rota.models import Registrar
from tests.booking.world import World, make_world

#: A Wednesday; THIS is its Monday.
TODAY, NOW, THIS = date(2026, 11, 25), "2026-11-25T08:00", date(2026, 11, 23)
WEEKS = 9


def make_service(hills=1, valley=1) -> World:
    """Todmorden is a cluster of its own, Hills. Both have a morning a week, of six places; so many births are said to come."""
    world = make_world()
    other = Cluster(name="Hills")
    db.session.add(other)
    db.session.flush()
    db.session.get_one(Centre, world.centres["todmorden"]).cluster_id = other.id
    world.clusters = {"hills": other.id, "valley": db.session.get_one(Centre, world.centres["elland"]).cluster_id}
    for week in range(WEEKS):
        thursday = THIS + timedelta(weeks=week, days=3)
        world.session("todmorden", "cleo", thursday, "9:00", "12:00")
        world.session("elland", "bo", thursday, "9:00", "12:00")
    for person in db.session.query(Registrar):
        person.contracted_sessions = int(
            person.name in ("Registrar Bo", "Registrar Cleo")
        )  # all work as much as they may
    say(world, hills=hills, valley=valley)
    db.session.commit()
    return world


def say(world: World, **births: int) -> None:
    """Say how many are born a week in a cluster, in all the weeks that matter."""
    for name, number in births.items():
        cluster, first, last = world.clusters[name], THIS - timedelta(weeks=20), THIS + timedelta(weeks=20)
        adjust_demand(Adjustment(cluster, first, last, None, number, "As the hospital says"), now(), "staff:1")
    db.session.commit()


def contract(world: World, who: str, half_days: int, home: str | None = None) -> None:
    """Give a registrar a contract of so many half-days a week."""
    person = db.session.get_one(Registrar, world.registrars[who])
    person.contracted_sessions, person.home_postcode = half_days, home
    db.session.commit()
