"""What a restored database needs before anybody works on it: nothing that was over begins again, and nobody is signed in."""

from datetime import datetime

from sqlalchemy import select, text

from registration.backup.since import ACTOR
from registration.births.retention.running import delete_everything_due
from registration.common.audit import record
from registration.common.db import db
from registration.common.transaction import transaction
from registration.messages.actions.tasks import ask_for_a_call
from registration.messages.models import Message
from registration.messages.rules import State
from registration.pilot.disclosure.actions import expire_due

#: What went out once goes out by its row, and not by the job of that day; letters to staff hold links that are over.
_JOBS = (
    """DELETE FROM procrastinate_jobs WHERE status IN ('doing', 'aborting')
          OR status NOT IN ('succeeded', 'failed', 'cancelled', 'aborted')
             AND task_name IN ('messages.deliver', 'tell_once.deliver', 'staff.write')""",
    "DELETE FROM procrastinate_workers",
    "UPDATE message SET handed_at = NULL WHERE state = 'queued' AND channel <> 'letter'",
    "UPDATE telling SET claimed_at = NULL WHERE state = 'waiting'",
    "DELETE FROM browser_session",
)
# A web process that lived through the restore remembers days by their stamps: none of them may come again.
_STAMPS = (
    """SELECT setval('change_stamp', greatest((SELECT last_value FROM change_stamp),
                                             (extract(epoch FROM clock_timestamp()) * 1000000)::bigint))""",
    "UPDATE session SET stamp = DEFAULT",
    "UPDATE place_stamp SET stamp = nextval('change_stamp')",
)
MAYBE = "it may have gone out after the backup that was restored was made"


def settle() -> None:
    """Forget who is signed in and which jobs were in hand, and give everything a stamp that nobody has seen."""
    for statement in (*_JOBS, *_STAMPS):
        db.session.execute(text(statement))


def hold_back(now: datetime) -> int:
    """Put before a person every message that was due and waiting: it may have gone out since; give how many.

    To be done where nothing tells what was sent between the backup and the loss of the database.
    """
    waiting = select(Message).where(
        Message.state.in_([State.QUEUED, State.SENDING]), Message.channel != "letter", Message.due <= now
    )
    held = db.session.scalars(waiting.with_for_update()).all()
    for message in held:
        ask_for_a_call(message, MAYBE, now)
        message.state, message.settled_at, message.problem = State.FAILED, now, MAYBE
    db.session.flush()
    return len(held)


def forget_again(now: datetime) -> int:
    """Delete what is due, as every night, and let approvals that are over end; give how many records went."""
    with transaction():
        expire_due(now)
    return sum(done.rows for done in delete_everything_due(ACTOR, now))


def note(backup: str, made_at: str, actor: str) -> None:
    """Keep in the record that a backup was restored, of which moment, by whom."""
    record("service.backup_restored", about=f"backup:{backup}", actor=actor, after={"made_at": made_at})
