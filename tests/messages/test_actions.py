"""Messages written with a booking, called back with it, sent once, tried again and given up."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from registration.messages import actions, rules
from registration.messages.actions import AlreadyGone
from registration.messages.actions.tasks import subject
from registration.messages.models import Message, StaffTask, StoppedNumber
from registration.messages.rules import Outcome, State

from .conftest import NOON, START

NIGHT = datetime(2026, 4, 1, 21, 30, tzinfo=NOON.tzinfo)
MORNING = datetime(2026, 4, 2, 7, 0, tzinfo=NOON.tzinfo)  # 8:00 in England
MINUTE = timedelta(minutes=1)
SENT = Outcome("sent", "twilio", "SM1")
LATER = Outcome("later", "twilio", problem="Twilio said 503")
UNKNOWN = Outcome("unknown", "twilio", problem="twilio did not answer")
REFUSED = Outcome("refused", "twilio", problem="Twilio said 400, error 21211")


@pytest.fixture
def sending(database, ask):
    """Write a message and take it up: the id of one in a worker's hands."""

    def start(template="booking_confirmed", channel="sms", now=NOON, **changes):
        message_id = actions.send(ask(template, channel, **changes), now=now)
        assert actions.claim(message_id, now=now) is not None
        return message_id

    return start


# ---- written


def test_a_message_and_its_job_are_written_on_one_connection(database, ask, message, jobs):
    first = actions.send(ask(channel="email"), now=NOON)

    assert message(first).state == State.QUEUED
    assert jobs() == [((str(first),), None)]


def test_the_message_and_the_job_vanish_together_with_the_booking_that_wrote_them(database, ask, jobs):
    nested = database.begin_nested()
    actions.send(ask(), now=NOON)
    nested.rollback()

    assert jobs() == []
    assert database.scalars(select(Message)).all() == []


def test_the_same_message_is_written_once_for_each_version_and_address(database, ask, jobs):
    assert actions.send(ask(), now=NOON)
    assert actions.send(ask(), now=NOON) is None
    assert actions.send(ask(address="07700 900123"), now=NOON) is None
    assert actions.send(ask(version=2), now=NOON)
    assert actions.send(ask(address="+447700900124"), now=NOON)
    assert actions.send(ask("booking_moved"), now=NOON)
    assert actions.send(ask(channel="email"), now=NOON)
    assert actions.send(ask(channel="email", address="Parent@Example.com"), now=NOON) is None
    assert len(jobs()) == 5


def test_several_messages_are_handed_over_as_one_job(database, ask, jobs):
    written = actions.send_all([ask(), ask(channel="email"), ask(channel="letter")], now=NOON)

    assert len(written) == 3
    assert [len(ids) for ids, _ in jobs()] == [2], "a letter waits for a person"


def test_nothing_asked_writes_nothing(database, jobs):
    assert actions.send_all([], now=NOON) == []
    assert jobs() == []


def test_a_secret_link_and_the_words_are_never_kept(database, ask, message, about):
    from registration.common.links import secret

    event = replace(ask(channel="email").calendar, url=f"https://x.example/booking/{secret('booking', str(about))}")
    actions.send(ask(channel="email", calendar=event), now=NOON)

    row = database.execute(text("SELECT to_jsonb(message) AS kept FROM message")).scalar_one()

    assert secret("booking", str(about)) not in json.dumps(row)
    assert row["calendar"]["url"] == ""
    assert row["calendar"]["uid"] == f"{about}@right-start"


def test_a_text_written_at_night_waits_for_eight_and_an_e_mail_does_not(database, ask, message, jobs):
    by_text, by_email = (actions.send(ask(channel=channel), now=NIGHT) for channel in ("sms", "email"))

    assert message(by_text).due == MORNING
    assert message(by_email).due == NIGHT
    assert jobs() == [((str(by_email),), None)]


def test_what_is_of_use_only_later_is_handed_over_when_it_falls_due(database, ask, message, jobs):
    message_id = actions.send(ask(channel="email", not_before=NOON + 5 * MINUTE), now=NOON)

    assert actions.look_after(now=NOON + 4 * MINUTE) == 0
    assert jobs() == []
    assert actions.look_after(now=NOON + 5 * MINUTE) == 1
    assert jobs() == [((str(message_id),), None)]
    assert actions.look_after(now=NOON + 6 * MINUTE) == 0


