"""Registrars and the sessions they hold at centres."""

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model


class Registrar(Model):
    """A registrar or deputy registrar of births and deaths, who alone may make an entry."""

    __tablename__ = "registrar"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    grade: Mapped[str] = mapped_column(Text, server_default="registrar")
    may_register_births: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))


def _one_at_a_time(whose: str) -> ExcludeConstraint:
    """Forbid two published sessions at once. Single numbers are written as ranges: that needs no database extension."""
    return ExcludeConstraint(
        (text(f"int8range({whose}, {whose}, '[]')"), "&&"),
        ("during", "&&"),
        where=text("state = 'published'"),
        using="gist",
        name=f"ex_session_{whose}",
    )


class Session(Model):
    """A registrar at a centre, in a room, for a span of time."""

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint("begins_at < ends_at", name="span"),
        CheckConstraint("state IN ('published', 'withdrawn')", name="state"),
        _one_at_a_time("registrar_id"),
        _one_at_a_time("room_id"),
        Index("ix_session_centre_begins", "centre_id", "begins_at"),
        Index("ix_session_begins", "begins_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    registrar_id: Mapped[int] = mapped_column(ForeignKey("registrar.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"), index=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    during: Mapped[Range[datetime]] = mapped_column(
        TSTZRANGE, Computed("tstzrange(begins_at, ends_at)", persisted=True)
    )
    kept_minutes: Mapped[int] = mapped_column(server_default=text("0"))  # at its end, for the telephone desk
    state: Mapped[str] = mapped_column(Text, server_default="published")
    # Drawn anew by triggers whenever the session, or anything that fills it, changes (booking/queries/free.py).
    stamp: Mapped[int] = mapped_column(BigInteger, server_default=text("nextval('change_stamp')"))
