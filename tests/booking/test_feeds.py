"""Calendars to subscribe to: least data, a secret that can be revoked, read by real calendar programs over both clock changes."""

import re
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import vobject
from sqlalchemy import select, text
from werkzeug.serving import make_server

from registration.booking.actions import changes
from registration.booking.actions.feeds import NoSuchFeed, NothingToFeed, open_feed, revoke_feed, token_of
from registration.booking.models import CalendarFeed
from registration.booking.queries.feeds import live_feeds
from registration.common.audit import AuditEvent
from registration.common.clock import LONDON
from registration.common.links import digest
from registration.rota.actions.absences import record_absence
from registration.rota.models import Registrar
from registration.rota.rules.absences import away
from tests.booking.appointments import NOW, booked, two_mornings
from tests.booking.world import BORN, TODAY, TUESDAY, WEDNESDAY, at_time
from tests.booking.world import NOW as CLOCK
from tests.staff.people import page, sign_in_as

#: The days on which the clocks change, in the year that follows.
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)


@pytest.fixture
def world(at, database):
    at(CLOCK)
    return two_mornings()


@pytest.fixture
def ann(world):
    """The feed of Registrar Ann."""
    return open_feed("staff:1", TODAY, registrar_id=world.registrars["ann"])


def address(feed):
    return f"/calendar/{token_of(feed)}.ics"


def read(client, feed):
    """Give the events of a feed as vobject reads them."""
    answer = client.get(address(feed))
    assert answer.status_code == 200
    return list(vobject.readOne(answer.get_data(as_text=True)).contents.get("vevent", []))


# ---- what is in it


def test_a_registrars_calendar_has_their_appointments_and_nothing_of_the_families(client, world, ann):
    twins = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"), births=(BORN, BORN), interpreter=True)
    booked(world.centres["elland"], at_time(TUESDAY, "9:00"), email="b@example.org", mobile=None)
    answer = client.get(address(ann))
    [event] = read(client, ann)

    assert (event.summary.value, event.description.value) == (
        "Birth registration, 2 babies",
        f"Reference: {twins.reference}",
    )
    assert event.location.value == "Sunshine Children’s Centre, 14 Gibbet Street, Halifax, HX1 5ET"
    assert (event.dtstart.value, event.dtend.value) == (twins.start, twins.end)
    assert answer.mimetype == "text/calendar"
    for secret in ("Aoife", "Brien", "example.org", "7700", "2026-11-19", "20261119", "interpreter", "VALARM"):
        assert secret not in answer.text


def test_a_centres_calendar_has_everybodys_appointments_there(client, world):
    feed = open_feed("staff:1", TODAY, centre_id=world.centres["sunshine"])
    booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    booked(world.centres["elland"], at_time(TUESDAY, "9:00"), email="b@example.org", mobile=None)
    [event] = read(client, feed)

    assert "Sunshine" in event.location.value
    assert feed.name == "Sunshine Children’s Centre"


def test_a_declaration_is_called_one(database, client, world, ann):
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    database.execute(text("UPDATE booking SET kind = 'declaration' WHERE id = :id"), {"id": mine.id})
    assert read(client, ann)[0].summary.value == "Birth declaration"


def test_what_is_cancelled_moved_away_or_does_not_stand_is_gone(client, world, ann):
    centre = world.centres["sunshine"]
    mine = booked(centre, at_time(TUESDAY, "9:00"))
    other = booked(centre, at_time(TUESDAY, "10:00"), email="b@example.org", mobile=None)
    third = booked(centre, at_time(WEDNESDAY, "9:00"), email="c@example.org", mobile=None)
    changes.cancel(mine.public_id, NOW)
    changes.move(other.public_id, world.centres["elland"], at_time(TUESDAY, "10:00"), NOW)
    assert [event.description.value for event in read(client, ann)] == [f"Reference: {third.reference}"]
    record_absence([world.registrars["ann"]], *away(WEDNESDAY, WEDNESDAY), "sickness", "", "staff:1")
    assert read(client, ann) == []


def test_a_moved_appointment_keeps_its_number_and_grows_in_sequence(client, world, ann):
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    [before] = read(client, ann)
    changes.move(mine.public_id, world.centres["sunshine"], at_time(WEDNESDAY, "9:30"), NOW)
    [after] = read(client, ann)

    assert after.uid.value == before.uid.value != f"{mine.public_id}@right-start"
    assert int(after.sequence.value) > int(before.sequence.value)
    assert after.dtstart.value == at_time(WEDNESDAY, "9:30")


