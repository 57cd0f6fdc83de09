"""Half-days that could be opened besides the rota."""

from datetime import date, timedelta

import pytest

from registration.balancing.spare import Spare
from registration.centres.models import Centre
from registration.common.db import db
from registration.rota.models import Absence, Registrar
from registration.rota.rules.times import moment
from tests.balancing.dry import NOW, THIS, TODAY, contract, make_service
from tests.booking.world import at_time
from tests.rota.plans import decide, half, works

FRIDAY, NEXT_MONDAY = THIS + timedelta(days=4), THIS + timedelta(weeks=1)


@pytest.fixture
def world(database, at):
    at(NOW)
    made = make_service()
    contract(made, "cleo", 3, "OL14 5AA")
    return made


def spare(world, cluster="hills", last=FRIDAY):
    return Spare(TODAY, last).half_days(world.clusters[cluster])


def whens(found):
    return [(each.day, each.begins.hour) for each in found]


def test_somebody_with_a_half_day_of_the_contract_left_could_come_when_a_room_is_free(world):
    found = spare(world)

    assert {each.registrar for each in found} == {world.registrars["cleo"]}
    assert whens(found) == [(3, 12), (4, 9), (4, 12)], "from tomorrow on, and not where there is a session"
    first = found[0]
    assert (first.begins, first.ends) == (
        at_time(THIS + timedelta(days=3), "12:30"),
        at_time(THIS + timedelta(days=3), "16:00"),
    )
    assert (first.places, first.spare, first.centre) == (7, 2, world.centres["todmorden"])
    assert first.room in world.rooms["todmorden"]


def test_on_saturdays_and_sundays_nobody_is_asked_to_come(world):
    assert whens(spare(world, last=NEXT_MONDAY)) == [(3, 12), (4, 9), (4, 12), (7, 9), (7, 12)]


def test_the_contract_is_counted_week_by_week(world):
    contract(world, "cleo", 1)
    assert whens(spare(world, last=NEXT_MONDAY)) == []
    contract(world, "cleo", 2)
    world.session("todmorden", "cleo", NEXT_MONDAY, "9:00", "16:00")
    db.session.commit()
    assert whens(spare(world, last=NEXT_MONDAY)) == [(3, 12), (4, 9), (4, 12)], "a whole day counts twice"


def test_without_a_contract_the_weekly_pattern_counts(world):
    contract(world, "cleo", None)
    assert whens(spare(world)) == []
    works(world, "cleo", half(world, 4, place="todmorden"), half(world, 5, place="todmorden"))
    assert whens(spare(world)) == [(3, 12), (4, 9), (4, 12)]


def test_who_is_away_or_has_left_or_may_not_register_births_is_not_asked(world):
    cleo = db.session.get_one(Registrar, world.registrars["cleo"])
    begins, ends = moment(FRIDAY, at_time(FRIDAY, "9:00").time()), at_time(FRIDAY, "12:30")
    away = Absence(registrar_id=cleo.id, begins_at=begins, ends_at=ends, reason="training", made_by="staff:1")
    db.session.add(away)
    db.session.commit()
    assert whens(spare(world)) == [(3, 12), (4, 12)]
    cleo.left_on = FRIDAY
    db.session.commit()
    assert whens(spare(world)) == [(3, 12)]
    cleo.may_register_births = False
    db.session.commit()
    assert spare(world) == []


def test_nobody_is_asked_to_two_clusters_on_one_day(world):
    contract(world, "bo", 4, "HX5 0AB")
    theirs = [each for each in spare(world) if each.registrar == world.registrars["bo"]]
    assert whens(theirs) == [(4, 9), (4, 12)]
    theirs = [each for each in spare(world, "valley") if each.registrar == world.registrars["bo"]]
    assert (3, 12) in whens(theirs)


def test_who_lives_too_far_away_is_not_asked(world):
    contract(world, "cleo", 3, "HX1 5ET")
    near = spare(world)
    assert {each.minutes for each in near} == {30}, "fifteen kilometres at thirty an hour"
    db.session.get_one(Centre, world.centres["todmorden"]).northing += 40_000
    db.session.commit()
    assert spare(world) == []


def test_who_gave_no_home_comes_from_the_register_office(world):
    contract(world, "cleo", 3, None)
    from_office = {each.minutes for each in spare(world)}
    contract(world, "cleo", 3, "HX1 1UJ")
    assert {each.minutes for each in spare(world)} == from_office


def test_where_nothing_is_known_of_the_way_it_is_the_longest_allowed(world):
    for centre in db.session.query(Centre):
        centre.easting = centre.northing = centre.latitude = centre.longitude = None
        centre.kind = "library"
    contract(world, "cleo", 3, None)
    assert {each.minutes for each in spare(world)} == {60}


def test_a_room_that_somebody_sits_in_is_not_offered(world):
    for number, who in enumerate(("ann", "bo", "dev")):
        world.session("todmorden", who, FRIDAY, "9:00", "12:00", room=number)
    db.session.commit()
    assert whens(spare(world)) == [(3, 12), (4, 12)]


def test_a_centre_that_is_closed_or_takes_no_part_is_not_offered(world):
    decide(world, FRIDAY, is_open=False, place="todmorden", reason="Repairs")
    assert whens(spare(world)) == [(3, 12)]
    db.session.get_one(Centre, world.centres["todmorden"]).participating_to = date(2026, 11, 25)
    db.session.commit()
    assert spare(world) == []
