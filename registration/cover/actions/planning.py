"""A plan in the making: proposals drawn up and their times kept, a row changed, all of it put away again.

Until it is sent nothing has happened to anybody: no absence stands, no booking has changed, no family has been told.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select

from registration.booking.actions import offers
from registration.booking.actions.refusals import BookingRefused, SlotTaken
from registration.booking.queries import moment
from registration.booking.queries.displaced import Hit, live_among
from registration.booking.rules.offers import COVER, OfferMade
from registration.centres.queries import centre_card
from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.cover.models import CoverLine, CoverPlan
from registration.cover.queries import (
    OFFICE,
    Away,
    Cause,
    Closing,
    cause_of,
    families,
    going,
    ground,
    hit_by,
    is_free_for,
    minute,
    plan_by_id,
    whom,
)
from registration.cover.rules import Family, Proposal, Way, plan, way_to
from registration.rota.rules.absences import ABSENCE_REASONS

DRAFT, SENT, UNDONE, SETTLED = "draft", "sent", "undone", "settled"

#: So long the times of a draft are kept for its families.
KEPT = timedelta(minutes=30)
#: A time proposed may go to another family in the same moment: then the next best is proposed.
TRIES = 3


class AlreadyOver(Refused):
    """This plan was sent or put away in the meantime."""


class NotThere(Refused):
    """This family is not in the plan any more: it has another time, or none."""


class _Gone(Exception):
    """Another family has the time proposed."""


def facts(made: CoverPlan) -> dict[str, object]:
    """Give what the record keeps of a plan."""
    who = "registrar" if made.centre_id is None else "centre"
    ends = None if made.ends_at is None else made.ends_at.isoformat()
    return {who: whom(made), "begins": made.begins_at.isoformat(), "ends": ends, "state": made.state}


# ---- its beginning and its end


def start_plan(away: Away, reason: str, note: str, now: datetime, actor: str) -> CoverPlan:
    """Draw up a plan for a registrar's absence and keep the times it proposes; nobody is told.

    Where somebody is planning the same absence already, their plan is given. Raises ValueError for an unknown reason.
    """
    if reason not in ABSENCE_REASONS:
        raise ValueError(reason)
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("cover_plan"), away.registrar_id)))
    same = select(CoverPlan).where(
        CoverPlan.state == DRAFT,
        CoverPlan.registrar_id == away.registrar_id,
        CoverPlan.begins_at < away.ends,
        CoverPlan.ends_at > away.begins,
        CoverPlan.kept_until > now,
    )
    there = db.session.scalars(same.order_by(CoverPlan.id).limit(1)).one_or_none()
    return there or new_plan(away, reason, note, now, actor)


def new_plan(cause: Cause, reason: str, note: str, now: datetime, actor: str) -> CoverPlan:
    """Draw a plan up, whatever it is for."""
    made = CoverPlan(
        public_id=uuid4(),
        **_columns(cause),
        begins_at=cause.begins,
        reason=reason,
        note=note,
        state=DRAFT,
        kept_until=now + KEPT,
        made_by=actor,
    )
    db.session.add(made)
    db.session.flush()
    _draw_up(made, hit_by(cause, now), now)
    audit.record("planned cover", about=f"cover:{made.id}", actor=actor, after=facts(made))
    return made


def _columns(cause: Cause) -> dict[str, object]:
    if isinstance(cause, Closing):
        return {"centre_id": cause.centre_id, "successor_id": cause.successor_id}
    return {"registrar_id": cause.registrar_id, "ends_at": cause.ends}


def draft(public_id: UUID) -> CoverPlan:
    """Lock a plan that is still a draft, and give it; AlreadyOver where it is not."""
    found = plan_by_id(public_id, lock=True)
    if found is None or found.state != DRAFT:
        raise AlreadyOver
    return found


def undo_plan(public_id: UUID, now: datetime, actor: str) -> None:
    """Put a draft away: the times it kept are free again. AlreadyOver where it is no draft."""
    _put_away(draft(public_id), now, actor)


def clean_up(now: datetime) -> int:
    """Put away the drafts whose times are not kept any more, and say how many."""
    left = select(CoverPlan).where(CoverPlan.state == DRAFT, CoverPlan.kept_until <= now).order_by(CoverPlan.id)
    over = db.session.scalars(left.with_for_update(skip_locked=True)).all()
    for made in over:
        _put_away(made, now, "service")
    return len(over)


def _put_away(made: CoverPlan, now: datetime, actor: str) -> None:
    for line in lines_of(made):
        _let_go(line, now)
    made.state, made.ended_at = UNDONE, now
    db.session.flush()
    audit.record("put the plan of cover away", about=f"cover:{made.id}", actor=actor, after=facts(made))


def lines_of(made: CoverPlan) -> Sequence[CoverLine]:
    """Give the rows of a plan as they are kept."""
    wanted = select(CoverLine).where(CoverLine.plan_id == made.id).order_by(CoverLine.id)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def _let_go(line: CoverLine, now: datetime) -> None:
    if line.offer_id is not None:
        offers.withdraw(line.offer_id, now)


# ---- proposing


def _draw_up(made: CoverPlan, wanted: Collection[Hit], now: datetime, nobody: Collection[int] = ()) -> None:
    """Propose something to each of these families; a time that goes to another meanwhile is replaced by the next best.

    Nobody is to take over the sessions `nobody`.
    """
    left = {hit.booking_id: hit for hit in _locked(made, wanted)}
    for _ in range(TRIES):
        if not left:
            return
        for proposal in _proposals(made, list(left.values()), nobody, now):
            try:
                _write(made, left[proposal.booking_id], proposal, now)
            except _Gone:
                continue
            del left[proposal.booking_id]
    for hit in left.values():
        _write(made, hit, Proposal(hit.booking_id, Way.CALL), now)


def _locked(made: CoverPlan, wanted: Collection[Hit]) -> list[Hit]:
    """Lock these families' bookings, in one order, and give those that still have their time with whom or where they had it."""
    live = live_among([hit.booking_id for hit in wanted])
    return [
        hit for hit in live if made.centre_id in {None, hit.centre_id} and made.registrar_id in {None, hit.registrar_id}
    ]


