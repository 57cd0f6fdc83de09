"""Services that are told of new families, what families answered to that, and each telling with what became of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model


class ToldService(Model):
    """A service of the council's list that is told of new families where they agree, of none that answered before it was made.

    A centre is told by the answer on sharing that it has anyway; every other by the answer that names it. `items` are what
    it gets, by rules.ITEMS. Its secret is made anew from the service's key and `secret_number`, and is nowhere kept.
    """

    __tablename__ = "told_service"
    __table_args__ = (
        CheckConstraint("kind IN ('centre', 'health_visiting', 'library', 'other')", name="kind"),
        CheckConstraint("way IN ('webhook', 'file')", name="way"),
        CheckConstraint("(way = 'webhook') = (url IS NOT NULL)", name="url"),
        CheckConstraint("(kind = 'centre') = (centre_id IS NOT NULL)", name="centre"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    way: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    items: Mapped[list[str]] = mapped_column(ARRAY(Text))
    active: Mapped[bool] = mapped_column(server_default=text("false"))
    secret_number: Mapped[int] = mapped_column(server_default=text("1"))
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class TellingAnswer(Model):
    """One answer to "shall we tell this service": an event, never changed; the latest one counts."""

    __tablename__ = "telling_answer"
    __table_args__ = (Index("ix_telling_answer_family_id", "family_id", "service_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id", ondelete="CASCADE"))
    service_id: Mapped[int] = mapped_column(ForeignKey("told_service.id"), index=True)
    share: Mapped[bool]
    wording_version: Mapped[str] = mapped_column(Text)
    route: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Telling(Model):
    """One thing a service is told of a family: that it is there, or to forget it. What was told is written when it is sent.

    `public_id` stays the same however often it is sent, so that a receiver knows it again. `reference` is what this service
    knows the family by, and no other. `family_id` is empty once the family was deleted.
    """

    __tablename__ = "telling"
    __table_args__ = (
        CheckConstraint("event IN ('told', 'forget')", name="event"),
        CheckConstraint("state IN ('waiting', 'delivered', 'dead', 'withdrawn')", name="state"),
        Index("ix_telling_family_id", "family_id", "service_id"),
        Index("ix_telling_service_id", "service_id", "id"),
        Index("ix_telling_due_at", "due_at", postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("told_service.id"))
    family_id: Mapped[int | None] = mapped_column(ForeignKey("family.id", ondelete="SET NULL"))
    reference: Mapped[str] = mapped_column(Text)
    event: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    due_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(Text, server_default="")
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    settled_at: Mapped[datetime | None]
