"""The free times of many days at once, remembered in the process and never out of date.

Every change of what fills a session gives it a new stamp, in the same transaction (triggers of migration 0003). One short query
asks for the mark of all that was asked for, made of the stamps of the sessions; where it is the one remembered, and no hold that
counted has ended since, nothing else is read or computed. Otherwise the marks of each centre and day are asked for, and only the
days that changed are computed anew. A stamp is drawn from a sequence and never comes twice; a mark is their
hashes laid over each other, 64 bits, so that sessions which go and others which change cannot make up for each other as in a sum.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from flask import current_app
from sqlalchemy import text

from registration.booking.queries.openings import MINUTE, Opening, midnight, need, openings, opens_to, wall_clock
from registration.booking.rules.admission import Admission, with_nothing_else_left
from registration.booking.rules.deadline import Deadline, deadline
from registration.booking.rules.requests import AvailabilityRequest
from registration.booking.rules.slots import Need
from registration.common.authority import current_authority
from registration.common.clock import civil_date
from registration.common.db import db

#: Days remembered by one process: each is a few hundred bytes.
MOST_REMEMBERED = 20_000

_STAMPS = """
SELECT s.centre_id, (s.begins_at AT TIME ZONE 'Europe/London')::date AS day, bit_xor(hashint8extended(s.stamp, 0)),
       clock_timestamp()
  FROM session s JOIN registrar r ON r.id = s.registrar_id AND r.may_register_births
 WHERE s.begins_at >= :first AND s.begins_at < :last {at}
 GROUP BY 1, 2 ORDER BY 1, 2
"""
_STAMPS_ALL = text(_STAMPS.format(at=""))
_MARK = """
SELECT coalesce(bit_xor(hashint8extended(s.stamp, 0)), 0), count(*), clock_timestamp()
  FROM session s JOIN registrar r ON r.id = s.registrar_id AND r.may_register_births
 WHERE s.begins_at >= :first AND s.begins_at < :last {at}
