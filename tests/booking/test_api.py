"""The JSON API as an outside program meets it: every call, every promise and every refusal."""

import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from registration.booking.actions import changes
from registration.booking.actions.holds import hold as keep_time
from registration.booking.queries import appointment_by_link
from registration.booking.rules.requests import HoldRequest
from registration.centres.models import Centre
from registration.common.authority import current_authority
from registration.common.clock import LONDON
from registration.common.db import db
from registration.common.links import digest
from registration.families.tell_once.actions import keep_service
from registration.families.tell_once.rules import TELLING_WORDING, Kind, ServiceSaid, Way
from tests.booking.calling import Caller, family, fields_of, problem_of, rows
from tests.booking.world import (
    BORN,
    FRIDAY,
    LAST_LAWFUL,
    MONDAY,
    NOW,
    THURSDAY,
    TODAY,
    TUESDAY,
    WEDNESDAY,
    at_time,
    make_world,
)

DAY = timedelta(days=1)


@pytest.fixture
def api(app, client, at):
    at(NOW)
    return Caller(app, client)


@pytest.fixture
def world(database):
    made = make_world()
    made.session("sunshine", "ann", TUESDAY, "9:30", "11:00")
    made.session("elland", "bo", MONDAY, "13:00", "14:00")
    made.session("office", "dev", THURSDAY, "9:00", "10:00")
    db.session.commit()
    return made


@pytest.fixture
def sunshine(world):
    return world.centres["sunshine"]


@pytest.fixture
def council(app, monkeypatch):
    """Set what the council may set: council(notice_minutes=0)."""

    def change(**settings):
        with app.app_context():
            monkeypatch.setitem(app.config, "AUTHORITY", replace(current_authority(), **settings))

    return change


def tuesday(clock):
    return at_time(TUESDAY, clock).isoformat()


def run_out(where="kind = 'hold'"):
    """Let holds end a second ago."""
    db.session.execute(text(f"UPDATE occupancy SET until = clock_timestamp() - interval '1 second' WHERE {where}"))  # noqa: S608
    db.session.commit()


# ---- the 42 days


@pytest.mark.parametrize(
    ("on", "day_number", "left", "status"),
    [
        ("2026-10-11", 0, 42, "IN_TIME"),
        ("2026-11-22", 42, 0, "IN_TIME"),
        ("2026-11-23", 43, -1, "LATE"),
        ("2027-10-11", 365, -323, "LATE"),
        ("2027-10-12", 366, -324, "RG_AUTHORITY"),
    ],
)
def test_the_deadline_of_a_birth_on_a_day(api, on, day_number, left, status):
    answer = api.get("deadline", born="2026-10-11", on=on)

    assert answer.status_code == 200
    assert answer.json == {
        "born": "2026-10-11",
        "on": on,
        "day_number": day_number,
        "last_lawful_day": "2026-11-22",
        "first_late_day": "2026-11-23",
        "registrar_general_authority_from": "2027-10-12",
        "days_left": left,
        "legal_status": status,
    }


def test_the_day_counted_on_is_the_day_of_the_clock_in_england(api, at):
    assert api.get("deadline", born="2026-10-11").json["on"] == "2026-11-22"
    at("2026-06-30T23:30+00:00")  # half past midnight in England's summer
    assert api.get("deadline", born="2026-06-30").json["on"] == "2026-07-01"


def test_the_earliest_of_several_babies_governs(api):
    answer = api.get("deadline", born=["2026-10-12", "2026-10-11"])
    assert (answer.json["born"], answer.json["last_lawful_day"]) == ("2026-10-11", "2026-11-22")


def test_a_leap_day_ends_its_twelve_months_with_february(api):
    answer = api.get("deadline", born="2024-02-29", on="2025-02-28")
    assert answer.json["registrar_general_authority_from"] == "2025-03-01"
    assert answer.json["legal_status"] == "LATE"


def test_a_birth_on_the_very_day_is_born_and_one_after_it_is_not(api):
    assert api.get("deadline", born="2026-11-22", on="2026-11-22").status_code == 200
    for born in ("2026-11-23", ["2026-11-20", "2026-11-23"]):
        refused = api.get("deadline", born=born, on="2026-11-22")
        assert (problem_of(refused), refused.status_code, fields_of(refused)) == ("invalid-request", 422, ["born"])


@pytest.mark.parametrize(
    "born",
    [
        "2026-02-30",
        "2025-02-29",
        "20261011",
        "1700000000",
        "",
        " 2026-10-11",
        "2026-10-11T00:00",
        "11/10/2026",
        "２０２６-10-11",
        "2026-13-01",
        "2026-00-10",
        "0000-01-01",
        "9999-12-31",
        "today",
        "-001-01-01",
        "2026-10-11\x00",
        "2026-1-1",
    ],
)
def test_what_is_no_real_date_is_refused_by_its_name(api, born):
    refused = api.get("deadline", born=born)
    assert (problem_of(refused), refused.status_code) == ("invalid-request", 422)
    assert fields_of(refused) == ["born.0"]
    assert fields_of(api.get("deadline", born="2026-10-11", on=born)) == ["on"]


def test_a_missing_date_of_birth_and_too_many_are_refused(api):
    assert fields_of(api.get("deadline")) == ["born"]
    assert api.get("deadline", born=["2026-10-11"] * 6).status_code == 200
    assert fields_of(api.get("deadline", born=["2026-10-11"] * 7)) == ["born"]


# ---- centres


def test_every_centre_that_takes_part_is_listed_by_name_without_a_postcode(api, world):
    db.session.get(Centre, world.centres["todmorden"]).participating_to = TODAY - DAY
    db.session.commit()
    listed = api.get("centres").json
    assert [each["name"] for each in listed] == [
        "Elland Children’s Centre",
        "Halifax Register Office",
        "Sunshine Children’s Centre",
    ]
    assert {each["distance_km"] for each in listed} == {None}
    assert listed[2] == {
        "id": world.centres["sunshine"],
        "name": "Sunshine Children’s Centre",
        "kind": "best_start_family_hub",
        "cluster": "Calder Valley",
        "address": "14 Gibbet Street, Halifax",
        "postcode": "HX1 5ET",
        "latitude": 53.72183,
        "longitude": -1.87059,
        "distance_km": None,
    }


@pytest.mark.parametrize("postcode", ["HX1 1UJ", "hx11uj", " HX1  1uj "])
def test_centres_come_nearest_first_however_the_postcode_is_written(api, world, postcode):
    listed = api.get("centres", postcode=postcode).json
    assert [each["id"] for each in listed] == [world.centres[n] for n in ("office", "sunshine", "elland", "todmorden")]
    assert listed[0]["distance_km"] < 0.2
    assert 0.5 < listed[1]["distance_km"] < 1.0
    assert 4 < listed[2]["distance_km"] < 6


