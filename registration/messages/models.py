"""What is kept of messages: never a secret link, never the words that were sent."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model
from registration.messages.rules import Channel, State

_STATES = ", ".join(f"'{state}'" for state in State)


class Message(Model):
    """One message to one address about one thing, at most once for each version of it.

    `due` is when it may next go out; `handed_at` when a worker was last asked for it; `claimed_at` when one took it;
    `withdrawn_at` when it was called back, also where it was already on its way; `maybe_sent` says that a worker or a
    carrier fell silent over it, so that it may have gone out once already.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("about", "template", "version", "channel", "address_digest"),
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint("channel IN ('sms', 'email', 'letter')", name="channel"),
        Index("ix_message_open", "due", postgresql_where=text("state IN ('queued', 'sending')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    about: Mapped[UUID]
    template: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    channel: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    address_digest: Mapped[bytes] = mapped_column(LargeBinary)
    locale: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    calendar: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    calendar_method: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default=State.QUEUED)
    created: Mapped[datetime]
    due: Mapped[datetime]
    use_until: Mapped[datetime | None]
    handed_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    maybe_sent: Mapped[bool] = mapped_column(default=False)
    carrier: Mapped[str | None] = mapped_column(Text)
    carrier_reference: Mapped[str | None] = mapped_column(Text)
    problem: Mapped[str | None] = mapped_column(Text)

    @property
    def of_channel(self) -> Channel:
        """The channel as the rules know it; the table's own check allows no other."""
        return cast(Channel, self.channel)


class Silenced(Model):
    """A thing about which nothing is ever sent again."""

    __tablename__ = "silenced"

    about: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[datetime]


class StoppedNumber(Model):
    """A telephone number whose owner answered STOP: it gets no more texts until the owner answers START."""

    __tablename__ = "stopped_number"

    number: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[datetime]


class StaffTask(Model):
    """Something a person must now do because a machine could not."""

    __tablename__ = "staff_task"
    __table_args__ = (Index("ix_staff_task_open", "created", postgresql_where=text("done_at IS NULL")),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    about: Mapped[UUID | None] = mapped_column(index=True)
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    sentence: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(Text)
