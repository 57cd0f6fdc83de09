"""Centre workers at the register office: put on the rota by a manager, and what they see of its day list."""

from datetime import time, timedelta

import pytest
from bs4 import BeautifulSoup

from registration.rota.actions.turns import NoSuchTurn, ThereAlready, give_turn, take_turn_back
from registration.rota.rules.days import OpenDays, Otherwise
from registration.rota.rules.turns import Turning, day_refused, times_refused
from registration.staff.turns import turns
from tests.booking.appointments import booked
from tests.booking.world import BORN, MONDAY, TODAY, TUESDAY, WEDNESDAY, at_time
from tests.staff.people import new_person, page, sent, sign_in_as


@pytest.fixture
def rosie(database, world):
    return new_person("centre_worker", email="rosie@council.gov.uk", centres=[world.centres["sunshine"]])


def turning(world, person, day=TUESDAY, begins=time(9), ends=time(13), place="office"):
    return Turning(person.id, world.centres[place], day, begins, ends)


@pytest.mark.parametrize(
    ("begins", "half"),
    [
        (time(9), "morning"),
        (time(11, 59), "morning"),
        (time(12), "afternoon"),
        (time(16, 59), "afternoon"),
        (time(17), "evening"),
    ],
)
def test_a_turn_belongs_to_the_half_day_it_begins_in(begins, half):
    assert Turning(1, 2, TUESDAY, begins, time(19)).half == half


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (TODAY - timedelta(days=1), "Enter today or a day to come"),
        (TODAY + timedelta(days=366), "Enter a day within a year from today"),
        (TODAY + timedelta(days=7), "Nobody registers births on a Sunday. Enter another day"),
        (TODAY + timedelta(days=14), ""),
        (TODAY + timedelta(days=21), "Nobody registers births on a Sunday. Enter another day"),
        (TUESDAY, "It is closed on this day: a holiday. Enter another day"),
        (WEDNESDAY, ""),
    ],
)
def test_a_turn_is_on_a_day_within_a_year_on_which_the_place_is_open(day, sentence):
    decided = {
        (1, TODAY + timedelta(days=14)): Otherwise(open=True, reason=""),
        (1, TODAY + timedelta(days=21)): Otherwise(open=False, reason="works"),
    }
    assert day_refused(1, day, TODAY, OpenDays({TUESDAY: "a holiday"}, decided)) == sentence


@pytest.mark.parametrize(
    ("begins", "ends", "sentence"),
    [
        (time(9), time(9), "It must end after it begins"),
        (time(6, 59), time(9), "Enter times from 7am to 9pm"),
        (time(17), time(21, 1), "Enter times from 7am to 9pm"),
        (time(9), time(14, 1), "A half-day is 5 hours at most"),
        (time(9), time(9, 14), "A half-day is 15 minutes at the least"),
        (time(9), time(9, 15), ""),
        (time(9), time(14), ""),
        (time(7), time(9), ""),
        (time(17), time(21), ""),
    ],
)
def test_a_turn_is_a_half_day_at_most(begins, ends, sentence):
    assert times_refused(begins, ends) == sentence


def test_nobody_is_in_two_places_at_once(database, world, rosie):
    give_turn(turning(world, rosie), "staff:1")
    for clash in (
        turning(world, rosie, place="elland"),
        turning(world, rosie, begins=time(12, 30), ends=time(16)),
        turning(world, rosie, begins=time(8), ends=time(9)),
    ):
        with pytest.raises(ThereAlready):
            give_turn(clash, "staff:1")
    later = give_turn(turning(world, rosie, begins=time(13), ends=time(16)), "staff:1")
    assert [(turn.begins, turn.name, turn.own_centres) for turn in turns(TODAY)] == [
        (time(9), rosie.name, {world.centres["sunshine"]}),
        (time(13), rosie.name, {world.centres["sunshine"]}),
    ]
    take_turn_back(later, "staff:1")
    with pytest.raises(NoSuchTurn):
        take_turn_back(later, "staff:1")
    assert turns(WEDNESDAY) == []
    assert turns(TUESDAY, TUESDAY, world.centres["elland"]) == []