def test_a_postcode_outside_the_authority_is_answered_by_distance(api, world):
    listed = api.get("centres", postcode="SW1A 1AA").json
    assert [each["id"] for each in listed] == [world.centres[n] for n in ("elland", "office", "sunshine", "todmorden")]
    assert all(260 < each["distance_km"] < 300 for each in listed)


@pytest.mark.parametrize(
    "postcode", ["ZZ99 9ZZ", "HX1", "", "HX1 1AA HX1 1AA", "’; DROP TABLE centre; --", "1" * 5000, "ß"]
)
@pytest.mark.parametrize("call", ["centres", "availability"])
def test_an_unknown_postcode_is_refused(api, world, postcode, call):
    refused = api.get(call, postcode=postcode, born=BORN)
    assert (problem_of(refused), refused.status_code, fields_of(refused)) == ("unknown-postcode", 422, ["postcode"])


# ---- free times


def test_free_times_are_listed_by_centre_and_day_the_nearest_centre_first(api, world):
    answer = api.get("availability", born=BORN, postcode="HX1 1UJ")
    centres = answer.json["centres"]
    assert answer.json["last_lawful_day"] == str(LAST_LAWFUL)
    assert [each["name"].split()[0] for each in centres] == ["Halifax", "Sunshine", "Elland", "Todmorden"]
    assert centres[1]["days"] == [
        {"date": str(TUESDAY), "in_time": True, "starts": [tuesday("9:30"), tuesday("10:00"), tuesday("10:30")]}
    ]
    assert centres[1]["days"][0]["starts"][0] == "2026-11-24T09:30:00+00:00"
    assert centres[3]["days"] == []


def test_twins_of_one_day_are_two_births_and_need_twice_as_long(api, sunshine):
    assert api.free(centre=sunshine)[sunshine] == [tuesday(c) for c in ("9:30", "10:00", "10:30")]
    assert api.free(centre=sunshine, born=[BORN, BORN])[sunshine] == [tuesday("9:30"), tuesday("10:00")]
    assert api.free(centre=sunshine, born=[BORN] * 3)[sunshine] == [tuesday("9:30")]
    assert api.free(centre=sunshine, born=[BORN] * 4)[sunshine] == []


def test_an_interpreter_takes_longer(api, sunshine):
    assert api.free(centre=sunshine, interpreter="true")[sunshine] == [tuesday("9:30"), tuesday("10:00")]
    assert api.free(centre=sunshine, interpreter="false")[sunshine][2:] == [tuesday("10:30")]


def test_one_centre_may_be_asked_for_alone(api, world):
    elland = world.centres["elland"]
    assert api.free(centre=elland) == {elland: [at_time(MONDAY, clock).isoformat() for clock in ("13:00", "13:30")]}
    assert fields_of(api.get("availability", born=BORN, centre=elland + 1000)) == ["centre"]


def test_with_places_each_start_says_how_many_families_it_takes(api, world, sunshine):
    world.session("sunshine", "cleo", TUESDAY, "10:00", "11:00", room=1)
    db.session.commit()

    def listed():
        answer = api.get("availability", born=BORN, centre=sunshine, places="true").json
        return {start["start"]: start["places"] for start in answer["centres"][0]["days"][0]["starts"]}

    assert listed() == {tuesday("9:30"): 1, tuesday("10:00"): 2, tuesday("10:30"): 2}
    api.booked(sunshine, tuesday("10:00"))
    assert listed() == {tuesday("9:30"): 1, tuesday("10:00"): 1, tuesday("10:30"): 2}


def test_forty_two_days_are_given_from_today_unless_others_are_asked_for(api, world, sunshine):
    for days in (41, 42, 43):
        world.session("sunshine", "ann", TODAY + days * DAY, "9:00", "9:30")
    db.session.commit()

    def listed(**query):
        days = api.get("availability", born=BORN, centre=sunshine, **query).json["centres"][0]["days"]
        return [date.fromisoformat(day["date"]) - TODAY for day in days]

    assert listed() == [2 * DAY, 41 * DAY]
    assert listed(from_=TODAY + 2 * DAY) == [2 * DAY, 41 * DAY, 42 * DAY, 43 * DAY]
    assert listed(from_=TODAY + 3 * DAY, to=TODAY + 42 * DAY) == [41 * DAY, 42 * DAY]
    assert listed(to=TODAY + 2 * DAY) == [2 * DAY]
    assert listed(from_=TODAY - 5 * DAY, to=TODAY + 36 * DAY) == [2 * DAY]
    assert listed(from_="1999-01-01") == []
    assert listed(from_="0002-01-01") == []
    assert listed(from_="9990-12-31") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from_": "2026-11-22", "to": "2027-01-03"}, "to"),
        ({"to": "2026-11-21"}, "to"),
        ({"from_": "2026-11-24", "to": "2026-11-23"}, "to"),
        ({"from_": "2026-02-30"}, "from"),
        ({"to": "x"}, "to"),
        ({"interpreter": "perhaps"}, "interpreter"),
        ({"interpreter": ""}, "interpreter"),
        ({"places": "2"}, "places"),
        ({"centre": "one"}, "centre"),
        ({"centre": "0"}, "centre"),
        ({"centre": "-1"}, "centre"),
        ({"centre": "1.5"}, "centre"),
        ({"centre": "99999999999999999999"}, "centre"),
        ({"born": "2026-11-23"}, "born"),
        ({"born": []}, "born"),
        ({"born": [BORN] * 7}, "born"),
        ({"postcode": "HX1\x001AA"}, "postcode"),
    ],
)
def test_a_question_that_cannot_be_read_is_refused_by_the_name_of_what_is_wrong(api, world, query, field):
    refused = api.get("availability", **({"born": BORN} | query))
    assert (problem_of(refused), refused.status_code, fields_of(refused)) == ("invalid-request", 422, [field])


def test_days_after_the_forty_two_are_marked_late(api, world, sunshine):
    world.session("sunshine", "ann", LAST_LAWFUL, "9:00", "9:30")
    world.session("sunshine", "ann", LAST_LAWFUL + DAY, "9:00", "9:30")
    db.session.commit()
    answer = api.get("availability", born=BORN, centre=sunshine).json
    assert [day["in_time"] for day in answer["centres"][0]["days"]] == [True, True, False]


def test_a_late_birth_is_given_times_and_may_book_them(api, sunshine):
    late = TODAY - 60 * DAY
    answer = api.get("availability", born=late, centre=sunshine).json
    assert answer["last_lawful_day"] == str(late + 42 * DAY)
    assert [day["in_time"] for day in answer["centres"][0]["days"]] == [False]
    held = api.hold(sunshine, tuesday("9:30"), born=[late])
    made = api.book(held.json["hold"])
    assert (made.status_code, made.json["in_time"]) == (201, False)


