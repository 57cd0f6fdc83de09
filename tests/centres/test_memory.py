"""Centres remembered in the process: never out of date, whoever changed them and in whichever process, and rarely read."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from registration.centres import memory
from registration.centres.memory import are_as_of, centres_seen_from, services_at
from registration.centres.models import Centre
from registration.common.db import db
from registration.common.transaction import transaction
from tests.applications import applications
from tests.booking.world import TODAY, TUESDAY, make_world

NEAR_SUNSHINE = "HX1 1UJ"


@pytest.fixture(scope="module")
def processes(new_database, tmp_path_factory):
    """Two applications on one database, as two web processes are, with the world's centres."""
    with applications(tmp_path_factory.mktemp("instance")) as make:
        url = new_database("remembering")
        made = make(url), make(url)
        with made[0].app_context(), transaction():
            world = make_world()
        yield *made, world


@pytest.fixture
def two(processes):
    for app in processes[:2]:
        app.extensions.pop("centres.memory", None)
    return processes


def seen(app, postcode=None, on=TODAY):
    with app.app_context():
        return [card.name for card in centres_seen_from(postcode, on) or ()]


def services(app, centre, day=TUESDAY):
    with app.app_context():
        return [card.title for card in services_at(centre, day)]


def change(app, statement, **values):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text(statement), values)


@contextmanager
def asked_of(app):
    """List the statements an application sends meanwhile."""
    statements = []

    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_centres_are_listed_by_name_or_from_the_nearest(two):
    app, _, _ = two

    assert seen(app) == sorted(seen(app))
    assert len(seen(app)) == 4
    assert seen(app, NEAR_SUNSHINE)[0] == "Halifax Register Office"
    assert seen(app, "OL14 5AA")[0] == "Todmorden Children’s Centre"


def test_a_distance_is_only_told_to_who_gave_a_postcode(two):
    app, _, _ = two
    with app.app_context():
        near = centres_seen_from(NEAR_SUNSHINE, TODAY)
        assert [card.distance_km for card in near] == sorted(card.distance_km for card in near)
        assert {card.distance_km for card in centres_seen_from(None, TODAY)} == {None}


def test_a_centre_of_unknown_place_comes_last(two):
    app, _, world = two
    change(app, "UPDATE centre SET easting = NULL, northing = NULL, latitude = NULL, longitude = NULL WHERE id = :id",
           id=world.centres["office"])  # fmt: skip
    try:
        assert seen(app, NEAR_SUNSHINE)[-1] == "Halifax Register Office"
    finally:
        change(app, "UPDATE centre SET easting = 409289, northing = 425337, latitude = 53.72436, longitude = -1.8607"
                    " WHERE id = :id", id=world.centres["office"])  # fmt: skip


@pytest.mark.parametrize("postcode", ["", "nonsense", "HX1", "ZZ99 9ZZ", "\x00", "\ud800"])
def test_a_postcode_there_is_not_is_told_apart_from_a_place_without_centres(two, postcode):
    app, _, _ = two
    with app.app_context():
        assert centres_seen_from(postcode, TODAY) is None
        assert centres_seen_from(NEAR_SUNSHINE, TODAY.replace(year=2020)) == ()


