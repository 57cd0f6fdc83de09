"""Moving, cancelling, undoing and the bereavement cancellation, on a real database."""

import threading
import time
from datetime import UTC, timedelta
from uuid import uuid4

import pytest
import sqlalchemy
from sqlalchemy import text

from registration.booking.actions import changes
from registration.booking.actions.holds import hold
from registration.booking.actions.refusals import AlreadyBooked, CannotChange, NotOffered, SlotTaken
from registration.booking.queries import appointment_by_id, openings
from registration.booking.rules.requests import HoldRequest
from registration.families.models import CentreSignUp, Family
from registration.messages.models import Message
from tests.booking.appointments import NOW, booked, two_mornings
from tests.booking.world import BORN, TUESDAY, WEDNESDAY, at_time

HALF_PAST_NINE, TEN = at_time(TUESDAY, "9:30"), at_time(TUESDAY, "10:00")


@pytest.fixture
def mine(world):
    """A family's booking at Sunshine on Tuesday at half past nine."""
    return booked(world.centres["sunshine"], HALF_PAST_NINE)


def filled(database):
    """List what fills registrars' time: kind, begin and booking."""
    rows = database.execute(text("SELECT kind, begins_at, booking_id FROM occupancy ORDER BY begins_at, id"))
    return [(row.kind, row.begins_at, row.booking_id) for row in rows]


def messages(database, appointment):
    """List the messages about a booking that are still to go out."""
    found = database.scalars(sqlalchemy.select(Message).where(Message.about == appointment.public_id))
    return sorted((m.template, m.channel, m.version) for m in found if m.state == "queued")


def events(database, appointment):
    rows = database.execute(
        text("SELECT event, actor, before, after FROM audit_event WHERE about = :about ORDER BY id"),
        {"about": f"booking:{appointment.id}"},
    )
    return rows.all()


def run_out(database, appointment):
    """Let the minute after a cancellation pass."""
    late = text("UPDATE occupancy SET until = clock_timestamp() - interval '1 second' WHERE booking_id = :id")
    assert database.execute(late, {"id": appointment.id}).rowcount == 1


# ---- moving


def test_a_move_fills_the_new_time_and_frees_the_old_one_in_one_stroke(database, world, mine):
    moved = changes.move(mine.public_id, world.centres["elland"], TEN, NOW)
    assert (moved.centre_id, moved.start, moved.end) == (world.centres["elland"], TEN, TEN + timedelta(minutes=30))
    assert filled(database) == [("booking", TEN, mine.id)]
    again = appointment_by_id(mine.public_id)
    assert (again.centre, again.start, again.version) == ("Elland Children’s Centre", TEN, mine.version + 1)
    assert (again.session_id, again.reference) != (mine.session_id, "")
    assert again.reference == mine.reference


def test_a_moved_family_is_told_the_new_time_and_not_the_old_one(database, world, mine):
    changes.move(mine.public_id, world.centres["elland"], TEN, NOW)
    assert messages(database, mine) == [("booking_moved", "email", 1), ("booking_moved", "sms", 1)]


def test_a_move_is_written_down_without_anybodys_name(database, world, mine):
    changes.move(mine.public_id, world.centres["elland"], TEN, NOW)
    event = events(database, mine)[-1]
    assert (event.event, event.actor) == ("moved", "service")
    assert event.before == {"start": mine.start.isoformat(), "centre": "Sunshine Children’s Centre", "state": "booked"}
    assert event.after["centre"] == "Elland Children’s Centre"
    assert "Brien" not in str(event)


def test_moving_to_the_time_it_has_changes_nothing(database, world, mine):
    assert changes.move(mine.public_id, world.centres["sunshine"], HALF_PAST_NINE, NOW) == mine
    assert len(events(database, mine)) == 1


def test_a_booking_may_move_half_over_its_own_time(database, world):
    twins = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"), births=(BORN, BORN))
    changes.move(twins.public_id, world.centres["sunshine"], HALF_PAST_NINE, NOW)
    assert filled(database) == [("booking", HALF_PAST_NINE, twins.id)]


def test_a_taken_time_is_refused_and_the_old_one_stays(database, world, mine):
    other = booked(world.centres["sunshine"], TEN, email="b@example.org", mobile=None)
    with pytest.raises(SlotTaken):
        changes.move(mine.public_id, world.centres["sunshine"], TEN, NOW)
    assert filled(database) == [("booking", HALF_PAST_NINE, mine.id), ("booking", TEN, other.id)]
    assert appointment_by_id(mine.public_id) == mine


