"""Questions about accounts."""

from sqlalchemy import select

from registration.common.db import db
from registration.staff.models import Role, StaffUser


def account(email: str) -> StaffUser | None:
    """Give the account of an address, however its letters are written."""
    return db.session.scalar(select(StaffUser).where(StaffUser.email == email.strip().lower()))


def role_named(name: str) -> Role | None:
    """Give the role of that name, where somebody has been given it before."""
    return db.session.scalar(select(Role).where(Role.name == name))
