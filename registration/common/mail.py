"""Sending one e-mail: to the SMTP server of SMTP_URL, or into a folder of the demonstration where there is none."""

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from registration.common.clock import now

SECONDS = 15
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
PORTS = {"smtp": 25, "smtps": 465}


class NoWayToSend(RuntimeError):
    """SMTP_URL is not set, so no e-mail can be sent."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class MaybeTaken(smtplib.SMTPException):
    """The line was cut after the letter had been handed over, and before the server said that it has it."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class PasswordInTheClear(RuntimeError):
    """The mail server of SMTP_URL offers no encryption, so its password was not sent."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class MailInTheClear(RuntimeError):
    """The mail server of SMTP_URL offers no encryption, so nothing was sent. Add ?plain to SMTP_URL if that is meant."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


def send_mail(config: Mapping[str, Any], message: EmailMessage) -> None:
    """Hand one e-mail over to the mail server, within SECONDS for each step.

    With DEMO=1 and no SMTP_URL it is kept as a file under INSTANCE/mail instead. Raises smtplib.SMTPException or OSError where
    the server refuses or is not reached; MaybeTaken where it may have the letter all the same; NoWayToSend,
    PasswordInTheClear and MailInTheClear where a setting must change.
    """
    if config["SMTP_URL"]:
        address = urlsplit(config["SMTP_URL"])
        with _server(address, demonstration=config["DEMO"]) as server, _told_apart(server):
            server.send_message(message)
    elif config["DEMO"]:
        _keep(Path(config["INSTANCE"]) / "mail", message)
    else:
        raise NoWayToSend


@contextmanager
def _told_apart(server: smtplib.SMTP) -> Iterator[None]:
    """Tell a letter that was never handed over from one whose receipt was cut off."""
    whole: list[bool] = []
    send = server.send

    def noted(s: Any) -> None:  # noqa: ANN401 -- text or bytes, as smtplib has it
        """Send, and note that the end of a letter is on its way (RFC 5321 4.1.1.4)."""
        whole.append(isinstance(s, bytes) and s.endswith(b"\r\n.\r\n"))
        send(s)

    server.send = noted  # type: ignore[method-assign]
    try:
        yield
    except (OSError, smtplib.SMTPServerDisconnected) as cut:
        answered = isinstance(cut, smtplib.SMTPException) and not isinstance(cut, smtplib.SMTPServerDisconnected)
        if answered or not whole or not whole[-1]:
            raise
        raise MaybeTaken from cut


@contextmanager
def _server(url: SplitResult, *, demonstration: bool) -> Iterator[smtplib.SMTP]:
    """Connect, encrypt (?starttls: before anything else), and sign in where the address names one.

    A service in earnest sends no letter in the clear to another machine, unless the address ends in ?plain.
    """
    host, port = str(url.hostname), url.port or PORTS[url.scheme]
    trust = ssl.create_default_context()
    if url.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=trust)
    else:
        connection = smtplib.SMTP(host, port, timeout=SECONDS)
    try:
        if url.query == "starttls":
            connection.starttls(context=trust)
        private = host in HERE or url.scheme == "smtps" or _encrypted(connection, trust)
        if url.username and not private:
            raise PasswordInTheClear
        if not (private or demonstration or url.query == "plain"):
            raise MailInTheClear
        if url.username:
            connection.login(unquote(url.username), unquote(url.password or ""))
        yield connection
        with suppress(OSError, smtplib.SMTPException):  # the letter is taken: a rude goodbye must not send it twice
            connection.quit()
    finally:
        connection.close()


def _encrypted(server: smtplib.SMTP, trust: ssl.SSLContext) -> bool:
    server.ehlo_or_helo_if_needed()
    if server.has_extn("starttls"):
        server.starttls(context=trust)
        return True
    return False


def _keep(folder: Path, message: EmailMessage) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{now():%Y%m%dT%H%M%S}-{token_hex(4)}.eml"
    (folder / name).write_bytes(message.as_bytes(policy=SMTP))
