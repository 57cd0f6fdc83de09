"""Questions about free times and bookings."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Row, text

from registration.booking.rules.attendance import Attending, Parents
from registration.booking.rules.deadline import deadline, is_urgent
from registration.booking.rules.requests import Appointment, AvailabilityRequest
from registration.booking.rules.slots import Lengths, free_starts, public_end
from registration.common.authority import Authority, current_authority
from registration.common.clock import LONDON, civil_date
from registration.common.db import db

MINUTE = 60

_OPENINGS = """
SELECT s.id, s.centre_id, s.registrar_id, s.kept_minutes,
       (date_part('epoch', s.begins_at) / 60)::int AS begin, (date_part('epoch', s.ends_at) / 60)::int AS end,
       filled.begins, filled.ends
  FROM session s
  JOIN registrar r ON r.id = s.registrar_id AND r.may_register_births
  LEFT JOIN LATERAL (
       SELECT array_agg((date_part('epoch', o.begins_at) / 60)::int ORDER BY o.begins_at) AS begins,
              array_agg((date_part('epoch', o.ends_at) / 60)::int ORDER BY o.begins_at) AS ends
         FROM occupancy o
        WHERE o.session_id = s.id AND (o.until IS NULL OR o.until > clock_timestamp())
          AND o.booking_id IS DISTINCT FROM :keep_for) filled ON true
 WHERE s.state = 'published' AND {when}
"""
_BETWEEN = text(_OPENINGS.format(when="s.begins_at >= :first AND s.begins_at < :last"))
_BETWEEN_AT = text(
    _OPENINGS.format(when="s.centre_id = ANY(:centres) AND s.begins_at >= :first AND s.begins_at < :last")
)
_AROUND = text(_OPENINGS.format(when="s.centre_id = :centre AND s.begins_at <= :start AND s.ends_at >= :end"))


@dataclass(frozen=True, slots=True)
class Opening:
    """A published session and what fills it: moments in whole minutes since 1970."""

    session_id: int
    centre_id: int
    registrar_id: int
    kept: int
    begin: int
    end: int
    busy: tuple[tuple[int, int], ...]

    def starts(self, length: int, step: int, *, urgent: bool) -> list[int]:
        """List when an appointment of that many minutes may begin, as the public may book it."""
        end = public_end(self.begin, self.end, self.kept, urgent=urgent)
        return free_starts((self.begin, end), self.busy, length, step)

    @property
    def load(self) -> int:
        """Give the minutes already filled."""
        return sum(end - begin for begin, end in self.busy)


def _opening(row: Row[tuple[int, int, int, int, int, int, list[int] | None, list[int] | None]]) -> Opening:
    busy = tuple(zip(row[6], row[7], strict=True)) if row[6] and row[7] else ()
    return Opening(row[0], row[1], row[2], row[3], row[4], row[5], busy)


def openings(
    first: datetime, last: datetime, centre_ids: Sequence[int] | None = None, keep_for: int | None = None
) -> Iterable[Opening]:
    """Give the sessions that begin from `first` up to `last`, at the centres named or at all."""
    values: dict[str, object] = {"first": first, "last": last, "keep_for": keep_for}
    if centre_ids is None:
        rows = db.session.execute(_BETWEEN, values)
    else:
        rows = db.session.execute(_BETWEEN_AT, values | {"centres": list(centre_ids)})
    return map(_opening, rows)


def openings_around(centre_id: int, start: datetime, end: datetime, keep_for: int | None = None) -> list[Opening]:
    """Give the sessions at a centre within which an appointment from `start` to `end` would lie."""
    values = {"centre": centre_id, "start": start, "end": end, "keep_for": keep_for}
    return [_opening(row) for row in db.session.execute(_AROUND, values)]


def lengths(authority: Authority) -> Lengths:
    """Give the council's lengths of an appointment."""
    return Lengths(authority.minutes_per_baby, authority.interpreter_minutes)


