"""A plan's instance from the database: people, rooms, families, what must stay, and the rota as it stands."""

from datetime import timedelta

import pytest

from registration.balancing.building import Expected, build, expected
from registration.balancing.rules.half_days import sessions_of
from registration.balancing.rules.rota import WEEKS_BEFORE, Assignment
from registration.centres.models import Centre, Cluster
from registration.common.db import db
from registration.rota.models import Absence, Registrar
from registration.rota.queries.planning import basis
from registration.rota.rules.planning import expand
from tests.balancing.council import CHRISTMAS, FIRST, TODAY, WEEKS
from tests.booking.appointments import booked
from tests.booking.world import at_time
from tests.rota.plans import decide, draft, half, otherwise, publish, works


def none(_first, weeks, _today):
    return Expected({}, (0.0, 0.5, 1.0), {})


def built(weeks=WEEKS, expecting=none, first=FIRST):
    return build(first, weeks, TODAY, expecting)


def available(made, world, who):
    one = made.instance.registrar.get(world.registrars[who])
    return [] if one is None else [half for half, there in enumerate(one.available) if there]


def day(number):
    return FIRST + timedelta(days=number)


def away(world, who, begins, ends):
    db.session.add(
        Absence(
            registrar_id=world.registrars[who],
            begins_at=begins,
            ends_at=ends,
            reason="sickness",
            made_by="staff:1",
        )
    )
    db.session.flush()


# ---- people


def test_people_are_available_when_their_patterns_say_on_working_days(world):
    made = built(weeks=1)
    assert {who: available(made, world, who) for who in world.registrars} == {
        "ann": [0, 2, 3],
        "bo": [4, 5],
        "cleo": [6],
        "dev": [6, 8],
    }


def test_absences_exceptions_and_leaving_take_half_days_away(world):
    away(world, "ann", at_time(day(0), "8:00"), at_time(day(0), "13:00"))
    away(world, "ann", at_time(day(1), "10:00"), at_time(day(1), "11:00"))
    otherwise(world, "cleo", day(3), reason="jury")
    otherwise(world, "bo", day(0), half(world, 1, place="sunshine"))
    db.session.get_one(Registrar, world.registrars["dev"]).left_on = day(4)
    made = built(weeks=1)
    assert available(made, world, "ann") == [2, 3]
    assert available(made, world, "bo") == [0, 4, 5]
    assert available(made, world, "cleo") == []
    assert available(made, world, "dev") == [6]


def test_whoever_may_register_no_births_is_left_out(world):
    db.session.get_one(Registrar, world.registrars["bo"]).may_register_births = False
    assert world.registrars["bo"] not in built().instance.registrar


def test_half_days_see_so_many_babies_as_their_minutes_hold(world):
    person = db.session.get_one(Registrar, world.registrars["bo"])
    assert built().instance.registrar[person.id].slots == 7
    person.minutes_per_baby = 60
    assert built().instance.registrar[person.id].slots == 3
    person.minutes_per_baby = 300
    assert built().instance.registrar[person.id].slots == 1


def test_a_contract_leaves_what_saturdays_do_not_take(world):
    people = {name: db.session.get_one(Registrar, number) for name, number in world.registrars.items()}
    people["cleo"].contracted_sessions, people["ann"].contracted_sessions = 3, 2
    instance = built().instance
    assert [instance.registrar[people[name].id].contract for name in ("ann", "bo", "cleo")] == [2, 10, 2]


def test_journeys_go_from_home_in_a_straight_line_at_the_speed_that_is_set(world, settings):
    ann, cleo = world.registrars["ann"], world.registrars["cleo"]
    valley, upper = (one.id for one in built().instance.clusters)
    near = built().instance
    assert near.registrar[cleo].reach[upper] < 3
    assert 25 < near.registrar[ann].reach[upper] < 40
    settings(speed_kmh=60)
    fast = built().instance
    assert fast.registrar[ann].reach[upper] == pytest.approx(near.registrar[ann].reach[upper] / 2, abs=1)
    settings(longest_journey_minutes=20)
    short = built().instance
    assert set(short.registrar[ann].reach) == {valley}
    assert short.registrar[ann].home == valley


def test_where_somebody_works_now_is_in_reach_however_far(world, settings):
    settings(longest_journey_minutes=5)
    made = built()
    assert set(made.instance.registrar[world.registrars["dev"]].reach) == {made.instance.clusters[0].id}


def test_whoever_has_no_home_postcode_sets_out_from_the_register_office(world):
    made = built()
    assert (
        "1 of 4 registrars have no home postcode: their journeys are reckoned from the register office." in made.notes
    )
    assert made.instance.registrar[world.registrars["dev"]].reach[made.instance.clusters[0].id] < 12


