"""Who is told of a family, of what, how it is signed, and when it is tried again.

Webhooks follow Standard Webhooks 1.0 (standardwebhooks.com): the headers webhook-id, webhook-timestamp and webhook-signature,
`v1` being HMAC-SHA256 over "id.timestamp.body"; a delivery has arrived with a status of 200 to 299 and in no other case.
"""

import hmac
import json
from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import inet_aton, inet_ntoa
from urllib.parse import urlsplit

from registration.families.rules import DETAILS, Known, Ruling

#: The wording of the question in force; tests/families/test_tell_once_rules.py holds it against the sentences shown.
TELLING_WORDING = "2026-11-22/2"
#: What a service may get, by the names of what is kept, in the order it is told. No address: the question promises none.
ITEMS: Mapping[str, str] = {
    "name": "Name",
    "email": "Email address",
    "mobile": "Mobile number",
    "born": "Babies’ dates of birth",
    "language": "Language they want help in",
}
MOST_NAME, MOST_URL = 80, 500
#: After each failed try so long until the next; after the last none (Standard Webhooks, its example of a schedule).
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
LONGEST_WAIT = timedelta(hours=24)
SUCCESS, REDIRECT, GONE, TOO_MANY, UNAVAILABLE = range(200, 300), range(300, 400), 410, 429, 503
#: Addresses that lead into an IPv4 network by translation (RFC 6052, RFC 8215).
TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


class Kind(StrEnum):
    """What sort of service it is; a centre is told by the answer on sharing, all others by the answer that names them."""

    CENTRE = "centre"
    HEALTH_VISITING = "health_visiting"
    LIBRARY = "library"
    OTHER = "other"


KIND_TITLES = {
    Kind.CENTRE: "Children’s centre",
    Kind.HEALTH_VISITING: "Health visiting",
    Kind.LIBRARY: "Library",
    Kind.OTHER: "Other",
}


class Way(StrEnum):
    """How a service is told."""

    WEBHOOK = "webhook"
    FILE = "file"


WAY_TITLES = {Way.WEBHOOK: "Signed webhook, at once", Way.FILE: "Protected file, every hour"}


class Event(StrEnum):
    """What a service is told: that a family is there, or to forget it."""

    TOLD = "told"
    FORGET = "forget"


class State(StrEnum):
    """What became of a telling."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class TellingSaid:
    """One answer to "shall we tell this service": what, and when."""

    share: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try: that it arrived, or why not; `gone` says that nobody is there any more, `wait` how long to wait."""

    arrived: bool
    problem: str = ""
    gone: bool = False
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class ServiceSaid:
    """What is said of a service that is told: its name and kind, how and where to, what it gets, and whether it is."""

    name: str
    kind: Kind
    centre_id: int | None
    way: Way
    url: str | None
    items: Sequence[str]
    active: bool


def may_tell(known: Known, said: Sequence[TellingSaid]) -> bool:
    """Say whether a service other than a centre may be told of a family; `said` are its answers about it as they were written.

    Its latest answer about this service must be yes, and later than any no to the centre: a no takes both back. A family
    that lost its baby, or may be one that said no, is told to nobody.
    """
    if known.lost or known.doubtful or not said:
        return False
    latest = said[-1]
    refused = max((each.at for each in known.said if not each.share), default=None)
    return latest.share and (refused is None or latest.at > refused)


def items_for(items: Collection[str], ruling: Ruling | None) -> list[str]:
    """List what a service gets of what it is meant to get: a centre no more than the family's answer covers."""
    covered = ITEMS.keys() if ruling is None else DETAILS.get(ruling, frozenset())
    return [name for name in ITEMS if name in items and name in covered]


@dataclass(frozen=True, slots=True)
class Letter:
    """One telling as it goes out: its number, what it says, of whom by this service's reference, and the details."""

    id: str
    event: Event
    made_at: datetime
    reference: str
    details: Mapping[str, object]


