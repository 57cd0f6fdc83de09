"""What is kept of a family. No baby's name, no parent's date of birth, nothing the register itself holds."""

from datetime import date, datetime

from sqlalchemy import ARRAY, BigInteger, Boolean, Date, ForeignKey, Identity, Index, Text, func, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model


class Family(Model):
    """One family with a new baby or babies, as it gave itself when it booked."""

    __tablename__ = "family"
    __table_args__ = (
        # What a family on the telephone is found by.
        Index("ix_family_name_words", "name_words", postgresql_using="gin"),
        Index("ix_family_born", "born", postgresql_using="gin"),
        Index("ix_family_mobile", "mobile"),
        Index("ix_family_email", text("lower(email)")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    name_words: Mapped[str] = mapped_column(TSVECTOR, server_default=text("''"))  # rules.words_kept, to find it by
    born: Mapped[list[date]] = mapped_column(ARRAY(Date))  # one per baby, earliest first
    email: Mapped[str | None] = mapped_column(Text)
    mobile: Mapped[str | None] = mapped_column(Text)  # E.164
    second_contact: Mapped[str | None] = mapped_column(Text)  # an e-mail address or a mobile in E.164
    letter_address: Mapped[str | None] = mapped_column(Text)  # for families who book by telephone and have neither
    language: Mapped[str] = mapped_column(Text, server_default="en")  # BCP 47, of the help they want
    locale: Mapped[str] = mapped_column(Text, server_default="en")  # of the pages and messages they read
    interpreter: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    access_needs: Mapped[str] = mapped_column(Text, server_default="")
    lost_at: Mapped[datetime | None]  # a baby died: nothing is ever sent again
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class SharingAnswer(Model):
    """One answer to "may the centre have your details": an event, never changed; the latest one counts."""

    __tablename__ = "sharing_answer"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id", ondelete="CASCADE"), index=True)
    share: Mapped[bool]
    wording_version: Mapped[str] = mapped_column(Text)
    route: Mapped[str] = mapped_column(Text)  # online, telephone, visit
    recorded_by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class CentreSignUp(Model):
    """A family that asked to join a centre while booking. Kept apart from the booking and never a condition of it."""

    __tablename__ = "centre_sign_up"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id", ondelete="CASCADE"), unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    address: Mapped[str] = mapped_column(Text)
    contact_preference: Mapped[str] = mapped_column(Text)  # text, email, phone or letter
    visit_needs: Mapped[str] = mapped_column(Text, server_default="")
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