def test_no_time_lies_beyond_twelve_months_of_the_birth(api, world, sunshine):
    year = date(2025, 11, 24)  # its twelve months end with Tuesday
    assert api.free(born=year, centre=sunshine)[sunshine] == [tuesday(c) for c in ("9:30", "10:00", "10:30")]
    assert api.hold(sunshine, tuesday("9:30"), born=[year]).status_code == 201
    for born in (year - DAY, year - 400 * DAY):
        assert api.free(born=born, centre=sunshine) == {sunshine: []}
        refused = api.hold(sunshine, tuesday("10:00"), born=[BORN, born])
        assert (problem_of(refused), refused.status_code) == ("registrar-general", 422)


def test_a_time_that_is_held_is_offered_to_nobody_else_until_the_hold_runs_out(api, sunshine):
    assert api.hold(sunshine, tuesday("10:00")).status_code == 201
    assert api.free(centre=sunshine)[sunshine] == [tuesday("9:30"), tuesday("10:30")]
    run_out()
    assert api.free(centre=sunshine)[sunshine] == [tuesday("9:30"), tuesday("10:00"), tuesday("10:30")]


def test_the_desks_minutes_are_hidden_until_a_family_has_few_days_left(api, world):
    office = world.centres["office"]
    world.session("office", "ann", FRIDAY, "9:00", "12:00", kept=30)
    db.session.commit()
    last = at_time(FRIDAY, "11:30").isoformat()

    assert last not in api.free(centre=office)[office]
    refused = api.hold(office, last)
    assert (problem_of(refused), refused.status_code) == ("not-offered", 409)
    pressed = TODAY - 35 * DAY  # seven days left
    assert last not in api.free(centre=office, born=pressed + DAY)[office]
    assert api.free(centre=office, born=pressed)[office][-1] == last
    assert api.hold(office, last, born=[pressed]).status_code == 201


def friday_at_the_office(api, world, born):
    """Give the free starts of the office's Friday, by the clock on the wall."""
    office = world.centres["office"]
    found = api.free(centre=office, born=born).get(office, [])
    return [start[11:16] for start in found if start.startswith(FRIDAY.isoformat())]


@pytest.mark.parametrize(
    ("left", "last"),
    [(42, "10:30"), (11, "10:30"), (10, "11:00"), (8, "11:00"), (7, "11:30"), (0, "11:30")],
)
def test_protected_places_open_by_the_days_left_and_a_hold_agrees(api, world, left, last):
    office, born = world.centres["office"], TODAY - (42 - left) * DAY
    world.session("office", "ann", FRIDAY, "9:00", "12:00", kept=30).protected_minutes = 30
    db.session.commit()
    offered = friday_at_the_office(api, world, born)

    assert offered[-1] == last
    for clock in ("10:30", "11:00", "11:30"):
        asked = api.hold(office, at_time(FRIDAY, clock).isoformat(), born=[born])
        assert asked.status_code == (201 if clock in offered else 409), clock


@pytest.mark.parametrize(("opens", "last"), [(4, "10:30"), (5, "11:00")])
def test_protected_places_open_to_everybody_so_many_days_before(api, world, council, opens, last):
    council(protected_opens_days=opens)
    world.session("office", "ann", FRIDAY, "9:00", "12:00", kept=30).protected_minutes = 30
    db.session.commit()

    assert friday_at_the_office(api, world, BORN)[-1] == last


def test_what_is_protected_and_what_is_released_shows_at_once(api, world):
    session = world.session("office", "ann", FRIDAY, "9:00", "12:00")
    for minutes, last in ((0, "11:30"), (60, "10:30"), (0, "11:30")):
        session.protected_minutes = minutes
        db.session.commit()
        assert friday_at_the_office(api, world, BORN)[-1] == last


def test_no_time_sooner_than_the_councils_notice_is_offered_or_held(api, at, sunshine):
    at("2026-11-24T08:59:30")
    assert api.free(centre=sunshine)[sunshine] == [tuesday("10:00"), tuesday("10:30")]
    refused = api.hold(sunshine, tuesday("9:30"))
    assert problem_of(refused) == "not-offered"
    assert {each["start"] for each in refused.json["alternatives"]} >= {tuesday("10:00"), tuesday("10:30")}
    assert api.hold(sunshine, tuesday("10:00")).status_code == 201


def test_the_notice_counts_to_the_second(api, at, sunshine):
    at("2026-11-24T08:30:00")
    assert api.free(centre=sunshine)[sunshine][0] == tuesday("9:30")
    at("2026-11-24T08:30:01")
    assert api.free(centre=sunshine)[sunshine][0] == tuesday("10:00")
    assert problem_of(api.hold(sunshine, tuesday("9:30"))) == "not-offered"


def test_the_clock_moves_what_is_offered_and_never_how_long_a_hold_lasts(api, at, sunshine):
    held = api.hold(sunshine, tuesday("10:00")).json
    lasts = datetime.fromisoformat(held["expires_at"]) - datetime.now(LONDON)
    assert timedelta(minutes=9) < lasts <= timedelta(minutes=10)
    at("2026-11-24T08:00")
    assert api.free(centre=sunshine)[sunshine] == [tuesday("9:30"), tuesday("10:30")]
    assert api.book(held["hold"]).status_code == 201
    at("2026-11-25T00:00")
    assert api.free(centre=sunshine)[sunshine] == []


def test_times_over_a_clock_change_carry_englands_own_offset(api, world, at, sunshine):
    world.session("sunshine", "ann", date(2027, 3, 27), "9:00", "9:30")
    world.session("sunshine", "ann", date(2027, 3, 28), "9:00", "9:30")
    db.session.commit()
    at("2027-03-20T09:00")
    assert api.free(centre=sunshine, born="2027-03-19")[sunshine] == [
        "2027-03-27T09:00:00+00:00",
        "2027-03-28T09:00:00+01:00",
    ]
    assert api.hold(sunshine, "2027-03-28T08:00:00Z", born=["2027-03-19"]).json["start"] == "2027-03-28T09:00:00+01:00"


# ---- holds


def test_a_hold_names_its_time_and_until_when_it_is_kept(api, sunshine):
    held = api.hold(sunshine, tuesday("9:30"))
    assert held.status_code == 201
    assert (held.json["centre"], held.json["start"], held.json["end"]) == (sunshine, tuesday("9:30"), tuesday("10:00"))
    assert api.hold(sunshine, tuesday("10:00"), born=[BORN, BORN]).json["end"] == tuesday("11:00")


def test_a_hold_is_kept_as_a_digest_only(api, sunshine):
    token = api.hold(sunshine, tuesday("9:30")).json["hold"]
    row = db.session.execute(text("SELECT occupancy::text AS row, hold_digest FROM occupancy")).one()
    assert token.partition(".")[0] not in row.row
    assert row.hold_digest == digest(token)