def _proposals(made: CoverPlan, wanted: Sequence[Hit], nobody: Collection[int], now: datetime) -> list[Proposal]:
    """Ask the rules; what was decided of a session, who takes it over or that nobody does, holds for all its families."""
    decided: dict[int, int | None] = dict.fromkeys(nobody)
    decided |= {line.was_session_id: line.registrar_id for line in lines_of(made)}
    asked, known = families(wanted), ground(wanted, cause_of(made), now)
    known.sittings = [sitting for sitting in known.sittings if sitting.session_id not in decided]
    free = [family for family in asked if decided.get(family.session_id) is None]
    taken = [family for family in asked if decided.get(family.session_id) is not None]
    return [_taken_over(family, decided[family.session_id]) for family in taken] + plan(free, known)


def _taken_over(family: Family, registrar_id: int | None) -> Proposal:
    return Proposal(family.booking_id, Way.TAKE_OVER, family.session_id, registrar_id, family.centre_id, family.start)


def _write(made: CoverPlan, hit: Hit, proposal: Proposal, now: datetime, *, chosen: bool = False) -> None:
    """Keep what is proposed as a row of the plan, and its time; _Gone where another family has that."""
    start = None if proposal.start is None else moment(proposal.start)
    line = CoverLine(
        plan_id=made.id,
        booking_id=hit.booking_id,
        way=proposal.way.value,
        was_session_id=hit.session_id,
        was_begins_at=hit.start,
        session_id=proposal.session_id,
        registrar_id=proposal.registrar_id if proposal.way is Way.TAKE_OVER else None,
        centre_id=proposal.centre_id,
        begins_at=start,
        chosen=chosen,
    )
    if (
        proposal.way not in {Way.TAKE_OVER, Way.SAME_REGISTRAR, Way.CALL}
        and start is not None
        and proposal.centre_id is not None
    ):
        kept = _keep(made, hit, proposal.centre_id, start, proposal.session_id, now)
        line.offer_id, line.session_id = kept.id, kept.session_id
    db.session.add(line)
    db.session.flush()


def _keep(
    made: CoverPlan, hit: Hit, centre_id: int, start: datetime, session_id: int | None, now: datetime
) -> OfferMade:
    """Keep a time for a family; what else is offered to it has lost its meaning."""
    offers.withdraw_of(hit.booking_id, now)
    try:
        return offers.keep(
            hit.public_id,
            centre_id,
            start,
            cause=COVER,
            answer_by=made.kept_until,
            now=now,
            session_id=session_id,
        )
    except BookingRefused:
        raise _Gone from None


# ---- while it is a draft