def test_a_time_somebody_keeps_is_refused_until_the_keeping_ends(database, world, mine):
    hold(HoldRequest(world.centres["sunshine"], TEN, (BORN,), interpreter=False), NOW)
    with pytest.raises(SlotTaken):
        changes.move(mine.public_id, world.centres["sunshine"], TEN, NOW)
    database.execute(text("UPDATE occupancy SET until = clock_timestamp() - interval '1 second' WHERE kind = 'hold'"))
    assert changes.move(mine.public_id, world.centres["sunshine"], TEN, NOW).start == TEN


@pytest.mark.parametrize("clock", ["9:10", "10:45", "14:00"])
def test_a_time_no_session_offers_is_refused(world, mine, clock):
    with pytest.raises(NotOffered):
        changes.move(mine.public_id, world.centres["sunshine"], at_time(TUESDAY, clock), NOW)


def test_a_time_sooner_than_the_councils_notice_is_refused(world, mine):
    wednesday = changes.move(mine.public_id, world.centres["sunshine"], at_time(WEDNESDAY, "9:00"), NOW)
    with pytest.raises(NotOffered):
        changes.move(wednesday.public_id, world.centres["sunshine"], TEN, TEN - timedelta(minutes=30))


def test_the_least_busy_registrar_takes_the_family(database, world, mine):
    world.session("elland", "cleo", TUESDAY, "9:00", "11:00", room=1)
    booked(world.centres["elland"], at_time(TUESDAY, "9:00"), email="b@example.org", mobile=None)
    busy = {
        o.registrar_id
        for o in openings(NOW, NOW + timedelta(days=3))
        if o.load and o.centre_id == world.centres["elland"]
    }
    changes.move(mine.public_id, world.centres["elland"], TEN, NOW)
    taken = text("SELECT registrar_id FROM occupancy WHERE booking_id = :id")
    assert database.execute(taken, {"id": mine.id}).scalar_one() not in busy


def test_a_registrar_still_busy_in_a_session_taken_back_is_not_booked_twice(database, world, mine):
    theirs = booked(world.centres["elland"], TEN, email="b@example.org", mobile=None)
    database.execute(text("UPDATE session SET state = 'withdrawn' WHERE id = :id"), {"id": theirs.session_id})
    world.session("elland", "bo", TUESDAY, "9:00", "11:00")
    with pytest.raises(SlotTaken):
        changes.move(mine.public_id, world.centres["elland"], TEN, NOW)
    assert appointment_by_id(mine.public_id) == mine


@pytest.mark.parametrize("change", [lambda i: changes.move(i, 1, TEN, NOW), lambda i: changes.cancel(i, NOW)])
def test_a_booking_that_does_not_exist_cannot_be_changed(database, change):
    with pytest.raises(CannotChange):
        change(uuid4())


def test_a_cancelled_booking_cannot_be_moved(world, mine):
    changes.cancel(mine.public_id, NOW)
    with pytest.raises(CannotChange):
        changes.move(mine.public_id, world.centres["elland"], TEN, NOW)


def test_a_past_booking_cannot_be_moved(world, mine):
    with pytest.raises(CannotChange):
        changes.move(mine.public_id, world.centres["sunshine"], at_time(WEDNESDAY, "9:00"), mine.start)


# ---- cancelling and undoing


def test_a_cancelled_time_is_kept_for_a_minute_and_then_free(database, world, mine):
    cancelled = changes.cancel(mine.public_id, NOW)
    assert (cancelled.state, cancelled.cancel_reason, cancelled.version) == ("cancelled", "family", 1)
    left = database.execute(text("SELECT until - clock_timestamp() FROM occupancy")).scalar_one()
    assert timedelta(seconds=50) < left <= timedelta(seconds=60)
    assert cancelled.undo_until is not None
    want = HoldRequest(world.centres["sunshine"], HALF_PAST_NINE, (BORN,), interpreter=False)
    with pytest.raises(SlotTaken):
        hold(want, NOW)
    run_out(database, mine)
    assert appointment_by_id(mine.public_id).undo_until is None
    assert hold(want, NOW)


