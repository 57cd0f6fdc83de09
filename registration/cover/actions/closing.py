"""Close a centre for good from a day on, and open it again while no family has been offered anything.

What stands and whom it hits is a plan of cover like that for an absence: drawn up, looked at, then sent, whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text

from registration.booking.actions import offer_notices, offers, wishes
from registration.booking.rules.requests import Appointment
from registration.centres.models import Centre
from registration.common import audit
from registration.common.clock import civil_date
from registration.common.db import db
from registration.common.errors import Refused
from registration.cover.actions.planning import DRAFT, UNDONE, NotThere, facts, lines_of, new_plan
from registration.cover.models import CoverPlan
from registration.cover.queries import (
    FAMILIES_IN_IT,
    Closing,
    Emptied,
    cause_of,
    centre_name,
    emptied,
    may_open_again,
    plan_by_id,
)
from registration.messages import actions as messages
from registration.rota.actions import closing as rota

#: What the plan of a centre that closes has in the place of an absence's reason.
CLOSING = "closing"

_LET_GO = text("""
DELETE FROM occupancy o USING session s
 WHERE s.id = o.session_id AND s.centre_id = :centre AND o.kind = 'hold' AND o.booking_id IS NULL AND o.begins_at >= :begins
""")
_LEFT_EMPTY = text(f"""
SELECT s.id FROM session s JOIN centre c ON c.id = s.centre_id
 WHERE c.participating_to IS NOT NULL AND s.state = 'published' AND s.begins_at > :now
   AND (s.begins_at AT TIME ZONE 'Europe/London')::date > c.participating_to AND NOT {FAMILIES_IN_IT}
 ORDER BY s.id
""")  # noqa: S608 -- of our own words only


class CannotClose(Refused):
    """This centre cannot close on that day: it takes no part then already, or has not begun to."""


class CannotOpen(Refused):
    """Families have been offered other times, so the centre cannot be opened again in one step."""


def start_closing(closing: Closing, note: str, now: datetime, actor: str) -> CoverPlan:
    """Draw up what happens when a centre closes, and keep the times it proposes; nothing is changed and nobody told.

    Where somebody is planning to close it already, their plan is given. Raises CannotClose where it takes no part on the day
    before, or ends sooner already.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("cover_plan_centre"), closing.centre_id)))
    there = select(CoverPlan).where(
        CoverPlan.state == DRAFT, CoverPlan.centre_id == closing.centre_id, CoverPlan.kept_until > now
    )
    found = db.session.scalars(there.order_by(CoverPlan.id).limit(1)).one_or_none()
    if found is not None:
        return found
    _check(db.session.get_one(Centre, closing.centre_id), closing)
    return new_plan(closing, CLOSING, note, now, actor)


def _check(centre: Centre, closing: Closing) -> None:
    ends = centre.participating_to
    if centre.participating_from > closing.last_day or (ends is not None and ends <= closing.last_day):
        raise CannotClose


@dataclass(frozen=True, slots=True)
class Closed:
    """What closing a centre did: the families to whom a time there was offered, and to the rota what the record keeps."""

    offered: list[Appointment]
    facts: Mapping[str, object]


def close(made: CoverPlan, closing: Closing, gone: Mapping[int, tuple[int, int]], now: datetime, actor: str) -> Closed:
    """Let a centre take part until the day before, and settle all that names it but the families booked there.

    `gone` says to which centre and room sessions with families go with their registrars; those without go to the successor, or
    are withdrawn. Families who waited for the centre wait for its successor, or a person tells them. Raises CannotClose where
    it has closed meanwhile.
    """
    rota.one_at_a_time()
    centre = db.session.get_one(Centre, closing.centre_id, with_for_update={"key_share": True}, populate_existing=True)
    _check(centre, closing)
    before = _standing(centre)
    made.was_to = centre.participating_to
    centre.participating_to, centre.successor_id = closing.last_day, closing.successor_id
    db.session.flush()  # restamps, and so locks, its sessions: whoever fills a time in them now is waited for, or waits
    withdrawn = offers.withdraw_at(closing.centre_id, closing.begins, now)
    where = {"centre": closing.centre_id, "begins": closing.begins, "now": now}
    db.session.execute(_LET_GO, where)
    rota.send_sessions(gone)
    empty = emptied(closing, {}, now)
    rota.send_sessions(empty.going)
    rota.withdraw_empty(empty.withdrawn)
    wishes.forget_centre(closing.centre_id, closing.successor_id, now)
    followed = []
    if closing.successor_id is not None:
        followed = rota.follow_in_patterns(closing.centre_id, closing.successor_id, civil_date(closing.begins), actor)
    audit.record("closed the centre", about=f"centre:{centre.id}", actor=actor, before=before, after=_standing(centre))
    return Closed(withdrawn, _done(empty, followed))


def _done(empty: Emptied, followed: Sequence[str]) -> dict[str, object]:
    """Give what the record keeps of what closing did to the rota."""
    return {
        "sessions_moved": len(empty.going),
        "sessions_withdrawn": len(empty.withdrawn),
        "times_fewer": empty.times,
        "patterns_changed": list(followed),
    }


def _standing(centre: Centre) -> dict[str, object]:
    return {
        "last_day": None if centre.participating_to is None else centre.participating_to.isoformat(),
        "merged_into": None if centre.successor_id is None else centre_name(centre.successor_id),
    }


def open_again(public_id: UUID, now: datetime, actor: str) -> None:
    """Open a centre again: it takes part as before, and the sessions that closing withdrew are published again.

    Weekly patterns and sessions that went to a successor stay there. Raises NotThere where the plan closed no centre, CannotOpen
    once a family was offered a time or its session went, CannotBringBack where a session cannot be held again.
    """
    made = plan_by_id(public_id, lock=True)
    cause = None if made is None else cause_of(made)
    if made is None or not isinstance(cause, Closing) or made.sent_at is None or made.state == UNDONE:
        raise NotThere
    rows = lines_of(made)
    if not may_open_again(made):
        raise CannotOpen
    rota.one_at_a_time()
    centre = db.session.get_one(Centre, cause.centre_id, with_for_update={"key_share": True}, populate_existing=True)
    before = _standing(centre)
    centre.participating_to, centre.successor_id = made.was_to, None
    db.session.flush()
    rota.bring_sessions_back(cause.centre_id, cause.begins, now)
    for line in rows:
        _nobody_calls(line.booking_id, now)
    made.state, made.ended_at = UNDONE, now
    db.session.flush()
    audit.record(
        "opened the centre again", about=f"centre:{centre.id}", actor=actor, before=before, after=_standing(centre)
    )
    audit.record("took the plan of cover back", about=f"cover:{made.id}", actor=actor, after=facts(made))


def _nobody_calls(booking_id: int, now: datetime) -> None:
    number = db.session.execute(text("SELECT public_id FROM booking WHERE id = :id"), {"id": booking_id}).scalar_one()
    messages.settle(offer_notices.CALL, number, now=now)


def withdraw_left(now: datetime) -> int:
    """Withdraw the sessions at centres that have closed which the last family has left meanwhile, and say how many."""
    left = db.session.scalars(_LEFT_EMPTY, {"now": now}).all()
    if left:
        rota.one_at_a_time()
        rota.withdraw_empty(left)
    return len(left)
