"""What falls due by itself: reminders once each, and the hourly clean-up."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from registration.booking import jobs
from registration.booking.actions import changes
from registration.booking.actions.holds import hold
from registration.booking.models import Booking, Journey, Occupancy, RequestKey
from registration.booking.rules.requests import HoldRequest
from registration.common.db import db
from registration.common.limits import TryCount
from registration.common.queue import queue
from registration.common.sessions import BrowserSession
from registration.common.transaction import transaction
from registration.messages.models import Message
from tests.booking.appointments import booked
from tests.booking.world import at_time, make_world
from tests.conftest import settings

#: A Tuesday, and long enough before it.
DAY = date(2026, 12, 15)
BORN = date(2026, 11, 19)
LONG_AGO = datetime(2026, 11, 20, 9, tzinfo=UTC)
WEEK_BEFORE, TWO_DAYS_BEFORE, THAT_MORNING = "2026-12-08T10:00", "2026-12-13T10:00", "2026-12-15T08:00"


@pytest.fixture
def world(database):
    world = make_world()
    world.session("sunshine", "ann", DAY, "9:00", "16:00")
    return world


def family(world, clock="10:00", **changes):
    """A family's booking, made long ago."""
    made = booked(world.centres["sunshine"], at_time(DAY, clock), LONG_AGO, **changes)
    db.session.execute(text("UPDATE booking SET changed_at = :at WHERE id = :id"), {"at": LONG_AGO, "id": made.id})
    return made


@pytest.fixture
def mine(world):
    return family(world)


def reminders():
    """The reminders written: template, channel and version, in the order of their due times."""
    db.session.expire_all()
    written = select(Message).where(Message.template.like("reminder%")).order_by(Message.due, Message.channel)
    return [(each.template, each.channel, each.version) for each in db.session.scalars(written)]


def test_a_family_is_reminded_a_week_before_two_days_before_and_on_the_morning(mine, at):
    told = []
    for moment in (WEEK_BEFORE, TWO_DAYS_BEFORE, THAT_MORNING):
        at(moment)
        jobs.remind_families(0)
        told.append(len(reminders()))
    assert told == [1, 2, 3]
    assert [each[0] for each in reminders()] == ["reminder_week", "reminder_two_days", "reminder_morning"]
    assert {each[1] for each in reminders()} == {"sms"}


@pytest.mark.parametrize("moment", ["2026-12-08T09:59", "2026-12-11T10:00", "2026-12-15T10:00"])
def test_no_reminder_is_written_before_it_is_due_or_when_it_is_of_no_use(mine, at, moment):
    at(moment)
    jobs.remind_families(0)
    assert reminders() == []


def test_each_reminder_is_written_once_however_often_the_clock_strikes(mine, at):
    for minutes in (0, 5, 10):
        at(f"2026-12-08T10:{minutes:02}")
        jobs.remind_families(0)
    assert len(reminders()) == 1


def test_a_booking_that_was_changed_is_reminded_of_anew(mine, at):
    at(WEEK_BEFORE)
    jobs.remind_families(0)
    db.session.execute(text("UPDATE booking SET version = 1"))
    jobs.remind_families(0)
    assert reminders() == [("reminder_week", "sms", 0), ("reminder_week", "sms", 1)]


def test_a_family_that_has_just_booked_or_moved_is_left_alone(mine, at):
    recently = datetime(2026, 12, 7, 9, tzinfo=UTC)
    db.session.execute(text("UPDATE booking SET changed_at = :at"), {"at": recently})
    at(WEEK_BEFORE)
    jobs.remind_families(0)
    assert reminders() == []


def test_a_family_without_a_mobile_is_reminded_by_email_and_so_is_a_second_contact(world, at):
    family(world, email="a@example.org", mobile=None, second_contact="+447700900111")
    at(WEEK_BEFORE)
    jobs.remind_families(0)
    assert sorted(reminders()) == [("reminder_week", "email", 0), ("reminder_week", "sms", 0)]


def test_a_family_reached_by_letter_only_is_not_reminded(world, at):
    family(world, email=None, mobile=None, letter_address="1 Mill Lane\nHX1 1AA", channel="telephone")
    at(WEEK_BEFORE)
    jobs.remind_families(0)
    assert reminders() == []


def test_nobody_is_reminded_of_a_cancelled_booking(mine, at):
    changes.cancel(mine.public_id, LONG_AGO)
    at(WEEK_BEFORE)
    jobs.remind_families(0)
    assert reminders() == []


def test_a_family_that_lost_its_baby_is_never_reminded(mine, at):
    db.session.execute(text("UPDATE family SET lost_at = now()"))
    at(WEEK_BEFORE)
    jobs.remind_families(0)
    assert reminders() == []


def test_all_families_are_reminded_however_many_there_are(world, at, monkeypatch):
    monkeypatch.setattr(jobs, "BATCH", 2)
    for number in range(5):
        family(world, f"{9 + number}:30", email=f"a{number}@example.org", mobile=None)
    at(WEEK_BEFORE)
    jobs.remind_families(0)
    assert len(reminders()) == 5


