"""What centres do with the families they may know: visits, contacts, invitations, and what each centre aims at."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model


class CentreVisit(Model):
    """One time a family used a centre, as the centre's own system tells it: which day, and for what."""

    __tablename__ = "centre_visit"
    __table_args__ = (
        UniqueConstraint("source", "source_key"),
        Index("ix_centre_visit_family_id", "family_id", "visited_on"),
        Index("ix_centre_visit_centre_id", "centre_id", "visited_on"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id", ondelete="CASCADE"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    visited_on: Mapped[date]
    service: Mapped[str] = mapped_column(Text, server_default="")
    source: Mapped[str] = mapped_column(Text)
    source_key: Mapped[str] = mapped_column(Text)  # what that source calls it, or a digest of what does not change
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class FamilyContact(Model):
    """One try of a centre to reach a family, what came of it, and what is to be done next. Never changed: a later one counts.

    Who wrote it down may take it back on the same day (outreach.actions.take_back).
    """

    __tablename__ = "family_contact"
    __table_args__ = (
        CheckConstraint("route IN ('visit', 'call', 'letter', 'message')", name="route"),
        CheckConstraint(
            "result IN ('reached', 'sent', 'no_answer', 'wrong_details', 'not_wanted')",
            name="result",
        ),
        Index("ix_family_contact_family_id", "family_id", "centre_id", "contacted_on"),
        Index("ix_family_contact_centre_id", "centre_id", "contacted_on"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id", ondelete="CASCADE"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    contacted_on: Mapped[date]
    route: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text)
    next_step: Mapped[str] = mapped_column(Text, server_default="")  # visit, call, letter, message, or nothing
    next_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, server_default="")
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Invitation(Model):
    """Words of welcome from a centre to one family: a letter to print, or a message about the family itself."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("kind IN ('welcome', 'new_baby_party')", name="kind"),
        CheckConstraint("channel IN ('letter', 'sms', 'email')", name="channel"),
        CheckConstraint("state IN ('written', 'sent')", name="state"),
        Index("ix_invitation_family_id", "family_id"),
        Index("ix_invitation_centre_id", "centre_id", "made_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id", ondelete="CASCADE"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    kind: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="written")
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class ReachTarget(Model):
    """What a centre aims at: the share of families it wants to know, whom it contacts first, and within how many days."""

    __tablename__ = "reach_target"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        CheckConstraint("first IN ('newest', 'longest_waiting', 'most_deprived')", name="first"),
        CheckConstraint("contact_days BETWEEN 1 AND 90", name="contact_days"),
    )

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    percent: Mapped[int] = mapped_column(server_default=text("97"))
    first: Mapped[str] = mapped_column(Text, server_default="newest")
    contact_days: Mapped[int] = mapped_column(server_default=text("14"))
    set_by: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
