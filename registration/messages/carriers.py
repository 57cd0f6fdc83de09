"""The ways out: an SMTP server, Twilio, GOV.UK Notify, and the screen of a demonstration.

Each waits ten seconds at most and answers with an Outcome. The real clients of Twilio and Notify are used, loaded only
when they send.
"""

import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any, Protocol

from registration.common.authority import current_authority
from registration.common.links import external
from registration.common.mail import MailInTheClear, MaybeTaken, PasswordInTheClear, send_mail
from registration.messages.rules import Channel, Outcome, wait_asked
from registration.messages.writing import Draft, Written

#: Seconds to wait for a carrier, for each step of speaking to it.
PATIENCE = 10
LONGEST_PROBLEM = 300
REFUSED, TOO_MANY, BROKEN = 400, 429, 500
#: Codes that say the fault is ours (credentials, address of the service), not the family's.
OURS = frozenset({401, 403, 404, 405})
#: Twilio's error for a number whose owner answered STOP.
TWILIO_STOPPED = 21610
#: Seconds Twilio may keep a text before it must drop it, at most.
TWILIO_LONGEST = 36000


class Carrier(Protocol):
    """Takes a written message and says what became of it."""

    def send(self, sheet: Draft, written: Written, *, now: datetime) -> Outcome:
        """Hand the message over."""


class Unset(Exception):
    """No carrier is set up for a channel; the text tells staff which settings to make."""


def carrier_for(channel: Channel, settings: Mapping[str, Any]) -> Carrier:
    """Choose the way out for a channel from the settings; Unset where there is none.

    Texts go by Twilio, else Notify; e-mails by SMTP, else Notify; in a demonstration without either, to the screen.
    """
    if channel == "sms" and settings["TWILIO_ACCOUNT_SID"]:
        return Twilio(settings)
    if channel == "email" and settings["SMTP_URL"]:
        return Smtp(settings)
    template = f"NOTIFY_{channel.upper()}_TEMPLATE"
    if settings["NOTIFY_API_KEY"] and settings.get(template):
        return Notify(settings["NOTIFY_API_KEY"], settings["NOTIFY_API_BASE"], settings[template])
    if settings["DEMO"]:
        return Screen()
    own = "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM" if channel == "sms" else "SMTP_URL and MAIL_FROM"
    what = "Texts" if channel == "sms" else "Emails"
    raise Unset(f"{what} are waiting because no carrier is set up. Set {own}, or NOTIFY_API_KEY and {template}.")


class Screen:
    """The outbox page of a demonstration: nothing leaves, the page writes the message anew."""

    def send(self, sheet: Draft, written: Written, *, now: datetime) -> Outcome:  # noqa: ARG002 -- nothing to carry
        """Let it be seen on the outbox page."""
        return Outcome("sent", "screen")


# ---- e-mail by SMTP


class Smtp:
    """The mail server of SMTP_URL."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings

    def send(self, sheet: Draft, written: Written, *, now: datetime) -> Outcome:
        """Hand an e-mail to the server."""
        message = email_message(sheet, written, self.settings["MAIL_FROM"] or current_authority().email, now)
        try:
            send_mail(self.settings, message)
        except smtplib.SMTPRecipientsRefused as refusal:
            return _smtp_refusal(*next(iter(refusal.recipients.values())))
        except smtplib.SMTPDataError as refusal:
            return _smtp_refusal(refusal.smtp_code, refusal.smtp_error)
        except MaybeTaken as fault:
            return Outcome("unknown", "smtp", problem=f"The mail server fell silent: {fault}"[:LONGEST_PROBLEM])
        except (OSError, smtplib.SMTPException, PasswordInTheClear, MailInTheClear) as fault:
            foreign = isinstance(fault, smtplib.SMTPNotSupportedError) and not sheet.address.isascii()
            # Anything else is not the family's fault: it is ours, the server's or the line's.
            problem = f"The mail server did not take it: {fault}"[:LONGEST_PROBLEM]
            return Outcome("refused" if foreign else "later", "smtp", problem=problem)
        return Outcome("sent", "smtp", message["Message-ID"])


def _smtp_refusal(code: int, words: bytes | str) -> Outcome:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    problem = f"The mail server said {code} {said}"[:LONGEST_PROBLEM]
    return Outcome("refused" if code >= BROKEN else "later", "smtp", problem=problem)


def email_message(sheet: Draft, written: Written, sender: str, now: datetime) -> EmailMessage:
    """Make the e-mail: plain text, the calendar file attached, the same Message-ID however often it is tried."""
    council = current_authority()
    address = parseaddr(sender)[1] or sender
    message = EmailMessage()
    message["From"] = Address(council.name, addr_spec=address) if address == sender else sender
    local_part, _, domain = sheet.address.rpartition("@")
    message["To"] = Address(username=local_part, domain=domain)
    message["Reply-To"] = Address(council.name, addr_spec=council.email)
    message["Subject"] = written.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{sheet.id}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine replies to it
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(written.body)
    message["Content-Language"] = sheet.locale.replace("_", "-")
    if written.calendar:
        parameters = {"method": sheet.calendar_method, "charset": "utf-8"}
        message.add_attachment(written.calendar, "text", "calendar", filename="appointment.ics", params=parameters)
    return message


# ---- texts by Twilio


class Twilio:
    """Twilio's messaging, through its own client."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings

    def send(self, sheet: Draft, written: Written, *, now: datetime) -> Outcome:
        """Hand a text to Twilio."""
        import requests
        from twilio.base.exceptions import TwilioException

        heard: list[Any] = []
        try:
            client = self._client(lambda answer, **_: heard.append(answer))
            made = client.messages.create(to=sheet.address, body=written.body, **self._options(sheet, now))
        except TwilioException as refusal:
            return replace(_twilio_refusal(refusal), wait=_asks_to_wait(heard[-1] if heard else None, now))
        except requests.RequestException as fault:
            return _http_fault("twilio", fault)
        except ValueError as fault:
            return Outcome("unknown", "twilio", problem=f"Twilio’s answer could not be read: {fault}"[:LONGEST_PROBLEM])
        return Outcome("sent", "twilio", str(made.sid))

    def _client(self, listen: Callable[..., None]) -> Any:  # noqa: ANN401 -- twilio is untyped
        """Make Twilio's client; `listen` hears each answer, whose headers its exceptions leave out."""
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client

        http = TwilioHttpClient(timeout=PATIENCE, request_hooks={"response": listen})
        client = Client(self.settings["TWILIO_ACCOUNT_SID"], self.settings["TWILIO_AUTH_TOKEN"], http_client=http)
        if base := self.settings["TWILIO_API_BASE"]:
            client.api.base_url = base
        return client

    def _options(self, sheet: Draft, now: datetime) -> dict[str, Any]:
        sender = self.settings["TWILIO_FROM"]
        options: dict[str, Any] = {"messaging_service_sid" if sender.startswith("MG") else "from_": sender}
        if self.settings["PUBLIC_URL"]:  # Twilio refuses a callback it could not reach
            options["status_callback"] = external(f"/messages/twilio/status?message={sheet.id}")
        if sheet.use_until:
            options["validity_period"] = max(1, min(TWILIO_LONGEST, int((sheet.use_until - now).total_seconds())))
        return options


