"""What staff are asked to do because a machine could not."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.messages import rules
from registration.messages.models import Message, StaffTask
from registration.messages.queries import silenced
from registration.messages.rules import State

BOUNCED = "bounced_message"
SET_UP = "carrier_missing"
TWICE = "maybe_sent_twice"


KINDS = {"sms": "text", "email": "email", "letter": "letter"}
NOUNS = {
    "booking_confirmed": "confirming",
    "booking_moved": "about the new time of",
    "booking_cancelled": "about the cancelling of",
    "your_link": "with the link to",
    "offer_cover": "offering another time for",
    "offer_earlier": "offering an earlier time for",
}
#: The same of what is about no appointment.
WHOLE_NOUNS = {"centre_welcome": "of welcome from a centre", "centre_party": "with a centre’s invitation"}


class AlreadyGone(Refused):
    """This can no longer be changed. It was done, sent or called back in the meantime."""


def ask_staff(
    kind: str, sentence: str, *, now: datetime, about: UUID | None = None, message: Message | None = None
) -> None:
    """Ask staff to do something, once: the same open request is not made twice, nor one about what is silenced."""
    about = message.about if message else about
    if about is not None and silenced({about}):
        return
    same = StaffTask.kind == kind, StaffTask.about.is_not_distinct_from(about), StaffTask.sentence == sentence
    if db.session.scalar(select(StaffTask.id).where(*same, StaffTask.done_at.is_(None))) is None:
        message_id = message.id if message else None
        db.session.add(StaffTask(kind=kind, about=about, message_id=message_id, sentence=sentence, created=now))
        db.session.flush()


def settle(kind: str, about: UUID, *, now: datetime, by: str = "service") -> None:
    """Take back what staff were asked to do about a thing, where it has been done otherwise."""
    theirs = StaffTask.kind == kind, StaffTask.about == about, StaffTask.done_at.is_(None)
    db.session.execute(update(StaffTask).where(*theirs).values(done_at=now, done_by=by))


def ask_for_a_call(message: Message, why: str, now: datetime) -> None:
    """Ask staff to reach the family another way.

    Not for a reminder held back before it was sent: it only repeats what the family was told, or staff know already.
    """
    if message.template in rules.REMINDERS and message.state == State.QUEUED:
        return
    ask_staff(
        BOUNCED, f"{subject(message)} did not arrive: {why}. Reach the family another way.", now=now, message=message
    )


def subject(message: Message) -> str:
    """Name a message for staff: 'The text confirming appointment 7K4-XWM'."""
    if message.template in WHOLE_NOUNS:
        return f"The {KINDS[message.channel]} {WHOLE_NOUNS[message.template]}"
    about = NOUNS.get(message.template, "reminding of")
    return f"The {KINDS[message.channel]} {about} appointment {message.details.get('reference', '')}".rstrip()


def finish(task_id: int, *, actor: str, now: datetime) -> None:
    """Mark a request to staff as done; AlreadyGone where it is done or unknown."""
    task = db.session.get(StaffTask, task_id, with_for_update=True)
    if task is None or task.done_at is not None:
        raise AlreadyGone
    task.done_at, task.done_by = now, actor
    db.session.flush()
    audit.record("task.done", about=str(task.about or task.id), actor=actor, after={"sentence": task.sentence})
