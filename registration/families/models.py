"""What is kept of a family. No baby's name, no parent's date of birth, nothing the register itself holds."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model
from registration.common.long_work import LongWork


class SharingAgreement(Model):
    """A data sharing agreement on record, by which live birth data come and go on to centres (docs/law.md).

    `source` is the short name its files come under. `items` are the columns it allows. `retention_days` counts from the day a
    file came. Notice is given by the source itself before it sends a file, or by the council's letter, `notice_days` before
    a centre is told. `signatories` are (party, name, role, signed on). `signed_text` is the text as it was signed, clause by
    clause: words of the template may change later. One put aside as a draft has ended without a last day.
    """

    __tablename__ = "sharing_agreement"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'in_force', 'ended')", name="state"),
        CheckConstraint("frequency IN ('weekly', 'monthly', 'quarterly', 'yearly')", name="frequency"),
        CheckConstraint("notice IN ('by_source', 'by_letter')", name="notice"),
        CheckConstraint("origin IN ('nhs', 'registration', 'other')", name="origin"),
        CheckConstraint("retention_days BETWEEN 1 AND 3660 AND notice_days BETWEEN 0 AND 90", name="days"),
        CheckConstraint("starts_on <= ends_on", name="span"),
        # Of one source one agreement is in force: the one an import is under.
        Index("uq_sharing_agreement_in_force", "source", unique=True, postgresql_where=text("state = 'in_force'")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text, server_default="nhs")
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    provider: Mapped[str] = mapped_column(Text)
    recipient: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    items: Mapped[list[str]] = mapped_column(ARRAY(Text))
    lawful_basis: Mapped[str] = mapped_column(Text)
    gateway: Mapped[str] = mapped_column(Text)
    frequency: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    access_roles: Mapped[str] = mapped_column(Text)
    retention_days: Mapped[int]
    notice: Mapped[str] = mapped_column(Text)
    notice_days: Mapped[int] = mapped_column(server_default=text("14"))
    provider_contact: Mapped[str] = mapped_column(Text)
    recipient_contact: Mapped[str] = mapped_column(Text)
    other_terms: Mapped[str] = mapped_column(Text, server_default="")
    signed_text: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    signatories: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    starts_on: Mapped[date]
    review_on: Mapped[date]
    ends_on: Mapped[date | None]
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    made_by: Mapped[str] = mapped_column(Text)


class Family(Model):
    """One family with a new baby or babies, as it gave itself when it booked, or as one other source tells of it.

    The same family may be here once from each source: `FamilyLink` says which of them are one. `home_centre_id` is the centre
    in whose reach area it lives, `imd_decile` that of its area; the postcode itself is kept no longer than it is needed.
    """

    __tablename__ = "family"
    __table_args__ = (
        CheckConstraint("source IN ('booking', 'live_births', 'moved_in', 'member')", name="source"),
        CheckConstraint("(source = 'live_births') = (agreement_id IS NOT NULL)", name="agreement"),
        CheckConstraint("imd_decile BETWEEN 1 AND 10", name="imd_decile"),
        Index("ix_family_home_centre_id", "home_centre_id", postgresql_where=text("home_centre_id IS NOT NULL")),
        Index("ix_family_agreement_id", "agreement_id", postgresql_where=text("agreement_id IS NOT NULL")),
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
    source: Mapped[str] = mapped_column(Text, server_default="booking")
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("sharing_agreement.id"))  # which brought it here
    postcode: Mapped[str | None] = mapped_column(Text)
    home_centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    imd_decile: Mapped[int | None] = mapped_column(SmallInteger)
    noticed_on: Mapped[date | None]  # told, by letter, that its centre has its details and how to object
    left_area_on: Mapped[date | None]
    details_gone_at: Mapped[datetime | None]  # who it is was deleted on schedule; what is counted stays
    link_digest: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)  # of the family's own link, once made
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class SharingAnswer(Model):
    """One answer to "may the centre have your details": an event, never changed; the latest one counts."""

    __tablename__ = "sharing_answer"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id", ondelete="CASCADE"), index=True)
    share: Mapped[bool]
    wording_version: Mapped[str] = mapped_column(Text)
    route: Mapped[str] = mapped_column(Text)  # online, telephone, visit, centre, slip, letter
    recorded_by: Mapped[str] = mapped_column(Text)
    centre_id: Mapped[int | None] = mapped_column(
        ForeignKey("centre.id")
    )  # which the question named; a no is to every one
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


class LinkRun(LongWork, Model):
    """One time the records of families were compared: how, with what result, by whom; `done` of `total` while it runs.

    At most one waits, and at most one is worked on.
    """

    __tablename__ = "link_run"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
        Index("uq_link_run_at_once", "state", unique=True, postgresql_where=text("state IN ('waiting', 'running')")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    method: Mapped[str] = mapped_column(Text, server_default="splink")
    done: Mapped[int] = mapped_column(server_default=text("0"))
    total: Mapped[int] = mapped_column(server_default=text("0"))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class FamilyLink(Model):
    """Two records that are, may be, or are not of the same family; a later row supersedes and never rewrites an earlier one.

    `a_id` is the smaller number. What a person decided stands over what a run finds. A record that carries a no is linked to
    be left out, and counted in no evaluation.
    """

    __tablename__ = "family_link"
    __table_args__ = (
        CheckConstraint("a_id < b_id", name="order"),
        CheckConstraint("state IN ('linked', 'to_review', 'apart')", name="state"),
        CheckConstraint("probability BETWEEN 0 AND 1", name="probability"),
        Index("uq_family_link_now", "a_id", "b_id", unique=True, postgresql_where=text("superseded_at IS NULL")),
        Index("ix_family_link_b_id", "b_id", postgresql_where=text("superseded_at IS NULL")),
        # What waits for a person, the likeliest first, and what persons decided.
        Index(
            "ix_family_link_to_review",
            "probability",
            "id",
            postgresql_where=text("state = 'to_review' AND superseded_at IS NULL"),
        ),
        Index("ix_family_link_person", "id", postgresql_where=text("method = 'person'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    a_id: Mapped[int] = mapped_column(ForeignKey("family.id", ondelete="CASCADE"))
    b_id: Mapped[int] = mapped_column(ForeignKey("family.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(Text)
    probability: Mapped[float]
    method: Mapped[str] = mapped_column(Text)  # splink, exact, person
    run_id: Mapped[int | None] = mapped_column(ForeignKey("link_run.id"))
    reason: Mapped[str] = mapped_column(Text, server_default="")
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    superseded_at: Mapped[datetime | None]


class Disclosure(Model):
    """That a family's details went to somebody: to a centre, or to a service of the council, named by `recipient`.

    `what` are the names of what went (rules.DETAILS). A list that is opened often counts once a day.
    """

    __tablename__ = "disclosure"
    __table_args__ = (
        Index(
            "uq_disclosure_once_a_day",
            "family_id",
            text("coalesce(centre_id, 0)"),
            "recipient",
            "how",
            "told_on",
            unique=True,
        ),
        Index("ix_disclosure_told_on", "told_on"),
        CheckConstraint("(centre_id IS NULL) = (recipient <> '')", name="recipient"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id", ondelete="CASCADE"))
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    recipient: Mapped[str] = mapped_column(Text, server_default="")
    basis: Mapped[str] = mapped_column(Text)  # rules.Ruling
    what: Mapped[list[str]] = mapped_column(ARRAY(Text))
    how: Mapped[str] = mapped_column(Text)  # list, export, letter, message, invitation, webhook, file
    told_on: Mapped[date]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    by: Mapped[str] = mapped_column(Text)


class Membership(Model):
    """A family that is a member of a centre: joined when, and known from where. The wish to join is `CentreSignUp`."""

    __tablename__ = "membership"
    __table_args__ = (
        Index("uq_membership_source_key", "source", "source_key", unique=True),
        Index("ix_membership_family_id", "family_id"),
        Index("ix_membership_centre_id", "centre_id", "joined_on"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id", ondelete="CASCADE"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)  # booking, visit, centre, or the name of the system a file came from
    source_key: Mapped[str] = mapped_column(Text)  # what that source calls it
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
