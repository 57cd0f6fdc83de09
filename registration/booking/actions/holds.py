"""Keep a time for a family while it answers, and let it go.

What keeps two families apart is the exclusion constraint on occupancy. The free registrars are asked in turn, the least loaded
first: an insert that meets another family's, kept or still on its way, waits for it, and fills nothing where that one stays. So
every registrar who was free is tried once, nobody is turned away while one of them stays free, and nothing is held that another
could wait for in a circle. (docs/decisions/ has the measurements.)
"""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import text

from registration.booking.actions.refusals import (
    NeedsRegistrarGeneral,
    NotOffered,
    SlotTaken,
    TooManyHolds,
    TooManyThere,
)
from registration.booking.queries import MINUTE, Opening, live_holds, need, openings_around, opens_at_last, opens_to
from registration.booking.rules.admission import Admission
from registration.booking.rules.deadline import Deadline, deadline
from registration.booking.rules.requests import JUST_BEGUN, AvailabilityRequest, Hold, HoldRequest, written_wish
from registration.booking.rules.shares import most_kept
from registration.booking.rules.slots import Need, least_loaded
from registration.common.authority import current_authority
from registration.common.clock import civil_date
from registration.common.db import db
from registration.common.limits import limits_are_on
from registration.common.links import digest

#: Live holds of one client; a children's centre with a room of families behind one address stays well below it.
MOST_HOLDS = 60
TOKEN_BYTES = 18

_CLEAR = text("""
DELETE FROM occupancy
 WHERE registrar_id = :registrar AND kind = 'hold' AND until <= clock_timestamp()
   AND during && tstzrange(:begins, :ends)
""")
_TAKE = text("""
INSERT INTO occupancy (session_id, registrar_id, begins_at, ends_at, kind, until, hold_digest, born, interpreter, client)
VALUES (:session, :registrar, :begins, :ends, 'hold', clock_timestamp() + make_interval(mins => :minutes),
        :digest, CAST(:born AS date[]), :interpreter, :client)
    ON CONFLICT DO NOTHING
RETURNING until
""")
_RELEASE = text("DELETE FROM occupancy WHERE hold_digest = :digest AND kind = 'hold' AND booking_id IS NULL")
_EXTEND = text("""
UPDATE occupancy SET until = clock_timestamp() + make_interval(mins => :minutes)
 WHERE hold_digest = :digest AND kind = 'hold' AND until > clock_timestamp()
RETURNING until
""")


def hold(request: HoldRequest, now: datetime) -> Hold:
    """Keep a time for a family for the council's hold minutes.

    Raises SlotTaken when every registrar there is booked, NotOffered when none has a session then, NeedsRegistrarGeneral where
    today or that day lies more than twelve months after the birth, TooManyHolds when one client keeps too many, TooManyThere when
    it keeps its share of that centre's day, NotBornYet for a birth in the future.
    """
    _may_be_held(request, now)
    candidates = candidates_for(request, now)
    token = f"{secrets.token_urlsafe(TOKEN_BYTES)}.{written_wish(request)}"
    needed = need(request.births, interpreter=request.interpreter)
    for opening in candidates:
        end = opening.ends(needed, request.start)
        until = _take(opening, request, end, token)
        if until is not None:
            return Hold(token, request.centre_id, request.start, end, until)
    raise SlotTaken


def _may_be_held(request: HoldRequest, now: datetime) -> None:
    governs = deadline(request.births, civil_date(now))
    if max(governs.on, civil_date(request.start)) >= governs.registrar_general_authority_from:
        raise NeedsRegistrarGeneral
    if limits_are_on() and request.client:
        _within_its_share(request)
    notice = -JUST_BEGUN if request.walk_in else timedelta(minutes=current_authority().notice_minutes)
    if request.start < now + notice:
        raise NotOffered


def _within_its_share(request: HoldRequest) -> None:
    kept = live_holds(request.client, request.centre_id, civil_date(request.start))
    if kept.in_all >= MOST_HOLDS:
        raise TooManyHolds
    if kept.there >= most_kept(kept.session_minutes, current_authority().minutes_per_baby):
        raise TooManyThere


def candidates_for(
    request: HoldRequest, now: datetime, keep_for: int | None = None, *, booking: int | None = None
) -> list[Opening]:
    """List the sessions whose registrar is free for the family then, the least loaded first.

    How long each would take is its registrar's own affair: `Opening.ends` tells. What fills `keep_for`, the booking that is
    being moved, counts as free; `booking` is the one that the family has and keeps. Protected places are open to a family
    for which nothing else in time is left, as of this very moment. Raises NotOffered when no session there and then is open
    to the family, SlotTaken when all are filled.
    """
    governs = deadline(request.births, civil_date(now))
    if civil_date(request.start) >= governs.registrar_general_authority_from:
        raise NotOffered
    opens = opens_to(governs, desk=request.urgent)
    around = openings_around(request.centre_id, request.start, keep_for)
    minute, needed = int(request.start.timestamp()) // MINUTE, need(request.births, interpreter=request.interpreter)
    shut = opens.protected_to < civil_date(request.start) <= governs.last_lawful_day and any(
        o.protected for o in around
    )
    if shut and not any(minute in o.starts(needed, opens) for o in around):
        opens = opens_at_last(_everything(request, governs, keep_for or booking), now)
    free = {o.registrar_id: o for o in around if minute in o.starts(needed, opens)}
    if free:
        return [free[registrar] for registrar in least_loaded((o.registrar_id, o.load) for o in free.values())]
    if any(_could_be_free(o, minute, needed, opens) for o in around):
        raise SlotTaken
    raise NotOffered


def _everything(request: HoldRequest, governs: Deadline, booking: int | None) -> AvailabilityRequest:
    """Ask for all that the family could have in time, besides the booking it has."""
    last = governs.last_lawful_day
    return AvailabilityRequest(
        request.births, request.interpreter, governs.on, last, keep_for=booking, urgent=request.urgent
    )


def _could_be_free(opening: Opening, minute: int, needed: Need, opens: Admission) -> bool:
    """Say whether the start would be offered if other families let go: on the grid, or where something ends."""
    empty = replace(opening, busy=())
    ends = {end for _, end in opening.busy if end + needed.minutes(opening.per_baby) <= opening.end}
    return minute in empty.starts(needed, opens) or minute in ends


def _take(opening: Opening, request: HoldRequest, end: datetime, token: str) -> datetime | None:
    """Fill the registrar's time with the hold; None when someone else filled it in the meantime."""
    where = {"registrar": opening.registrar_id, "begins": request.start, "ends": end}
    if opening.stale:
        db.session.execute(_CLEAR, where)
    values = {
        "session": opening.session_id,
        "minutes": current_authority().hold_minutes,
        "digest": digest(token),
        "born": sorted(request.births),
        "interpreter": request.interpreter,
        "client": request.client,
    }
    until: datetime | None = db.session.execute(_TAKE, where | values).scalar()
    return until


def release(token: str) -> None:
    """Let a kept time go at once."""
    db.session.execute(_RELEASE, {"digest": digest(token)})


def extend(token: str) -> datetime | None:
    """Keep a time for the council's hold minutes from now; None when it has run out already."""
    values = {"digest": digest(token), "minutes": current_authority().hold_minutes}
    until: datetime | None = db.session.execute(_EXTEND, values).scalar()
    return until
