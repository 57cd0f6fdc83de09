"""Send a plan: record the absence or close the centre, tell families what they are to know, have people ring the rest."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text

from registration.booking.actions import offer_notices, offers
from registration.booking.actions.refusals import BookingRefused
from registration.booking.actions.seats import take_over
from registration.booking.queries.displaced import Hit, is_displaced, live_among
from registration.booking.queries.offers import offers_by_number
from registration.booking.rules.offers import BEFORE_START, AnswerBy, answer_by, answer_by_post
from registration.booking.rules.requests import Appointment
from registration.common import audit
from registration.common.access import current_actor
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.holidays import bank_holidays
from registration.cover.actions.closing import close
from registration.cover.actions.planning import SENT, SETTLED, NotThere, draft, facts, going_along, lines_of
from registration.cover.models import CoverLine, CoverPlan
from registration.cover.queries import (
    SENT_IT,
    Away,
    Closing,
    cause_of,
    hit_by,
    is_free_for,
    lines,
    plan_by_id,
    registrar_name,
)
from registration.cover.rules import OPEN, Way
from registration.messages import actions as messages
from registration.messages.rules import REMINDERS
from registration.rota.actions.absences import record_absence

_SIT = text(
    "UPDATE session SET registrar_id = :taker WHERE id = :session AND registrar_id = :away AND state = 'published'"
)
# A family that is still answering the questions keeps its time where somebody else sits there now.
_NOT_THERE = text("""
DELETE FROM occupancy o USING session s
 WHERE s.id = o.session_id AND s.registrar_id = :away AND o.kind = 'hold' AND o.booking_id IS NULL
   AND o.begins_at < :ends AND o.ends_at > :begins
""")


class PlanChanged(Refused):
    """Something changed while you looked: a family booked, moved or cancelled, or a time went. The plan below is up to date."""


def send_plan(public_id: UUID, now: datetime, actor: str) -> CoverPlan:
    """Do what a plan proposes, whole: afterwards every family has a time, an offer or a caller.

    The registrar is away then, or the centre closes. Raises CannotClose where that was done meanwhile, AlreadyOver where it is
    no draft, PlanChanged where it does not fit what is booked and free any more.
    """
    made = draft(public_id)
    rows = lines_of(made)
    families = {hit.booking_id: hit for hit in live_among([line.booking_id for line in rows])}
    if any(not _is_as_planned(made, line, families) for line in rows):
        raise PlanChanged
    absence_id, also = _bring_about(made, rows, families, now, actor)
    try:
        for line in rows:
            _settle_one(line, families[line.booking_id], now)
    except BookingRefused:
        raise PlanChanged from None
    _nobody_forgotten(made, rows, now)
    made.state, made.absence_id, made.sent_by, made.sent_at = SENT, absence_id, actor, now
    db.session.flush()
    audit.record(SENT_IT, about=f"cover:{made.id}", actor=actor, after={**facts(made), **also})
    return made


def _bring_about(
    made: CoverPlan, rows: Collection[CoverLine], families: Mapping[int, Hit], now: datetime, actor: str
) -> tuple[int | None, Mapping[str, object]]:
    """Put the registrar down as away, or close the centre: nobody can book what falls to it then.

    Gives the absence, and what closing did to the rota.
    """
    cause = cause_of(made)
    if isinstance(cause, Closing):
        gone = going_along(made, rows, now)
        moves = {line.was_session_id: line.centre_id for line in rows if line.way == Way.SAME_REGISTRAR}
        if any(session not in gone or gone[session][0] != centre for session, centre in moves.items()):
            raise PlanChanged
        closed = close(made, cause, gone, now, actor)
        _call_for(closed.offered, families, now)
        return None, closed.facts
    [absence] = record_absence([cause.registrar_id], cause.begins, cause.ends, made.reason, made.note, actor)
    _take_over(cause.registrar_id, rows)
    _clear(cause, families, now)
    return absence.id, {}


def _is_as_planned(made: CoverPlan, line: CoverLine, families: Mapping[int, Hit]) -> bool:
    """Say whether a family has its time as it had it, and still with whoever is away."""
    hit = families.get(line.booking_id)
    if hit is None or made.registrar_id not in {None, hit.registrar_id}:
        return False
    return (hit.session_id, hit.start) == (line.was_session_id, line.was_begins_at)


def _take_over(away: int, rows: Collection[CoverLine]) -> None:
    """Put other registrars into whole sessions: their families notice nothing. PlanChanged where one is not free any more.

    Recording the absence has taken the lock under which the rota is changed, so who is free stays so.
    """
    for session_id, taker in sorted(
        {(line.was_session_id, line.registrar_id or 0) for line in rows if line.registrar_id}
    ):
        values = {"session": session_id, "taker": taker, "away": away}
        if not is_free_for(taker, session_id):
            raise PlanChanged
        db.session.execute(_SIT, values)
        take_over(session_id, taker)
        was, by = ({"registrar": registrar_name(number)} for number in (away, taker))
        audit.record("taken over", about=f"session:{session_id}", actor=current_actor(), before=was, after=by)


def _clear(away: Away, families: Mapping[int, Hit], now: datetime) -> None:
    """Let go what was kept with the absent registrar, for families on their way and for those offered such a time."""
    where = {"away": away.registrar_id, "begins": away.begins, "ends": away.ends}
    _call_for(offers.withdraw_with(away.registrar_id, away.begins, away.ends, now), families, now)
    db.session.execute(_NOT_THERE, where)


def _call_for(withdrawn: Collection[Appointment], families: Mapping[int, Hit], now: datetime) -> None:
    """Have families rung whose own time does not stand, who are not in the plan, and who lose what was offered to them."""
    for family in withdrawn:
        if family.id not in families and is_displaced(family.id):
            offer_notices.ask_for_a_call(family, "cannot have the time offered to them either", now)


def _settle_one(line: CoverLine, hit: Hit, now: datetime) -> None:
    if line.way == Way.TAKE_OVER:
        return
    if line.way == Way.SAME_TIME and line.offer_id is not None:
        offers.swap_quietly(line.offer_id, now)
        return
    messages.withdraw(hit.public_id, now=now, templates=REMINDERS)
    if line.way == Way.SAME_REGISTRAR:
        _keep_own(line, hit, now)
    if line.offer_id is None:
        why = "are to be rung" if line.chosen else "can have no other time within their 42 days by itself"
        offer_notices.ask_for_a_call(hit, why, now)
        return
    offered = offers_by_number([line.offer_id])[line.offer_id]
    limit = _limit(hit, offered.start, now)
    if limit is None:
        _ask_instead(line, hit, now)
        return
    offers.send(line.offer_id, now, limit.moment)
    if limit.urgent:
        little = "have little time to answer the offer of another"
        late = "have a letter on its way that comes after that"
        offer_notices.ask_for_a_call(hit, late if hit.by_post_only else little, now)


def _keep_own(line: CoverLine, hit: Hit, now: datetime) -> None:
    """Keep a family's own time for it where its session has gone; what else was offered to it has lost its meaning."""
    offers.withdraw_of(hit.booking_id, now)
    kept = offers.keep_with_registrar(hit.public_id, hit.session_id, line.centre_id or 0, answer_by=hit.start, now=now)
    line.offer_id = kept.id
    db.session.flush()