CHANGES = {
    "a name": (
        "UPDATE centre SET name = 'Sunbeam' WHERE id = :id",
        "UPDATE centre SET name = 'Sunshine Children’s Centre' WHERE id = :id",
    ),
    "an end": (
        "UPDATE centre SET participating_to = '2026-11-21' WHERE id = :id",
        "UPDATE centre SET participating_to = NULL WHERE id = :id",
    ),
    "a place": (
        "UPDATE centre SET easting = 400000, northing = 400000, latitude = 53.5, longitude = -2 WHERE id = :id",
        "UPDATE centre SET easting = 408637, northing = 425055, latitude = 53.72183, longitude = -1.87059 WHERE id = :id",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_shows_at_once_in_every_process(two, what):
    here, there, world = two
    change_it, back = CHANGES[what]
    before = [seen(here, NEAR_SUNSHINE), seen(there, NEAR_SUNSHINE)]
    change(here, change_it, id=world.centres["sunshine"])
    try:
        after = [seen(here, NEAR_SUNSHINE), seen(there, NEAR_SUNSHINE)]
    finally:
        change(there, back, id=world.centres["sunshine"])

    assert before[0] == before[1] != after[0] == after[1]
    assert [seen(here, NEAR_SUNSHINE), seen(there, NEAR_SUNSHINE)] == before


def test_a_new_centre_and_one_taken_away_show_at_once(two):
    here, there, _ = two
    seen(there)
    change(here, """INSERT INTO centre (name, kind, cluster_id, address, postcode, telephone, email, website, bus, directions,
                    entrance, languages, participating_from)
                    SELECT 'A New Hub', 'family_hub', min(id), '', 'HX1 1AA', '', '', '', '', '', '', '{}', '2026-01-01'
                      FROM cluster""")  # fmt: skip
    assert seen(there)[0] == "A New Hub"
    change(here, "DELETE FROM centre WHERE name = 'A New Hub'")
    assert "A New Hub" not in seen(there)


def test_a_change_shows_to_who_makes_it_before_it_is_kept_and_not_to_others(two):
    here, there, world = two
    for app in (here, there):
        seen(app)
    with here.app_context():
        db.session.get(Centre, world.centres["sunshine"]).name = "Sunbeam"
        db.session.flush()
        assert "Sunbeam" in [card.name for card in centres_seen_from(None, TODAY)]
        assert "Sunbeam" not in seen(there)
        db.session.rollback()
    assert "Sunbeam" not in seen(here)


def test_services_of_a_day_are_told_and_a_change_of_them_shows_at_once(two):
    here, there, world = two
    sunshine = world.centres["sunshine"]
    assert services(there, sunshine) == ["Weighing clinic"]
    assert services(there, world.centres["elland"]) == []
    change(here, "UPDATE centre_service SET title = 'Baby massage'")
    assert services(there, sunshine) == ["Baby massage"]
    change(here, "UPDATE centre_service SET title = 'Weighing clinic'")


def test_a_week_later_the_same_services_are_told_without_reading_them_again(two):
    app, _, world = two
    services(app, world.centres["sunshine"])
    with asked_of(app) as statements:
        assert services(app, world.centres["sunshine"], TUESDAY + timedelta(weeks=1)) == ["Weighing clinic"]

    assert statements == ["SELECT stamp FROM place_stamp"]


@pytest.mark.parametrize("postcode", [None, NEAR_SUNSHINE, "ZZ99 9ZZ"])
def test_what_is_remembered_takes_one_small_question(two, postcode):
    app, _, _ = two
    first = seen(app, postcode)
    with asked_of(app) as statements:
        assert seen(app, postcode) == first

    assert statements == ["SELECT stamp FROM place_stamp"]


def test_a_stamp_read_along_with_something_else_saves_even_that_once(two):
    app, _, _ = two
    seen(app)
    with app.app_context():
        stamp = db.session.execute(text("SELECT stamp FROM place_stamp")).scalar_one()
        with asked_of(app) as statements:
            are_as_of(stamp)
            centres_seen_from(None, TODAY)
            assert statements == []
            centres_seen_from(None, TODAY)
    assert statements == ["SELECT stamp FROM place_stamp"]


def test_not_every_postcode_ever_asked_for_is_kept(two, monkeypatch):
    app, _, _ = two
    monkeypatch.setattr(memory, "MOST", 3)
    for number in range(8):
        seen(app, f"HX1 {number}ZZ")
        assert len(app.extensions["centres.memory"].known) <= 4

    assert seen(app, NEAR_SUNSHINE)[0] == "Halifax Register Office"