def refresh(public_id: UUID, now: datetime) -> int:
    """Bring a draft up to date: who moved leaves it, who booked meanwhile joins it, what is gone is proposed anew.

    Times are kept for another half-hour. Says how many families changed; AlreadyOver where the plan is no draft.
    """
    made = draft(public_id)
    made.kept_until = now + KEPT
    rows = lines_of(made)
    live_among([line.booking_id for line in rows])
    hit = {each.booking_id: each for each in hit_by(cause_of(made), now)}
    gone = whereto(made, now)
    stale = [line for line in rows if not (line.booking_id in hit and _stands(line, hit[line.booking_id], gone))]
    _drop(stale, now)
    settled = {line.booking_id for line in rows} - {line.booking_id for line in stale}
    anew = [each for number, each in hit.items() if number not in settled]
    _draw_up(made, anew, now)
    return len({line.booking_id for line in stale} | {each.booking_id for each in anew})


def whereto(made: CoverPlan, now: datetime) -> Mapping[int, tuple[int, int]]:
    """Give the centre and the room to which each session of a centre that closes would go; nothing for an absence."""
    cause = cause_of(made)
    return going(cause, now) if isinstance(cause, Closing) else {}


def going_along(made: CoverPlan, rows: Collection[CoverLine], now: datetime) -> dict[int, tuple[int, int]]:
    """Give the centre and the room to which sessions go with families of these rows, as far as they can."""
    moves = {line.was_session_id for line in rows if line.way == Way.SAME_REGISTRAR}
    return {session: place for session, place in whereto(made, now).items() if session in moves}


def _stands(line: CoverLine, hit: Hit, gone: Mapping[int, tuple[int, int]]) -> bool:
    """Say whether a row still speaks of the time its family has, and can be had; its time is kept anew."""
    if (line.was_session_id, line.was_begins_at) != (hit.session_id, hit.start):
        return False
    if line.registrar_id is not None:
        return is_free_for(line.registrar_id, line.was_session_id)
    if line.way == Way.SAME_REGISTRAR:
        return line.was_session_id in gone and gone[line.was_session_id][0] == line.centre_id
    return line.chosen if line.offer_id is None else offers.extend(line.offer_id, KEPT)


def _drop(rows: Collection[CoverLine], now: datetime) -> None:
    for line in rows:
        _let_go(line, now)
    db.session.execute(delete(CoverLine).where(CoverLine.id.in_([line.id for line in rows])))


def change_row(public_id: UUID, line_id: int, centre_id: int | None, start: datetime | None, now: datetime) -> None:
    """Propose another time to one family, or, without one, that a person rings it.

    Raises AlreadyOver, NotThere, and SlotTaken where the time is not free.
    """
    made, line, hit = _row(public_id, line_id, now)
    _drop([line], now)
    if centre_id is None or start is None:
        _write(made, hit, Proposal(hit.booking_id, Way.CALL), now, chosen=True)
        return
    card = centre_card(centre_id)
    office = card is not None and card.kind == OFFICE
    way = way_to(hit.centre_id, minute(hit.start), centre_id, minute(start), office=office)
    try:
        proposal = Proposal(hit.booking_id, way, centre_id=centre_id, start=minute(start))
        _write(made, hit, proposal, now, chosen=True)
    except _Gone:
        raise SlotTaken from None


def change_session(public_id: UUID, session_id: int, registrar_id: int | None, now: datetime) -> None:
    """Have another registrar take a whole session over, or nobody: then each of its families is proposed another time.

    Raises AlreadyOver, NotThere where the plan has no family of that session, or is for a centre, SlotTaken where that registrar is
    not free.
    """
    made = draft(public_id)
    rows = [line for line in lines_of(made) if line.was_session_id == session_id]
    found = [] if made.registrar_id is None else hit_by(cause_of(made), now)
    theirs = [hit for hit in found if hit.session_id == session_id]
    if not rows or not theirs:
        raise NotThere
    if registrar_id is not None and not is_free_for(registrar_id, session_id):
        raise SlotTaken
    _drop(rows, now)
    if registrar_id is None:
        _draw_up(made, theirs, now, nobody=[session_id])
        return
    for hit, family in zip(theirs, families(theirs), strict=True):
        _write(made, hit, _taken_over(family, registrar_id), now, chosen=True)


def _row(public_id: UUID, line_id: int, now: datetime) -> tuple[CoverPlan, CoverLine, Hit]:
    made = draft(public_id)
    line = next((each for each in lines_of(made) if each.id == line_id), None)
    found = hit_by(cause_of(made), now)
    hit = next((each for each in found if line is not None and each.booking_id == line.booking_id), None)
    if line is None or hit is None:
        raise NotThere
    return made, line, hit