def test_the_clock_knows_every_job():
    every = {task.name: periodic.cron for (name, _), periodic in queue.periodic_registry.periodic_tasks.items()
             if (task := periodic.task) and name.startswith("booking.")}  # fmt: skip
    assert every == {
        "booking.remind": "*/5 * * * *",
        "booking.lapse_offers": "* * * * *",
        "booking.offer_freed": "* * * * *",
        "booking.clean": "17 * * * *",
    }


# ---- with real commits


@pytest.fixture
def committed(new_database, tmp_path):
    """An application of its own, where a family's booking is really kept."""
    from registration.factory import create_app

    clock = datetime(2026, 12, 8, 10, tzinfo=UTC)
    app = create_app(settings(new_database("reminding"), tmp_path, CLOCK=clock))
    with app.app_context():
        with transaction():
            world = make_world()
            world.session("sunshine", "ann", DAY, "9:00", "16:00")
            made = family(world)
        yield made, app
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()


def test_a_booking_that_is_being_changed_is_left_for_the_next_round(committed):
    made, _ = committed
    with db.engine.connect() as other, other.begin():
        other.execute(text("SELECT 1 FROM booking WHERE id = :id FOR UPDATE"), {"id": made.id})
        jobs.remind_families(0)
        assert reminders() == []
        db.session.rollback()
    jobs.remind_families(0)
    assert len(reminders()) == 1


def test_a_cancellation_waits_for_the_reminder_and_calls_it_back(committed, monkeypatch):
    made, app = committed
    begun, written = threading.Event(), []

    def cancel():
        with app.app_context(), transaction():
            begun.set()
            changes.cancel(made.public_id, LONG_AGO)

    def remind_slowly(*arguments):
        canceller.start()
        begun.wait(5)
        canceller.join(0.3)
        written.append(canceller.is_alive())
        real(*arguments)

    canceller, real = threading.Thread(target=cancel), jobs.remind
    monkeypatch.setattr(jobs, "remind", remind_slowly)
    jobs.remind_families(0)
    canceller.join(10)
    assert written == [True]
    states = db.session.scalars(select(Message.state).where(Message.template == "reminder_week")).all()
    assert states == ["withdrawn"]


# ---- cleaning


def hours(count):
    return datetime.now(UTC) - timedelta(hours=count)


def test_holds_go_an_hour_after_they_ran_out_and_not_before(world, database):
    centre = world.centres["sunshine"]
    for clock in ("9:00", "10:00", "11:00"):
        hold(HoldRequest(centre, at_time(DAY, clock), (BORN,), interpreter=False), LONG_AGO)
    rows = database.scalars(select(Occupancy).order_by(Occupancy.begins_at)).all()
    rows[0].until, rows[1].until = hours(1.01), hours(0.9)
    database.flush()
    kept = [row.id for row in rows[1:]]
    jobs.clean(0)
    assert database.scalars(select(Occupancy.id).order_by(Occupancy.id)).all() == kept


def test_a_cancelled_time_that_can_no_longer_be_taken_back_goes_and_the_booking_stays(mine, database):
    changes.cancel(mine.public_id, LONG_AGO)
    database.execute(text("UPDATE occupancy SET until = :at"), {"at": hours(2)})
    jobs.clean(0)
    assert database.scalars(select(Occupancy)).all() == []
    assert database.scalar(select(Booking.state)) == "cancelled"


def test_a_live_booking_keeps_its_time(mine, database):
    jobs.clean(0)
    assert database.scalar(select(Occupancy.kind)) == "booking"


def test_answers_left_for_a_day_are_forgotten(database):
    for number, age in enumerate((25, 23)):
        database.add(Journey(token_digest=bytes([number]), answers={}, changed_at=hours(age)))
    jobs.clean(0)
    assert database.scalars(select(Journey.token_digest)).all() == [bytes([1])]


def test_request_keys_are_kept_for_a_week(mine, database):
    for number, age in enumerate((7 * 24 + 1, 6 * 24)):
        key = {"key_digest": bytes([number]), "body_digest": b"", "booking_public_id": mine.public_id}
        database.add(RequestKey(**key, at=hours(age)))
    jobs.clean(0)
    assert database.scalars(select(RequestKey.key_digest)).all() == [bytes([1])]


def test_old_sessions_and_try_counts_are_forgotten(database):
    for number, age in enumerate((1, -1)):
        database.add(BrowserSession(token_digest=bytes([number]), data=b"", expires_at=hours(age)))
        database.add(TryCount(key=str(number), count=1, expires_at=hours(age)))
    jobs.clean(0)
    left = database.scalars(select(BrowserSession.token_digest)).all()
    assert [each for each in left if len(each) == 1] == [bytes([1])]  # browsers of other tests are kept for a day
    # Counts are their own transactions: those of other tests may still be running.
    assert [each for each in database.scalars(select(TryCount.key)) if len(each) == 1] == ["1"]
