"""What came in live birth data: files by their hash, one row for each birth, monthly counts, and proof of deletion."""

from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model


class SourceMapping(Model):
    """Which of a source's columns is which of ours, as it was last said: {our name: their heading}."""

    __tablename__ = "source_mapping"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    columns: Mapped[dict[str, str]] = mapped_column(JSONB)
    saved_by: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class BirthFile(Model):
    """A file of live birth data that was taken in: whence, under which agreement, what it did. The file itself is not kept.

    `dropped` names the columns that were refused at the door. `period` is the first day of the month most of its births fall in.
    """

    __tablename__ = "birth_file"
    __table_args__ = (
        UniqueConstraint("source", "sha256"),
        Index("ix_birth_file_agreement_id", "agreement_id", "received_at"),
        CheckConstraint("kind IN ('births', 'counts')", name="kind"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("sharing_agreement.id"))
    source: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, server_default="births")
    name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    period: Mapped[date | None]
    rows: Mapped[int]
    added: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]
    removed: Mapped[int]  # families whose baby was stillborn or died
    dropped: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    received_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(Text)


class BirthRecord(Model):
    """One live birth as its source tells it. Who it is goes on the agreement's schedule; the day and the area stay to be counted.

    `source_key` is what the source calls it, or a keyed digest of what does not change. `birth_order` tells twins apart.
    """

    __tablename__ = "birth_record"
    __table_args__ = (
        UniqueConstraint("source", "source_key"),
        CheckConstraint("sex IN ('F', 'M')", name="sex"),
        Index("ix_birth_record_family_id", "family_id"),
        Index("ix_birth_record_born", "born"),
        Index("ix_birth_record_received_on", "agreement_id", "received_on"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("sharing_agreement.id"))
    source: Mapped[str] = mapped_column(Text)
    source_key: Mapped[str] = mapped_column(Text)
    file_id: Mapped[int] = mapped_column(ForeignKey("birth_file.id"))  # which told it last
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id", ondelete="CASCADE"))
    born: Mapped[date]
    birth_order: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    sex: Mapped[str | None] = mapped_column(Text)
    baby_given: Mapped[str | None] = mapped_column(Text)
    baby_surname: Mapped[str | None] = mapped_column(Text)
    mother_given: Mapped[str | None] = mapped_column(Text)
    mother_surname: Mapped[str | None] = mapped_column(Text)
    mother_born: Mapped[date | None]
    house: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    postcode: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)  # E.164
    email: Mapped[str | None] = mapped_column(Text)
    received_on: Mapped[date]
    erased_at: Mapped[datetime | None]


class BirthCount(Model):
    """Births of one month in one area, where a source gives no more than numbers: the denominator of that area's reach."""

    __tablename__ = "birth_count"
    __table_args__ = (CheckConstraint("births >= 0 AND extract(day FROM month) = 1", name="births"),)

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    births: Mapped[int]
    file_id: Mapped[int] = mapped_column(ForeignKey("birth_file.id"))


class Deletion(Model):
    """Proof that records were deleted when they were due: how many, of which agreement or kind, and the digest of which.

    `digest` is the SHA-256 of the sorted keys of the records deleted, one a line: who holds the keys can check that theirs went.
    """

    __tablename__ = "deletion"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("sharing_agreement.id"), index=True)
    rows: Mapped[int]
    digest: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
