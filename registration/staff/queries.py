"""Questions about accounts."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registration.common.db import db
from registration.staff.models import Role, StaffUser


def account(email: str) -> StaffUser | None:
    """Give the account of an address, however its letters are written."""
    return db.session.scalar(select(StaffUser).where(StaffUser.email == email.strip().lower()))


def role_named(name: str) -> Role:
    """Give the role of that name; NoResultFound is raised where nobody was ever given it."""
    return db.session.scalars(select(Role).where(Role.name == name)).one()


def account_by_id(staff_id: int) -> StaffUser | None:
    """Give an account by its number."""
    return db.session.get(StaffUser, staff_id)


def account_by_subject(subject: str) -> StaffUser | None:
    """Give the account the council's single sign-on knows by this name."""
    return db.session.scalar(select(StaffUser).where(StaffUser.oidc_subject == subject))


def accounts() -> list[StaffUser]:
    """List all accounts: those in use by name, then the ended ones."""
    wanted = (
        select(StaffUser).options(selectinload(StaffUser.centres)).order_by(StaffUser.active.desc(), StaffUser.name)
    )
    return list(db.session.scalars(wanted))


def names_of(staff_ids: Collection[int]) -> dict[int, str]:
    """Give the names of these people; an ended account keeps its name."""
    rows = db.session.execute(select(StaffUser.id, StaffUser.name).where(StaffUser.id.in_(staff_ids)))
    return {row.id: row.name for row in rows}


def who_may_sign_in(role: str) -> list[int]:
    """Give the numbers of the accounts in use that hold a role."""
    wanted = select(StaffUser.id).where(StaffUser.active, StaffUser.roles.any(Role.name == role))
    return list(db.session.scalars(wanted.order_by(StaffUser.id)))
