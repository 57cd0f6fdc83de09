"""Other ways to staff the sessions of an absence: asked for, one made a draft of the rota, and families looked at after it."""

from collections import defaultdict
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import select

from registration.balancing.building.absence import Absence, leaves_sessions
from registration.balancing.plans.covering import ask_ways, draft_way
from registration.balancing.plans.models import BalancePlan
from registration.booking.actions.seats import stands_again
from registration.booking.queries.displaced import live_among
from registration.common import audit
from registration.common.clock import civil_date
from registration.common.db import db
from registration.common.errors import Refused
from registration.cover.actions.planning import DRAFT, SENT, UNDONE, facts, lines_of, refresh
from registration.cover.models import CoverLine, CoverPlan
from registration.cover.queries import (
    Away,
    cause_of,
    families,
    hit_by,
    is_taken_back,
    lines,
    plan_by_id,
    registrar_name,
)
from registration.cover.rules import QUIET, Way
from registration.rota.models import RotaDraft, Session
from registration.rota.rules.absences import span_text

#: Of a plan that is being worked on.
AT_WORK = ("waiting", "running")


class NotStaffed(Refused):
    """Other ways to staff sessions are found for an absence only, while it stands."""


def find_ways(public_id: UUID, now: datetime, actor: str) -> BalancePlan:
    """Ask for ways to staff the sessions of an absence from tomorrow on; those being looked for already are given.

    Raises NotStaffed, and NothingLeft where no session falls into it.
    """
    made = _of_an_absence(public_id)
    before = None if made.staffing_id is None else db.session.get(BalancePlan, made.staffing_id)
    if before is not None and before.state in AT_WORK:
        return before
    name = f"Cover for {registrar_name(made.registrar_id or 0)}, {span_text(made.begins_at, made.ends_at or made.begins_at)}"
    plan = ask_ways(_absence(made, now), name, civil_date(now), actor)
    made.staffing_id = plan.id
    db.session.flush()
    audit.record("looked for other ways to staff the sessions", about=f"cover:{made.id}", actor=actor)
    return plan


def is_anything_left(made: CoverPlan, now: datetime) -> bool:
    """Say whether an absence leaves any session from tomorrow on that could be staffed otherwise."""
    return leaves_sessions(_absence(made, now), civil_date(now))


def _of_an_absence(public_id: UUID) -> CoverPlan:
    made = plan_by_id(public_id, lock=True)
    if made is None or made.registrar_id is None or made.state == UNDONE or is_taken_back(made.absence_id):
        raise NotStaffed
    return made


def _absence(made: CoverPlan, now: datetime) -> Absence:
    """Say who is away, which families have still no other time, and whose sessions the plan gives to others already."""
    away = cast("Away", cause_of(made))
    promised, settled = {}, set()
    if made.state == DRAFT:
        rows = lines_of(made)
        promised = {line.was_session_id: line.registrar_id for line in rows if line.registrar_id is not None}
        settled = {line.booking_id for line in rows if line.way in QUIET}
    hit = [each for each in hit_by(away, now) if each.booking_id not in settled]
    spoken: defaultdict[int, list[str]] = defaultdict(list)
    for family in families(hit):
        spoken[family.session_id].append(family.speaks)
    return Absence(away.registrar_id, away.begins, away.ends, spoken, promised)


def choose_way(public_id: UUID, number: int, now: datetime, actor: str) -> RotaDraft:
    """Make a draft of the rota from one of the ways found; publishing it is the rota's.

    Raises NotStaffed, and what `draft_way` raises.
    """
    made = _of_an_absence(public_id)
    plan = None if made.staffing_id is None else db.session.get(BalancePlan, made.staffing_id)
    if plan is None:
        raise NotStaffed
    draft = draft_way(plan, number, _absence(made, now), civil_date(now), actor)
    chosen = facts(made) | {"draft": draft.name}
    audit.record("made a draft rota that staffs the sessions", about=f"cover:{made.id}", actor=actor, after=chosen)
    return draft


# ---- afterwards


def look_again(now: datetime) -> int:
    """Work out again what other registrars have changed: families whose own session is held are not disturbed. Say how many.

    A draft is brought up to date; of a plan that was sent, what was offered instead is taken back, and nobody rings them.
    """
    found = select(CoverPlan).where(CoverPlan.state.in_([DRAFT, SENT]), CoverPlan.registrar_id.is_not(None))
    open_plans = db.session.scalars(found.order_by(CoverPlan.id).with_for_update()).all()
    return sum(
        _kept_after_all(made, now) if made.state == SENT else _brought_up_to_date(made, now) for made in open_plans
    )


def _brought_up_to_date(made: CoverPlan, now: datetime) -> int:
    """Draw a draft up anew where a family of it is with another registrar by now."""
    hit = {each.booking_id for each in hit_by(cause_of(made), now)}
    gone = [line for line in lines_of(made) if line.booking_id not in hit]
    if gone and made.kept_until > now:
        refresh(made.public_id, now)
    return len(gone)


def _kept_after_all(made: CoverPlan, now: datetime) -> int:
    """Give families of a plan that was sent their own time again where somebody else sits in their session."""
    cards = {card.id: card for card in lines(made.id)}
    rows = [
        line for line in lines_of(made) if line.way not in QUIET and cards[line.id].own and not cards[line.id].displaced
    ]
    live = {hit.booking_id: hit for hit in live_among([line.booking_id for line in rows])}
    again = [
        line for line in rows if line.booking_id in live and live[line.booking_id].registrar_id != made.registrar_id
    ]
    return sum(_undisturbed(line, stands_again(live[line.booking_id].public_id, now)) for line in again)


def _undisturbed(line: CoverLine, stands: bool) -> bool:  # noqa: FBT001 -- said of the line
    """Write a family down as one whose session somebody took over."""
    if stands:
        session = db.session.get_one(Session, line.was_session_id)
        line.way, line.session_id, line.registrar_id = Way.TAKE_OVER.value, session.id, session.registrar_id
        line.centre_id, line.begins_at, line.offer_id = session.centre_id, line.was_begins_at, None
        db.session.flush()
    return stands