def free_places(request: AvailabilityRequest, now: datetime) -> dict[int, dict[int, int]]:
    """Count, for each centre and start (minutes since 1970), the places a family may still book.

    Sessions of days before `first` or after `last`, and starts sooner than the council's notice, are left out.
    """
    authority = current_authority()
    governs = deadline(request.births, civil_date(now))
    urgent = is_urgent(governs.last_lawful_day, governs.on, authority.urgent_days)
    length = lengths(authority).needed(len(request.births), interpreter=request.interpreter)
    soonest = (int(now.timestamp()) + MINUTE - 1) // MINUTE + authority.notice_minutes
    places: dict[int, dict[int, int]] = defaultdict(dict)
    begins, ends = midnight(request.first), midnight(request.last + timedelta(days=1))
    for opening in openings(begins, ends, request.centre_ids, request.keep_for):
        at_centre = places[opening.centre_id]
        for start in opening.starts(length, authority.minutes_per_baby, urgent=urgent):
            if start >= soonest:
                at_centre[start] = at_centre.get(start, 0) + 1
    return places


def midnight(day: date) -> datetime:
    """Give the first moment of a civil day in England."""
    return datetime.combine(day, time(), LONDON)


def moment(minute: int) -> datetime:
    """Give the moment of a count of minutes since 1970, in UTC."""
    return datetime.fromtimestamp(minute * MINUTE, UTC)


@lru_cache(maxsize=65536)
def wall_clock(minute: int) -> tuple[date, str]:
    """Give the civil day of a minute, and its RFC 3339 text with England's offset."""
    local = moment(minute).astimezone(LONDON)
    return local.date(), local.isoformat()


_APPOINTMENT = """
SELECT b.id, b.public_id, b.reference, b.family_id, b.begins_at, b.ends_at, b.centre_id, c.name AS centre, c.address, c.postcode,
       c.directions, c.entrance, c.latitude, c.longitude, b.kind, b.married_or_civil_partners, b.both_parents_named,
       b.attending, f.born, b.last_lawful_day, f.name, f.email, f.mobile, f.second_contact, f.language, f.locale,
       f.interpreter, f.access_needs, b.state, b.version, b.channel, b.session_id, b.cancel_reason, o.until
  FROM booking b
  JOIN family f ON f.id = b.family_id
  JOIN centre c ON c.id = b.centre_id
  LEFT JOIN occupancy o ON o.booking_id = b.id AND o.until > clock_timestamp()
 WHERE {which}
"""


def _appointment(which: str, **values: object) -> Appointment | None:
    row = db.session.execute(text(_APPOINTMENT.format(which=which)), values).one_or_none()
    if row is None:
        return None
    return Appointment(
        id=row.id,
        public_id=row.public_id,
        reference=row.reference,
        family_id=row.family_id,
        start=row.begins_at,
        end=row.ends_at,
        centre_id=row.centre_id,
        centre=row.centre,
        address=row.address or "",
        postcode=row.postcode or "",
        directions=row.directions or "",
        entrance=row.entrance or "",
        latitude=row.latitude,
        longitude=row.longitude,
        kind=row.kind,
        parents=Parents(row.married_or_civil_partners, row.both_parents_named, Attending(row.attending)),
        births=tuple(row.born),
        last_lawful_day=row.last_lawful_day,
        name=row.name,
        email=row.email,
        mobile=row.mobile,
        second_contact=row.second_contact,
        language=row.language,
        locale=row.locale,
        interpreter=row.interpreter,
        access_needs=row.access_needs,
        state=row.state,
        version=row.version,
        channel=row.channel,
        session_id=row.session_id,
        cancel_reason=row.cancel_reason,
        undo_until=row.until,
    )


def appointment_by_link(link_digest: bytes) -> Appointment | None:
    """Find a booking by the digest of its secret link."""
    return _appointment("b.link_digest = :digest", digest=link_digest)


def appointment_by_id(public_id: UUID) -> Appointment | None:
    """Find a booking by its public number."""
    return _appointment("b.public_id = :public_id", public_id=public_id)


def appointment_by_reference(reference: str) -> Appointment | None:
    """Find a booking by the printed form of its reference."""
    return _appointment("b.reference = :reference", reference=reference)


def appointment_live_for(email_key: bytes | None, mobile_key: bytes | None) -> Appointment | None:
    """Find the live booking of the same births and the same e-mail or mobile, by their keyed digests."""
    which = "b.state = 'booked' AND (b.email_key = :email OR b.mobile_key = :mobile) ORDER BY b.id LIMIT 1"
    return _appointment(which, email=email_key, mobile=mobile_key)


def live_holds(client: str) -> int:
    """Count the times a client is keeping at this moment."""
    counted = text(
        "SELECT count(*) FROM occupancy WHERE kind = 'hold' AND client = :client AND until > clock_timestamp()"
    )
    return int(db.session.execute(counted, {"client": client}).scalar_one())