"""
_MARK_ALL = text(_MARK.format(at=""))
_MARK_AT = text(_MARK.format(at="AND s.centre_id = ANY(:centres)"))
#: Answers remembered whole by one process: each refers to days that are remembered anyway.
MOST_WHOLE = 2_000
_STAMPS_AT = text(_STAMPS.format(at="AND s.centre_id = ANY(:centres)"))

Place = tuple[int, date]  # a centre, and a day there


@dataclass(frozen=True, slots=True, eq=False)
class FreeDay:
    """The free starts of one centre and day, in order: minutes since 1970, and places at each. Equal only to itself."""

    centre_id: int
    day: date
    starts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Remembered:
    mark: int
    fresh_until: datetime | None
    free: FreeDay


class _Sought(NamedTuple):
    """What decides the starts besides the sessions themselves."""

    need: Need
    per_baby: int  # the council's, where the registrar has none
    admission: Admission


def free_days(request: AvailabilityRequest, now: datetime) -> list[FreeDay]:
    """Give each centre's free days in order, without starts sooner than the council's notice.

    Nor with days on which the birth can be registered only with the Registrar General's authority (1953 Act s.7). Where nothing
    in time is left for the family at any centre, the protected places are among them.
    """
    governs = deadline(request.births, civil_date(now))
    opens, last = opens_to(governs, desk=request.urgent), governs.last_lawful_day
    days = _offered(request, opens, governs, now)
    if opens.protected_to >= last or request.first > last or any(day.day <= last for day in days):
        return days
    wider = opens_at_last(request, now)
    return days if wider == opens else _offered(request, wider, governs, now)


def opens_at_last(request: AvailabilityRequest, now: datetime) -> Admission:
    """Say what opens to a family once every centre and day up to its last lawful day has been looked through.

    `keep_for` of the request is the booking that it has: its time counts as left to it.
    """
    governs = deadline(request.births, civil_date(now))
    opens, last = opens_to(governs, desk=request.urgent), governs.last_lawful_day
    everywhere = replace(request, first=governs.on, last=max(governs.on, last), centre_ids=None)
    return opens if _offered(everywhere, opens, governs, now) else with_nothing_else_left(opens, last)


def _offered(request: AvailabilityRequest, opens: Admission, governs: Deadline, now: datetime) -> list[FreeDay]:
    """Give the free days of a family to which so much opens."""
    authority = current_authority()
    sought = _Sought(need(request.births, interpreter=request.interpreter), authority.minutes_per_baby, opens)
    days = _computed(request, sought).values() if request.keep_for else _as_before(request, sought)
    soonest = (int(now.timestamp()) + MINUTE - 1) // MINUTE + authority.notice_minutes
    first_whole_day = wall_clock(soonest)[0] + timedelta(days=1)
    end = governs.registrar_general_authority_from
    in_reach = (day if day.day >= first_whole_day else _from(day, soonest) for day in days if day.day < end)
    return [day for day in in_reach if day.starts]


def free_places(request: AvailabilityRequest, now: datetime) -> dict[int, dict[int, int]]:
    """Count, for each centre and start (minutes since 1970), the places a family may still book."""
    places: dict[int, dict[int, int]] = defaultdict(dict)
    for day in free_days(request, now):
        places[day.centre_id].update(day.starts)
    return places


def _from(day: FreeDay, soonest: int) -> FreeDay:
    return FreeDay(day.centre_id, day.day, tuple(start for start in day.starts if start[0] >= soonest))


def _span(request: AvailabilityRequest) -> tuple[datetime, datetime]:
    return midnight(request.first), midnight(request.last + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class _Whole:
    """Every day of one request, under the mark of all its sessions together."""

    mark: tuple[int, int]
    fresh_until: datetime | None
    days: list[FreeDay]


def _values(request: AvailabilityRequest) -> dict[str, object]:
    first, last = _span(request)
    values: dict[str, object] = {"first": first, "last": last}
    return values if request.centre_ids is None else values | {"centres": list(request.centre_ids)}


def _as_before(request: AvailabilityRequest, sought: _Sought) -> list[FreeDay]:
    """Give every day, all from memory where nothing changed at all since this was asked last."""
    memory: dict[object, _Whole] = current_app.extensions.setdefault("booking.free.whole", {})
    key = (request.first, request.last, request.centre_ids, sought)
    values = _values(request)
    xor, count, clock = db.session.execute(_MARK_AT if "centres" in values else _MARK_ALL, values).one()
    kept = memory.get(key)
    if kept and kept.mark == (xor, count) and (kept.fresh_until is None or kept.fresh_until > clock):
        return kept.days
    found = _recalled(request, sought)
    ends = [each.fresh_until for each in found if each.fresh_until is not None]
    days = [each.free for each in found]
    if len(memory) > MOST_WHOLE:
        memory.clear()
    memory[key] = _Whole((xor, count), min(ends, default=None), days)
    return days


def _recalled(request: AvailabilityRequest, sought: _Sought) -> list[_Remembered]:
    """Give every day, computing only those that changed since they were last asked for."""
    memory: dict[tuple[Place, _Sought], _Remembered] = current_app.extensions.setdefault("booking.free", {})
    values = _values(request)
    found: dict[Place, _Remembered] = {}
    missing: dict[Place, int] = {}
    rows = db.session.execute(_STAMPS_AT if "centres" in values else _STAMPS_ALL, values).all()
    for centre, day, mark, clock in rows:
        kept = memory.get(((centre, day), sought))
        if kept and kept.mark == mark and (kept.fresh_until is None or kept.fresh_until > clock):
            found[centre, day] = kept
        else:
            missing[centre, day] = mark
    if missing:
        found |= _learn(request, sought, missing, memory)
    return [found[place] for place in sorted(found)]


def _learn(
    request: AvailabilityRequest,
    sought: _Sought,
    missing: Mapping[Place, int],
    memory: dict[tuple[Place, _Sought], _Remembered],
) -> dict[Place, _Remembered]:
    """Compute the days that changed, and remember them under the mark read before: what changed meanwhile shows next time."""
    if len(memory) > MOST_REMEMBERED:
        memory.clear()
    centres = tuple({centre for centre, _ in missing})
    days = [day for _, day in missing]
    narrowed = AvailabilityRequest(request.births, request.interpreter, min(days), max(days), centres)
    grouped = _grouped(narrowed)
    learned: dict[Place, _Remembered] = {}
    for place, mark in missing.items():
        free, fresh_until = _free_day(place, grouped.get(place, ()), sought)
        learned[place] = memory[place, sought] = _Remembered(mark, fresh_until, free)
    return learned


def _grouped(request: AvailabilityRequest) -> dict[Place, list[Opening]]:
    grouped: dict[Place, list[Opening]] = defaultdict(list)
    for opening in openings(*_span(request), request.centre_ids, request.keep_for):
        grouped[opening.centre_id, wall_clock(opening.begin)[0]].append(opening)
    return grouped


def _computed(request: AvailabilityRequest, sought: _Sought) -> dict[Place, FreeDay]:
    grouped = _grouped(request)
    return {place: _free_day(place, grouped[place], sought)[0] for place in sorted(grouped)}


def _free_day(place: Place, sessions: Iterable[Opening], sought: _Sought) -> tuple[FreeDay, datetime | None]:
    places: dict[int, int] = {}
    ends: list[datetime] = []
    for session in sessions:
        for start in session.starts(sought.need, sought.admission):
            places[start] = places.get(start, 0) + 1
        if session.fresh_until is not None:
            ends.append(session.fresh_until)
    return FreeDay(*place, tuple(sorted(places.items()))), min(ends, default=None)
