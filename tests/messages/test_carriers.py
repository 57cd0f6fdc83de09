"""The ways out, tried with the real clients against servers of the test's own: what is sent, and what faults become."""

# ruff: noqa: N802, ARG002 -- the names and arguments aiosmtpd calls its handlers with
import asyncio
import os
import smtplib
import socket
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from registration.common import mail
from registration.messages import carriers
from registration.messages.carriers import Screen, Smtp, Twilio, Unset, carrier_for, signed_by_twilio
from registration.messages.writing import Written

from . import standins
from .conftest import NOON

TEXT = Written("", "Birth appointment Tue 14 Apr 10:30am, Moss Side Hub. Ref 7K4-XWM")
LETTER = Written(
    "Your appointment: 10:30am", "Dear family’s,\n\ncome at 10:30.\n", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
)
NOTHING = {
    "TWILIO_ACCOUNT_SID": "",
    "TWILIO_AUTH_TOKEN": "",
    "TWILIO_FROM": "",
    "TWILIO_API_BASE": "",
    "SMTP_URL": "",
    "MAIL_FROM": "",
    "NOTIFY_API_KEY": "",
    "NOTIFY_API_BASE": "",
    "NOTIFY_EMAIL_TEMPLATE": "",
    "NOTIFY_SMS_TEMPLATE": "",
    "PUBLIC_URL": "",
    "DEMO": False,
    "INSTANCE": "",
}


@pytest.fixture(autouse=True)
def _context(app, monkeypatch):
    monkeypatch.setattr(carriers, "PATIENCE", 1)
    monkeypatch.setattr(mail, "SECONDS", 1)
    with app.app_context():
        yield


# ---- which


TWILIO = {"TWILIO_ACCOUNT_SID": standins.ACCOUNT, "TWILIO_AUTH_TOKEN": standins.TOKEN, "TWILIO_FROM": "+441422555010"}
NOTIFY = {"NOTIFY_API_KEY": standins.NOTIFY_KEY, "NOTIFY_EMAIL_TEMPLATE": "e", "NOTIFY_SMS_TEMPLATE": "s"}
SMTP = {"SMTP_URL": "smtp://localhost"}


@pytest.mark.parametrize(
    ("channel", "set_up", "chosen"),
    [
        ("sms", TWILIO | NOTIFY | SMTP, carriers.Twilio),
        ("sms", NOTIFY | SMTP, carriers.Notify),
        ("sms", SMTP | {"DEMO": True}, carriers.Screen),
        ("email", TWILIO | NOTIFY | SMTP, carriers.Smtp),
        ("email", TWILIO | NOTIFY, carriers.Notify),
        ("email", TWILIO | {"DEMO": True}, carriers.Screen),
        ("email", NOTIFY | {"NOTIFY_EMAIL_TEMPLATE": "", "DEMO": True}, carriers.Screen),
    ],
)
def test_the_way_out_follows_from_the_settings(channel, set_up, chosen):
    assert isinstance(carrier_for(channel, NOTHING | set_up), chosen)


@pytest.mark.parametrize(
    ("channel", "named"),
    [("sms", "TWILIO_FROM, or NOTIFY_API_KEY"), ("email", "SMTP_URL and MAIL_FROM, or NOTIFY_API_KEY")],
)
def test_without_a_way_out_staff_are_told_what_to_set(channel, named):
    with pytest.raises(Unset, match=named):
        carrier_for(channel, NOTHING)


def test_the_screen_takes_everything(sheet):
    assert Screen().send(sheet(), TEXT, now=NOON).kind == "sent"


# ---- SMTP


class Mailbox:
    """An SMTP server's mind: keeps what it gets and answers as it is told."""

    def __init__(self, **answers):
        self.answers = answers
        self.letters = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        answer = self.answers.get("rcpt", "250 OK")
        if answer == "hang":
            await asyncio.sleep(3)
        if answer == "drop":
            server.transport.abort()
        return answer

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.answers.get("mail", "250 OK")

    async def handle_DATA(self, server, session, envelope):
        answer = self.answers.get("data", "250 taken")
        if answer == "hang":
            await asyncio.sleep(3)
        if answer == "drop":
            server.transport.abort()
            return "250 gone"
        self.letters.append((envelope, message_from_bytes(envelope.content, policy=policy.default)))
        return answer

    async def handle_QUIT(self, server, session, envelope):
        return self.answers.get("quit", "221 bye")