def test_a_cancellation_is_told_after_the_minute_and_nothing_else_is(database, world, mine):
    changes.cancel(mine.public_id, NOW)
    assert messages(database, mine) == [("booking_cancelled", "email", 1), ("booking_cancelled", "sms", 1)]
    told = sqlalchemy.select(Message).where(Message.template == "booking_cancelled", Message.channel == "email")
    (message,) = database.scalars(told)
    assert message.due == NOW + timedelta(seconds=60)
    assert message.calendar_method == "CANCEL"


def test_cancelling_again_changes_nothing(database, mine):
    first = changes.cancel(mine.public_id, NOW)
    assert changes.cancel(mine.public_id, NOW) == first
    assert [event.event for event in events(database, mine)] == ["booked", "cancelled"]


def test_a_booking_whose_time_has_come_cannot_be_cancelled(mine):
    with pytest.raises(CannotChange):
        changes.cancel(mine.public_id, mine.start)
    assert appointment_by_id(mine.public_id).state == "booked"


def test_staff_may_cancel_with_their_own_reason(mine):
    assert changes.cancel(mine.public_id, NOW, "staff").cancel_reason == "staff"


def test_a_cancellation_undone_within_the_minute_brings_the_same_booking_back(database, mine):
    changes.cancel(mine.public_id, NOW)
    back = changes.undo_cancel(mine.public_id, NOW)
    assert (back.state, back.start, back.version, back.cancel_reason) == ("booked", mine.start, 2, None)
    assert filled(database) == [("booking", HALF_PAST_NINE, mine.id)]
    assert messages(database, mine) == [("booking_confirmed", "email", 2), ("booking_confirmed", "sms", 2)]
    assert [event.event for event in events(database, mine)] == ["booked", "cancelled", "cancellation undone"]


def test_undoing_twice_changes_nothing_more(mine):
    changes.cancel(mine.public_id, NOW)
    back = changes.undo_cancel(mine.public_id, NOW)
    assert changes.undo_cancel(mine.public_id, NOW) == back


def test_after_the_minute_nothing_can_be_undone(database, mine):
    changes.cancel(mine.public_id, NOW)
    run_out(database, mine)
    with pytest.raises(CannotChange):
        changes.undo_cancel(mine.public_id, NOW)
    assert appointment_by_id(mine.public_id).state == "cancelled"


def test_a_birth_booked_anew_keeps_its_new_time_when_the_old_one_is_taken_back(database, world, mine):
    changes.cancel(mine.public_id, NOW)
    anew = booked(world.centres["elland"], TEN)
    with pytest.raises(CannotChange):
        changes.undo_cancel(mine.public_id, NOW)
    assert appointment_by_id(mine.public_id).state == "cancelled"
    assert appointment_by_id(anew.public_id) == anew
    assert filled(database) == [("hold", HALF_PAST_NINE, mine.id), ("booking", TEN, anew.id)]


def test_a_cancelled_booking_no_longer_stands_in_the_way_of_a_new_one(world, mine):
    with pytest.raises(AlreadyBooked):
        booked(world.centres["elland"], TEN)
    changes.cancel(mine.public_id, NOW)
    assert booked(world.centres["elland"], HALF_PAST_NINE).state == "booked"


# ---- when a baby has died


def test_a_bereaved_familys_time_is_free_at_once_and_every_message_stops(database, world):
    theirs = booked(world.centres["sunshine"], HALF_PAST_NINE, join=True)
    after = changes.cancel_for_bereavement(theirs.public_id, NOW)
    assert (after.state, after.cancel_reason, after.undo_until) == ("cancelled", "bereavement", None)
    assert after == appointment_by_id(theirs.public_id)
    assert (filled(database), messages(database, theirs)) == ([], [])
    assert database.get(Family, theirs.family_id, populate_existing=True).lost_at is not None
    assert database.scalars(sqlalchemy.select(CentreSignUp)).all() == []
    assert events(database, theirs)[-1].event == "cancelled for bereavement"


def test_nothing_is_ever_written_to_a_bereaved_family_again(database, mine):
    from registration.booking.actions import notices
    from registration.booking.rules.reminders import TWO_DAYS

    lost = changes.cancel_for_bereavement(mine.public_id, NOW)
    notices.confirm(lost, NOW)
    notices.remind(lost, TWO_DAYS, NOW)
    assert messages(database, mine) == []


