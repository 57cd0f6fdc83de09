"""Bookings, what fills a registrar's time, and the answers of families still on their way."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model

OUTCOMES = "outcome IN ('arrived', 'registered', 'declaration_taken', 'unable', 'did_not_attend')"

#: Of the same birth and contact there is one such booking: a family whose appointment came to nothing books another.
STANDS_FOR_ITS_BIRTH = "state = 'booked' AND (outcome IS NULL OR outcome NOT IN ('unable', 'did_not_attend'))"


class Booking(Model):
    """One family's appointment to register, or to make a declaration for another district. Never the register entry itself."""

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("state IN ('booked', 'cancelled')", name="state"),
        CheckConstraint("kind IN ('registration', 'declaration')", name="kind"),
        CheckConstraint("begins_at < ends_at", name="span"),
        CheckConstraint(OUTCOMES, name="outcome"),
        Index("uq_booking_email_key", "email_key", unique=True, postgresql_where=text(STANDS_FOR_ITS_BIRTH)),
        Index("uq_booking_mobile_key", "mobile_key", unique=True, postgresql_where=text(STANDS_FOR_ITS_BIRTH)),
        Index("ix_booking_begins", "begins_at", postgresql_where=text("state = 'booked'")),
        # What the work lists ask: whose time came to nothing, and of which nobody has said what became of it.
        Index(
            "ix_booking_came_to_nothing",
            "last_lawful_day",
            postgresql_where=text("state = 'cancelled' OR outcome IN ('unable', 'did_not_attend')"),
        ),
        Index(
            "ix_booking_unmarked",
            "ends_at",
            postgresql_where=text("state = 'booked' AND (outcome IS NULL OR outcome = 'arrived')"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    link_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(Text)
    married_or_civil_partners: Mapped[bool]
    both_parents_named: Mapped[bool]
    attending: Mapped[str] = mapped_column(Text)
    last_lawful_day: Mapped[date]
    state: Mapped[str] = mapped_column(Text, server_default="booked")
    version: Mapped[int] = mapped_column(server_default=text("0"))  # the SEQUENCE of its calendar file
    channel: Mapped[str] = mapped_column(Text)  # online, api, telephone, walk_in
    outcome: Mapped[str | None] = mapped_column(Text)  # the latest of its Outcome rows
    # Births and contact together, so that the same birth is not booked twice by the same people; keyed, not readable.
    email_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    mobile_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    changed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(Text)  # family, bereavement, staff


class Occupancy(Model):
    """What fills a registrar's time: a booking, a hold while a family answers, an absence, travel.

    The exclusion constraint makes filling the same minute twice impossible. Absences stand outside it, because they may fall on
    booked time, which is then settled family by family.
    """

    __tablename__ = "occupancy"
    __table_args__ = (
        CheckConstraint("kind IN ('hold', 'booking', 'absence', 'travel')", name="kind"),
        CheckConstraint("(kind = 'hold') = (until IS NOT NULL)", name="hold_ends"),
        CheckConstraint("(kind = 'booking') = (booking_id IS NOT NULL) OR kind = 'hold'", name="booking"),
        ExcludeConstraint(
            (text("int8range(registrar_id, registrar_id, '[]')"), "&&"),
            ("during", "&&"),
            where=text("kind <> 'absence'"),
            using="gist",
            name="ex_occupancy_registrar_id",
        ),
        Index("ix_occupancy_until", "until", postgresql_where=text("kind = 'hold'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), index=True)
    registrar_id: Mapped[int] = mapped_column(ForeignKey("registrar.id"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    during: Mapped[Range[datetime]] = mapped_column(
        TSTZRANGE, Computed("tstzrange(begins_at, ends_at)", persisted=True)
    )
    kind: Mapped[str] = mapped_column(Text)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), unique=True)
    # Of a hold only:
    until: Mapped[datetime | None]
    hold_digest: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    born: Mapped[list[date] | None] = mapped_column(ARRAY(Date))
    interpreter: Mapped[bool | None]
    client: Mapped[str | None] = mapped_column(Text)
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"), unique=True)


class Outcome(Model):
    """What a registrar marked of an appointment: an event, never changed; a correction is another. Not the register entry."""

    __tablename__ = "outcome"
    __table_args__ = (CheckConstraint(OUTCOMES, name="outcome"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    outcome: Mapped[str | None] = mapped_column(Text)  # None: what was marked is taken back
    reason: Mapped[str] = mapped_column(Text, server_default="")  # of one who could not be registered
    note: Mapped[str] = mapped_column(Text, server_default="")
    route: Mapped[str] = mapped_column(Text)  # day_list, sheet, walk_in
    happened_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class VisitFact(Model):
    """What was so at the centre while a family was there, for the evaluation: whether a health visitor was on site.

    `source` is `timetable`, as the centre's timetable of that day had it when the outcome was marked, or `said` by staff.
    """

    __tablename__ = "visit_fact"
    __table_args__ = (CheckConstraint("source IN ('timetable', 'said')", name="source"),)

    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), primary_key=True)
    health_visitor_on_site: Mapped[bool]
    source: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Offer(Model):
    """Another time kept for a family that has a booking, until it answers: its registrar is away, or an earlier time is free.

    While it is open an occupancy row of kind 'hold' with its number fills the time.
    """

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("cause IN ('cover', 'waiting_list')", name="cause"),
        CheckConstraint("state IN ('kept', 'sent', 'accepted', 'declined', 'lapsed', 'withdrawn')", name="state"),
        CheckConstraint("begins_at < ends_at", name="span"),
        Index("uq_offer_open", "booking_id", unique=True, postgresql_where=text("state IN ('kept', 'sent')")),
        Index("ix_offer_answer_by", "answer_by", postgresql_where=text("state IN ('kept', 'sent')")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    cause: Mapped[str] = mapped_column(Text)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(Text, server_default="kept")
    answer_by: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


class Wish(Model):
    """A family with a booking would rather have an earlier time, or a nearer centre: its place on the waiting list."""

    __tablename__ = "wish"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'met', 'ended')", name="state"),
        Index("uq_wish_waiting", "booking_id", unique=True, postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    earlier: Mapped[bool]  # any time sooner than the one booked
    centre_ids: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))  # only these; None: any
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    route: Mapped[str] = mapped_column(Text)  # online, telephone
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    ended_at: Mapped[datetime | None]


class FreedTime(Model):
    """A span of a session that became free while families wait for earlier times; it is offered to them, then forgotten.

    Triggers of migration 0006 write it, and only while somebody waits.
    """

    __tablename__ = "freed_time"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    freed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class CalendarFeed(Model):
    """A secret address where a calendar program reads the appointments of one registrar or one centre; it can be revoked."""

    __tablename__ = "calendar_feed"
    __table_args__ = (CheckConstraint("(registrar_id IS NULL) <> (centre_id IS NULL)", name="of_one"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    registrar_id: Mapped[int | None] = mapped_column(ForeignKey("registrar.id"))
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    revoked_at: Mapped[datetime | None]


class Journey(Model):
    """The answers of a family on its way to a booking; the row's lock keeps double clicks and second tabs in order."""

    __tablename__ = "journey"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    token_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp(), index=True)


class RequestKey(Model):
    """A caller's Idempotency-Key and the booking it made, so that sending it again books nothing twice."""

    __tablename__ = "request_key"

    key_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    body_digest: Mapped[bytes] = mapped_column(LargeBinary)
    booking_public_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp(), index=True)