@contextmanager
def post_office(mailbox, **options):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop()


def post(sheet, mailbox, *, user="", query="", **options):
    with post_office(mailbox, **options) as host:
        settings = NOTHING | {"SMTP_URL": f"smtp://{user}{host}{query}", "MAIL_FROM": "births@calder.example"}
        return Smtp(settings).send(sheet, LETTER, now=NOON)


def test_an_e_mail_arrives_whole_with_its_calendar_file(sheet):
    mailbox = Mailbox()

    outcome = post(sheet("booking_moved", "email"), mailbox)

    [(envelope, letter)] = mailbox.letters
    assert (outcome.kind, outcome.carrier, outcome.reference) == ("sent", "smtp", letter["Message-ID"])
    assert envelope.rcpt_tos == ["parent@example.com"]
    assert letter["From"] == "Calder Valley Council <births@calder.example>"
    assert letter["Reply-To"].addresses[0].addr_spec == "registrars@calder-valley.example"
    assert letter["Subject"] == "Your appointment: 10:30am"
    assert letter["Message-ID"] == "<00000000-0000-0000-0000-000000000007@calder.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"].datetime == NOON
    text, attached = letter.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert text["Content-Language"] == "en"
    assert text.get_content().replace("\r\n", "\n") == LETTER.body
    assert attached.get_content_type() == "text/calendar"
    assert attached["Content-Type"].params["method"] == "REQUEST"
    assert attached.get_filename() == "appointment.ics"
    assert attached.get_payload(decode=True) == LETTER.calendar


def test_an_e_mail_without_an_appointment_has_nothing_attached(sheet):
    mail_out = carriers.email_message(sheet(channel="email"), Written("S", "B\n"), "Births <b@calder.example>", NOON)

    assert not mail_out.is_multipart()
    assert mail_out["From"] == "Births <b@calder.example>"


def test_the_councils_own_address_sends_where_no_other_is_set(sheet):
    mailbox = Mailbox()
    with post_office(mailbox) as host:
        Smtp(NOTHING | {"SMTP_URL": f"smtp://{host}"}).send(sheet(channel="email"), LETTER, now=NOON)

    assert mailbox.letters[0][0].mail_from == "registrars@calder-valley.example"


@pytest.mark.parametrize(
    ("answers", "kind", "said"),
    [
        ({"rcpt": "550 no such user"}, "refused", "550 no such user"),
        ({"rcpt": "450 greylisted"}, "later", "450 greylisted"),
        ({"data": "554 not wanted"}, "refused", "554 not wanted"),
        ({"data": "452 full"}, "later", "452 full"),
        ({"mail": "550 you may not send"}, "later", "550"),
        ({"rcpt": "hang"}, "later", "did not take it"),
        ({"rcpt": "drop"}, "later", "did not take it"),
        ({"data": "hang"}, "unknown", "fell silent"),
        ({"data": "drop"}, "unknown", "fell silent"),
        ({"quit": "421 rude"}, "sent", ""),
    ],
)
def test_what_a_mail_server_says_decides_whether_it_is_tried_again(sheet, answers, kind, said):
    outcome = post(sheet(channel="email"), Mailbox(**answers))

    assert outcome.kind == kind
    assert said in outcome.problem


def test_a_mail_server_that_is_not_there_is_tried_again(sheet):
    with post_office(Mailbox()) as host:
        gone = host
    outcome = Smtp(NOTHING | {"SMTP_URL": f"smtp://{gone}"}).send(sheet(channel="email"), LETTER, now=NOON)

    assert outcome.kind == "later"


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize(("password", "kind"), [("p%40ss", "sent"), ("wrong", "later")])
def test_the_password_of_the_address_is_used_and_a_wrong_one_is_our_fault(sheet, password, kind):
    def authenticate(server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b"births", b"p@ss"))

    options = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False}
    outcome = post(sheet(channel="email"), Mailbox(), user=f"births:{password}@", **options)

    assert outcome.kind == kind