def test_a_booking_cancelled_before_is_silenced_too(database, mine):
    changes.cancel(mine.public_id, NOW)
    after = changes.cancel_for_bereavement(mine.public_id, NOW)
    assert after.cancel_reason == "bereavement"
    assert (filled(database), messages(database, mine)) == ([], [])


def test_a_bereavement_cancellation_cannot_be_undone(mine):
    changes.cancel(mine.public_id, NOW)
    changes.cancel_for_bereavement(mine.public_id, NOW)
    with pytest.raises(CannotChange):
        changes.undo_cancel(mine.public_id, NOW)


def test_a_bereavement_after_the_appointment_silences_too(database, mine):
    after = changes.cancel_for_bereavement(mine.public_id, mine.end + timedelta(days=1))
    assert after.state == "cancelled"
    assert messages(database, mine) == []


# ---- two families at the same moment


TAKE = text("""
INSERT INTO occupancy (session_id, registrar_id, begins_at, ends_at, kind, until)
SELECT id, registrar_id, :at, :at + interval '30 minutes', 'hold', 'tomorrow'
  FROM session WHERE centre_id = :centre AND begins_at < :at
""")
LET_GO = text("DELETE FROM occupancy WHERE begins_at = :at AND kind = 'hold' AND :centre > 0")
WITHDRAW = text("UPDATE session SET state = 'withdrawn' WHERE centre_id = :centre AND begins_at < :at")
AWAY = text("""
INSERT INTO absence (registrar_id, begins_at, ends_at, reason, made_by)
SELECT registrar_id, begins_at, ends_at, 'sickness', 'staff:1' FROM session WHERE centre_id = :centre AND begins_at < :at
""")


@pytest.mark.parametrize(
    ("meanwhile", "refusal"),
    [((), SlotTaken), ((LET_GO, WITHDRAW), NotOffered), ((LET_GO, AWAY), NotOffered)],
    ids=["taken", "withdrawn", "away"],
)
def test_a_move_loses_to_what_happens_between_the_look_and_the_change(new_database, tmp_path, meanwhile, refusal):
    """Another family's row is not committed when the move looks: it waits, and meets what became of it meanwhile."""
    from registration.common.db import db
    from registration.factory import create_app
    from tests.conftest import settings

    own = create_app(settings(new_database("moves"), tmp_path))
    with own.app_context():
        world = two_mornings()
        mine = booked(world.centres["elland"], at_time(TUESDAY, "9:00"))
        here = {"at": HALF_PAST_NINE.astimezone(UTC), "centre": world.centres["sunshine"]}
        with db.engine.connect() as other:
            other.execute(TAKE, here)
            outcome = []
            mover = threading.Thread(target=_try_to_move, args=(own, mine, world.centres["sunshine"], outcome))
            mover.start()
            _until_it_waits(db.engine)
            for change in meanwhile:
                other.execute(change, here)
            other.commit()
            mover.join(30)
        assert outcome == [refusal]
        db.session.rollback()
        assert appointment_by_id(mine.public_id) == mine
        db.session.remove()
        db.engine.dispose()


def _try_to_move(own, appointment, centre, outcome):
    from registration.common.db import db

    with own.app_context():
        try:
            changes.move(appointment.public_id, centre, at_time(TUESDAY, "9:30"), NOW)
        except Exception as refusal:  # noqa: BLE001 -- the test says which it must be
            outcome.append(type(refusal))
        db.session.rollback()


def _until_it_waits(engine):
    """Look, for at most ten seconds, until a connection of the database waits for another one."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE datname = 'moves' AND wait_event_type = 'Lock'")
    for _ in range(200):
        with engine.connect() as connection:
            if connection.execute(waiting).scalar_one():
                return
        time.sleep(0.05)
    pytest.fail("the move did not wait for the other family")


@pytest.mark.parametrize("change", ["move", "cancel"])
def test_what_a_registrar_has_marked_already_is_changed_by_no_link(database, world, mine, change):
    database.execute(text("UPDATE booking SET outcome = 'arrived' WHERE id = :id"), {"id": mine.id})
    where = (world.centres["sunshine"], TEN) if change == "move" else ()
    with pytest.raises(CannotChange):
        getattr(changes, change)(mine.public_id, *where, NOW)
    assert (appointment_by_id(mine.public_id).state, appointment_by_id(mine.public_id).start) == ("booked", mine.start)