def test_what_lies_longer_back_than_four_weeks_is_left_out(at, client, world, ann):
    booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    at("2026-12-22T08:59")
    assert len(read(client, ann)) == 1
    at("2026-12-22T09:01")
    assert read(client, ann) == []


# ---- how it answers


def test_the_same_calendar_is_not_sent_twice(client, world, ann):
    first = client.get(address(ann))
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["X-Robots-Tag"] == "noindex"
    unchanged = client.get(address(ann), headers={"If-None-Match": first.headers["ETag"]})
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    changed = client.get(address(ann), headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_what_was_revoked_or_never_was_answers_alike(client, world, ann):
    assert client.get(address(ann)).status_code == 200
    revoke_feed(ann.id, "staff:2", NOW)
    assert client.get(address(ann)).status_code == 404
    assert client.get("/calendar/AAAAAAAAAAAAAAAAAAAAAAAA.ics").status_code == 404
    assert client.get("/calendar/%00%ff.ics").status_code == 404
    with pytest.raises(NoSuchFeed):
        revoke_feed(ann.id, "staff:2", NOW)


def test_the_calendar_of_a_registrar_who_left_answers_no_more(database, client, world, ann):
    database.get(Registrar, world.registrars["ann"]).left_on = TODAY
    database.flush()
    assert client.get(address(ann)).status_code == 404
    with pytest.raises(NothingToFeed):
        open_feed("staff:1", TODAY, registrar_id=world.registrars["ann"])


def test_there_is_no_calendar_of_nothing_or_nobody(world):
    for subject in ({}, {"registrar_id": 0}, {"centre_id": 0}):
        with pytest.raises(NothingToFeed):
            open_feed("staff:1", TODAY, **subject)


def test_the_secret_is_kept_as_a_digest_only_and_stands_in_no_record(database, world, ann):
    kept = database.get(CalendarFeed, ann.id)
    assert kept.digest == digest(token_of(ann))
    assert len(token_of(ann)) >= 22
    revoke_feed(ann.id, "staff:2", NOW)
    about = database.scalars(select(AuditEvent).where(AuditEvent.about == f"calendar:{ann.id}").order_by(AuditEvent.id))
    told = [(event.event, event.actor) for event in about]
    assert told == [("opened a calendar", "staff:1"), ("revoked a calendar", "staff:2")]


# ---- the page


def test_a_manager_opens_any_calendar_and_revokes_it(database, client, world):
    sign_in_as(client, "rota_manager")
    assert "None is open." in page(client.get("/rota/calendars"))
    for of in (f"centre:{world.centres['elland']}", f"registrar:{world.registrars['bo']}"):
        assert client.post("/rota/calendars", data={"of": of}).headers["Location"] == "/rota/calendars"
    answer = client.get("/rota/calendars")
    page(answer)
    [first, _] = re.findall(r"<code[^>]*>http://localhost(/calendar/[^<]+)</code>", answer.text)
    assert "Registrar Bo" in client.get(first).text
    feed = live_feeds(TODAY)[0]
    client.post(f"/rota/calendars/{feed.id}/revoke")
    assert client.get(first).status_code == 404
    page(client.post(f"/rota/calendars/{feed.id}/revoke"), 404)


def test_a_button_pressed_on_a_page_that_is_not_ours_revokes_nothing(app, database, client, ann, monkeypatch):
    database.commit()
    sign_in_as(client, "rota_manager")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    monkeypatch.setitem(app.config, "WTF_CSRF_CHECK_DEFAULT", False)
    page(client.post(f"/rota/calendars/{ann.id}/revoke"), 400)
    assert client.get(address(ann)).status_code == 200


@pytest.mark.parametrize("of", ["", "registrar:0", "town:1", "centre:x"])
def test_what_cannot_have_a_calendar_is_refused(client, world, of):
    sign_in_as(client, "rota_manager")
    page(client.post("/rota/calendars", data={"of": of}), 422)
    assert live_feeds(TODAY) == []


def test_a_registrar_has_their_own_calendar_and_nobody_elses(database, client, world):
    user = sign_in_as(client, "registrar")
    assert "not linked to a registrar" in page(client.get("/rota/calendars"))
    database.get(Registrar, world.registrars["ann"]).staff_user_id = user.id
    foreign = open_feed("staff:1", TODAY, registrar_id=world.registrars["bo"])
    centre = open_feed("staff:1", TODAY, centre_id=world.centres["elland"])
    database.commit()

    page(client.post("/rota/calendars", data={"of": f"registrar:{world.registrars['bo']}"}), 422)
    assert client.post("/rota/calendars", data={"of": f"registrar:{world.registrars['ann']}"}).status_code == 302
    said = client.get("/rota/calendars")
    assert "Registrar Ann" in page(said)
    for feed in (foreign, centre):
        assert token_of(feed) not in said.text
        assert client.post(f"/rota/calendars/{feed.id}/revoke").status_code == 403
    own = next(feed for feed in live_feeds(TODAY) if feed.registrar_id == world.registrars["ann"])
    assert client.post(f"/rota/calendars/{own.id}/revoke").status_code == 302


def test_the_auditor_sees_which_there_are_and_no_address(database, client, world, ann):
    database.commit()
    sign_in_as(client, "auditor")
    answer = client.get("/rota/calendars")
    assert "Registrar Ann" in page(answer)
    assert "/calendar/" not in answer.text
    assert client.post("/rota/calendars", data={"of": "centre:1"}).status_code == 403


# ---- a real subscriber


@pytest.fixture
def subscribed(app, world, tmp_path):
    """Subscribe to a feed with vdirsyncer, as somebody's computer does, and give what khal then shows of two days."""
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    programs = Path(sys.executable).parent

    def run(name, *arguments):
        command = [programs / name, "-c" if name == "khal" else "--config", tmp_path / f"{name}.conf", *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=60, env={"HOME": str(tmp_path)}, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def show(feed, *days):
        url = f"http://127.0.0.1:{server.port}{address(feed)}"
        (tmp_path / "vdirsyncer.conf").write_text(
            f'[general]\nstatus_path = "{tmp_path}/status"\n[pair feed]\na = "theirs"\nb = "ours"\ncollections = null\n'
            f'[storage theirs]\ntype = "http"\nurl = "{url}"\n'
            f'[storage ours]\ntype = "filesystem"\npath = "{tmp_path}/calendar"\nfileext = ".ics"\n'
        )
        (tmp_path / "khal.conf").write_text(
            f"[calendars]\n[[feed]]\npath = {tmp_path}/calendar\nreadonly = True\n"
            "[locale]\nlocal_timezone = Europe/London\ndefault_timezone = Europe/London\ntimeformat = %H:%M\n"
            "dateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\n"
            f"longdatetimeformat = %Y-%m-%d %H:%M\n[sqlite]\npath = {tmp_path}/khal.db\n"
        )
        (tmp_path / "calendar").mkdir(exist_ok=True)
        run("vdirsyncer", "discover")
        run("vdirsyncer", "sync")
        told = "{start-long-full} {end-time} {title}"
        shown = [run("khal", "list", "--day-format", "", "--format", told, str(day), "1d").split("\n") for day in days]
        return [line.strip() for lines in shown for line in lines if line.strip()]

    yield show
    server.shutdown()
    thread.join()


def test_a_real_calendar_program_subscribes_and_shows_english_time_on_both_sides_of_each_clock_change(
    at, database, world, subscribed, ann
):
    days = [day + timedelta(days=step) for day in (SPRING, AUTUMN) for step in (-1, 1)]
    made = []
    for number, day in enumerate(days):
        world.session("sunshine", "ann", day, "9:00", "11:00")
        start = at_time(day, "9:30")
        now = datetime.combine(day - timedelta(days=2), NOW.time(), UTC)
        contact = {"email": f"f{number}@example.org", "mobile": None}
        made.append(booked(world.centres["sunshine"], start, now, births=(day - timedelta(days=20),), **contact))
    at("2027-03-20T09:00")
    shown = subscribed(ann, *days)

    assert shown == [f"{day} 09:30 10:00 Birth registration" for day in days]
    changes.cancel(made[0].public_id, datetime.combine(SPRING - timedelta(days=2), NOW.time(), LONDON))
    database.commit()
    assert subscribed(ann, *days) == shown[1:]