def test_a_whole_number_may_be_written_as_json_allows(api, sunshine):
    assert api.hold(float(sunshine), tuesday("9:30")).json["centre"] == sunshine


def test_a_start_may_be_written_with_any_offset(api, sunshine):
    for start in (
        "2026-11-24T09:30:00Z",
        "2026-11-24T10:30:00+01:00",
        "2026-11-24 09:30+00:00",
        "2026-11-24T09:30:00.000Z",
    ):
        held = api.hold(sunshine, start)
        assert held.json["start"] == tuesday("9:30"), start
        run_out()


def test_a_time_that_is_gone_is_refused_with_others_of_three_kinds(api, world, sunshine):
    world.session("sunshine", "ann", WEDNESDAY, "9:00", "12:00")
    db.session.commit()
    api.hold(sunshine, tuesday("10:00"))
    before = rows()

    refused = api.hold(sunshine, tuesday("10:00"))

    assert (problem_of(refused), refused.status_code) == ("slot-taken", 409)
    others = [(each["kind"], each["centre"], each["start"]) for each in refused.json["alternatives"]]
    assert others == [
        ("same_day", sunshine, tuesday("9:30")),
        ("same_day", sunshine, tuesday("10:30")),
        *(("same_centre", sunshine, at_time(WEDNESDAY, clock).isoformat()) for clock in ("9:00", "9:30", "10:00")),
        ("other_centre", world.centres["office"], at_time(THURSDAY, "9:00").isoformat()),
        ("other_centre", world.centres["elland"], at_time(MONDAY, "13:00").isoformat()),
        ("other_centre", world.centres["office"], at_time(THURSDAY, "9:30").isoformat()),
    ]
    assert rows() == before
    for _, centre, start in others:
        assert api.hold(centre, start).status_code in {201, 409}


@pytest.mark.parametrize("start", ["9:45", "8:30", "11:00", "10:31"])
def test_a_time_no_session_offers_is_refused_as_not_offered(api, sunshine, start):
    refused = api.hold(sunshine, tuesday(start))
    assert (problem_of(refused), refused.status_code) == ("not-offered", 409)
    assert refused.json["alternatives"]


def test_the_first_session_at_a_place_nobody_knows_is_not_offered_and_others_are(api, world):
    refused = api.hold(2_000_000_000, tuesday("9:30"))
    assert problem_of(refused) == "not-offered"
    assert {each["kind"] for each in refused.json["alternatives"]} == {"other_centre"}


@pytest.mark.parametrize(
    "start", ["0002-01-01T00:00:00+00:00", "1999-12-31T23:59:00-12:00", "9990-12-31T23:59:00-12:00"]
)
def test_the_ends_of_time_are_not_offered(api, sunshine, start):
    refused = api.hold(sunshine, start)
    assert problem_of(refused) in {"not-offered", "registrar-general"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"start": "2026-11-24T09:30"}, "start"),
        ({"start": "2026-11-24"}, "start"),
        ({"start": 1764063000}, "start"),
        ({"start": "2026-11-24T09:30:30Z"}, "start"),
        ({"start": "2026-11-24T25:30:00Z"}, "start"),
        ({"start": "0001-01-01T00:00:00+14:00"}, "start"),
        ({"start": "9999-12-31T23:59:00-14:00"}, "start"),
        ({"start": None}, "start"),
        ({"born": []}, "born"),
        ({"born": "2026-11-19"}, "born"),
        ({"born": ["2026-11-23"]}, "born"),
        ({"born": ["2026-11-19"] * 7}, "born"),
        ({"born": ["2026-11-19", "2026-11-31"]}, "born.1"),
        ({"born": [20261119]}, "born.0"),
        ({"born": [["2026-11-19"]]}, "born.0"),
        ({"born": {"0": "2026-11-19"}}, "born"),
        ({"born": None}, "born"),
        ({"centre": "1"}, "centre"),
        ({"centre": True}, "centre"),
        ({"centre": 1.5}, "centre"),
        ({"centre": 0}, "centre"),
        ({"centre": 2**31}, "centre"),
        ({"centre": 10**400}, "centre"),
        ({"centre": float("nan")}, "centre"),
        ({"centre": None}, "centre"),
        ({"interpreter": "false"}, "interpreter"),
        ({"interpreter": 0}, "interpreter"),
        ({"interpreter": None}, "interpreter"),
    ],
)
def test_a_hold_that_cannot_be_read_is_refused_by_the_name_of_what_is_wrong(api, sunshine, change, field):
    before = rows()
    body = {"centre": sunshine, "start": tuesday("9:30"), "born": [str(BORN)]} | change
    refused = api.call("POST", "/api/v1/holds", json=body)
    assert (problem_of(refused), refused.status_code, fields_of(refused)) == ("invalid-request", 422, [field])
    assert rows() == before


def test_one_client_may_keep_so_many_times_and_no_more(api, app, sunshine, world, monkeypatch):
    monkeypatch.setattr("registration.booking.actions.holds.MOST_HOLDS", 2)
    monkeypatch.setitem(app.config, "RATE_LIMITS", True)
    first, second = (api.hold(sunshine, tuesday(clock)) for clock in ("9:30", "10:00"))
    assert (first.status_code, second.status_code) == (201, 201)

    refused = api.hold(sunshine, tuesday("10:30"))

    assert (problem_of(refused), refused.status_code) == ("too-many-holds", 429)
    assert refused.headers["Retry-After"] == "60"
    assert api.book(first.json["hold"]).status_code == 201
    assert api.hold(sunshine, tuesday("10:30")).status_code == 201
    run_out()
    assert api.hold(world.centres["elland"], at_time(MONDAY, "13:00")).status_code == 201


def test_without_limits_a_client_keeps_what_there_is(api, sunshine, monkeypatch):
    monkeypatch.setattr("registration.booking.actions.holds.MOST_HOLDS", 0)
    assert api.hold(sunshine, tuesday("9:30")).status_code == 201


# ---- bookings


def test_a_booking_says_everything_a_family_needs(api, world, sunshine):
    made = api.book(api.hold(sunshine, tuesday("9:30")).json["hold"], key="first")

    assert made.status_code == 201
    told = made.json
    link, reference = told.pop("link"), told.pop("reference")
    assert told == {
        "state": "booked",
        "start": tuesday("9:30"),
        "end": tuesday("10:00"),
        "centre": sunshine,
        "centre_name": "Sunshine Children’s Centre",
        "address": "14 Gibbet Street, Halifax, HX1 5ET",
        "kind": "registration",
        "born": [str(BORN)],
        "last_lawful_day": str(LAST_LAWFUL),
        "in_time": True,
        "who_must_come": "One of you must come. You told us it will be the mother.",
        "bring": [
            "photo ID for each parent who comes, such as a passport or driving licence, if you have one",
            "something with your address on it, such as a bill or a bank letter",
            "your marriage or civil partnership certificate, if you have it",
            "your baby’s red book",
            "a bank card if you want to buy birth certificates, £12.50 each",
        ],
        "version": 0,
        "needs_new_time": False,
        "offer": None,
    }
    assert re.fullmatch(r"\w{3}-\w{3}-\w{3}", reference)
    base, _, token = link.rpartition("/")
    assert base == "http://localhost/booking"
    assert len(token) >= 22
    assert api.client.get(f"/booking/{token}").status_code == 200
    stored = db.session.execute(text("SELECT booking::text FROM booking")).scalar_one()
    assert token not in stored