def body_of(letter: Letter) -> bytes:
    """Write a telling as JSON; of a family to forget nothing but its reference."""
    told = {"family": letter.reference, **letter.details}
    data = {name: _plain(value) for name, value in told.items()}
    written = {"type": f"family.{letter.event}", "timestamp": letter.made_at.isoformat(), "data": data}
    return json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def headers_of(message_id: str, body: bytes, secret: bytes, now: datetime) -> dict[str, str]:
    """Give the headers of a webhook, signed at a moment."""
    stamp = str(int(now.timestamp()))
    signed = hmac.new(secret, b".".join([message_id.encode(), stamp.encode(), body]), sha256).digest()
    return {
        "content-type": "application/json",
        "user-agent": "right-start",
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{b64encode(signed).decode()}",
    }


def told_secret(secret: bytes) -> str:
    """Write a webhook's secret as its receiver keeps it: whsec_ and base64."""
    return f"whsec_{b64encode(secret).decode()}"


def outcome_of(status: int, retry_after: str = "") -> Outcome:
    """Say what an answer's status means. A redirect is not followed: it could lead anywhere."""
    if status in SUCCESS:
        return Outcome(arrived=True)
    if status in REDIRECT:
        return Outcome(
            arrived=False, problem=f"It answered {status}, and redirects are not followed. Change the address."
        )
    if status == GONE:
        return Outcome(arrived=False, problem="It answered 410: it wants to be told nothing any more.", gone=True)
    wait = _wait(retry_after) if status in {TOO_MANY, UNAVAILABLE} else None
    return Outcome(arrived=False, problem=f"It answered {status}.", wait=wait)


def _wait(retry_after: str) -> timedelta | None:
    """Read how many seconds a receiver asks to be left alone; None where it does not say, a day at most."""
    if not (retry_after.isascii() and retry_after.isdecimal()):
        return None
    return min(timedelta(seconds=int(retry_after[:9])), LONGEST_WAIT)


def wait_after(tries: int, outcome: Outcome) -> timedelta | None:
    """Say how long to wait after so many tries, the last of which failed; None where it is given up."""
    if outcome.gone or tries > len(WAITS):
        return None
    return max(WAITS[tries - 1], outcome.wait or timedelta())


def check_url(url: str, *, demonstration: bool) -> str:
    """Give a webhook's address as it is kept; ValueError with the sentence to show where it cannot be used.

    It must be https, and no address of a private network in whatever way it is written; what a name leads to is looked at when
    something is sent. A demonstration may use its own machine, by http too, to try it.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or port == 0 or not url.isascii() or any(letter.isspace() for letter in url):
        raise ValueError("Enter a web address like https://library.example.gov.uk/new-families")
    public = _reaches(host, demonstration=False)
    own = not public and demonstration and _reaches(host, demonstration=True)
    if parts.scheme not in ({"https", "http"} if own else {"https"}):
        raise ValueError("Enter an address that begins with https://")
    if not (public or own):
        raise ValueError("Enter an address on the public internet: this one leads into a private network")
    if parts.username or parts.password or parts.fragment:
        raise ValueError("Enter an address without a password and without #")
    return url


def _reaches(host: str, *, demonstration: bool) -> bool:
    """Say whether a host written as an IP address may be sent to; of any other name it is seen only when it is looked up."""
    address = _address_of(host.rstrip("."))
    return address is None or may_reach_address(address, demonstration=demonstration)


def _address_of(host: str) -> str | None:
    """Give the IP address a host is written as, 127.1 and 0x7f000001 too, which are looked up as 127.0.0.1; None for a name."""
    if host == "localhost" or host.endswith(".localhost"):
        return "127.0.0.1"
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    try:
        return inet_ntoa(inet_aton(host))
    except (OSError, ValueError):
        return None


def may_reach_address(address: str, *, demonstration: bool) -> bool:
    """Say whether a webhook may be sent to an IP address: one of the public internet, not of our own network or machine.

    A demonstration may reach its own machine, and nothing else that is not public.
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if demonstration and found.is_loopback:
        return True
    return found.is_global and not found.is_multicast and not _translated(found)


def _translated(found: IPv4Address | IPv6Address) -> bool:
    if isinstance(found, IPv4Address):
        return False
    return found.sixtofour is not None or found.teredo is not None or any(found in net for net in TRANSLATED)