def test_encryption_that_was_asked_for_and_is_not_offered_is_our_fault(sheet):
    assert post(sheet(channel="email"), Mailbox(), query="?starttls").kind == "later"


@pytest.mark.parametrize(("server_can", "kind"), [(True, "sent"), (False, "refused")])
def test_an_address_beyond_ascii_goes_where_the_server_can_take_it(sheet, server_can, kind):
    outcome = post(sheet(channel="email", address="josé@example.com"), Mailbox(), enable_SMTPUTF8=server_can)

    assert outcome.kind == kind


def test_an_address_cannot_add_a_header(sheet):
    with pytest.raises(ValueError, match="CR or LF"):
        carriers.email_message(
            sheet(channel="email", address="a@b.example\nBcc: c@d.example"), LETTER, "x@y.example", NOON
        )


def test_a_message_over_a_server_that_hangs_up_at_once_is_tried_again(sheet, monkeypatch):
    def connect(*_args, **_kwargs):
        raise smtplib.SMTPConnectError(554, b"go away")

    monkeypatch.setattr(smtplib, "SMTP", connect)

    assert Smtp(NOTHING | SMTP).send(sheet(channel="email"), LETTER, now=NOON).kind == "later"


# ---- Twilio


@pytest.fixture(scope="module")
def twilio_schema():
    """Twilio's own description of a message, where the real published files are at hand."""
    description = Path(os.environ.get("REAL_DATA", "/nowhere")) / "twilio" / "twilio_api_v2010.yaml"
    return standins.against(description) if description.exists() else None


@pytest.fixture
def twilio(twilio_schema):
    with standins.serving(standins.twilio_check(twilio_schema)) as standin:
        yield standin
        assert standin.faults == []


def by_twilio(twilio, sheet, **settings):
    return Twilio(NOTHING | TWILIO | {"TWILIO_API_BASE": twilio.url} | settings).send(sheet, TEXT, now=NOON)


def test_a_text_reaches_twilio_as_twilio_describes_it(twilio, sheet, app, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://births.example.gov.uk")

    outcome = by_twilio(twilio, sheet(), PUBLIC_URL="https://births.example.gov.uk")

    assert (outcome.kind, outcome.reference) == ("sent", "SM" + f"{1:032x}")
    assert twilio.asked == [
        {
            "To": "+447700900123",
            "From": "+441422555010",
            "Body": TEXT.body,
            "StatusCallback": (
                "https://births.example.gov.uk/messages/twilio/status?message=00000000-0000-0000-0000-000000000007"
            ),
            "ValidityPeriod": "36000",
        }
    ]


def test_twilio_drops_a_text_when_its_use_has_passed(twilio, sheet):
    by_twilio(twilio, sheet(use_until=NOON + timedelta(minutes=10)))
    by_twilio(twilio, sheet(use_until=NOON))
    by_twilio(twilio, sheet(use_until=None))

    assert [form.get("ValidityPeriod") for form in twilio.asked] == ["600", "1", None]


def test_a_messaging_service_sends_where_one_is_set(twilio, sheet):
    service = "MG" + "0" * 32

    by_twilio(twilio, sheet(), TWILIO_FROM=service)

    assert twilio.asked[0]["MessagingServiceSid"] == service
    assert "From" not in twilio.asked[0]
    assert "StatusCallback" not in twilio.asked[0], "Twilio could not reach a private address"


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        ((429, {"code": 20429, "message": "Too Many Requests", "status": 429}), "later", "error 20429"),
        ((500, {}), "later", "Twilio said 500"),
        ((503, {"code": 20503, "message": "busy", "status": 503}), "later", "busy"),
        ((401, {"code": 20003, "message": "Authenticate", "status": 401}), "later", "Authenticate"),
        ((400, {"code": 21211, "message": "Invalid 'To' Phone Number", "status": 400}), "refused", "Invalid 'To'"),
        ((400, {"code": 21610, "message": "unsubscribed recipient", "status": 400}), "stopped", "no more texts"),
        ((400, {"type": "t", "title": "No such number", "status": 400, "code": 21614}), "refused", "No such number"),
        ("hang", "unknown", "did not answer"),
        ("drop", "unknown", "did not answer"),
        ("nonsense", "unknown", "could not be read"),
    ],
)
def test_what_twilio_says_decides_whether_it_is_tried_again(twilio, sheet, answer, kind, said):
    twilio.answers.append(answer)

    outcome = by_twilio(twilio, sheet())

    assert outcome.kind == kind
    assert said in outcome.problem


