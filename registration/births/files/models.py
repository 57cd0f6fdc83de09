"""A file of live births between its preview and the moment it is taken in or thrown away: never longer than an hour."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model


class WaitingFile(Model):
    """A file that somebody brought and looks at. `sheet` is its text by rows, emptied of what must never be taken.

    `said` is what its columns were said to become. It goes when it is taken in or thrown away, and by itself after an hour.
    """

    __tablename__ = "waiting_file"
    __table_args__ = (CheckConstraint("kind IN ('births', 'losses', 'counts')", name="kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    source: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    sheet: Mapped[dict[str, Any]] = mapped_column(JSONB)
    said: Mapped[dict[str, str]] = mapped_column(JSONB)
    brought_by: Mapped[str] = mapped_column(Text)
    brought_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp(), index=True)