def test_the_link_is_a_full_address_of_the_service_as_it_is_known_outside(api, app, sunshine, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://births.example")
    made = api.book(api.hold(sunshine, tuesday("9:30")).json["hold"])
    assert made.json["link"].startswith("https://births.example/booking/")


def test_what_was_said_is_kept_as_it_was_said(api, sunshine):
    said = {
        "name": "  Zoë Ńowak-O’Brien 李 👶 ",
        "second_contact": "gran@example.org",
        "language": "pl",
        "access_needs": "Step-free, please.\nHearing loop.",
        "share_with_centre": False,
        "born_in_district": False,
    }
    made = api.book(api.hold(sunshine, tuesday("9:30")).json["hold"], **said)
    kept = appointment_by_link(digest(made.json["link"].rpartition("/")[2]))

    assert made.json["kind"] == "declaration"
    assert (kept.name, kept.second_contact) == ("Zoë Ńowak-O’Brien 李 👶", "gran@example.org")
    assert (kept.language, kept.locale, kept.access_needs) == ("pl", "en", said["access_needs"])
    assert (kept.email, kept.mobile, kept.channel) == ("aoife@example.org", "+447700900982", "api")
    share = db.session.execute(text("SELECT share, route FROM sharing_answer")).one()
    assert tuple(share) == (False, "online")


# ---- where a family lives, and whom else to tell


def home():
    return db.session.execute(text("SELECT postcode, home_centre_id FROM family")).all()


@pytest.mark.parametrize(("postcode", "kept"), [("hx50ab", "HX5 0AB"), ("", None), (None, None), (..., None)])
def test_a_family_that_gives_its_postcode_is_placed_in_its_reach_area(api, world, sunshine, postcode, kept):
    assert api.book(api.hold(sunshine, tuesday("9:30")).json["hold"], postcode=postcode).status_code == 201
    assert home() == [(kept, kept and world.centres["elland"])]


@pytest.mark.parametrize("postcode", ["ZZ99 9ZZ", "HX1", "1"])
def test_a_booking_with_a_postcode_that_is_none_is_refused_and_keeps_its_hold(api, sunshine, postcode):
    hold = api.hold(sunshine, tuesday("9:30")).json["hold"]
    refused = api.book(hold, postcode=postcode)
    assert (problem_of(refused), refused.status_code, fields_of(refused)) == ("unknown-postcode", 422, ["postcode"])
    assert api.book(hold).status_code == 201


@pytest.fixture
def library(world):
    return service("Halifax Library")


def service(name, kind=Kind.LIBRARY, centre=None, *, active=True):
    said = ServiceSaid(name, kind, centre, Way.FILE, None, ["name"], active=active)
    number = keep_service(None, said, "staff:1")
    db.session.commit()
    return number


def told_of():
    return db.session.execute(
        text("SELECT service_id, share, route, wording_version FROM telling_answer ORDER BY id")
    ).all()


def test_programs_learn_which_services_the_question_names(api, world, library):
    service("Sunshine", Kind.CENTRE, world.centres["sunshine"])
    service("Closed Library", active=False)
    assert api.get("other-services").json == [{"id": library, "name": "Halifax Library"}]


@pytest.mark.parametrize("said", [True, False])
def test_the_answer_on_telling_others_is_kept_of_the_services_that_were_named(api, sunshine, library, said):
    service("Brighouse Library")
    hold = api.hold(sunshine, tuesday("9:30")).json["hold"]
    assert api.book(hold, tell_other_services=said, other_services=[library, library]).status_code == 201
    assert told_of() == [(library, said, "online", TELLING_WORDING)]
    assert db.session.execute(text("SELECT event FROM telling")).all() == [("told",)] * said


def test_where_others_were_not_asked_about_nothing_is_kept(api, sunshine, library):
    assert api.book(api.hold(sunshine, tuesday("9:30")).json["hold"]).status_code == 201
    assert told_of() == []


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"tell_other_services": True}, "body"),
        ({"tell_other_services": True, "other_services": [9999]}, "other_services"),
        ({"tell_other_services": "yes", "other_services": [1]}, "tell_other_services"),
        ({"tell_other_services": True, "other_services": [True]}, "other_services.0"),
        ({"tell_other_services": True, "other_services": [1], "share_with_centre": False}, "body"),
    ],
)
def test_an_answer_on_others_that_cannot_be_kept_is_refused(api, sunshine, library, said, field):
    refused = api.book(api.hold(sunshine, tuesday("9:30")).json["hold"], **said)
    assert (problem_of(refused), refused.status_code, fields_of(refused)) == ("invalid-request", 422, [field])
    assert told_of() == []


def test_a_centre_is_not_asked_about_among_the_others(api, world, sunshine):
    number = service("Sunshine", Kind.CENTRE, sunshine)
    refused = api.book(
        api.hold(sunshine, tuesday("9:30")).json["hold"], tell_other_services=False, other_services=[number]
    )
    assert fields_of(refused) == ["other_services"]


# ---- who must come


@pytest.mark.parametrize(
    ("married", "named", "attending", "who", "papers"),
    [
        (True, True, "mother", "One of you must come. You told us it will be the mother", False),
        (True, True, "other_parent", "One of you must come. You told us it will be the father", False),
        (True, False, "both", "One of you must come", False),
        (False, True, "both", "Both parents must come together", False),
        (False, True, "mother", "The mother must come, with one of the papers", True),
        (False, True, "other_parent", "The father or second parent must come, with one of the papers", True),
        (False, False, "mother", "The mother must come.", False),
        (False, False, "both", "The mother must come.", False),
    ],
)
def test_who_must_come_and_what_to_bring_follow_the_parents_tie(api, sunshine, married, named, attending, who, papers):
    made = api.book(
        api.hold(sunshine, tuesday("9:30")).json["hold"],
        married_or_civil_partners=married,
        both_parents_named=named,
        attending=attending,
    )
    assert made.json["who_must_come"].startswith(who)
    assert made.json["bring"][0].startswith("one of these: a statutory declaration") is papers
    assert any("marriage" in each for each in made.json["bring"]) is married