def test_a_message_without_template_for_its_channel_is_a_fault(ask):
    with pytest.raises(ValueError, match="There is no reminder_week for letter"):
        ask("reminder_week", "letter")
    with pytest.raises(ValueError, match="There is no congratulations"):
        ask("congratulations")


# ---- called back


def test_withdrawing_calls_back_everything_that_has_not_gone_out(database, ask, message, sending, about):
    gone = sending(channel="email")
    actions.record(gone, SENT, now=NOON)
    waiting = actions.send(ask(), now=NOON)
    letter = actions.send(ask(channel="letter"), now=NOON)
    other = actions.send(ask(about=uuid4()), now=NOON)

    assert actions.withdraw(about, now=NOON + MINUTE) == 2
    states = [message(each).state for each in (gone, waiting, letter, other)]
    assert states == [State.SENT, State.WITHDRAWN, State.WITHDRAWN, State.QUEUED]
    assert message(waiting).settled_at == NOON + MINUTE
    assert actions.claim(waiting, now=NOON + MINUTE) is None


def test_only_the_templates_named_are_called_back(database, ask, message, about):
    reminder = actions.send(ask("reminder_week"), now=NOON)
    confirmation = actions.send(ask(), now=NOON)

    assert actions.withdraw(about, now=NOON, templates=rules.REMINDERS) == 1
    assert message(reminder).state == State.WITHDRAWN
    assert message(confirmation).state == State.QUEUED


def test_what_is_called_back_on_its_way_may_arrive_but_is_not_tried_again(database, message, sending, about):
    arrived, failed = sending(), sending(channel="email")

    assert actions.withdraw(about, now=NOON) == 0
    actions.record(arrived, SENT, now=NOON)
    actions.record(failed, LATER, now=NOON)

    assert message(arrived).state == State.SENT
    assert message(failed).state == State.WITHDRAWN


def test_silence_calls_back_refuses_and_leaves_staff_nothing_to_do(database, ask, message, sending, about, tasks):
    actions.record(sending(), REFUSED, now=NOON)
    waiting = actions.send(ask(channel="email"), now=NOON)
    assert len(tasks()) == 1

    actions.silence(about, now=NOON)
    actions.silence(about, now=NOON)

    assert message(waiting).state == State.WITHDRAWN
    assert actions.send(ask("booking_cancelled"), now=NOON) is None
    assert actions.send(ask("booking_cancelled", about=uuid4()), now=NOON)
    assert tasks() == []


def test_a_message_written_beside_a_silence_is_not_sent_and_its_bounce_asks_nobody(
    database, ask, message, sending, about, tasks
):
    beside, on_its_way = actions.send(ask(), now=NOON), sending(channel="email")
    actions.silence(about, now=NOON)
    database.execute(text("UPDATE message SET state = 'queued' WHERE id = :id"), {"id": beside})

    assert actions.claim(beside, now=NOON) is None
    actions.record(on_its_way, REFUSED, now=NOON)

    assert message(beside).state == State.WITHDRAWN
    assert tasks() == []


# ---- taken up


def test_a_message_is_taken_up_once(database, ask, message):
    message_id = actions.send(ask(channel="email"), now=NOON)

    sheet = actions.claim(message_id, now=NOON)

    assert (sheet.address, sheet.template, sheet.calendar.sequence) == ("parent@example.com", "booking_confirmed", 1)
    assert message(message_id).state == State.SENDING
    assert actions.claim(message_id, now=NOON) is None
    assert actions.claim(uuid4(), now=NOON) is None


def test_a_message_whose_use_has_passed_is_never_sent(database, ask, message):
    message_id = actions.send(ask(), now=NOON)

    assert actions.claim(message_id, now=START) is None
    assert message(message_id).state == State.EXPIRED


def test_a_text_whose_worker_comes_at_night_waits_for_the_morning(database, ask, message, jobs):
    message_id = actions.send(ask(), now=NOON)

    assert actions.claim(message_id, now=NIGHT) is None
    assert (message(message_id).state, message(message_id).due) == (State.QUEUED, MORNING)
    assert actions.look_after(now=MORNING) == 1
    assert actions.claim(message_id, now=MORNING) is not None