def test_a_manager_puts_a_worker_on_the_rota_and_takes_them_off(manager, database, world, rosie):
    assert "Nobody is on the rota for this" in page(manager.get("/rota/sign-ups"))
    values = {
        "worker": rosie.id,
        "centre": world.centres["office"],
        "day": "2026-11-24",
        "begins": "9:00",
        "ends": "13:00",
    }
    sent(manager.post("/rota/sign-ups", data=values), "/rota/sign-ups")
    listed = page(manager.get("/rota/sign-ups"))
    assert f"Tuesday 24 November 2026 9am to 1pm {rosie.name} Halifax Register Office" in listed
    assert "is on the rota then already" in page(manager.post("/rota/sign-ups", data=values), 409)
    number = turns(TODAY)[0].id
    sent(manager.post(f"/rota/sign-ups/{number}/remove"), "/rota/sign-ups")
    assert "It is not on the rota any more." in page(manager.post(f"/rota/sign-ups/{number}/remove"), 409)
    for wrong, sentence in (
        ({"day": "2026-11-21"}, "Enter today or a day to come"),
        ({"day": "2036-11-24"}, "Enter a day within a year from today"),
        ({"day": "2026-11-29"}, "Nobody registers births on a Sunday. Enter another day"),
        ({"day": "2026-12-25"}, "It is closed on this day: Christmas Day. Enter another day"),
        ({"ends": "9:00"}, "It must end after it begins"),
        ({"begins": "0:00", "ends": "23:59"}, "Enter times from 7am to 9pm"),
        ({"begins": "0:00", "ends": "4:00"}, "Enter times from 7am to 9pm"),
        ({"worker": "0"}, "Choose one of those offered"),
        ({"centre": ""}, "Choose where"),
        ({"centre": "elsewhere"}, "Choose one of those offered"),
    ):
        refused = page(manager.post("/rota/sign-ups", data=values | wrong), 422)
        assert sentence in refused.partition("There is a problem")[2]
    assert turns(TODAY) == []


# ---- the day list of the office


@pytest.fixture
def office(world, database):
    """An office with a session all day: a family at ten, and one at two."""
    world.session("office", "dev", TUESDAY, "9:00", "16:00")
    database.commit()
    early = booked(world.centres["office"], at_time(TUESDAY, "10:00"), name="Early Family")
    late = booked(
        world.centres["office"],
        at_time(TUESDAY, "14:00"),
        name="Late Family",
        email="late@example.org",
        mobile=None,
        births=(BORN - timedelta(days=1),),
    )
    return early, late


def list_of(world, day=TUESDAY, place="office"):
    return f"/day/{world.centres[place]}/{day}"


@pytest.fixture
def signed_in(client, world, office, database):
    me = sign_in_as(client, "centre_worker", email="rosie@council.gov.uk", centres=[world.centres["sunshine"]])
    return client, me


def test_without_a_turn_the_office_is_closed_to_a_worker_of_a_centre(signed_in, world):
    client, _ = signed_in
    assert client.get(list_of(world)).status_code == 403


def test_with_a_turn_a_worker_sees_the_families_of_that_half_day_and_no_more(signed_in, world, database):
    client, me = signed_in
    give_turn(turning(world, me), "staff:1")
    database.commit()
    shown = page(client.get(list_of(world)))
    assert "Early Family" in shown
    assert "Late Family" not in shown
    assert "07700" not in shown.replace(" ", "")
    assert "Who must come" not in shown
    assert f"{me.name} from Sunshine Children’s Centre is here for sign-ups, 9am to 1pm." in shown
    assert client.get(list_of(world, WEDNESDAY)).status_code == 403
    assert client.get(list_of(world, MONDAY)).status_code == 403
    assert client.get(list_of(world, place="elland")).status_code == 403
    assert "Halifax Register Office" in page(client.get(f"/day/{TUESDAY}"))
    assert "Halifax Register Office" not in page(client.get(f"/day/{WEDNESDAY}"))
    links = {link["href"] for link in BeautifulSoup(client.get(list_of(world)).text, "html.parser").select("nav a")}
    assert f"/day/{TUESDAY}" in links
    assert not links & {list_of(world, day=day) for day in (MONDAY, WEDNESDAY, TODAY)}
    assert client.get(f"/day/?on={TUESDAY}").headers["Location"] == f"/day/{TUESDAY}"


def test_when_the_day_is_over_the_list_is_closed_again(signed_in, world, database, at):
    client, me = signed_in
    give_turn(turning(world, me), "staff:1")
    database.commit()
    at("2026-11-24T15:00")
    assert client.get(list_of(world)).status_code == 200
    at("2026-11-25T00:01")
    from tests.test_access import become

    become(client, me)
    assert client.get(list_of(world)).status_code == 403


def test_who_sees_the_whole_day_goes_on_seeing_it_and_reads_who_is_there(client, world, office, rosie, database):
    give_turn(turning(world, rosie), "staff:1")
    sign_in_as(client, "registrar")
    shown = page(client.get(list_of(world)))
    assert "Early Family" in shown
    assert "Late Family" in shown
    assert "is here for sign-ups, 9am to 1pm." in shown
