"""What may be sent when, how often it is tried, and what fits in a text message. Nothing here knows a carrier."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from math import ceil
from typing import Literal
from zoneinfo import ZoneInfo

from registration.common.times import spoken

Channel = Literal["sms", "email", "letter"]

LONDON = ZoneInfo("Europe/London")
OPENS, CLOSES = time(8), time(20)

#: Wait before the second, third ... attempt. After the last the message has failed and staff are told.
BACKOFF = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=4))

#: A message longer than this in a carrier’s hands belongs to a worker that died: the slowest carrier, a mail server that takes
#: its whole time over each of its ten steps, has ended before.
STUCK_AFTER = timedelta(minutes=3)

SMS_AND_EMAIL: frozenset[Channel] = frozenset({"sms", "email"})
EVERY_CHANNEL: frozenset[Channel] = SMS_AND_EMAIL | {"letter"}

#: The messages there are, and the channels each is written for. A letter takes days, so no reminder goes by post.
TEMPLATES: Mapping[str, frozenset[Channel]] = {
    "booking_confirmed": EVERY_CHANNEL,
    "booking_moved": EVERY_CHANNEL,
    "booking_cancelled": EVERY_CHANNEL,
    "reminder_week": SMS_AND_EMAIL,
    "reminder_two_days": SMS_AND_EMAIL,
    "reminder_morning": SMS_AND_EMAIL,
    "your_link": SMS_AND_EMAIL,
    "offer_cover": EVERY_CHANNEL,
    "offer_earlier": SMS_AND_EMAIL,
    # From a centre to a family that it may know; about the family (families/links.py), not about an appointment.
    "centre_welcome": SMS_AND_EMAIL,
    "centre_party": SMS_AND_EMAIL,
}
REMINDERS = frozenset({"reminder_week", "reminder_two_days", "reminder_morning"})

FROM_CENTRES = frozenset({"centre_welcome", "centre_party"})


class State(StrEnum):
    """Where a message stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    BOUNCED = "bounced"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a message goes to: a mobile number, an e-mail address, or the lines of a postal address.

    Raises ValueError where the address cannot be one of its channel.
    """

    channel: Channel
    address: str

    def __post_init__(self) -> None:
        tidy = {"sms": e164, "email": _one_line, "letter": str.strip}[self.channel](self.address)
        if not tidy:
            raise ValueError("A message needs an address.")
        object.__setattr__(self, "address", tidy)


def _one_line(address: str) -> str:
    if re.search(r"\s", address.strip()) or "@" not in address:
        raise ValueError("That is not an email address.")
    return address.strip()


def e164(number: str) -> str:
    """Give a telephone number as carriers want it, +447700900123; a number without a country is taken as British.

    Raises ValueError for anything else (ITU-T E.164: at most 15 digits).
    """
    digits = re.sub(r"[\s().\-\u2010-\u2015\u00a0]", "", number)
    digits = re.sub(r"^00", "+", digits)
    digits = re.sub(r"^\+440?|^0", "+44", digits)
    if not re.fullmatch(r"\+[1-9][0-9]{7,14}", digits):
        raise ValueError("That is not a telephone number.")
    return digits


# ---- when


def next_allowed(moment: datetime) -> datetime:
    """Give the first moment from this one on at which a family may be disturbed: 8:00 to 20:00 on an English clock."""
    local = moment.astimezone(LONDON)
    if OPENS <= local.time() < CLOSES:
        return moment
    day = local.date() if local.time() < OPENS else local.date() + timedelta(days=1)
    return datetime.combine(day, OPENS, LONDON).astimezone(moment.tzinfo)


def keeps_hours(template: str, channel: Channel) -> bool:
    """Say whether a message waits for daytime: every text, every reminder, what centres send; not an e-mail that answers an act."""
    return channel == "sms" or template in REMINDERS or template in FROM_CENTRES


def due(template: str, channel: Channel, moment: datetime) -> datetime:
    """Give the first moment from this one on at which this message may go out."""
    return next_allowed(moment) if keeps_hours(template, channel) else moment


def wait_after(attempts: int) -> timedelta | None:
    """Give how long to wait after so many attempts have failed, or None when it is to be given up."""
    return BACKOFF[attempts - 1] if attempts <= len(BACKOFF) else None


#: The longest a carrier's wish to be left alone is believed.
LONGEST_WAIT = timedelta(days=1)


def wait_asked(header: str, now: datetime) -> timedelta:
    """Give for how long a carrier's Retry-After asks us to wait: seconds or a moment (RFC 9110 10.2.3); nothing for nonsense."""
    if re.fullmatch(r"\d{1,9}", header, re.ASCII):
        asked = timedelta(seconds=int(header))
    else:
        try:
            moment = parsedate_to_datetime(header)
        except (ValueError, OverflowError):
            return timedelta()
        asked = (moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)) - now
    return min(max(asked, timedelta()), LONGEST_WAIT)


