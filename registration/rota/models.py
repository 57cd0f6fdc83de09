"""Registrars, how they work by the week, when they are away, and the sessions they hold at centres."""

from datetime import date, datetime, time

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
    UniqueConstraint,
    func,
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
    home_postcode: Mapped[str | None] = mapped_column(Text)  # where their travel begins
    contracted_sessions: Mapped[int | None]  # half-days a week
    minutes_per_baby: Mapped[int | None]  # None: the council's
    left_on: Mapped[date | None]  # the first day they no longer work here
    staff_user_id: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id", ondelete="SET NULL"), unique=True)


def _one_at_a_time(whose: str) -> ExcludeConstraint:
    """Forbid two published sessions at once. Single numbers are written as ranges: that needs no database extension."""
    return ExcludeConstraint(
        (text(f"int8range({whose}, {whose}, '[]')"), "&&"),
        ("during", "&&"),
        where=text("state = 'published'"),
        using="gist",
        name=f"ex_session_{whose}",
    )


HALVES = "half IN ('morning', 'afternoon', 'evening')"


class WorkingPattern(Model):
    """How a registrar works by the week, from a day on: one version after another, never two at once."""

    __tablename__ = "working_pattern"
    __table_args__ = (
        CheckConstraint("valid_from <= valid_to", name="valid"),
        ExcludeConstraint(
            (text("int8range(registrar_id, registrar_id, '[]')"), "&&"),
            (text("daterange(valid_from, valid_to, '[]')"), "&&"),
            using="gist",
            name="ex_working_pattern_registrar_id",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    registrar_id: Mapped[int] = mapped_column(ForeignKey("registrar.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]  # its last day; None: until further notice
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class PatternHalfDay(Model):
    """One half-day of a weekly pattern: where the registrar sits, and when. Weekday 1 is Monday."""

    __tablename__ = "pattern_half_day"
    __table_args__ = (
        UniqueConstraint("pattern_id", "weekday", "half", "weeks"),
        CheckConstraint("weeks IN ('every', 'a', 'b')", name="weeks"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint(HALVES, name="half"),
        CheckConstraint("begins < ends", name="times"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    pattern_id: Mapped[int] = mapped_column(ForeignKey("working_pattern.id", ondelete="CASCADE"))
    weekday: Mapped[int]
    half: Mapped[str] = mapped_column(Text)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))  # None: any room that is free
    begins: Mapped[time]
    ends: Mapped[time]
    weeks: Mapped[str] = mapped_column(Text, server_default="every")  # a and b: every second one, in turns


class PatternException(Model):
    """What one registrar does otherwise on one half-day: somewhere else, at other times, or no session at all."""

    __tablename__ = "pattern_exception"
    __table_args__ = (
        UniqueConstraint("registrar_id", "day", "half"),
        CheckConstraint(HALVES, name="half"),
        CheckConstraint("(centre_id IS NULL) = (begins IS NULL) AND (begins IS NULL) = (ends IS NULL)", name="whole"),
        CheckConstraint("begins < ends", name="times"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    registrar_id: Mapped[int] = mapped_column(ForeignKey("registrar.id"))
    day: Mapped[date]
    half: Mapped[str] = mapped_column(Text)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    begins: Mapped[time | None]
    ends: Mapped[time | None]
    reason: Mapped[str] = mapped_column(Text, server_default="")
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Absence(Model):
    """A registrar is away for a span of time: no time of theirs is offered in it, and what is booked in it does not stand."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("begins_at < ends_at", name="span"),
        CheckConstraint("state IN ('planned', 'withdrawn')", name="state"),
        Index("ix_absence_registrar_begins", "registrar_id", "begins_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    registrar_id: Mapped[int] = mapped_column(ForeignKey("registrar.id"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)  # a code of rules.ABSENCE_REASONS
    note: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="planned")
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class CentreDay(Model):
    """A day on which a centre, or all where none is named, is open or closed otherwise than weekday and holidays say."""

    __tablename__ = "centre_day"
    __table_args__ = (UniqueConstraint("centre_id", "day", postgresql_nulls_not_distinct=True),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    day: Mapped[date]
    open: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(Text, server_default="")
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class RotaDraft(Model):
    """A rota in the making for a span of days; nobody outside sees it until it is published, whole."""

    __tablename__ = "rota_draft"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint("state IN ('draft', 'published', 'discarded')", name="state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    first_day: Mapped[date]
    last_day: Mapped[date]
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    published_by: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[datetime | None]


class DraftSession(Model):
    """A session that a draft proposes. It may clash with another: then the draft says so and is not published."""

    __tablename__ = "draft_session"
    __table_args__ = (CheckConstraint("begins_at < ends_at", name="span"), Index("ix_draft_session_draft", "draft_id"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("rota_draft.id", ondelete="CASCADE"))
    registrar_id: Mapped[int] = mapped_column(ForeignKey("registrar.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))  # None: no room is free, a conflict
    goes_on_id: Mapped[int | None] = mapped_column(ForeignKey("session.id"))  # another’s, whose families stay in it
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Session(Model):
    """A registrar at a centre, in a room, for a span of time."""

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint("begins_at < ends_at", name="span"),
        CheckConstraint("state IN ('published', 'withdrawn')", name="state"),
        CheckConstraint("(kind = 'extra') = (reason IS NOT NULL)", name="extra_reason"),
        CheckConstraint(
            "withdrawn_for IS NULL OR (state = 'withdrawn' AND withdrawn_for IN ('closed_day', 'leaving', 'centre_closed'))",
            name="withdrawn_for",
        ),
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
    # Before those, for families near their last lawful day, while the births to come fill the cluster's places.
    protected_minutes: Mapped[int] = mapped_column(server_default=text("0"))
    state: Mapped[str] = mapped_column(Text, server_default="published")
    # What it comes back with when that is taken back; None: it never does by itself.
    withdrawn_for: Mapped[str | None] = mapped_column(Text)
    # An extra one stands outside the rota: somebody with the right to it opened it, and said why.
    kind: Mapped[str] = mapped_column(Text, server_default="rota")
    reason: Mapped[str | None] = mapped_column(Text)
    # Drawn anew by triggers whenever the session, or anything that fills it, changes (booking/queries/free.py).
    stamp: Mapped[int] = mapped_column(BigInteger, server_default=text("nextval('change_stamp')"))
