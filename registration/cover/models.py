"""The plan made for one absence or one centre that closes, a line for every family it hits."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model


class CoverPlan(Model):
    """What is to happen to the families of an absence, or of a centre that closes for good.

    A draft keeps their times; sending it records the absence, or closes the centre, and tells them.
    """

    __tablename__ = "cover_plan"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'sent', 'undone', 'settled')", name="state"),
        CheckConstraint("begins_at < ends_at", name="span"),
        CheckConstraint("(registrar_id IS NULL) <> (centre_id IS NULL)", name="of_one"),
        CheckConstraint("(ends_at IS NULL) = (registrar_id IS NULL)", name="ends"),
        CheckConstraint(
            "successor_id IS NULL OR centre_id IS NOT NULL AND successor_id <> centre_id",
            name="merged",
        ),
        CheckConstraint(
            "registrar_id IS NULL OR (state IN ('sent', 'settled')) = (absence_id IS NOT NULL)", name="recorded"
        ),
        Index("ix_cover_plan_open", "id", postgresql_where=text("state IN ('draft', 'sent')")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    registrar_id: Mapped[int | None] = mapped_column(ForeignKey("registrar.id"), index=True)  # who is away
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"), index=True)  # or which centre closes
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))  # the centre it is merged into
    was_to: Mapped[date | None]  # the centre's last day as it was before, for opening it again
    begins_at: Mapped[datetime]  # of a centre: the first moment of the first day on which it takes no part
    ends_at: Mapped[datetime | None]  # of an absence only
    reason: Mapped[str] = mapped_column(Text)  # a code of the absence it is to become; 'closing' for a centre
    note: Mapped[str] = mapped_column(Text, server_default="")
    absence_id: Mapped[int | None] = mapped_column(ForeignKey("absence.id"), index=True)  # once sent
    staffing_id: Mapped[int | None] = mapped_column(
        ForeignKey("balance_plan.id")
    )  # other ways to staff it, last asked for
    kept_until: Mapped[datetime]  # of a draft: so long its times are kept
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    sent_by: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class CoverLine(Model):
    """One family of a plan: the time it had, and how it is to be seen all the same.

    `take_over`: another registrar sits in the same session; `same_time`: another session at the same centre and time; both leave
    the family undisturbed. `same_registrar`: the whole session goes to another centre; with `same_centre`, `other_centre` and
    `office` an offer the family answers. `call`: a person telephones.
    """

    __tablename__ = "cover_line"
    __table_args__ = (
        UniqueConstraint("plan_id", "booking_id"),
        CheckConstraint(
            "way IN ('take_over', 'same_time', 'same_registrar', 'same_centre', 'other_centre', 'office', 'call')",
            name="way",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("cover_plan.id"))
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    way: Mapped[str] = mapped_column(Text)
    was_session_id: Mapped[int] = mapped_column(ForeignKey("session.id"))
    was_begins_at: Mapped[datetime]
    session_id: Mapped[int | None] = mapped_column(ForeignKey("session.id"))
    registrar_id: Mapped[int | None] = mapped_column(ForeignKey("registrar.id"))  # who takes over
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    begins_at: Mapped[datetime | None]
    chosen: Mapped[bool] = mapped_column(server_default=text("false"))  # by a person, instead of what was proposed
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"))
    called_at: Mapped[datetime | None]  # a person settled it by telephone
    called_by: Mapped[str | None] = mapped_column(Text)