def _twilio_refusal(refusal: Exception) -> Outcome:
    status, code = getattr(refusal, "status", BROKEN), getattr(refusal, "code", None)
    words = getattr(refusal, "msg", "") or getattr(refusal, "title", "")
    problem = f"Twilio said {status}, error {code}: {words}"[:LONGEST_PROBLEM]
    if code == TWILIO_STOPPED:
        return Outcome("stopped", "twilio", problem="the number has asked for no more texts")
    return Outcome("later" if _not_the_familys(status) else "refused", "twilio", problem=problem)


def _asks_to_wait(answer: Any, now: datetime) -> timedelta:  # noqa: ANN401 -- requests' own answer, or none
    """Read for how long a carrier asks to be left alone (RFC 9110 10.2.3)."""
    return wait_asked("" if answer is None else str(answer.headers.get("Retry-After", "")), now)


def _not_the_familys(status: int) -> bool:
    """Say whether an HTTP status blames the carrier or our own settings rather than the address."""
    return status == TOO_MANY or status >= BROKEN or status in OURS


def signed_by_twilio(address: str, form: Any, signature: str, token: str) -> bool:  # noqa: ANN401 -- werkzeug's MultiDict
    """Say whether a request to `address` carries Twilio's signature; never without a token of ours."""
    from twilio.request_validator import RequestValidator

    return bool(token) and bool(RequestValidator(token).validate(address, form, signature))


# ---- texts and e-mails by GOV.UK Notify


@dataclass(frozen=True, slots=True)
class Notify:
    """GOV.UK Notify, through its own client, with one general template a channel: ((subject)) and ((body))."""

    key: str
    base: str
    template: str

    def send(self, sheet: Draft, written: Written, *, now: datetime) -> Outcome:
        """Hand a text or an e-mail to Notify."""
        from notifications_python_client.errors import APIError
        from notifications_python_client.notifications import NotificationsAPIClient

        base = {"base_url": self.base} if self.base else {}
        client = NotificationsAPIClient(self.key, timeout=PATIENCE, **base)
        words = {"body": written.body} | ({"subject": written.subject} if sheet.channel == "email" else {})
        try:
            if sheet.channel == "email":
                made = client.send_email_notification(sheet.address, self.template, words, str(sheet.id))
            else:
                made = client.send_sms_notification(sheet.address, self.template, words, str(sheet.id))
        except APIError as refusal:
            return replace(_notify_refusal(refusal), wait=_asks_to_wait(refusal.response, now))
        return Outcome("sent", "notify", str(made["id"]))


def _notify_refusal(refusal: Any) -> Outcome:  # noqa: ANN401 -- Notify's own error, loaded only where it is used
    if refusal.response is None:
        return _http_fault("notify", refusal.__cause__)
    status = refusal.status_code
    problem = f"Notify said {status}: {refusal.message}"[:LONGEST_PROBLEM]
    if status < REFUSED:
        return Outcome("unknown", "notify", problem=problem)
    return Outcome("later" if _not_the_familys(status) else "refused", "notify", problem=problem)


def _http_fault(carrier: str, fault: BaseException | None) -> Outcome:
    """Tell a carrier that was never reached from one that fell silent after it may have taken the message."""
    import requests
    from urllib3.exceptions import MaxRetryError

    reason = fault.args[0] if fault is not None and fault.args else None
    never = isinstance(fault, requests.ConnectTimeout) or isinstance(reason, MaxRetryError)
    return Outcome(
        "later" if never else "unknown", carrier, problem=f"{carrier} did not answer: {fault}"[:LONGEST_PROBLEM]
    )
