"""Protocols registered before the data are seen, and the bundles built by them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column

from registration.common.db import Model
from registration.common.long_work import LongWork

STATES = ("waiting", "running", "done", "stopped", "failed")


class PilotProtocol(Model):
    """What the evaluation will do, written down before the data are seen: its words as they came. Rows are only ever added."""

    __tablename__ = "pilot_protocol"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    words: Mapped[str] = mapped_column(Text)  # the TOML file
    sha256: Mapped[str] = mapped_column(Text, unique=True)
    registered_by: Mapped[str] = mapped_column(Text)
    registered_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class PilotBuild(LongWork, Model):
    """A bundle of figures as of a date: who asked and why, how far it is, what came of it.

    `bundle` is the whole folder as a zip file, exact figures included; `manifest` names its files and what they were made of;
    `faults` says why nothing came of it. `released_at` stands once it was let go to others and entered in the ledger.
    """

    __tablename__ = "pilot_build"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("share BETWEEN 0 AND 1", name="share"),
        CheckConstraint("(state = 'done') = (bundle IS NOT NULL)", name="bundle"),
        CheckConstraint("released_at IS NULL OR state = 'done'", name="released"),
        Index("ix_pilot_build_at_work", "id", postgresql_where=text("state IN ('waiting', 'running')")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    as_of: Mapped[date]
    protocol_id: Mapped[int | None] = mapped_column(ForeignKey("pilot_protocol.id"))
    stage: Mapped[str] = mapped_column(Text, server_default="")
    share: Mapped[float] = mapped_column(server_default=text("0"))  # of the work, as far as it can be told
    stop_asked: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    began_at: Mapped[datetime | None]
    faults: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))
    manifest: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    bundle: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None] = mapped_column(Text)
    released_for: Mapped[str | None] = mapped_column(Text)