def test_a_number_that_said_stop_gets_no_text_and_staff_reach_the_family_otherwise(database, ask, message, tasks):
    actions.stop("07700 900123", now=NOON)
    actions.stop("+447700900123", now=NOON)
    told, reminded = actions.send(ask(), now=NOON), actions.send(ask("reminder_week"), now=NOON)
    by_email = actions.send(ask(channel="email"), now=NOON)

    assert [actions.claim(each, now=NOON) for each in (told, reminded)] == [None, None]
    assert {message(told).state, message(reminded).state} == {State.SUPPRESSED}
    assert actions.claim(by_email, now=NOON) is not None
    assert tasks() == [
        (
            "bounced_message",
            (
                "The text confirming appointment 7K4-XWM did not arrive: the number has asked for no more texts. "
                "Reach the family another way."
            ),
        )
    ]


def test_start_ends_a_stop(database, ask):
    actions.stop("+447700900123", now=NOON)
    actions.resume("07700900123")
    actions.resume("07700900123")

    assert actions.claim(actions.send(ask(), now=NOON), now=NOON) is not None


def test_nothing_more_goes_to_an_address_that_refused(database, ask, message, sending, tasks):
    actions.record(sending(), REFUSED, now=NOON)
    moved = actions.send(ask("booking_moved", version=2), now=NOON)
    reminder = actions.send(ask("reminder_week"), now=NOON)
    elsewhere = actions.send(ask(address="+447700900999"), now=NOON)

    assert actions.claim(moved, now=NOON) is None
    assert actions.claim(reminder, now=NOON) is None
    assert actions.claim(elsewhere, now=NOON) is not None
    assert message(moved).state == State.SUPPRESSED
    assert len(tasks()) == 2, "one for the bounce, one for the new time the family does not know; none for a reminder"


# ---- settled


def test_a_sent_message_keeps_who_carried_it(database, message, sending):
    message_id = sending()

    actions.record(message_id, SENT, now=NOON)

    kept = message(message_id)
    assert (kept.state, kept.carrier, kept.carrier_reference, kept.settled_at) == (State.SENT, "twilio", "SM1", NOON)


def test_a_passing_fault_is_tried_again_ever_later_and_then_staff_are_told(database, message, sending, tasks, jobs):
    message_id, now = sending(channel="email"), NOON
    for wait in rules.BACKOFF:
        actions.record(message_id, LATER, now=now)
        assert (message(message_id).state, message(message_id).due) == (State.QUEUED, now + wait)
        assert jobs()[-1] == ((str(message_id),), now + wait)
        assert actions.claim(message_id, now=now + wait - timedelta(seconds=1)) is None
        now += wait
        assert actions.claim(message_id, now=now) is not None
    assert tasks() == []

    actions.record(message_id, LATER, now=now)

    assert message(message_id).state == State.FAILED
    assert [kind for kind, _ in tasks()] == ["bounced_message"]
    assert "Twilio said 503" in tasks()[0][1]


def test_a_text_to_be_tried_again_keeps_to_the_day(database, message, sending):
    evening = datetime(2026, 4, 1, 18, 59, 50, tzinfo=NOON.tzinfo)
    message_id = sending(now=evening)

    actions.record(message_id, LATER, now=evening)

    assert message(message_id).due == MORNING


def test_an_address_that_refuses_is_not_tried_again(database, message, sending, tasks):
    message_id = sending()

    actions.record(message_id, REFUSED, now=NOON)

    assert message(message_id).state == State.BOUNCED
    assert "Twilio said 400, error 21211" in tasks()[0][1]


def test_a_stop_that_the_carrier_knows_is_learnt_from_it(database, message, sending):
    message_id = sending()

    actions.record(message_id, Outcome("stopped", "twilio", problem="the number has asked for no more texts"), now=NOON)

    assert message(message_id).state == State.SUPPRESSED
    assert database.get(StoppedNumber, "+447700900123") is not None


def test_a_text_of_unknown_fate_is_sent_at_most_twice_and_staff_know(database, message, sending, tasks):
    message_id = sending()

    actions.record(message_id, UNKNOWN, now=NOON)
    assert (message(message_id).state, message(message_id).maybe_sent) == (State.QUEUED, True)
    assert [kind for kind, _ in tasks()] == ["maybe_sent_twice"]

    assert actions.claim(message_id, now=NOON + MINUTE) is not None
    actions.record(message_id, UNKNOWN, now=NOON + MINUTE)
    assert message(message_id).state == State.FAILED
    assert [kind for kind, _ in tasks()] == ["maybe_sent_twice", "bounced_message"]