def test_a_father_who_is_not_to_be_named_cannot_come_alone(api, sunshine):
    hold = api.hold(sunshine, tuesday("9:30")).json["hold"]
    before = rows()
    refused = api.book(hold, married_or_civil_partners=False, both_parents_named=False, attending="other_parent")
    assert (problem_of(refused), refused.status_code) == ("mother-must-come", 422)
    assert rows() == before
    assert api.book(hold, married_or_civil_partners=False, both_parents_named=False).status_code == 201


def test_the_same_request_with_its_key_gives_the_same_booking_and_makes_no_second(api, sunshine):
    hold = api.hold(sunshine, tuesday("9:30")).json["hold"]
    first = api.book(hold, key="K-1")
    before = rows()
    again = api.book(hold, key="K-1")

    assert (again.status_code, again.json) == (201, first.json)
    assert rows() == before


def test_the_order_and_spacing_of_a_repeated_request_do_not_matter(api, sunshine):
    hold = api.hold(sunshine, tuesday("9:30")).json["hold"]
    first = api.book(hold, key="K-1")
    turned = json.dumps(dict(reversed(family(hold).items())), indent=3)
    headers = {"Idempotency-Key": "K-1", "Content-Type": "application/json; charset=utf-8"}
    again = api.call("POST", "/api/v1/bookings", data=turned, headers=headers)
    assert (again.status_code, again.json) == (201, first.json)


@pytest.mark.parametrize(
    "change", [{"name": "Somebody Else"}, {"share_with_centre": False}, {"email": "b@example.org"}]
)
def test_another_request_with_a_used_key_is_refused(api, sunshine, change):
    hold = api.hold(sunshine, tuesday("9:30")).json["hold"]
    api.book(hold, key="K-1")
    before = rows()
    refused = api.book(hold, key="K-1", **change)
    assert (problem_of(refused), refused.status_code) == ("key-used-otherwise", 422)
    assert rows() == before


def test_a_used_key_with_a_hold_of_its_own_books_nothing(api, sunshine):
    api.book(api.hold(sunshine, tuesday("9:30")).json["hold"], key="K-1")
    other = api.hold(sunshine, tuesday("10:00")).json["hold"]
    before = rows()
    refused = api.book(other, key="K-1", email="b@example.org", phone=...)
    assert (problem_of(refused), refused.status_code) == ("key-used-otherwise", 422)
    assert rows() == before
    assert api.book(other, key="K-2", email="b@example.org", phone=...).status_code == 201


def test_without_a_key_the_same_request_again_finds_its_hold_used_up(api, sunshine):
    hold = api.hold(sunshine, tuesday("9:30")).json["hold"]
    assert api.book(hold).status_code == 201
    before = rows()
    again = api.book(hold)
    assert (problem_of(again), again.status_code) == ("hold-ran-out", 410)
    assert again.json["alternatives"]
    assert rows() == before


def test_an_empty_key_is_none(api, sunshine):
    for clock, email in (("9:30", "a@example.org"), ("10:00", "b@example.org")):
        made = api.book(api.hold(sunshine, tuesday(clock)).json["hold"], key="", email=email, phone=...)
        assert made.status_code == 201


@pytest.mark.parametrize("key", ["x" * 5000, "ключ", "a b\tc", "'; --"])
def test_any_text_is_a_key(api, sunshine, key):
    hold = api.hold(sunshine, tuesday("9:30")).json["hold"]
    assert api.book(hold, key=key).json == api.book(hold, key=key).json


def test_a_key_that_was_refused_is_free_for_another_try(api, sunshine):
    hold = api.hold(sunshine, tuesday("9:30")).json["hold"]
    run_out()
    assert problem_of(api.book(hold, key="K-1")) == "hold-ran-out"
    assert api.book(api.hold(sunshine, tuesday("9:30")).json["hold"], key="K-1").status_code == 201


def test_a_hold_that_ran_out_is_refused_with_what_is_free_instead(api, sunshine):
    hold = api.hold(sunshine, tuesday("10:00")).json["hold"]
    run_out()
    before = rows()
    refused = api.book(hold, key="K-1")
    assert (problem_of(refused), refused.status_code) == ("hold-ran-out", 410)
    others = [(each["kind"], each["start"]) for each in refused.json["alternatives"]]
    assert others[:2] == [("same_day", tuesday("9:30")), ("same_day", tuesday("10:30"))]
    assert rows() == before


@pytest.mark.parametrize(
    "hold",
    [
        "no-such-hold",
        "x.1.29000000.0.739574",
        "x.999999999.999999999.1.1-2-3",
        "x.1.1.0.3652059",
        "x.1.1.0.9999999",
        "x.1.1.0.0",
        "é" * 400,
        "%00",
    ],
)
def test_a_hold_that_never_was_has_run_out(api, world, hold):
    refused = api.book(hold)
    assert (problem_of(refused), refused.status_code) == ("hold-ran-out", 410)
    assert isinstance(refused.json["alternatives"], list)


def test_a_birth_that_is_booked_already_sends_its_link_once_and_tells_nothing(api, sunshine):
    first = api.book(api.hold(sunshine, tuesday("9:30")).json["hold"], name="Real Name")
    db.session.execute(text("DELETE FROM message"))
    db.session.commit()
    refusals = []
    for clock in ("10:00", "10:30"):
        hold = api.hold(sunshine, tuesday(clock)).json["hold"]
        refusals.append(api.book(hold, name="Nosy Neighbour", second_contact="nosy@example.org"))

    assert [(problem_of(each), each.status_code) for each in refusals] == [("already-booked", 409)] * 2
    for each in refusals:
        assert set(each.json) == {"type", "title", "status", "detail"}
        for secret in (first.json["reference"], first.json["link"], "Real", tuesday("9:30"), "Sunshine"):
            assert secret not in each.text
    sent = db.session.execute(text("SELECT template, channel, address FROM message ORDER BY channel")).all()
    assert [tuple(each) for each in sent] == [
        ("your_link", "email", "aoife@example.org"),
        ("your_link", "sms", "+447700900982"),
    ]
    assert rows()["booking"] == 1


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"email": "AOIFE@Example.ORG", "phone": ...}, True),
        ({"email": ..., "phone": "+44 7700 900 982"}, True),
        ({"email": "other@example.org"}, True),
        ({"email": "other@example.org", "phone": ...}, False),
        ({"email": "other@example.org", "phone": "07700 900983"}, False),
    ],
)
def test_the_same_people_are_known_by_either_contact_however_it_is_written(api, sunshine, change, same):
    api.booked(sunshine, tuesday("9:30"))
    again = api.book(api.hold(sunshine, tuesday("10:00")).json["hold"], **change)
    assert (again.status_code == 409) is same


def test_another_birth_of_the_same_people_is_another_booking(api, sunshine):
    api.booked(sunshine, tuesday("9:30"))
    other = api.hold(sunshine, tuesday("10:00"), born=[BORN - DAY]).json["hold"]
    assert api.book(other).status_code == 201


