"""The ledger of everything that left the evaluation, and requests for rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model


class PilotRelease(Model):
    """An entry of the ledger: what was released, by whom and why; only ever added.

    `digest` is the SHA-256 of the entry before (`previous`) and of all else in this one, so that no entry can be changed, taken
    out or put in between without every later one telling of it. `files` are names with their SHA-256.
    """

    __tablename__ = "pilot_release"
    __table_args__ = (CheckConstraint("kind IN ('tables', 'row_level')", name="kind"),)

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    specification: Mapped[str] = mapped_column(Text)
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    files: Mapped[dict[str, Any]] = mapped_column(JSONB)
    previous: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text, unique=True)


class RowLevelRequest(Model):
    """What one evaluator asked for: rows instead of tables, for a purpose, until a day.

    A second person approves it or refuses. `key` makes the ids of this one release; it is kept only until the rows are taken, once,
    or the approval is over, so that afterwards nobody can tell which row was whose. `file_sha256` is what was taken.
    """

    __tablename__ = "pilot_row_level_request"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'approved', 'refused', 'expired')", name="state"),
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="second_person"),
        CheckConstraint("(key IS NOT NULL) = (state = 'approved')", name="key"),
        Index("ix_pilot_row_level_request_due", "expires_at", postgresql_where=text("state = 'approved'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    evaluator: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    days: Mapped[int]
    state: Mapped[str] = mapped_column(Text, default="asked", server_default="asked")
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    expires_at: Mapped[datetime | None]
    key: Mapped[bytes | None] = mapped_column(LargeBinary)
    file_sha256: Mapped[str | None] = mapped_column(Text)