def _limit(hit: Hit, offered: datetime, now: datetime) -> AnswerBy | None:
    """Give until when a family may answer; None where a letter would come too late for that."""
    if not hit.by_post_only:
        return answer_by(offered, hit.start, hit.last_lawful_day, now)
    limit = answer_by_post(hit.start, now, bank_holidays())
    return limit if limit.moment + BEFORE_START <= offered else None


def _ask_instead(line: CoverLine, hit: Hit, now: datetime) -> None:
    """Let a time go that a family could not answer for by post; a person is asked to reach it."""
    offers.withdraw(line.offer_id or 0, now)
    line.way, line.offer_id = Way.CALL.value, None
    line.session_id = line.centre_id = line.begins_at = None
    offer_notices.ask_for_a_call(hit, "would have the letter about another time too late", now)


def _nobody_forgotten(made: CoverPlan, rows: Collection[CoverLine], now: datetime) -> None:
    """Refuse the whole where a family that booked meanwhile has no row. Its session is locked by now, so no more can come."""
    known = {line.booking_id for line in rows}
    if any(hit.booking_id not in known for hit in hit_by(cause_of(made), now)):
        raise PlanChanged


# ---- afterwards


def mark_called(public_id: UUID, line_id: int, now: datetime, actor: str) -> None:
    """Note that a person has spoken with a family and settled it; NotThere where the plan has no such family to ring."""
    made = plan_by_id(public_id, lock=True)
    line = None if made is None else next((each for each in lines_of(made) if each.id == line_id), None)
    if made is None or line is None or made.state != SENT:
        raise NotThere
    if line.called_at is None:
        line.called_at, line.called_by = now, actor
        db.session.flush()
        for hit in live_among([line.booking_id]):
            messages.settle(offer_notices.CALL, hit.public_id, now=now, by=actor)
        audit.record("rang the family", about=f"booking:{line.booking_id}", actor=actor)


def settle_plans(now: datetime) -> int:
    """Close the plans whose families are all settled, and say how many."""
    open_plans = select(CoverPlan).where(CoverPlan.state == SENT).with_for_update(skip_locked=True)
    done = [
        made
        for made in db.session.scalars(open_plans).all()
        if not any(line.standing in OPEN for line in lines(made.id))
    ]
    for made in done:
        made.state, made.ended_at = SETTLED, now
    db.session.flush()
    return len(done)