def test_after_cancelling_the_same_birth_may_be_booked_again(api, sunshine):
    token = api.booked(sunshine, tuesday("9:30"))
    api.call("DELETE", f"/api/v1/bookings/{token}")
    assert api.booked(sunshine, tuesday("10:00")) != token


@pytest.mark.parametrize(
    ("email", "phone"),
    [
        ("a@example.org", ...),
        (..., "07700900982"),
        ("a@example.org", None),
        (None, "07700900982"),
        ("", "07700900982"),
        ("a@example.org", ""),
        ("families@load.test", ...),
        ("x@council.local", ...),
        ("ü@bücher.example", ...),
    ],
)
def test_one_contact_is_enough(api, sunshine, email, phone):
    made = api.book(api.hold(sunshine, tuesday("9:30")).json["hold"], email=email, phone=phone, second_contact="")
    assert made.status_code == 201, made.text


@pytest.mark.parametrize("second", ["gran@example.org", "07700 900 983", None, ""])
def test_a_second_contact_is_told_too_where_one_was_given(api, sunshine, second):
    api.book(api.hold(sunshine, tuesday("9:30")).json["hold"], phone=..., second_contact=second)
    told = db.session.execute(
        text("SELECT address FROM message WHERE template = 'booking_confirmed' ORDER BY id")
    ).scalars()
    expected = {"07700 900 983": "+447700900983", None: None, "": None}.get(second, second)
    assert set(told) == {"aoife@example.org"} | ({expected} - {None})


@pytest.mark.parametrize(
    "tag",
    [
        "en",
        "pl",
        "ur",
        "ckb",
        "zh-Hant",
        "en-GB",
        "de-CH-1996",
        "sr-Latn-RS",
        "de-u-co-phonebk",
        "PL",
        "phr",
        "und",
        "bfi",
        "en-x-a",
    ],
)
def test_a_language_is_any_tag_of_bcp_47(api, sunshine, tag):
    assert api.book(api.hold(sunshine, tuesday("9:30")).json["hold"], language=tag).status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"hold": ...}, "hold"),
        ({"hold": ""}, "hold"),
        ({"hold": "x" * 401}, "hold"),
        ({"hold": 7}, "hold"),
        ({"hold": "a\x00b"}, "hold"),
        ({"married_or_civil_partners": ...}, "married_or_civil_partners"),
        ({"married_or_civil_partners": "true"}, "married_or_civil_partners"),
        ({"both_parents_named": 1}, "both_parents_named"),
        ({"both_parents_named": None}, "both_parents_named"),
        ({"attending": "father"}, "attending"),
        ({"attending": ["mother"]}, "attending"),
        ({"attending": ...}, "attending"),
        ({"name": ...}, "name"),
        ({"name": ""}, "name"),
        ({"name": " \t "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "\x1b[31m"}, "name"),
        ({"name": "\ud83d"}, "name"),
        ({"name": {"first": "A"}}, "name"),
        ({"name": 5}, "name"),
        ({"name": None}, "name"),
        ({"email": ..., "phone": ...}, "body"),
        ({"email": "", "phone": ""}, "body"),
        ({"email": None, "phone": None}, "body"),
        ({"email": "not an address"}, "email"),
        ({"email": "a@b"}, "email"),
        ({"email": "a@@example.org"}, "email"),
        ({"email": "Aoife <a@example.org>"}, "email"),
        ({"email": "a@example.org\r\nBcc: all@example.org"}, "email"),
        ({"email": "a\x00@example.org"}, "email"),
        ({"email": "a" * 321}, "email"),
        ({"email": ["a@example.org"]}, "email"),
        ({"phone": "12345"}, "phone"),
        ({"phone": "020 7946 0000"}, "phone"),
        ({"phone": "070 1234 5678"}, "phone"),
        ({"phone": "07700 900982 ext 5"}, "phone"),
        ({"phone": 447700900982}, "phone"),
        ({"phone": "0" * 41}, "phone"),
        ({"phone": "\ud800"}, "phone"),
        ({"second_contact": "gran"}, "second_contact"),
        ({"second_contact": "a@"}, "second_contact"),
        ({"language": "english"}, "language"),
        ({"language": "en_GB"}, "language"),
        ({"language": "xx-zzz-bad"}, "language"),
        ({"language": "xx"}, "language"),
        ({"language": "qqq"}, "language"),
        ({"language": "en-u"}, "language"),
        ({"language": "en-a-b-"}, "language"),
        ({"language": ""}, "language"),
        ({"language": "en\n"}, "language"),
        ({"language": "pl-" + "x" * 40}, "language"),
        ({"language": None}, "language"),
        ({"access_needs": "x" * 1001}, "access_needs"),
        ({"access_needs": None}, "access_needs"),
        ({"access_needs": "a\x07b"}, "access_needs"),
        ({"share_with_centre": ...}, "share_with_centre"),
        ({"share_with_centre": "no"}, "share_with_centre"),
        ({"born_in_district": None}, "born_in_district"),
        ({"born_in_district": ...}, "born_in_district"),
    ],
)
def test_a_booking_that_cannot_be_read_is_refused_by_name_and_keeps_its_hold(api, sunshine, change, field):
    hold = api.hold(sunshine, tuesday("9:30")).json["hold"]
    before = rows()
    refused = api.book(**({"hold": hold} | change))
    assert (problem_of(refused), refused.status_code, fields_of(refused)) == ("invalid-request", 422, [field])
    assert rows() == before
    assert api.book(hold).status_code == 201


def test_everything_that_is_wrong_is_named_at_once(api, world):
    refused = api.call("POST", "/api/v1/bookings", json={})
    assert fields_of(refused) == [
        "attending",
        "born_in_district",
        "both_parents_named",
        "hold",
        "married_or_civil_partners",
        "name",
        "share_with_centre",
    ]


def test_what_we_do_not_know_is_left_aside(api, sunshine):
    held = api.hold(sunshine, tuesday("9:30"), colour="blue")
    assert api.book(held.json["hold"], baby_name="Never asked").status_code == 201
    kept = db.session.execute(text("SELECT family::text FROM family")).scalar_one()
    assert "Never" not in kept


# ---- a booking afterwards


def test_a_booking_is_shown_to_whoever_has_its_link(api, sunshine):
    made = api.book(api.hold(sunshine, tuesday("9:30")).json["hold"])
    token = made.json["link"].rpartition("/")[2]
    assert api.get(f"bookings/{token}").json == made.json