def test_a_place_that_nobody_knows_is_as_far_as_may_be(world, settings):
    office = db.session.get_one(Centre, world.centres["office"])
    office.easting = office.northing = office.latitude = office.longitude = None
    reach = built().instance.registrar[world.registrars["ann"]].reach
    assert max(reach.values()) == 60


# ---- places


def test_rooms_are_those_of_open_days(world):
    decide(world, day(1), is_open=False, place="elland", reason="storm")
    rooms = {one.id: one.rooms for one in built().instance.centres}
    elland = rooms[world.centres["elland"]]
    assert (elland[0], elland[2], elland[3]) == (3, 0, 0)
    friday = (CHRISTMAS - FIRST).days // 7 * 10 + 8
    assert all(each[friday : friday + 2] == (0, 0) for each in rooms.values())


def test_a_centre_takes_part_from_its_first_day_to_its_last(world):
    centre = db.session.get_one(Centre, world.centres["elland"])
    centre.participating_from, centre.participating_to = day(1), day(2)
    rooms = built().instance.centre[centre.id].rooms
    assert (rooms[0], rooms[2], rooms[4], rooms[6]) == (0, 3, 3, 0)
    centre.participating_from = centre.participating_to = day(-1)
    assert centre.id not in built().instance.centre


def test_clusters_stand_where_their_centres_are_or_nowhere(world):
    for name in ("todmorden",):
        centre = db.session.get_one(Centre, world.centres[name])
        centre.easting = centre.northing = None
    db.session.add(Cluster(name="Empty"))
    valley, upper = built().instance.clusters
    assert (round(valley.x), round(valley.y)) == (410, 424)
    assert (upper.x, upper.y) == (0.0, 0.0)


def test_what_is_expected_is_planned_for_with_a_reserve(world, settings):
    births = (10.0,) * (WEEKS + WEEKS_BEFORE)
    told = Expected({one.id: births for one in db.session.query(Cluster)}, (0.0, 1.0), {})
    settings(reserve_percent=20)
    made = built(expecting=lambda *_: told)
    assert {count for one in made.instance.clusters for count in one.births} == {12.0}
    assert made.instance.curve == (0.0, 1.0)


def test_births_are_expected_as_the_forecast_tells(world):
    publish(draft(FIRST - timedelta(weeks=1), FIRST + timedelta(weeks=2)))
    told = expected(FIRST, WEEKS, TODAY)
    assert {len(each) for each in told.births.values()} == {WEEKS + WEEKS_BEFORE}
    assert set(told.births) == {one.id for one in built().instance.clusters} == set(told.spread)
    assert told.curve[-1] == 1.0
    assert all(least <= most for least, most in told.spread.values())


def test_a_language_that_many_families_of_a_cluster_ask_for_must_be_brought_if_somebody_speaks_it(world, settings):
    past = TODAY - timedelta(days=12)
    born = (past - timedelta(days=5),)
    world.session("sunshine", "ann", past, "9:00", "16:00")
    for number, language in enumerate(
        ("pl", "pl", "pl", "so", "so", "so", "so", "en", "en", "und", "und", "und", "und")
    ):
        begins = at_time(past, "9:00") + timedelta(minutes=30 * number)
        booked(
            world.centres["sunshine"],
            begins,
            email=f"{number}@example.com",
            mobile=None,
            language=language,
            now=begins,
            births=born,
        )
    settings(language_percent=20)
    made = built()
    valley, upper = made.instance.clusters
    assert (valley.language, upper.language) == ("pl", None)
    assert "4 families of Calder Valley asked for Somali, which no registrar speaks." in made.notes
    settings(language_percent=32)
    assert {one.language for one in built().instance.clusters} == {None}


# ---- what stays


def test_a_registrar_stays_where_a_family_has_booked(world):
    publish(draft(FIRST, FIRST + timedelta(days=6)))
    assert built().instance.pins == frozenset()
    booked(world.centres["sunshine"], at_time(day(0), "9:30"))
    booked(world.centres["elland"], at_time(day(2), "12:00"), email="b@example.com", mobile=None)
    booked(world.centres["elland"], at_time(day(2), "12:30"), email="c@example.com", mobile=None)
    made = built()
    pins = {(world.registrars["ann"], 0, world.centres["sunshine"])} | {
        (world.registrars["bo"], half, world.centres["elland"]) for half in (4, 5)
    }
    assert made.instance.pins == {Assignment(*pin) for pin in pins}
    assert made.instance.centre[world.centres["elland"]].booked[4:6] == (1, 1)


