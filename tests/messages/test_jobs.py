"""The worker's part, whole: messages written by a booking, carried by real clients to servers on the loopback."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import vobject

from registration.messages import actions, jobs
from registration.messages.rules import State

from . import standins
from .conftest import NOON, START
from .test_carriers import Mailbox, post_office

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _noon(at):
    at(NOON.isoformat())


@pytest.fixture
def clock(at):
    """Move the clock on: clock(minutes after noon)."""
    return lambda minutes: at((NOON + minutes * MINUTE).isoformat())


@pytest.fixture
def twilio(app, monkeypatch):
    with standins.serving(standins.twilio_check()) as standin:
        settings = {
            "TWILIO_ACCOUNT_SID": standins.ACCOUNT,
            "TWILIO_AUTH_TOKEN": standins.TOKEN,
            "TWILIO_FROM": "+441422555010",
            "TWILIO_API_BASE": standin.url,
        }
        for name, value in settings.items():
            monkeypatch.setitem(app.config, name, value)
        yield standin
        assert standin.faults == []


@pytest.fixture
def mailbox(app, monkeypatch):
    box = Mailbox()
    with post_office(box) as host:
        monkeypatch.setitem(app.config, "SMTP_URL", f"smtp://{host}")
        yield box


def run(*message_ids):
    jobs.deliver([str(each) for each in message_ids])


def test_a_confirmation_goes_out_by_text_and_by_e_mail_with_its_calendar_file(
    ask, message, twilio, mailbox, about, app
):
    from registration.common.links import secret

    ids = actions.send_all([ask(), ask(channel="email")], now=NOON)
    run(*ids)

    assert [message(each).state for each in ids] == [State.SENT, State.SENT]
    link = f"/booking/{secret('booking', str(about))}"
    assert link in twilio.asked[0]["Body"]
    letter = message_from_bytes(mailbox.letters[0][0].content, policy=policy.default)
    text, attached = letter.iter_parts()
    assert link in text.get_content()
    event = vobject.readOne(attached.get_payload(decode=True).decode()).vevent
    assert event.dtstart.value == START
    assert event.url.value.endswith(link)


def test_a_message_goes_out_once_however_often_its_job_runs(ask, message, twilio):
    message_id = actions.send(ask(), now=NOON)

    run(message_id, message_id)
    run(message_id)

    assert len(twilio.asked) == 1


def test_nothing_goes_out_after_the_cancellation(ask, message, twilio, mailbox, about):
    ids = actions.send_all([ask(), ask("reminder_week"), ask(channel="email")], now=NOON)
    actions.withdraw(about, now=NOON)

    run(*ids)

    assert twilio.asked == []
    assert mailbox.letters == []


def test_nothing_goes_out_after_its_use_has_passed(ask, message, twilio, at):
    message_id = actions.send(ask(), now=NOON)
    at(START.isoformat())

    run(message_id)

    assert twilio.asked == []
    assert message(message_id).state == State.EXPIRED


def test_a_fault_of_the_carrier_is_tried_again_and_then_succeeds(ask, message, twilio, clock):
    twilio.answers += [(429, {"code": 20429, "message": "slow", "status": 429}), (500, {})]
    message_id = actions.send(ask(), now=NOON)

    run(message_id)
    assert message(message_id).state == State.QUEUED
    run(message_id)
    assert len(twilio.asked) == 1, "thirty seconds have not passed"
    for minutes in (1, 4):
        clock(minutes)
        run(message_id)

    assert len(twilio.asked) == 3, "each refusal was an attempt"
    assert message(message_id).state == State.SENT
    assert message(message_id).attempts == 3


def test_a_refused_address_becomes_a_task_and_is_left_alone(ask, message, mailbox, tasks):
    mailbox.answers["rcpt"] = "550 no such user"
    first = actions.send(ask(channel="email"), now=NOON)
    run(first)
    mailbox.answers.clear()

    run(actions.send(ask("reminder_week", "email"), now=NOON))

    assert message(first).state == State.BOUNCED
    assert mailbox.letters == []
    assert [kind for kind, _ in tasks()] == ["bounced_message"]
    assert "550 no such user" in tasks()[0][1]


def test_a_stop_told_by_twilio_holds_back_the_next_text(ask, message, twilio):
    twilio.answers.append((400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient", "status": 400}))
    first, second = actions.send_all([ask(), ask("reminder_week")], now=NOON)

    run(first)
    run(second)

    assert [message(each).state for each in (first, second)] == [State.SUPPRESSED, State.SUPPRESSED]
    assert len(twilio.asked) == 1


def test_a_message_that_cannot_be_written_does_not_keep_the_next_from_going_out(ask, message, twilio, caplog):
    broken = actions.send(ask(told={"when": "half past ten"}), now=NOON)
    whole = actions.send(ask("reminder_week"), now=NOON)

    run(broken, whole)

    assert message(broken).state == State.QUEUED
    assert message(broken).problem == "It could not be written: ValueError"
    assert message(whole).state == State.SENT
    assert str(broken) in caplog.text
    assert "+447700900123" not in caplog.text


def test_a_demonstration_without_carriers_keeps_messages_on_the_screen(ask, message):
    message_id = actions.send(ask(), now=NOON)

    run(message_id)

    assert (message(message_id).state, message(message_id).carrier) == (State.SENT, "screen")


def test_without_a_carrier_messages_wait_and_staff_are_told(app, ask, message, monkeypatch, tasks):
    monkeypatch.setitem(app.config, "DEMO", 0)
    message_id = actions.send(ask(), now=NOON)

    run(message_id)

    assert message(message_id).state == State.QUEUED
    assert tasks()[0][0] == "carrier_missing"
    assert "TWILIO_ACCOUNT_SID" in tasks()[0][1]


def test_the_minutely_job_hands_over_what_falls_due(ask, clock, jobs):
    from registration.messages import jobs as work

    message_id = actions.send(ask(channel="email", not_before=NOON + 2 * MINUTE), now=NOON)
    work.look_after(0)
    assert jobs() == []

    clock(2)
    work.look_after(0)

    assert jobs() == [((str(message_id),), None)]


def test_the_jobs_stand_in_the_queue_under_the_names_they_are_deferred_by():
    from registration.common.queue import queue

    assert {"messages.deliver", "messages.look_after"} <= set(queue.tasks)
    periodic = {each.task.name: each.cron for each in queue.periodic_registry.periodic_tasks.values()}
    assert periodic["messages.look_after"] == "* * * * *"
