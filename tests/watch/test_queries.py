"""What the figures count: tried on families, messages and jobs that are there."""

import os
import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from registration.balancing.jobs import look_out_again
from registration.booking.queries import free_places as seen_by_families
from registration.booking.rules.requests import AvailabilityRequest
from registration.common.clock import now, today
from registration.rota.models import Absence
from registration.watch import queries
from tests.booking.appointments import booked
from tests.booking.world import TUESDAY, at_time


def test_families_without_a_time_are_counted_by_the_days_they_have_left(read, database, world, at):
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"), email="b@example.org", mobile=None)
    assert sum(count for name, count in read().items() if name.startswith("families_without_time")) == 0

    database.add(
        Absence(
            registrar_id=world.registrars["ann"],
            begins_at=at_time(TUESDAY, "9:00"),
            ends_at=at_time(TUESDAY, "11:00"),
            reason="sickness",
            made_by="staff:1",
        )
    )
    database.commit()
    assert read()['families_without_time{days_left="15-"}'] == 1

    database.execute(text("UPDATE booking SET last_lawful_day = :day"), {"day": today() + timedelta(days=3)})
    said = read()
    assert (said['families_without_time{days_left="0-3"}'], said['families_without_time{days_left="15-"}']) == (1, 0)
    assert mine.reference not in str(said)


def test_free_places_are_those_a_family_is_offered(read, database, world):
    request = AvailabilityRequest(
        births=(today(),), interpreter=False, first=today(), last=today() + timedelta(days=41)
    )
    offered = seen_by_families(request, now())

    def free():
        return {name: count for name, count in read().items() if name.startswith("free_places")}

    before = sum(count for name, count in free().items() if 'days="42"' in name)
    assert before == sum(sum(starts.values()) for starts in offered.values()) > 0
    booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    assert sum(count for name, count in free().items() if 'days="42"' in name) == before - 1
    assert sum(count for name, count in free().items() if 'days="14"' in name) == before - 1


def test_a_session_after_a_fortnight_counts_for_the_forty_two_days_alone(database, world):
    before = queries.free_places(now())
    world.session("sunshine", "ann", today() + timedelta(days=14), "9:00", "10:00")
    world.session("sunshine", "ann", today() + timedelta(days=42), "9:00", "10:00")
    after = queries.free_places(now())

    assert sum(after[14].values()) == sum(before[14].values())
    assert sum(after[42].values()) == sum(before[42].values()) + 2


def test_the_forecast_is_told_once_there_is_one(read, world, at):
    assert not [name for name in read() if name.startswith("f" + "orecast_made")]

    look_out_again(0)

    said = read()
    assert said["forecast_made_timestamp_seconds"] == now().timestamp()
    assert [name for name in said if name.startswith("families_expected_without_time")]


def test_a_message_that_waits_is_counted_from_when_it_was_due(read, database, world):
    booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"), email="b@example.org", mobile=None)
    database.execute(text("UPDATE message SET due = :due"), {"due": now() - timedelta(minutes=10)})
    database.commit()
    at_once = read()

    assert at_once['messages_waiting{channel="email"}'] == 1
    assert at_once["oldest_message_seconds"] == 600

    database.execute(text("UPDATE message SET channel = 'letter'"))
    database.commit()
    said = read()
    assert (said['messages_waiting{channel="letter"}'], said["oldest_message_seconds"]) == (1, 0)

    database.execute(text("UPDATE message SET state = 'delivered', channel = 'email'"))
    assert read()["oldest_message_seconds"] == 0


def test_what_a_person_must_do_is_counted_by_its_kind(read, database, world):
    database.execute(text("INSERT INTO staff_task (kind, sentence, created) VALUES ('message_failed', 'x', now())"))
    assert read()['staff_tasks_open{kind="message_failed"}'] == 1


def test_jobs_are_counted_by_their_state_and_workers_while_they_are_heard_of(read, database, world):
    add = "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at) VALUES ('default', 'tests.x', {})"
    before = read()
    for due in ("NULL", "now() + interval '1 day'"):
        database.execute(text(add.format(due)))
    database.execute(text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')"))
    database.commit()  # to read the figures leaves nothing behind
    said = read()

    assert said['jobs{state="due"}'] == before['jobs{state="due"}'] + 1
    for state, told in (("failed", "given_up"), ("doing", "in_hand"), ("succeeded", "due")):
        change = "UPDATE procrastinate_jobs SET status = CAST(:state AS procrastinate_job_status) WHERE task_name = 'tests.x'"
        database.execute(text(change), {"state": state})
        database.commit()
        assert read()[f'jobs{{state="{told}"}}'] == (before['jobs{state="due"}'] if told == "due" else 1)
    assert said["workers"] == 0
    assert time.time() - said["worker_heard_timestamp_seconds"] == pytest.approx(60, abs=30)

    database.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
    assert read()["workers"] == 1


def test_bookings_of_the_last_day_are_counted_by_how_they_were_made(read, database, world):
    booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    earlier = booked(world.centres["elland"], at_time(TUESDAY, "9:00"), email="e@example.org", mobile="+447700900111")
    database.execute(text("UPDATE booking SET created_at = now()"))
    assert sum(count for name, count in read().items() if name.startswith("bookings_last_day")) == 2

    database.execute(
        text("UPDATE booking SET created_at = now() - interval '25 hours' WHERE id = :id"), {"id": earlier.id}
    )
    assert sum(count for name, count in read().items() if name.startswith("bookings_last_day")) == 1


def test_the_server_is_told_of(read, world):
    said = read()

    assert sum(count for name, count in said.items() if name.startswith("database_connections{")) >= 1
    assert said["database_connections_most"] >= 100
    assert abs(said["database_clock_ahead_seconds"]) < 1


def test_the_newest_backup_is_told_of_where_the_council_says_where_they_are(read, app, monkeypatch, tmp_path, world):
    assert "backup_made_timestamp_seconds" not in read()
    monkeypatch.setitem(app.config, "BACKUPS_FOLDER", tmp_path)
    assert "backup_made_timestamp_seconds" not in read()
    for name, moment in (("old", 1_000_000), ("new", 2_000_000)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (moment, moment))
    assert read()["backup_made_timestamp_seconds"] == 2_000_000
    monkeypatch.setitem(app.config, "BACKUPS_FOLDER", tmp_path / "gone")
    assert "backup_made_timestamp_seconds" not in read()
