"""Questions about messages and what staff must do about them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from registration.common.db import db
from registration.messages.models import Message, Silenced, StaffTask
from registration.messages.rules import State

#: The most rows a page shows at once.
SHOWN = 200
_GONE_OUT = (State.SENDING, State.SENT, State.DELIVERED)


def silenced(abouts: Iterable[UUID]) -> set[UUID]:
    """Give those of these things about which nothing may be sent any more."""
    return set(db.session.scalars(select(Silenced.about).where(Silenced.about.in_(abouts))))


def open_tasks() -> Sequence[StaffTask]:
    """Give what staff have still to do, the oldest first."""
    waiting = select(StaffTask).where(StaffTask.done_at.is_(None))
    return db.session.scalars(waiting.order_by(StaffTask.created).limit(SHOWN)).all()


def in_trouble() -> Sequence[Message]:
    """Give messages that failed or bounced, the latest first."""
    wrong = select(Message).where(Message.state.in_([State.FAILED, State.BOUNCED]))
    return db.session.scalars(wrong.order_by(Message.settled_at.desc()).limit(SHOWN)).all()


def letters_waiting() -> Sequence[Message]:
    """Give the letters to print and post, the oldest first."""
    waiting = select(Message).where(Message.channel == "letter", Message.state == State.QUEUED)
    return db.session.scalars(waiting.order_by(Message.created).limit(SHOWN)).all()


def letter(message_id: UUID) -> Message | None:
    """Give one letter that is to be printed or was posted; None where it was called back, or is no letter."""
    message = db.session.get(Message, message_id)
    if message is None or message.channel != "letter" or message.state not in {State.QUEUED, State.SENT}:
        return None
    return message


def waiting_told(name: str) -> Sequence[Mapping[str, Any]]:
    """Give what messages that have not gone out were told, of those that were told this."""
    waiting = Message.state.in_([State.QUEUED, State.SENDING]), Message.details.has_key(name)
    return db.session.scalars(select(Message.details).where(*waiting)).all()


#: The demonstration's outbox shows what no real carrier took, and no letters: those have a page of their own.
_SHOWN_THERE = Message.channel != "letter", or_(Message.carrier.is_(None), Message.carrier == "screen")


def on_screen(most: int, leave_out: int = 0) -> Sequence[Message]:
    """Give the latest texts and e-mails for the demonstration's outbox, also those not yet due, leaving out the very latest."""
    shown = select(Message).where(*_SHOWN_THERE).order_by(Message.created.desc(), Message.due, Message.id)
    return db.session.scalars(shown.limit(most).offset(leave_out)).all()


def one_on_screen(message_id: UUID) -> Message | None:
    """Give one message of the demonstration's outbox; None where it is not there."""
    return db.session.scalar(select(Message).where(*_SHOWN_THERE, Message.id == message_id))


def has_gone_out(about: UUID, template: str) -> bool:
    """Say whether any message of this kind about a thing is with a carrier, or has arrived."""
    gone = select(Message.id).where(Message.about == about, Message.template == template, Message.state.in_(_GONE_OUT))
    return db.session.scalar(gone.limit(1)) is not None
