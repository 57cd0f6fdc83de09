"""What Twilio tells us, the outbox of the demonstration, and the staff's page of messages that need a person."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import vobject
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from registration.messages import actions, views
from registration.messages.models import StaffTask, StoppedNumber
from registration.messages.rules import Outcome, State
from tests.staff.people import page, sign_in_as

from .conftest import NOON
from .standins import TOKEN

PUBLIC = "https://births.example.gov.uk"
REFUSED = Outcome("refused", "twilio", problem="Twilio said 400, error 21211")


@pytest.fixture(autouse=True)
def _public(app, monkeypatch, at):
    at(NOON.isoformat())
    monkeypatch.setitem(app.config, "PUBLIC_URL", PUBLIC)
    monkeypatch.setitem(app.config, "TWILIO_AUTH_TOKEN", TOKEN)


@pytest.fixture
def sent(database, ask):
    """Write a message and let a carrier take it, or refuse it."""

    def make(outcome=None, **changes):
        message_id = actions.send(ask(**changes), now=NOON)
        actions.claim(message_id, now=NOON)
        actions.record(message_id, outcome or Outcome("sent", "twilio", "SM1"), now=NOON)
        database.commit()
        return message_id

    return make


def from_twilio(client, path, form, token=TOKEN, signature=None):
    signed = RequestValidator(token).compute_signature(PUBLIC + path, form)
    return client.post(path, data=form, headers={"X-Twilio-Signature": signature or signed})


# ---- Twilio


def test_a_signed_receipt_settles_the_text_it_names(client, sent, message):
    message_id = sent()

    answer = from_twilio(client, f"/messages/twilio/status?message={message_id}", {"MessageStatus": "delivered"})

    assert answer.status_code == 204
    assert message(message_id).state == State.DELIVERED


def test_a_bounce_told_by_twilio_becomes_a_task(client, sent, tasks):
    path = f"/messages/twilio/status?message={sent()}"

    from_twilio(client, path, {"MessageStatus": "undelivered", "ErrorCode": "30005"})

    assert [kind for kind, _ in tasks()] == ["bounced_message"]


@pytest.mark.parametrize("name", ["", "not-an-id", "297d9bc1-6b8f-4306-beea-7b6b1c0f965b"])
def test_a_receipt_for_nothing_of_ours_is_taken_without_harm(client, name):
    path = f"/messages/twilio/status?message={name}"

    assert from_twilio(client, path, {"MessageStatus": "delivered"}).status_code == 204


@pytest.mark.parametrize("path", ["/messages/twilio/status", "/messages/twilio/incoming"])
def test_what_twilio_did_not_sign_is_refused(client, database, app, monkeypatch, path):
    form = {"From": "+447700900123", "Body": "STOP", "MessageStatus": "delivered"}

    assert client.post(path, data=form).status_code == 403
    assert from_twilio(client, path, form, token="another").status_code == 403
    assert from_twilio(client, path, form, signature="x" * 28).status_code == 403
    monkeypatch.setitem(app.config, "TWILIO_AUTH_TOKEN", "")
    assert from_twilio(client, path, form, token="").status_code == 403
    assert database.scalars(select(StoppedNumber)).all() == []


def test_a_signature_for_another_address_is_refused(client, sent):
    form = {"MessageStatus": "delivered"}
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/messages/twilio/status", form)

    answer = from_twilio(client, f"/messages/twilio/status?message={sent()}", form, signature=signature)

    assert answer.status_code == 403


def test_no_token_of_a_form_is_asked_of_twilio(client, app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", 1)

    assert from_twilio(client, "/messages/twilio/status", {"MessageStatus": "sent"}).status_code == 204


def test_stop_is_obeyed_and_start_ends_it(client, database):
    def answered(body):
        return from_twilio(client, "/messages/twilio/incoming", {"From": "+447700900123", "Body": body})

    stopped = answered("Stop")
    assert (stopped.mimetype, stopped.text) == (
        "text/xml",
        '<?xml version="1.0" encoding="UTF-8"?><Response></Response>',
    )
    assert database.scalars(select(StoppedNumber.number)).all() == ["+447700900123"]

    answered("START")
    assert database.scalars(select(StoppedNumber)).all() == []


def test_any_other_answer_is_told_how_to_reach_a_person(client):
    answer = from_twilio(client, "/messages/twilio/incoming", {"From": "+447700900123", "Body": "Can I come at 11? <3"})

    assert "<Message>Nobody reads answers to this number. Please call 01632 960100.</Message>" in answer.text


@pytest.mark.parametrize("sender", ["", "WhatsApp", "\x00"])
def test_a_stop_from_no_number_is_taken_without_harm(client, sender):
    assert from_twilio(client, "/messages/twilio/incoming", {"From": sender, "Body": "STOP"}).status_code == 200


# ---- the outbox


def test_the_outbox_shows_what_a_family_would_get(client, sent, about, app):
    from registration.common.links import secret

    sent(Outcome("sent", "screen"))
    sent(Outcome("sent", "screen"), channel="email", template="booking_moved")

    text = page(client.get("/outbox"))

    assert "Birth appt Tue 14 Apr 10:30am, Sunshine" in text
    assert "Your birth registration appointment has moved: Tuesday 14 April 2026" in text
    assert f"{PUBLIC}/booking/{secret('booking', str(about))}" in text
    assert "+447700900123" in text


def test_an_empty_outbox_says_what_to_do(client):
    assert "Nothing yet. Book an appointment" in page(client.get("/outbox"))


def test_the_outbox_shows_a_page_at_a_time_the_latest_first(client, database, ask, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 2)
    for number in range(5):
        actions.send(ask(channel="email", address=f"{number}@example.com"), now=NOON + timedelta(minutes=number))
    database.commit()

    def shown(address):
        answer = client.get(address)
        page(answer)
        return re.findall(r"<bdi>(\d)@", answer.text), re.findall(r'rel="(prev|next)" href="([^"]+)"', answer.text)

    assert shown("/outbox") == (["4", "3"], [("next", "/outbox?page=2")])
    assert shown("/outbox?page=2") == (["2", "1"], [("prev", "/outbox"), ("next", "/outbox?page=3")])
    assert shown("/outbox?page=3") == (["0"], [("prev", "/outbox?page=2")])
    for none in ("0", "-1", "x"):
        assert shown(f"/outbox?page={none}") == shown("/outbox")
    assert shown("/outbox?page=99999999999999999999")[0] == []


def test_the_outbox_shows_what_waits_in_its_own_language_and_direction(client, database, ask):
    actions.send(ask(locale="ur", channel="email"), now=NOON)

    answer = client.get("/outbox")

    assert 'lang="ur" dir="rtl"' in answer.text
    assert "waiting to go out" in page(answer)


def test_what_a_real_carrier_took_is_not_on_the_screen(client, sent):
    message_id = sent(channel="email")

    assert "parent@example.com" not in client.get("/outbox").text
    assert client.get(f"/outbox/{message_id}/appointment.ics").status_code == 404


def test_the_outbox_has_the_calendar_file_of_an_e_mail(client, sent, about):
    by_email, by_text = sent(Outcome("sent", "screen"), channel="email"), sent(Outcome("sent", "screen"))

    answer = client.get(f"/outbox/{by_email}/appointment.ics")

    assert answer.mimetype == "text/calendar"
    assert vobject.readOne(answer.text).vevent.uid.value == f"{about}@right-start"
    assert f"/outbox/{by_email}/appointment.ics" in client.get("/outbox").text
    assert client.get(f"/outbox/{by_text}/appointment.ics").status_code == 404
    assert client.get(f"/outbox/{uuid4()}/appointment.ics").status_code == 404


def test_there_is_no_outbox_outside_a_demonstration(client, app, monkeypatch, sent):
    message_id = sent(Outcome("sent", "screen"), channel="email")
    monkeypatch.setitem(app.config, "DEMO", 0)

    assert client.get("/outbox").status_code == 404
    assert client.get(f"/outbox/{message_id}/appointment.ics").status_code == 404


# ---- staff


def test_staff_see_what_needs_them_and_can_send_it_again(client, sent, message):
    message_id = sent(REFUSED)
    sign_in_as(client, "booking_desk")

    text = page(client.get("/staff/messages"))
    answer = client.post(f"/staff/messages/{message_id}/retry")

    assert "The text confirming appointment 7K4-XWM did not arrive: Twilio said 400, error 21211." in text
    assert "1 Apr, midday" in text
    assert "+447700900123" in text
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/messages")
    assert message(message_id).state == State.QUEUED
    assert "Every message so far found its way" in page(client.get("/staff/messages"))


def test_somebody_who_was_slower_is_told_so(client, sent):
    message_id = sent(REFUSED)
    sign_in_as(client, "administrator")
    client.post(f"/staff/messages/{message_id}/retry")

    again = client.post(f"/staff/messages/{message_id}/retry")

    assert "This can no longer be changed" in page(again, 409)


def test_a_task_is_marked_done(client, sent, database, tasks):
    sent(REFUSED)
    sign_in_as(client, "rota_manager")
    task = database.scalars(select(StaffTask)).one()

    assert client.post(f"/staff/tasks/{task.id}/done").status_code == 303

    assert tasks() == []


def test_a_letter_is_printed_and_marked_as_posted(client, database, ask, message):
    message_id = actions.send(ask(channel="letter"), now=NOON)
    database.commit()
    sign_in_as(client, "booking_desk")
    assert "The letter confirming appointment 7K4-XWM" in page(client.get("/staff/messages"))

    sheet = page(client.get(f"/staff/letters/{message_id}"))
    posted = client.post(f"/staff/letters/{message_id}")

    assert "A Smith 1 High Street HX1 1AA" in sheet
    assert "Your appointment to register your baby’s birth is booked." in sheet
    assert "I have posted it" in sheet
    assert posted.status_code == 303
    assert message(message_id).state == State.SENT
    assert "This letter was posted." in page(client.get(f"/staff/letters/{message_id}"))


def test_a_letter_that_was_called_back_cannot_be_printed(client, database, ask, about):
    message_id = actions.send(ask(channel="letter"), now=NOON)
    actions.withdraw(about, now=NOON)
    by_text = actions.send(ask(), now=NOON)
    database.commit()
    sign_in_as(client, "booking_desk")

    for gone in (message_id, by_text, uuid4()):
        assert client.get(f"/staff/letters/{gone}").status_code == 410


def test_an_auditor_reads_and_changes_nothing(client, database, ask, sent, message):
    message_id, letter = sent(REFUSED), actions.send(ask(channel="letter"), now=NOON)
    database.commit()
    sign_in_as(client, "auditor")

    assert "Send again" not in page(client.get("/staff/messages"))
    assert "I have posted it" not in page(client.get(f"/staff/letters/{letter}"))
    assert client.post(f"/staff/messages/{message_id}/retry").status_code == 403
    assert client.post(f"/staff/letters/{letter}").status_code == 403
    assert message(message_id).state == State.BOUNCED


@pytest.mark.parametrize("role", [None, "registrar", "evaluator", "data_officer"])
def test_nobody_else_sees_families_addresses(client, role):
    if role:
        sign_in_as(client, role)

    assert client.get("/staff/messages").status_code == (403 if role else 302)
