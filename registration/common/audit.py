"""The record of who did what: rows are only ever added."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model, db


class AuditEvent(Model):
    """One thing done: when, by whom, to what, and what it was before and after."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_about", "about", "id"),
        Index("ix_audit_event_actor", "actor", "id"),
        Index("ix_audit_event_event", "event", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    event: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


_table = AuditEvent.__table__


def record(
    event: str,
    *,
    about: str,
    actor: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add one line to the record, in the transaction in hand."""
    row = {"event": event, "about": about, "actor": actor, "before": before, "after": after}
    db.session.execute(_table.insert().inline(), row)  # type: ignore[attr-defined]
