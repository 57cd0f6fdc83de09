"""What sessions there are, and when in them an appointment may begin."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import text

from registration.booking.rules.admission import Admission, Releases, admission
from registration.booking.rules.deadline import Deadline
from registration.booking.rules.slots import Need, free_starts, public_end
from registration.common.authority import current_authority
from registration.common.clock import LONDON
from registration.common.db import db

MINUTE = 60

_OPENINGS = """
SELECT s.id, s.centre_id, s.registrar_id, s.kept_minutes, s.protected_minutes,
       (date_part('epoch', s.begins_at) / 60)::int AS begin, (date_part('epoch', s.ends_at) / 60)::int AS end,
       filled.begins, filled.ends, filled.fresh_until, filled.stale, coalesce(r.minutes_per_baby, :per_baby)
  FROM session s
  JOIN registrar r ON r.id = s.registrar_id AND r.may_register_births
  JOIN centre c ON c.id = s.centre_id AND (s.begins_at AT TIME ZONE 'Europe/London')::date
                   BETWEEN c.participating_from AND coalesce(c.participating_to, 'infinity')
  LEFT JOIN LATERAL (
       SELECT array_agg((date_part('epoch', o.begins_at) / 60)::int ORDER BY o.begins_at) FILTER (WHERE o.counts) AS begins,
              array_agg((date_part('epoch', o.ends_at) / 60)::int ORDER BY o.begins_at) FILTER (WHERE o.counts) AS ends,
              min(o.until) FILTER (WHERE o.until > clock_timestamp() - interval '1 minute') AS fresh_until,
              coalesce(bool_or(NOT o.counts), false) AS stale
         FROM (SELECT begins_at, ends_at, until, (until IS NULL OR until > clock_timestamp()) AS counts FROM occupancy
                WHERE session_id = s.id
                  AND (CAST(:keep_for AS bigint) IS NULL OR booking_id IS DISTINCT FROM :keep_for)
                UNION ALL
               SELECT greatest(a.begins_at, s.begins_at), least(a.ends_at, s.ends_at), NULL, true FROM absence a
                WHERE a.registrar_id = s.registrar_id AND a.state = 'planned'
                  AND a.begins_at < s.ends_at AND a.ends_at > s.begins_at) o) filled ON true
 WHERE s.state = 'published' AND {when}
"""
_BETWEEN = text(_OPENINGS.format(when="s.begins_at >= :first AND s.begins_at < :last"))
_BETWEEN_AT = text(
    _OPENINGS.format(when="s.centre_id = ANY(:centres) AND s.begins_at >= :first AND s.begins_at < :last")
)
_AROUND = text(_OPENINGS.format(when="s.centre_id = :centre AND s.begins_at <= :start AND s.ends_at > :start"))


@dataclass(frozen=True, slots=True)
class Opening:
    """A published session at a centre that takes part that day, and what fills it: moments in whole minutes since 1970.

    It stays as read until something changes it, or until the first hold in it ends (`fresh_until`). That lies in the past where
    a hold ended within the last minute: a booking made of it in its last moment may not show yet. `stale` says that holds which
    have run out still lie in it and have to be cleared before their time is filled. `per_baby` are its registrar's own minutes
    for each baby, the council's where there are none. `kept` minutes at its
    end are for the telephone desk, the `protected` ones before them for families near their last lawful day.
    """

    session_id: int
    centre_id: int
    registrar_id: int
    kept: int
    protected: int
    begin: int
    end: int
    busy: tuple[tuple[int, int], ...]
    fresh_until: datetime | None
    stale: bool
    per_baby: int

    def starts(self, need: Need, admission: Admission) -> list[int]:
        """List when an appointment may begin, for a family to which so much opens."""
        end = self.open_until(admission)
        return free_starts((self.begin, end), self.busy, need.minutes(self.per_baby), self.per_baby)

    def open_until(self, admission: Admission) -> int:
        """Give where the part of it ends that opens to a family."""
        shut = self.protected and wall_clock(self.begin)[0] > admission.protected_to
        return public_end(
            self.begin, self.end, self.kept, urgent=admission.urgent, protected=self.protected if shut else 0
        )

    def ends(self, need: Need, start: datetime) -> datetime:
        """Give when an appointment that begins then would end with this registrar."""
        return start + timedelta(minutes=need.minutes(self.per_baby))

    @property
    def load(self) -> int:
        """Give the minutes already filled."""
        return sum(end - begin for begin, end in self.busy)


def _opening(row: Sequence[Any]) -> Opening:
    busy = tuple(zip(row[7], row[8], strict=True)) if row[7] and row[8] else ()
    return Opening(row[0], row[1], row[2], row[3], row[4], row[5], row[6], busy, row[9], row[10], row[11])


def openings(
    first: datetime, last: datetime, centre_ids: Sequence[int] | None = None, keep_for: int | None = None
) -> Iterable[Opening]:
    """Give the sessions that begin from `first` up to `last`, at the centres named or at all."""
    values: dict[str, object] = {"first": first, "last": last, **_asked(keep_for)}
    if centre_ids is None:
        rows = db.session.execute(_BETWEEN, values)
    else:
        rows = db.session.execute(_BETWEEN_AT, values | {"centres": list(centre_ids)})
    return map(_opening, rows)


def openings_around(centre_id: int, start: datetime, keep_for: int | None = None) -> list[Opening]:
    """Give the sessions at a centre that are under way at a moment."""
    values = {"centre": centre_id, "start": start, **_asked(keep_for)}
    return [_opening(row) for row in db.session.execute(_AROUND, values)]


def _asked(keep_for: int | None) -> dict[str, object]:
    return {"keep_for": keep_for, "per_baby": current_authority().minutes_per_baby}


def need(births: Collection[date], *, interpreter: bool) -> Need:
    """Give what makes this family's appointment long, by the council's own minutes for an interpreter."""
    return Need(len(births), current_authority().interpreter_minutes if interpreter else 0)


def opens_to(governs: Deadline, *, desk: bool) -> Admission:
    """Say which of the places kept back open to a family with these dates, by the council's own days; to the desk all do."""
    council = current_authority()
    releases = Releases(council.urgent_days, council.protected_near_days, council.protected_opens_days)
    return admission(governs.last_lawful_day, governs.on, releases, desk=desk)


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