def test_twilios_wish_to_be_left_alone_is_heard(twilio, sheet):
    busy = (429, {"code": 20429, "message": "Too Many Requests", "status": 429})
    twilio.answers += [(*busy, {"Retry-After": "90"}), busy]

    assert [by_twilio(twilio, sheet()).wait.total_seconds() for _ in range(2)] == [90, 0]


def test_a_twilio_that_is_not_there_was_surely_not_reached(sheet):
    with standins.serving(standins.twilio_check()) as gone:
        pass

    assert by_twilio(gone, sheet()).kind == "later"


def test_a_signature_is_only_good_with_a_token_of_ours():
    from twilio.request_validator import RequestValidator

    url, form = "https://b.example/messages/twilio/status", {"A": "b"}

    assert signed_by_twilio(url, form, RequestValidator("token").compute_signature(url, form), "token")
    assert not signed_by_twilio(url, form, RequestValidator("other").compute_signature(url, form), "token")
    assert not signed_by_twilio(url, form, RequestValidator("").compute_signature(url, form), "")


# ---- GOV.UK Notify


@pytest.fixture
def notify():
    with standins.serving(standins.notify_check) as standin:
        yield standin
        assert standin.faults == []


def by_notify(notify, channel, written, sheet):
    return carrier_for(channel, NOTHING | NOTIFY | {"NOTIFY_API_BASE": notify.url}).send(sheet, written, now=NOON)


def test_notify_gets_the_words_for_its_general_templates(notify, sheet):
    by_text = by_notify(notify, "sms", TEXT, sheet())
    by_email = by_notify(notify, "email", LETTER, sheet(channel="email"))

    reference = "00000000-0000-0000-0000-000000000007"
    assert (by_text.kind, by_text.reference, by_email.reference) == ("sent", "notify-1", "notify-2")
    assert notify.asked == [
        {
            "phone_number": "+447700900123",
            "template_id": "s",
            "personalisation": {"body": TEXT.body},
            "reference": reference,
        },
        {
            "email_address": "parent@example.com",
            "template_id": "e",
            "personalisation": {"subject": LETTER.subject, "body": LETTER.body},
            "reference": reference,
        },
    ]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((400, {"errors": [{"error": "ValidationError", "message": "phone_number Not a UK mobile"}]}), "refused"),
        ((403, {"errors": [{"error": "AuthError", "message": "Invalid token"}]}), "later"),
        ((429, {"errors": [{"error": "RateLimitError", "message": "slow"}]}), "later"),
        ((503, {}), "later"),
        ("hang", "unknown"),
        ("drop", "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_what_notify_says_decides_whether_it_is_tried_again(notify, sheet, answer, kind):
    notify.answers.append(answer)

    assert by_notify(notify, "sms", TEXT, sheet()).kind == kind


def test_notifys_wish_to_be_left_alone_is_heard(notify, sheet):
    busy = (429, {"errors": [{"error": "RateLimitError", "message": "slow"}]})
    notify.answers += [(*busy, {"Retry-After": "90"}), busy, "drop"]

    assert [by_notify(notify, "sms", TEXT, sheet()).wait.total_seconds() for _ in range(3)] == [90, 0, 0]


def test_a_notify_that_is_not_there_was_surely_not_reached(sheet):
    with standins.serving(standins.notify_check) as gone:
        pass

    assert by_notify(gone, "sms", TEXT, sheet()).kind == "later"