def english_time(moment: datetime) -> str:
    """Give a time of day as English families write it: 10:30am, 2pm, midday."""
    return spoken(moment.time())


# ---- replies and receipts

#: What Twilio itself takes for a wish to be left alone, and for its end (its default opt-out and opt-in words).
STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
START_WORDS = frozenset({"start", "yes", "unstop"})


def wish(reply: str) -> Literal["stop", "start", "other"]:
    """Give what a family's answer to a text asks for."""
    word = reply.strip().strip(".!'\"").lower()
    if word in STOP_WORDS:
        return "stop"
    return "start" if word in START_WORDS else "other"


def from_receipt(status: str) -> State | None:
    """Give the state that Twilio's word for a text's fate stands for, or None where its fate is still open."""
    return {
        "delivered": State.DELIVERED,
        "read": State.DELIVERED,
        "undelivered": State.BOUNCED,
        "failed": State.BOUNCED,
    }.get(status)


# ---- what fits (3GPP TS 23.038)

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
#: What fits into the only part of a text, and into each of several: septets, and UCS-2 units.
SEPTETS, UNITS = (160, 153), (70, 67)

_PLAINER = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
        "\u00a0": " ",
        "\u202f": " ",
    }
)


def plain(text: str) -> str:
    """Put typographic quotes, dashes and spaces into their plain forms: one curly quote more than halves what fits."""
    return text.translate(_PLAINER)


def folded(name: str) -> str:
    """Put a name into letters every text message has, dropping accents it has not: Tŷ becomes Ty, Café stays."""
    return "".join(_folded(letter) for letter in plain(name))


def _folded(letter: str) -> str:
    if letter in _BASIC or letter in _EXTENDED:
        return letter
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if part in _BASIC) or letter


def gsm7_length(text: str) -> int | None:
    """Give the septets a text takes, extension characters counting two; None where it needs UCS-2."""
    if not set(text) <= _BASIC | _EXTENDED:
        return None
    return len(text) + sum(letter in _EXTENDED for letter in text)


def _measured(text: str) -> tuple[int, int, int]:
    """Give the size of a text, and what the only part and each of several parts hold of it."""
    septets = gsm7_length(text)
    return (len(text.encode("utf-16-be")) // 2, *UNITS) if septets is None else (septets, *SEPTETS)


def text_parts(text: str) -> int:
    """Give the number of parts a text is charged as: 160 septets, then 153 each; 70 UCS-2 units, then 67 each."""
    size, one, many = _measured(text)
    return 1 if size <= one else ceil(size / many)


def excess(text: str, parts: int) -> int:
    """Give how many letters too long a text is for so many parts; 0 or less where it fits."""
    size, one, many = _measured(text)
    return size - (one if parts == 1 else many * parts)


_SHORTER = (
    (r"\bBest Start Family Hub\b", "Hub"),
    (r"\bFamily Hub\b", "Hub"),
    (r"\bChildren'?s Centre\b", "Centre"),
    (r"\bNursery School\b", "Nursery"),
    (r"\bCommunity\b", "Comm"),
    (r"\bRegister Office\b", "Reg Office"),
    (r"\band\b", "&"),
    (r"\bCentre\b", "Ctr"),
)


def shortened(name: str, room: int) -> str:
    """Give a centre's name in at most `room` characters: usual words abbreviated one after another, then cut short."""
    for long, short in _SHORTER:
        if len(name) <= room:
            break
        name = re.sub(long, short, name)
    return name if len(name) <= room else name[: room - 1].rstrip(" ,&-") + "."


# ---- what became of an attempt


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a carrier made of one attempt.

    sent: it has it · later: not now, try again · unknown: it may or may not have it · refused: the address does not
    work · stopped: its owner wants no texts · unset: no carrier is set up for this channel. `wait` is how long the
    carrier asks to be left alone, at least.
    """

    kind: Literal["sent", "later", "unknown", "refused", "stopped", "unset"]
    carrier: str = ""
    reference: str = ""
    problem: str = ""
    wait: timedelta = timedelta()
