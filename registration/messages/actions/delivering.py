"""Messages taken up by a worker, settled, tried again, and reported on by carriers and families."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from registration.common import audit
from registration.common.db import db
from registration.messages import rules
from registration.messages.actions.sending import hand_over
from registration.messages.actions.tasks import SET_UP, TWICE, AlreadyGone, ask_for_a_call, ask_staff, subject
from registration.messages.models import Message, StaffTask, StoppedNumber
from registration.messages.queries import silenced
from registration.messages.rules import Outcome, State
from registration.messages.writing import Draft, draft


def claim(message_id: UUID, *, now: datetime) -> Draft | None:
    """Take up a message to send it, having read again whether it still should go out; None where it should not.

    The row is locked: a withdrawal under way is waited for and wins, and of two workers one gets it.
    """
    message = _locked(message_id)
    if message is None or message.state != State.QUEUED:
        return None
    hindrance = _hindrance(message, now)
    if hindrance is not None:
        _settle(message, hindrance, now)
        return None
    message.due = max(message.due, rules.due(message.template, message.of_channel, now))
    ready = message.due <= now
    if ready:
        message.state, message.claimed_at = State.SENDING, now
        message.attempts += 1
    else:
        message.handed_at = None
    db.session.flush()
    return draft(message) if ready else None


def _locked(message_id: UUID) -> Message | None:
    wanted = select(Message).where(Message.id == message_id).with_for_update()
    return db.session.scalar(wanted.execution_options(populate_existing=True))


def _hindrance(message: Message, now: datetime) -> State | None:
    """Give the state that ends a message before it is sent, or None where it may go out."""
    if message.use_until is not None and message.use_until <= now:
        return State.EXPIRED
    if silenced({message.about}) or not _still_allowed(message):
        return State.WITHDRAWN
    if message.channel == "sms" and db.session.get(StoppedNumber, message.address) is not None:
        ask_for_a_call(message, "the number has asked for no more texts", now)
        return State.SUPPRESSED
    if _bounced_before(message):
        ask_for_a_call(message, "an earlier message to the same address was refused", now)
        return State.SUPPRESSED
    return None


def _still_allowed(message: Message) -> bool:
    """Ask once more whether a centre may write to its family: links and answers may have changed while the message waited."""
    ask: Callable[[Mapping[str, Any]], bool] = current_app.extensions["centres_may_write"]
    return message.template not in rules.FROM_CENTRES or ask(message.details)


def _bounced_before(message: Message) -> bool:
    same = Message.about == message.about, Message.address_digest == message.address_digest
    return db.session.scalar(select(Message.id).where(*same, Message.state == State.BOUNCED).limit(1)) is not None


def _settle(message: Message, state: State, now: datetime) -> None:
    message.state, message.settled_at = state, now
    db.session.flush()


def record(message_id: UUID, outcome: Outcome, *, now: datetime) -> None:
    """Keep what became of an attempt: done, tried again after a while, or given up and handed to staff."""
    message = _locked(message_id)
    if message is None:
        return
    message.carrier = outcome.carrier or message.carrier
    message.carrier_reference = outcome.reference or message.carrier_reference
    message.problem = outcome.problem or None
    if message.state != State.SENDING:  # a receipt was quicker than we were
        return
    if outcome.kind == "sent":
        _settle(message, State.SENT, now)
    elif outcome.kind in {"refused", "stopped"}:
        _refused(message, outcome, now)
    elif outcome.kind == "unset":
        message.attempts -= 1
        message.state, message.handed_at = State.QUEUED, now
        ask_staff(SET_UP, outcome.problem, now=now)
    else:
        _again(message, now, unknown=outcome.kind == "unknown", at_least=outcome.wait)
    db.session.flush()


def _refused(message: Message, outcome: Outcome, now: datetime) -> None:
    if outcome.kind == "stopped":
        stop(message.address, now=now)
        _settle(message, State.SUPPRESSED, now)
    else:
        _settle(message, State.BOUNCED, now)
    ask_for_a_call(message, outcome.problem, now)


def _again(message: Message, now: datetime, *, unknown: bool, at_least: timedelta = timedelta()) -> None:
    """Put a message back for another attempt, no sooner than its carrier asks.

    Not one that was called back, that was tried often enough, or that may have gone out twice already.
    """
    wait = rules.wait_after(message.attempts)
    if message.withdrawn_at is not None:
        _settle(message, State.WITHDRAWN, now)
    elif wait is None or (unknown and message.maybe_sent):
        _settle(message, State.FAILED, now)
        ask_for_a_call(message, message.problem or "we cannot tell whether it went out", now)
    else:
        if unknown and message.channel == "sms":
            sentence = f"{subject(message)} may reach the family twice: the carrier fell silent while taking it."
            ask_staff(TWICE, sentence, now=now, message=message)
        message.maybe_sent = message.maybe_sent or unknown
        message.state = State.QUEUED
        message.due = message.handed_at = rules.due(message.template, message.of_channel, now + max(wait, at_least))
        hand_over([message.id], at=message.due)


# ---- looked after by the clock


def look_after(*, now: datetime) -> int:
    """Hand over what has fallen due, and take back what a dead worker left in its hands; say how many were handed over.

    What was handed over and still lies there after `STUCK_AFTER` is handed over again: its job was lost with its worker.
    """
    long_ago = now - rules.STUCK_AFTER
    for message in _locked_where(and_(Message.state == State.SENDING, Message.claimed_at < long_ago)):
        _again(message, now, unknown=True)
    waiting = and_(Message.state == State.QUEUED, Message.channel != "letter", Message.due <= now)
    forgotten = or_(Message.handed_at.is_(None), Message.handed_at < long_ago)
    ready = _locked_where(and_(waiting, forgotten))
    for message in ready:
        message.handed_at = now
    db.session.flush()
    hand_over([message.id for message in ready])
    return len(ready)


def _locked_where(condition: ColumnElement[bool]) -> Sequence[Message]:
    chosen = select(Message).where(condition).order_by(Message.due).limit(200).with_for_update(skip_locked=True)
    return db.session.scalars(chosen.execution_options(populate_existing=True)).all()


# ---- told by the carrier, or by the family


def receive(message_id: UUID, status: str, code: str, *, now: datetime) -> None:
    """Keep what Twilio reports of a text. A final state stays; an unknown message is nobody's."""
    state = rules.from_receipt(status)
    message = _locked(message_id) if state else None
    if message is None or state is None or message.state not in {State.SENDING, State.SENT}:
        return
    if state == State.BOUNCED:
        message.problem = f"Twilio reported it as {status}" + (f" (error {code})" if code else "")
        _refused(message, Outcome("refused", problem=message.problem), now)
    else:
        _settle(message, state, now)