def test_an_e_mail_of_unknown_fate_is_sent_at_most_twice(database, message, sending, tasks):
    message_id = sending(channel="email")

    actions.record(message_id, UNKNOWN, now=NOON)
    assert (message(message_id).state, tasks()) == (State.QUEUED, [])

    assert actions.claim(message_id, now=NOON + MINUTE) is not None
    actions.record(message_id, UNKNOWN, now=NOON + MINUTE)
    assert message(message_id).state == State.FAILED
    assert [kind for kind, _ in tasks()] == ["bounced_message"]


@pytest.mark.parametrize(
    ("asked", "waits"), [(timedelta(hours=1), timedelta(hours=1)), (timedelta(seconds=3), MINUTE / 2)]
)
def test_a_carrier_that_asks_to_be_left_alone_is(database, message, sending, asked, waits):
    message_id = sending()

    actions.record(message_id, Outcome("later", wait=asked), now=NOON)

    assert message(message_id).due == NOON + waits


def test_without_a_carrier_messages_wait_and_staff_are_told_once_what_to_set(database, ask, message, sending, tasks):
    unset = Outcome("unset", problem="Texts are waiting because no carrier is set up.")
    first, second = sending(), sending("reminder_week")

    actions.record(first, unset, now=NOON)
    actions.record(second, unset, now=NOON)

    assert (message(first).state, message(first).attempts) == (State.QUEUED, 0)
    assert tasks() == [("carrier_missing", "Texts are waiting because no carrier is set up.")]
    assert actions.look_after(now=NOON + 2 * MINUTE) == 0
    assert actions.look_after(now=NOON + 4 * MINUTE) == 2


def test_the_outcome_of_a_message_that_is_gone_is_nobodys(database):
    actions.record(uuid4(), SENT, now=NOON)

    assert database.scalars(select(Message)).all() == []


# ---- looked after


def test_a_job_lost_with_its_worker_is_handed_over_again(database, ask, jobs):
    actions.send(ask(), now=NOON)

    assert actions.look_after(now=NOON + 2 * MINUTE) == 0
    assert actions.look_after(now=NOON + 4 * MINUTE) == 1
    assert actions.look_after(now=NOON + 5 * MINUTE) == 0
    assert len(jobs()) == 2


def test_what_a_dead_worker_holds_is_taken_back_after_three_minutes(database, message, sending, tasks):
    by_text, by_email = sending(), sending(channel="email")

    actions.look_after(now=NOON + 2 * MINUTE)
    assert message(by_text).state == State.SENDING
    actions.look_after(now=NOON + 4 * MINUTE)

    assert [message(each).state for each in (by_text, by_email)] == [State.QUEUED, State.QUEUED]
    assert [kind for kind, _ in tasks()] == ["maybe_sent_twice"], "a second e-mail has the same Message-ID"


def test_a_text_over_which_two_workers_died_is_not_sent_a_third_time(database, message, sending, tasks):
    message_id = sending()
    actions.look_after(now=NOON + 11 * MINUTE)
    assert actions.claim(message_id, now=NOON + 12 * MINUTE) is not None

    actions.look_after(now=NOON + 23 * MINUTE)

    assert message(message_id).state == State.FAILED
    assert "we cannot tell whether it went out" in tasks()[-1][1]


def test_a_letter_never_falls_to_the_worker(database, ask):
    actions.send(ask(channel="letter"), now=NOON)

    assert actions.look_after(now=NOON + timedelta(days=1)) == 0


# ---- told


@pytest.mark.parametrize("before", [None, SENT])
def test_a_receipt_settles_a_text_also_when_it_is_quicker_than_we_are(database, message, sending, before):
    message_id = sending()
    if before:
        actions.record(message_id, before, now=NOON)

    actions.receive(message_id, "delivered", "", now=NOON + MINUTE)
    actions.record(message_id, SENT, now=NOON + 2 * MINUTE)
    actions.receive(message_id, "failed", "", now=NOON + 3 * MINUTE)

    assert message(message_id).state == State.DELIVERED
    assert message(message_id).carrier_reference == "SM1"


def test_a_text_reported_undelivered_becomes_a_task(database, message, sending, tasks):
    message_id = sending()
    actions.record(message_id, SENT, now=NOON)

    actions.receive(message_id, "undelivered", "30005", now=NOON)
    actions.receive(message_id, "undelivered", "30005", now=NOON)

    assert message(message_id).state == State.BOUNCED
    assert [kind for kind, _ in tasks()] == ["bounced_message"]
    assert "Twilio reported it as undelivered (error 30005)" in tasks()[0][1]


