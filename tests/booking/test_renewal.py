"""After a change of SECRET_KEY: new links open, old ones end, families are told, and one birth is still booked once."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from registration.booking.actions import changes
from registration.booking.actions.refusals import AlreadyBooked
from registration.booking.actions.renewal import Renewed, renew_links
from tests.booking.appointments import NOW, booked, link, two_mornings
from tests.booking.world import TUESDAY, WEDNESDAY, at_time

NINE, TEN = at_time(TUESDAY, "9:00"), at_time(TUESDAY, "10:00")
LATER = NOW + timedelta(hours=3)


@pytest.fixture
def world(client, at):
    at("2026-11-22T09:00")
    return two_mornings()


@pytest.fixture
def new_key(app, monkeypatch):
    return lambda: monkeypatch.setitem(app.config, "SECRET_KEY", "another key for tests, 32 letters")


def sent_links(database):
    wanted = text("SELECT count(*) FROM message WHERE template = 'your_link' AND state = 'queued'")
    return database.execute(wanted).scalar_one()


def test_links_made_of_the_new_key_open_and_those_from_before_end(client, database, world, new_key):
    mine = booked(world.centres["sunshine"], NINE)
    old = link(mine)
    new_key()
    assert client.get(link(mine)).status_code == 404

    assert renew_links(LATER) == Renewed(bookings=1, told=1)

    assert client.get(link(mine)).status_code == 200
    assert client.get(old).status_code == 404
    assert sent_links(database) == 2, "by e-mail and by text"
    event = database.execute(text("SELECT event, after FROM audit_event ORDER BY id DESC LIMIT 1")).one()
    assert tuple(event) == ("links renewed", {"bookings": 1, "told": 1})


def test_doing_it_again_or_without_need_does_nothing(database, world, new_key):
    booked(world.centres["sunshine"], NINE)
    assert renew_links(LATER) == Renewed(0, 0)
    new_key()
    renew_links(LATER)
    assert renew_links(LATER) == Renewed(0, 0)


def test_families_whose_appointment_is_cancelled_or_over_are_not_written_to(client, database, world, new_key):
    gone = booked(world.centres["sunshine"], NINE)
    booked(world.centres["sunshine"], TEN, email="b@example.org", mobile=None)
    changes.cancel(gone.public_id, NOW)
    new_key()
    assert renew_links(at_time(WEDNESDAY, "9:00")) == Renewed(bookings=2, told=0)
    assert sent_links(database) == 0
    assert client.get(link(gone)).status_code == 200


def test_the_same_birth_is_not_booked_once_more_across_the_change(world, new_key):
    booked(world.centres["sunshine"], NINE)
    new_key()
    renew_links(LATER)
    with pytest.raises(AlreadyBooked):
        booked(world.centres["sunshine"], TEN)


def test_a_birth_booked_again_meanwhile_stops_nothing(database, world, new_key):
    booked(world.centres["sunshine"], NINE)
    new_key()
    booked(world.centres["sunshine"], TEN)
    assert renew_links(LATER).bookings == 1
    kept = text(
        "SELECT count(DISTINCT link_digest), count(DISTINCT email_key), count(DISTINCT mobile_key) FROM booking"
    )
    assert tuple(database.execute(kept).one()) == (2, 2, 2)


def test_a_family_whose_contact_is_not_known_has_its_link_renewed_only(client, database, world, new_key):
    mine = booked(world.centres["sunshine"], NINE)
    database.execute(text("UPDATE family SET email = NULL, mobile = NULL"))
    new_key()
    assert renew_links(at_time(WEDNESDAY, "9:00")).bookings == 1
    assert client.get(link(mine)).status_code == 200


def test_the_command_says_how_many(runner, world, new_key):
    booked(world.centres["sunshine"], NINE)
    new_key()
    said = runner.invoke(args=["links", "renew"])
    assert said.exit_code == 0, said.output
    assert said.output == (
        "1 bookings have a new link, and their old ones have ended.\n"
        "1 families with an appointment to come are sent theirs.\n"
    )
