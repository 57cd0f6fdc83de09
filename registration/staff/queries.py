"""Questions about accounts."""

from sqlalchemy import select

from registration.common.db import db
from registration.staff.models import Role, StaffUser


def account(email: str) -> StaffUser | None:
    """Give the account of an address, however its letters are written."""
    return db.session.scalar(select(StaffUser).where(StaffUser.email == email.strip().lower()))


def role_named(name: str) -> Role:
    """Give the role of that name; NoResultFound is raised where nobody was ever given it."""
    return db.session.scalars(select(Role).where(Role.name == name)).one()