def test_a_receipt_without_a_code_and_one_for_nothing_of_ours_do_no_harm(database, message, sending):
    message_id = sending()
    actions.receive(message_id, "sent", "", now=NOON)
    assert message(message_id).state == State.SENDING

    actions.receive(message_id, "failed", "", now=NOON)
    actions.receive(uuid4(), "delivered", "", now=NOON)

    assert message(message_id).problem == "Twilio reported it as failed"


# ---- what staff do


def test_staff_are_not_asked_the_same_twice_while_it_is_open(database, about, tasks):
    for _ in range(2):
        actions.ask_staff("carrier_missing", "Set it.", now=NOON)
        actions.ask_staff("call", "Call them.", now=NOON, about=about)
    assert len(tasks()) == 2

    first = database.scalar(select(StaffTask).where(StaffTask.kind == "carrier_missing"))
    actions.finish(first.id, actor="staff:1", now=NOON)
    assert len(tasks()) == 1
    actions.ask_staff("carrier_missing", "Set it.", now=NOON)
    assert len(tasks()) == 2


def test_a_task_is_done_once(database):
    actions.ask_staff("call", "Call them.", now=NOON)
    task = database.scalars(select(StaffTask)).one()

    actions.finish(task.id, actor="staff:1", now=NOON)

    assert (task.done_by, task.done_at) == ("staff:1", NOON)
    for task_id in (task.id, task.id + 1000):
        with pytest.raises(AlreadyGone):
            actions.finish(task_id, actor="staff:2", now=NOON)


def test_staff_can_send_again_what_failed_and_the_address_is_trusted_again(
    database, ask, message, sending, tasks, jobs
):
    failed, other = sending(), sending("booking_moved")
    actions.record(failed, REFUSED, now=NOON)
    actions.record(other, REFUSED, now=NOON)

    actions.retry(failed, actor="staff:1", now=NIGHT)

    assert (message(failed).state, message(failed).due, message(failed).attempts) == (State.QUEUED, MORNING, 0)
    assert message(other).state == State.FAILED
    assert len(tasks()) == 1
    assert jobs()[-1] == ((str(failed),), MORNING)
    assert actions.claim(failed, now=MORNING) is not None


def test_only_what_failed_can_be_sent_again(database, ask):
    waiting = actions.send(ask(), now=NOON)

    for message_id in (waiting, uuid4()):
        with pytest.raises(AlreadyGone, match="can no longer be changed"):
            actions.retry(message_id, actor="staff:1", now=NOON)


def test_a_letter_is_posted_once_and_not_after_it_was_called_back(database, ask, message, about):
    first, second = (actions.send(ask(channel="letter", version=version), now=NOON) for version in (1, 2))
    text_message = actions.send(ask(), now=NOON)

    actions.posted(first, actor="staff:1", now=NOON)
    actions.withdraw(about, now=NOON)

    assert [message(each).state for each in (first, second)] == [State.SENT, State.WITHDRAWN]
    for message_id in (first, second, text_message, uuid4()):
        with pytest.raises(AlreadyGone):
            actions.posted(message_id, actor="staff:1", now=NOON)


def test_what_staff_do_is_recorded(database, ask, sending, about):
    from registration.common.audit import AuditEvent

    letter = actions.send(ask(channel="letter"), now=NOON)
    failed = sending()
    actions.record(failed, REFUSED, now=NOON)
    task = database.scalars(select(StaffTask)).one()

    actions.posted(letter, actor="staff:1", now=NOON)
    actions.finish(task.id, actor="staff:2", now=NOON)
    actions.retry(failed, actor="staff:3", now=NOON)

    recorded = database.execute(
        select(AuditEvent.event, AuditEvent.actor, AuditEvent.about).order_by(AuditEvent.id)
    ).all()
    assert [tuple(row) for row in recorded] == [
        ("letter.posted", "staff:1", str(about)),
        ("task.done", "staff:2", str(about)),
        ("message.retried", "staff:3", str(about)),
    ]


def test_what_a_centre_wrote_is_named_as_such():
    written = Message(template="centre_welcome", channel="email", details={})
    assert subject(written) == "The email of welcome from a centre"
