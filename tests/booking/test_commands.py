"""`flask invariants`: every breach that is planted is found under its name, and sound bookings break nothing."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from registration.booking.actions import changes, offers
from registration.booking.actions.holds import hold
from registration.booking.actions.notices import remind
from registration.booking.invariants import broken_rows
from registration.booking.queries import appointment_by_id
from registration.booking.rules.reminders import WEEK
from registration.booking.rules.requests import HoldRequest
from registration.families.actions import record_answer
from registration.families.rules import Answer
from registration.messages.models import Message
from tests.booking.appointments import NOW, booked
from tests.booking.world import BORN, TUESDAY, WEDNESDAY, at_time
from tests.conftest import settings

NINE, TEN = at_time(TUESDAY, "9:00"), at_time(TUESDAY, "10:00")
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def mine(world):
    return booked(world.centres["sunshine"], NINE)


@pytest.fixture
def theirs(world, mine):
    return booked(world.centres["sunshine"], TEN, email="b@example.org", mobile="+447700900222")


@pytest.fixture
def run(database):
    """Run a statement as a hand in the database would."""
    return lambda statement, **values: database.execute(text(statement), values)


@pytest.fixture
def without(run):
    """Lose a constraint or an index, for this test only."""

    def drop(name, table=None):
        run("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for its triggers keeps a table from being altered
        run(f"ALTER TABLE {table} DROP CONSTRAINT {name}" if table else f"DROP INDEX {name}")

    return drop


def broken():
    """The promises that are broken, and how often."""
    return {name: count for name, count in broken_rows().items() if count}


def test_bookings_moves_cancellations_undoing_holds_and_losses_break_nothing(world, mine, theirs):
    sunshine = world.centres["sunshine"]
    changes.move(mine.public_id, sunshine, at_time(WEDNESDAY, "9:30"), NOW)
    changes.cancel(mine.public_id, NOW)
    changes.undo_cancel(mine.public_id, NOW)
    changes.cancel(mine.public_id, LATER)
    hold(HoldRequest(sunshine, at_time(WEDNESDAY, "10:00"), (BORN,), interpreter=False), NOW)
    remind(appointment_by_id(theirs.public_id), WEEK, NOW)
    assert broken() == {}
    changes.cancel_for_bereavement(theirs.public_id, LATER)
    assert broken() == {}


def test_the_command_tells_all_of_it_as_json_and_ends_with_0(mine, runner):
    result = runner.invoke(args=["invariants"])
    assert result.exit_code == 0
    assert set(json.loads(result.output)) >= {
        "registrar_booked_twice",
        "room_booked_twice",
        "birth_booked_twice",
        "booking_outside_session",
        "booking_without_confirmation",
        "message_after_cancellation",
        "shared_against_answer",
        "move_kept_both_times",
        "live_booking_without_time",
        "hold_without_end",
    }
    assert set(json.loads(result.output).values()) == {0}


def test_the_command_ends_with_1_where_a_promise_is_broken(mine, run, runner, database):
    run("DELETE FROM message")
    database.commit()
    result = runner.invoke(args=["invariants"])
    assert result.exit_code == 1
    assert json.loads(result.output)["booking_without_confirmation"] == 1


def test_the_command_ends_well_where_it_starts_and_stops_the_database_itself(tmp_path):
    from registration.common.db import db
    from registration.factory import create_app

    for command in (["db", "upgrade"], ["invariants"]):
        app = create_app(settings("", tmp_path))
        result = app.test_cli_runner().invoke(args=command)
        assert (result.exit_code, result.exception) == (0, None), result.output
        with app.app_context():
            db.engine.dispose()
    assert set(json.loads(result.stdout).values()) == {0}


# ---- one planted breach each


@pytest.mark.parametrize("kind", ["travel", "hold"])
def test_a_registrar_whose_time_is_filled_twice(mine, run, without, kind):
    without("ex_occupancy_registrar_id", "occupancy")
    run("""INSERT INTO occupancy (session_id, registrar_id, begins_at, ends_at, kind, until)
           SELECT session_id, registrar_id, begins_at + interval '10 minutes', ends_at, :kind,
                  CASE :kind WHEN 'hold' THEN now() + interval '5 minutes' END
             FROM occupancy""", kind=kind)  # fmt: skip
    assert broken() == {"registrar_booked_twice": 1}


def test_an_absence_over_booked_time_breaks_nothing(mine, run):
    run("""INSERT INTO occupancy (session_id, registrar_id, begins_at, ends_at, kind)
           SELECT session_id, registrar_id, begins_at, ends_at, 'absence' FROM occupancy""")
    assert broken() == {}


def test_a_registrar_who_is_at_two_centres_at_once(world, run, without):
    without("ex_session_registrar_id", "session")
    world.session("elland", "ann", TUESDAY, "10:00", "12:00", room=1)
    assert broken() == {"registrar_booked_twice": 1}


def test_two_live_bookings_of_one_registrar_at_once(mine, theirs, run):
    run("UPDATE booking SET begins_at = :at, ends_at = :to WHERE id = :id", at=NINE, to=TEN, id=theirs.id)
    assert broken()["registrar_booked_twice"] == 1


def test_a_room_with_two_registrars_at_once(world, without):
    without("ex_session_room_id", "session")
    world.session("elland", "cleo", TUESDAY, "10:00", "12:00")
    assert broken() == {"room_booked_twice": 1}


def test_a_room_given_twice_to_families_after_its_sessions_were_changed(world, mine, run):
    world.session("sunshine", "cleo", TUESDAY, "9:00", "11:00", room=1)
    other = booked(world.centres["sunshine"], NINE, email="c@example.org", mobile=None)
    run("UPDATE session SET state = 'withdrawn' WHERE id = :id", id=other.session_id)
    run("UPDATE session SET room_id = (SELECT room_id FROM session WHERE id = :mine) WHERE id = :id",
        mine=mine.session_id, id=other.session_id)  # fmt: skip
    assert broken() == {"room_booked_twice": 1, "booking_outside_session": 1}


@pytest.mark.parametrize("key", ["email_key", "mobile_key"])
def test_a_birth_booked_twice_by_its_keys(mine, theirs, run, without, key):
    without(f"uq_booking_{key}")
    change = "UPDATE booking SET {key} = (SELECT {key} FROM booking WHERE id = :id)"
    run(change.format(key=key), id=mine.id)
    assert broken() == {"birth_booked_twice": 1}


@pytest.mark.parametrize("same", ["email = ' AOIFE@example.org'", "mobile = '+447700900982'"])
def test_a_birth_booked_twice_though_its_keys_differ(mine, theirs, run, same):
    run("UPDATE family SET " + same + " WHERE id = :id", id=theirs.family_id)  # noqa: S608
    assert broken() == {"birth_booked_twice": 1}


def test_a_family_with_two_live_bookings(mine, theirs, run):
    run("UPDATE booking SET family_id = :family", family=mine.family_id)
    assert broken() == {"birth_booked_twice": 1}


def test_a_birth_booked_again_after_cancelling_breaks_nothing(world, mine):
    changes.cancel(mine.public_id, NOW)
    booked(world.centres["sunshine"], TEN)
    assert broken() == {}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE session SET state = 'withdrawn'",
        "UPDATE session SET begins_at = begins_at + interval '10 minutes'",
        "UPDATE session SET ends_at = begins_at + interval '20 minutes'",
        "UPDATE booking SET centre_id = centre_id + 1",
    ],
)
def test_a_booking_outside_its_session(mine, run, change):
    run(change)
    assert broken() == {"booking_outside_session": 1}


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM message",
        "UPDATE message SET template = 'your_link'",
        "UPDATE message SET state = 'withdrawn'",
        "UPDATE booking SET version = 1",
    ],
)
def test_a_booking_without_its_confirmation(mine, run, change):
    run(change)
    assert broken() == {"booking_without_confirmation": 1}


def test_a_confirmation_that_was_sent_or_refused_was_still_written(mine, run):
    for state in ("sent", "delivered", "bounced", "suppressed"):
        run("UPDATE message SET state = :state", state=state)
        assert broken() == {}


def test_a_message_that_still_waits_after_the_cancellation(mine, run):
    changes.cancel(mine.public_id, NOW)
    run("UPDATE message SET state = 'queued' WHERE template = 'booking_confirmed' AND channel = 'sms'")
    assert broken() == {"message_after_cancellation": 1}


def test_a_message_in_a_carriers_hands_when_the_family_cancelled_is_no_breach_once_it_is_called_back(mine, run):
    run("UPDATE message SET state = 'sending', claimed_at = :at WHERE channel = 'sms'", at=NOW)
    changes.cancel(mine.public_id, LATER)
    assert broken() == {}
    run("UPDATE message SET withdrawn_at = NULL WHERE state = 'sending'")
    assert broken() == {"message_after_cancellation": 1}


def test_a_message_sent_after_the_cancellation(mine, run):
    run("UPDATE message SET state = 'sent', claimed_at = :at", at=NOW)
    changes.cancel(mine.public_id, LATER)
    assert broken() == {}
    run("UPDATE message SET claimed_at = :at WHERE template = 'booking_confirmed'", at=LATER + timedelta(seconds=1))
    assert broken() == {"message_after_cancellation": 2}


def test_a_reminder_written_for_a_cancelled_booking(mine, run):
    changes.cancel(mine.public_id, NOW)
    remind(appointment_by_id(mine.public_id), WEEK, NOW)
    run("UPDATE message SET state = 'expired' WHERE template = 'reminder_week'")
    assert broken() == {"message_after_cancellation": 1}


def test_the_cancellations_own_message_is_no_breach_but_after_a_loss_it_is(mine, run):
    changes.cancel(mine.public_id, NOW)
    run("UPDATE message SET state = 'sent', claimed_at = :at WHERE template = 'booking_cancelled'", at=LATER)
    assert broken() == {}
    changes.cancel_for_bereavement(mine.public_id, NOW)
    assert broken() == {"message_after_cancellation": 2}


def test_a_message_waiting_for_a_family_that_lost_its_baby(mine, database):
    changes.cancel_for_bereavement(mine.public_id, NOW)
    database.add(
        Message(
            id=uuid4(),
            about=mine.public_id,
            template="your_link",
            version=5,
            channel="email",
            address="aoife@example.org",
            address_digest=b"1",
            locale="en",
            details={},
            created=NOW,
            due=NOW,
        )
    )
    database.flush()
    assert broken() == {"message_after_cancellation": 1}


def test_a_family_shown_to_a_centre_after_a_later_no(world, run):
    made = booked(world.centres["sunshine"], NINE, join=True)
    assert broken() == {}
    run("INSERT INTO sharing_answer (family_id, share, wording_version, route, recorded_by) "
        "VALUES (:id, false, '1', 'telephone', 'staff:1')", id=made.family_id)  # fmt: skip
    assert broken() == {"shared_against_answer": 1}
    record_answer(made.family_id, Answer(share=True, wording_version="1", route="online", recorded_by="family"))
    assert broken() == {}


def test_a_family_on_a_centres_list_that_never_answered_or_lost_its_baby(world, run):
    booked(world.centres["sunshine"], NINE, join=True)
    run("UPDATE family SET lost_at = now()")
    assert broken()["shared_against_answer"] == 1
    run("UPDATE family SET lost_at = NULL")
    run("DELETE FROM sharing_answer")
    assert broken() == {"shared_against_answer": 1}


def test_a_move_that_kept_the_old_time(mine, run, without):
    without("uq_occupancy_booking_id", "occupancy")
    run("""INSERT INTO occupancy (session_id, registrar_id, begins_at, ends_at, kind, booking_id)
           SELECT session_id, registrar_id, ends_at, ends_at + interval '30 minutes', 'booking', booking_id
             FROM occupancy""")
    assert set(broken()) == {"move_kept_both_times"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE occupancy SET begins_at = begins_at + interval '9 minutes', ends_at = ends_at + interval '9 minutes'",
        "UPDATE occupancy SET registrar_id = registrar_id + 1",
    ],
)
def test_a_move_that_left_its_time_behind(mine, run, change):
    run(change)
    assert broken() == {"move_kept_both_times": 1}


def test_a_live_booking_whose_time_is_not_kept(mine, run):
    run("DELETE FROM occupancy")
    assert broken() == {"live_booking_without_time": 1}


def test_a_cancelled_booking_that_keeps_its_time(mine, run):
    changes.cancel(mine.public_id, NOW)
    run("UPDATE occupancy SET kind = 'booking', until = NULL")
    assert broken() == {"cancelled_booking_keeps_time": 1}


def test_a_hold_that_never_ends(world, run, without):
    hold(HoldRequest(world.centres["sunshine"], NINE, (BORN,), interpreter=False), NOW)
    without("ck_occupancy_hold_ends", "occupancy")
    run("UPDATE occupancy SET until = NULL")
    assert broken() == {"hold_without_end": 1}


def test_a_last_lawful_day_that_is_not_42_days_from_the_earliest_birth(mine, run):
    run("UPDATE family SET born = born || (born[1] - 1)")
    assert broken() == {"wrong_last_lawful_day": 1}


def test_a_family_whose_centre_has_closed_and_whom_nobody_sees_to(world, mine, run):
    run("UPDATE booking SET created_at = clock_timestamp() - interval '2 hours'")
    run(
        "UPDATE centre SET participating_to = :day WHERE id = :id",
        day=NINE.date() - timedelta(days=1),
        id=mine.centre_id,
    )
    assert broken() == {"displaced_and_nobody_sees_to_it": 1}
    made = offers.keep(mine.public_id, world.centres["elland"], TEN, cause="cover", answer_by=TEN, now=NOW)
    offers.send(made.id, NOW)
    assert broken() == {}


def test_a_family_whose_registrar_is_away_and_whom_nobody_sees_to(world, mine, run):
    run(
        """INSERT INTO absence (registrar_id, begins_at, ends_at, reason, made_by, made_at)
           VALUES (:ann, :nine, :ten, 'sickness', 'staff:1', clock_timestamp() - interval '2 hours')""",
        ann=world.registrars["ann"],
        nine=NINE,
        ten=TEN,
    )
    assert broken() == {"displaced_and_nobody_sees_to_it": 1}
    made = offers.keep(mine.public_id, world.centres["elland"], TEN, cause="cover", answer_by=TEN, now=NOW)
    offers.send(made.id, NOW)
    assert broken() == {}
    offers.decline(made.public_id, NOW)  # staff are asked to ring
    assert broken() == {}


def test_a_time_that_is_kept_for_an_offer_that_is_over(world, mine, run):
    offers.keep(mine.public_id, world.centres["elland"], TEN, cause="cover", answer_by=TEN, now=NOW)
    run("UPDATE offer SET state = 'withdrawn'")
    assert broken() == {"time_kept_for_no_offer": 1}


def test_a_booking_that_carries_another_outcome_than_was_marked_last(mine, run):
    run("UPDATE booking SET outcome = 'registered'")
    assert broken() == {"outcome_is_not_the_latest": 1}