def test_a_family_of_somebody_who_is_away_pins_nobody_and_is_told_of(world):
    publish(draft(FIRST, FIRST + timedelta(days=6)))
    booked(world.centres["sunshine"], at_time(day(0), "9:30"))
    away(world, "ann", at_time(day(0), "8:00"), at_time(day(0), "18:00"))
    made = built()
    assert made.instance.pins == frozenset()
    assert any(
        "Registrar Ann is away on Monday 7 December 2026, and families have booked" in note for note in made.notes
    )


def test_a_family_at_a_centre_that_takes_no_part_any_more_is_told_of(world):
    publish(draft(FIRST, FIRST + timedelta(days=6)))
    for clock, who in (("9:30", "a"), ("13:00", "b")):
        booked(world.centres["elland"], at_time(day(2), clock), email=f"{who}@example.com", mobile=None)
    db.session.get_one(Centre, world.centres["elland"]).participating_to = TODAY
    made = built()
    assert made.instance.pins == frozenset()
    told = (
        "Families have booked at Elland Children’s Centre on Wednesday 9 December 2026, which takes no part then: move"
    )
    assert [each[: len(told)] for each in made.notes if each.startswith("Families")] == [told]


def test_the_register_office_keeps_the_sessions_it_has_unless_the_settings_say_otherwise(world, settings):
    office = world.centres["office"]
    assert [half for half, kept in enumerate(built(weeks=1).instance.centre[office].booked) if kept] == [6, 8]
    settings(office_keeps_sessions=False)
    assert set(built().instance.centre[office].booked) == {0}


def test_people_are_kept_at_the_office_for_other_duties_on_working_days(world, settings):
    settings(office_staff=2, office_registrars=1)
    office = built().instance.office
    assert (office[0].least, office[0].least_registrars) == (2, 1)
    friday = (CHRISTMAS - FIRST).days // 7 * 10 + 8
    assert {(need.least, need.least_registrars) for need in office[friday:]} == {(0, 0)}


def test_an_extra_session_stays_with_its_registrar_and_its_room(world):
    extra = world.session("elland", "ann", day(0), "9:00", "12:00")
    extra.kind, extra.reason = "extra", "twins from afar"
    db.session.flush()
    made = built(weeks=1)
    assert available(made, world, "ann") == [2, 3]
    assert made.instance.centre[world.centres["elland"]].rooms[:2] == (2, 3)


def test_saturdays_and_evenings_are_kept_as_they_are(world):
    works(world, "dev", half(world, 1, "17:30", "19:30", place="office"), first=FIRST + timedelta(weeks=1))
    made = built(weeks=2)
    assert [each.begins for each in made.kept] == [
        at_time(day(5), "10:00"),
        at_time(day(7), "17:30"),
        at_time(day(12), "10:00"),
    ]
    assert any(each.startswith("3 sessions on evenings and Saturdays stay as they are") for each in made.notes)
    assert not any("evenings" in each for each in built(weeks=1, first=FIRST - timedelta(weeks=60)).notes)


def test_in_weeks_in_which_everybody_near_is_booked_elsewhere_a_centre_stays_closed(world, settings):
    settings(presence_weeks=1, longest_journey_minutes=10)
    otherwise(world, "cleo", day(3), half(world, 4, place="sunshine"))
    publish(draft(FIRST, FIRST + timedelta(days=6)))
    todmorden = world.centres["todmorden"]
    assert any(built(weeks=2).instance.centre[todmorden].rooms[:10])
    booked(world.centres["sunshine"], at_time(day(3), "9:30"))
    made = built(weeks=2)
    assert not any(made.instance.centre[todmorden].rooms[:10])
    assert any(made.instance.centre[todmorden].rooms[10:])
    told = "Todmorden Children’s Centre stays closed in the weeks from Monday 7 December 2026"
    assert [each for each in made.notes if each.startswith(told)]


# ---- the rota as it stands


def test_the_rota_as_it_stands_is_the_published_one_and_later_what_patterns_give(world):
    publish(draft(FIRST, FIRST + timedelta(days=6)))
    works(world, "ann", half(world, 5, place="sunshine"), first=FIRST + timedelta(days=1))
    made = built(weeks=2)
    ann = world.registrars["ann"]
    places = made.today.places()
    assert [half for one, half in sorted(places) if one == ann] == [0, 2, 3, 18]


def test_the_rota_as_it_stands_gives_its_own_sessions_again(world):
    made = built()
    again = [*sessions_of(made.today, made.calendar, made.times), *made.kept]
    standing, _ = expand(FIRST, made.calendar.last, basis(FIRST, made.calendar.last))

    def told(sessions):
        return sorted((each.begins, each.ends, each.registrar, each.centre) for each in sessions)

    assert told(again) == told(standing)


def test_a_session_at_a_centre_that_takes_no_part_counts_for_nothing(world):
    db.session.get_one(Centre, world.centres["elland"]).participating_to = TODAY
    assert world.centres["elland"] not in built().today.places().values()