@pytest.mark.parametrize("token", ["no-such-token", "x" * 5000, "%00", "..", "é", "1 OR 1=1"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_link_nobody_has_leads_nowhere(api, world, token, method):
    body = {"start": tuesday("9:30"), "centre": world.centres["sunshine"]}
    refused = api.call(method, f"/api/v1/bookings/{token}", json=body if method == "PATCH" else None)
    assert (problem_of(refused), refused.status_code) == ("not-found", 404)


def test_a_move_swaps_the_times_in_one_stroke(api, world, sunshine):
    token = api.booked(sunshine, tuesday("9:30"))
    body = {"start": at_time(MONDAY, "13:00").isoformat(), "centre": world.centres["elland"]}
    moved = api.call("PATCH", f"/api/v1/bookings/{token}", json=body)

    assert moved.status_code == 200
    assert (moved.json["start"], moved.json["centre"], moved.json["version"]) == (body["start"], body["centre"], 1)
    assert moved.json["link"].endswith(token)
    free = api.free()
    assert tuesday("9:30") in free[sunshine]
    assert body["start"] not in free[world.centres["elland"]]
    assert api.call("PATCH", f"/api/v1/bookings/{token}", json=body).json == moved.json


def test_a_move_onto_a_taken_time_changes_nothing_and_offers_others(api, world, sunshine):
    token = api.booked(sunshine, tuesday("9:30"))
    api.hold(sunshine, tuesday("10:00"))
    before, shown = rows(), api.get(f"bookings/{token}").json
    refused = api.call("PATCH", f"/api/v1/bookings/{token}", json={"start": tuesday("10:00"), "centre": sunshine})

    assert (problem_of(refused), refused.status_code) == ("slot-taken", 409)
    kinds = {each["kind"] for each in refused.json["alternatives"]}
    assert kinds == {"same_day", "other_centre"}
    assert rows() == before
    assert api.get(f"bookings/{token}").json == shown


@pytest.mark.parametrize("start", ["9:45", "8:00", "2026-11-21T10:00:00Z"])
def test_a_move_to_no_offered_time_changes_nothing(api, sunshine, start):
    token = api.booked(sunshine, tuesday("9:30"))
    at = start if "T" in start else tuesday(start)
    refused = api.call("PATCH", f"/api/v1/bookings/{token}", json={"start": at, "centre": sunshine})
    assert (problem_of(refused), refused.status_code) == ("not-offered", 409)
    assert refused.json["alternatives"]
    assert api.get(f"bookings/{token}").json["start"] == tuesday("9:30")


def test_a_booking_never_moves_beyond_twelve_months_of_the_birth(api, world, sunshine, at):
    born = date(2025, 11, 24)
    held = api.hold(sunshine, tuesday("9:30"), born=[born]).json["hold"]
    token = api.book(held).json["link"].rpartition("/")[2]
    body = {"start": at_time(THURSDAY, "9:00").isoformat(), "centre": world.centres["office"]}
    refused = api.call("PATCH", f"/api/v1/bookings/{token}", json=body)
    assert problem_of(refused) == "not-offered"
    assert all(each["start"] < "2026-11-25" for each in refused.json["alternatives"])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["centre", "start"]),
        ({"start": "soon", "centre": 1}, ["start"]),
        ({"start": "2026-11-24T09:30:00Z", "centre": "1"}, ["centre"]),
        ([], ["body"]),
        (None, ["body"]),
        ("text", ["body"]),
        (7, ["body"]),
    ],
)
def test_a_move_that_cannot_be_read_is_refused(api, sunshine, body, fields):
    token = api.booked(sunshine, tuesday("9:30"))
    refused = api.client.patch(
        f"/api/v1/bookings/{token}", data=api.app.json.dumps(body), content_type="application/json"
    )
    assert (problem_of(refused), refused.status_code, fields_of(refused)) == ("invalid-request", 422, fields)


def test_cancelling_frees_the_time_after_its_minute_and_may_be_asked_twice(api, sunshine):
    token = api.booked(sunshine, tuesday("9:30"))
    cancelled = api.call("DELETE", f"/api/v1/bookings/{token}")

    assert (cancelled.status_code, cancelled.json["state"]) == (200, "cancelled")
    assert tuesday("9:30") not in api.free()[sunshine]
    assert api.call("DELETE", f"/api/v1/bookings/{token}").json == cancelled.json
    assert api.get(f"bookings/{token}").json == cancelled.json
    run_out()
    assert tuesday("9:30") in api.free()[sunshine]


def test_a_cancelled_or_past_booking_can_no_longer_be_moved(api, at, sunshine, world):
    token = api.booked(sunshine, tuesday("9:30"))
    later = {"start": at_time(THURSDAY, "9:00").isoformat(), "centre": world.centres["office"]}
    at("2026-11-24T09:30")
    for method in ("PATCH", "DELETE"):
        refused = api.call(method, f"/api/v1/bookings/{token}", json=later if method == "PATCH" else None)
        assert (problem_of(refused), refused.status_code) == ("cannot-change", 409)
    at(NOW)
    api.call("DELETE", f"/api/v1/bookings/{token}")
    refused = api.call("PATCH", f"/api/v1/bookings/{token}", json=later)
    assert (problem_of(refused), refused.status_code) == ("cannot-change", 409)


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_bereaved_familys_booking_is_shown_to_nobody(api, sunshine, method):
    token = api.booked(sunshine, tuesday("9:30"))
    changes.cancel_for_bereavement(appointment_by_link(digest(token)).public_id, at_time(TODAY, "9:00"))
    db.session.commit()
    body = {"start": tuesday("10:00"), "centre": sunshine} if method == "PATCH" else None
    assert problem_of(api.call(method, f"/api/v1/bookings/{token}", json=body)) == "not-found"


def test_a_centre_that_stopped_taking_part_is_in_no_alternatives(api, world, sunshine):
    db.session.get(Centre, world.centres["elland"]).participating_to = TODAY - DAY
    db.session.commit()
    api.hold(sunshine, tuesday("9:30"))
    refused = api.hold(sunshine, tuesday("9:30"))
    assert world.centres["elland"] not in {each["centre"] for each in refused.json["alternatives"]}
    assert world.centres["elland"] not in api.free()


def test_a_hold_taken_elsewhere_is_seen_at_once(api, sunshine):
    assert tuesday("9:30") in api.free()[sunshine]
    keep_time(HoldRequest(sunshine, at_time(TUESDAY, "9:30"), (BORN,), interpreter=False), at_time(TODAY, "9:00"))
    db.session.commit()
    assert tuesday("9:30") not in api.free()[sunshine]
    assert problem_of(api.hold(sunshine, tuesday("9:30"))) == "slot-taken"


def test_the_councils_own_lengths_decide(api, council, sunshine):
    council(minutes_per_baby=45, hold_minutes=3)
    assert api.free(centre=sunshine)[sunshine] == [tuesday("9:30"), tuesday("10:15")]
    held = api.hold(sunshine, tuesday("10:15")).json
    assert held["end"] == tuesday("11:00")
    lasts = datetime.fromisoformat(held["expires_at"]) - datetime.now(LONDON)
    assert timedelta(minutes=2) < lasts <= timedelta(minutes=3)
