"""Messages written and called back, in the caller's own transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from procrastinate.types import JSONValue
from sqlalchemy import Table, case, update
from sqlalchemy.dialects.postgresql import insert

from registration.common.db import db
from registration.common.ics import CalendarEvent, Method
from registration.common.links import keyed
from registration.common.queue import defer
from registration.messages import rules
from registration.messages.models import Message, Silenced, StaffTask
from registration.messages.queries import silenced
from registration.messages.rules import Recipient, State

#: The job that delivers, by the name it is deferred under.
DELIVER = "messages.deliver"


_TABLE = cast("Table", Message.__table__)
_FRESH = insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id, _TABLE.c.handed_at)


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """A message to be written about one thing (a booking's id), once for each version of it.

    `details` are the template's values, already in the family's language; {"link_for": id} stands for a secret link,
    which is made only at sending. `not_before` and `use_until` bound when it is of use; a calendar event's own `url`
    is not kept.
    ValueError is raised for a template that is not written for the channel.
    """

    template: str
    about: UUID
    version: int
    to: Recipient
    locale: str
    details: Mapping[str, JSONValue] = field(default_factory=dict)
    not_before: datetime | None = None
    use_until: datetime | None = None
    calendar: CalendarEvent | None = None
    calendar_method: Method = "REQUEST"

    def __post_init__(self) -> None:
        if self.to.channel not in rules.TEMPLATES.get(self.template, ()):
            raise ValueError(f"There is no {self.template} for {self.to.channel}.")


def send(request: MessageRequest, *, now: datetime) -> UUID | None:
    """Write one message, to go out once the transaction in hand is kept; give its id.

    None where the same was written before, or the thing is silenced.
    """
    written = send_all([request], now=now)
    return written[0] if written else None


def send_all(requests: Sequence[MessageRequest], *, now: datetime, first: bool = False) -> list[UUID]:
    """Write several messages at once; give the ids of those that are new. What is silenced is not written.

    `first` says that the thing they are about was made in this very transaction, so nobody can have silenced it.
    """
    quiet = set() if first else silenced({request.about for request in requests})
    rows = [_row(request, now) for request in requests if request.about not in quiet]
    if not rows:
        return []
    written = db.session.execute(_FRESH, rows).all()
    hand_over([row.id for row in written if row.handed_at])
    return [row.id for row in written]


def _row(request: MessageRequest, now: datetime) -> dict[str, Any]:
    to = request.to
    earliest = max(now, request.not_before or now)
    due = rules.due(request.template, to.channel, earliest)
    event = request.calendar and replace(request.calendar, url="").as_json()
    return {
        "id": uuid4(),
        "about": request.about,
        "template": request.template,
        "version": request.version,
        "channel": to.channel,
        "address": to.address,
        "address_digest": keyed(to.channel, to.address.casefold()),
        "locale": request.locale,
        "details": dict(request.details),
        "calendar": event,
        "calendar_method": request.calendar_method if event else None,
        "created": now,
        "due": due,
        "use_until": request.use_until,
        # A letter waits for a person; what is due later is found by the clock (see look_after).
        "handed_at": now if due <= now and to.channel != "letter" else None,
    }


def hand_over(ids: Iterable[UUID], at: datetime | None = None) -> None:
    """Ask a worker to deliver these once the transaction in hand is kept."""
    if names := [str(each) for each in ids]:
        defer(DELIVER, schedule_at=at, message_ids=list[JSONValue](names))


def withdraw(
    about: UUID, *, now: datetime, templates: Iterable[str] | None = None, to: Iterable[str] | None = None
) -> int:
    """Call back what has not gone out about a thing, or only these templates of it, or only what goes to these addresses.

    Says how many messages that were.

    One already in a carrier's hands cannot be stopped, and one that failed is not withdrawn; both are marked, so that nobody
    tries them again.
    """
    waiting = Message.state == State.QUEUED
    called_back = update(Message).where(
        Message.about == about,
        Message.state.in_([State.QUEUED, State.SENDING, State.FAILED, State.BOUNCED]),
        *([] if templates is None else [Message.template.in_(list(templates))]),
        *([] if to is None else [Message.address.in_(list(to))]),
    )
    marked = called_back.values(
        withdrawn_at=now,
        state=case((waiting, State.WITHDRAWN), else_=Message.state),
        settled_at=case((waiting, now), else_=Message.settled_at),
    )
    states = db.session.scalars(
        marked.returning(Message.state), execution_options={"synchronize_session": False, "populate_existing": True}
    )
    return sum(state == State.WITHDRAWN for state in states)


def silence(about: UUID, *, now: datetime) -> None:
    """Call back everything about a thing, and refuse whatever anyone writes about it later (a bereavement)."""
    db.session.execute(insert(Silenced).values(about=about, since=now).on_conflict_do_nothing())
    withdraw(about, now=now)
    open_tasks = update(StaffTask).where(StaffTask.about == about, StaffTask.done_at.is_(None))
    db.session.execute(open_tasks.values(done_at=now, done_by="service"))
