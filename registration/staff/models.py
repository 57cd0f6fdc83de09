"""Accounts of staff and the roles they hold."""
# mypy: disable-error-code="assignment"
# Flask-Security's mixins name these columns with plain types; ours are SQLAlchemy's Mapped[...] of the same types.

from datetime import date, datetime, time

from flask_security import RoleMixin, UserMixin
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registration.common.db import Model

staff_user_role = Table(
    "staff_user_role",
    Model.metadata,
    Column("user_id", ForeignKey("staff_user.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("staff_role.id"), primary_key=True, index=True),
)


class Role(Model, RoleMixin):
    """One of the roles of registration.staff.rules.ROLE_TITLES, made when the first person is given it."""

    __tablename__ = "staff_role"

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str] = mapped_column(Text)


class StaffCentre(Model):
    """A centre that a centre worker belongs to.

    `centre_id` is a plain number without a foreign key: centres and staff are capabilities side by side and neither
    may import the other, so whoever stands above both offers only centres that are there.
    """

    __tablename__ = "staff_user_centre"

    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), primary_key=True)
    centre_id: Mapped[int] = mapped_column(Integer, primary_key=True, index=True, autoincrement=False)


class StaffUser(Model, UserMixin):
    """A member of staff who may sign in.

    `fs_uniquifier` is what a browser session names; changing it ends every session of the person at once. A new account
    has no password until its owner sets one by a link, which also confirms the address. `oidc_subject` is what the
    council's single sign-on calls the person, kept at their first sign-in by it. `active` is false once the account
    is ended; what the person did stays under their name.
    """

    __tablename__ = "staff_user"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    oidc_subject: Mapped[str | None] = mapped_column(String(320), unique=True)
    confirmed_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]
    current_login_at: Mapped[datetime | None]
    last_login_ip: Mapped[str | None] = mapped_column(String(64))
    current_login_ip: Mapped[str | None] = mapped_column(String(64))
    login_count: Mapped[int] = mapped_column(default=0)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(Text)
    tf_last_counter: Mapped[int | None]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(ARRAY(Text)))
    roles: Mapped[list[Role]] = relationship(secondary=staff_user_role, lazy="selectin")
    centres: Mapped[list[StaffCentre]] = relationship(cascade="all, delete-orphan", order_by=StaffCentre.centre_id)

    @property
    def role_names(self) -> frozenset[str]:
        """The names of the roles held, as access lists use them."""
        return frozenset(role.name for role in self.roles)

    @property
    def centre_ids(self) -> frozenset[int]:
        """The numbers of the centres the person belongs to."""
        return frozenset(centre.centre_id for centre in self.centres)

    @property
    def has_two_factor(self) -> bool:
        """Whether signing in asks for a code from an authenticator app."""
        return bool(self.tf_totp_secret and self.tf_primary_method)


class OfficeTurn(Model):
    """A centre worker is at another place, mostly the register office, on a half-day, to sign families up there.

    `centre_id` is a plain number, as in StaffCentre.
    """

    __tablename__ = "office_turn"
    __table_args__ = (
        UniqueConstraint("user_id", "day", "half"),
        CheckConstraint("half IN ('morning', 'afternoon', 'evening')", name="half"),
        CheckConstraint("begins < ends", name="times"),
        Index("ix_office_turn_centre_id", "centre_id", "day"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"))
    centre_id: Mapped[int]
    day: Mapped[date]
    half: Mapped[str] = mapped_column(Text)
    begins: Mapped[time]
    ends: Mapped[time]
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
