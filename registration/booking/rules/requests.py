"""What families ask for and what they are given, as plain values."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from registration.booking.rules.attendance import Parents

MOST_BABIES = 6
#: So long after its beginning a free time may still be given to a family that stands at the centre.
JUST_BEGUN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """A time to keep while a family answers the remaining questions. `urgent` opens the telephone desk's minutes too.

    `client` names the address that asks; it is counted against its share unless it is empty.
    `walk_in` is for a family that stands at the centre: it needs no notice, and may have a time that has only just begun.
    """

    centre_id: int
    start: datetime
    births: tuple[date, ...]
    interpreter: bool
    client: str = ""
    urgent: bool = False
    walk_in: bool = False


_WANTED = re.compile(r"[\w-]+\.(\d{1,9})\.(\d{1,9})\.([01])\.((?:\d{1,7})(?:-\d{1,7}){0,5})", re.ASCII)


def written_wish(request: HoldRequest) -> str:
    """Write what a hold is for behind its secret, so that a hold that ran out still says what to look for instead."""
    births = "-".join(str(born.toordinal()) for born in request.births)
    return f"{request.centre_id}.{int(request.start.timestamp()) // 60}.{int(request.interpreter)}.{births}"


def wish_of(token: str) -> HoldRequest | None:
    """Read what a hold's token was for; None where it is none of ours."""
    found = _WANTED.fullmatch(token)
    if found is None:
        return None
    try:
        births = tuple(date.fromordinal(int(number)) for number in found[4].split("-"))
    except (ValueError, OverflowError):
        return None
    return HoldRequest(int(found[1]), datetime.fromtimestamp(int(found[2]) * 60, UTC), births, found[3] == "1")


@dataclass(frozen=True, slots=True)
class Hold:
    """A time that is kept. The token is the family's proof; only its digest is stored."""

    token: str
    centre_id: int
    start: datetime
    end: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignUp:
    """A family's wish to join the centre: asked apart, never a condition."""

    address: str
    contact_preference: str
    visit_needs: str = ""


@dataclass(frozen=True, slots=True)
class BookRequest:
    """Everything needed to turn a hold into a booking. `key` is the caller's Idempotency-Key with a digest of what was sent."""

    hold: str
    parents: Parents
    name: str
    email: str | None
    mobile: str | None
    second_contact: str | None
    language: str
    locale: str
    access_needs: str
    share: bool
    wording_version: str
    born_in_district: bool
    channel: str
    key: tuple[bytes, bytes] | None = None
    letter_address: str | None = None
    sign_up: SignUp | None = None
    postcode: str | None = None  # of the family, where it gave one on the way
    tell: bool | None = None  # whether the services `tell_of` are told too; None where nobody asked
    tell_of: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Appointment:
    """A booking with what a family needs to know of it."""

    id: int
    public_id: UUID
    reference: str
    family_id: int
    start: datetime
    end: datetime
    centre_id: int
    centre: str
    address: str
    postcode: str
    directions: str
    entrance: str
    latitude: float | None
    longitude: float | None
    kind: str
    parents: Parents
    births: tuple[date, ...]
    last_lawful_day: date
    name: str
    email: str | None
    mobile: str | None
    second_contact: str | None
    letter_address: str | None
    language: str
    locale: str
    interpreter: bool
    access_needs: str
    state: str
    version: int
    channel: str
    session_id: int
    cancel_reason: str | None
    undo_until: datetime | None

    @property
    def minutes(self) -> int:
        """Give how long it takes."""
        return int((self.end - self.start).total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class AvailabilityRequest:
    """Which free times are asked for: for whom, from and to which civil day (both included), at which centre or all.

    `urgent` opens the telephone desk's minutes too.
    """

    births: tuple[date, ...]
    interpreter: bool
    first: date
    last: date
    centre_ids: tuple[int, ...] | None = None
    keep_for: int | None = None  # a booking being moved: its own time counts as free
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class FreeStart:
    """A start at which `places` families may still be booked at a centre."""

    centre_id: int
    at: datetime
    places: int