def stop(number: str, *, now: datetime) -> None:
    """Send no more texts to a number: its owner asked so."""
    row = insert(StoppedNumber).values(number=rules.e164(number), since=now)
    db.session.execute(row.on_conflict_do_nothing())


def resume(number: str) -> None:
    """Let texts go to a number again: its owner asked so."""
    stopped = db.session.get(StoppedNumber, rules.e164(number))
    if stopped is not None:
        db.session.delete(stopped)
        db.session.flush()


def retry(message_id: UUID, *, actor: str, now: datetime) -> None:
    """Send a message that failed or bounced once more from the beginning; AlreadyGone where it is in another state."""
    message = _locked(message_id)
    if message is None or message.withdrawn_at or message.state not in {State.FAILED, State.BOUNCED}:
        raise AlreadyGone
    message.state, message.attempts, message.maybe_sent = State.QUEUED, 0, False
    message.due = rules.due(message.template, message.of_channel, now)
    message.handed_at = message.due
    siblings = Message.about == message.about, Message.address_digest == message.address_digest
    others = update(Message).where(*siblings, Message.state == State.BOUNCED, Message.id != message.id)
    db.session.execute(
        others.values(state=State.FAILED)
    )  # staff trust the address again: nothing else may hold it back
    mine = update(StaffTask).where(StaffTask.message_id == message.id, StaffTask.done_at.is_(None))
    db.session.execute(mine.values(done_at=now, done_by=actor))
    db.session.flush()
    hand_over([message.id], at=message.due)
    audit.record("message.retried", about=str(message.about), actor=actor, after={"message": str(message.id)})


def posted(message_id: UUID, *, actor: str, now: datetime) -> None:
    """Mark a letter as printed and posted; AlreadyGone where it is not waiting for that."""
    message = _locked(message_id)
    if message is None or message.channel != "letter" or message.state != State.QUEUED:
        raise AlreadyGone
    _settle(message, State.SENT, now)
    audit.record("letter.posted", about=str(message.about), actor=actor, after={"message": str(message.id)})
