"""Changes to accounts made by others than their owners."""

from collections.abc import Iterable
from uuid import uuid4

from flask import current_app
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from registration.common.access import current_actor
from registration.common.audit import record
from registration.common.db import db
from registration.common.errors import Refused
from registration.staff.models import Role, StaffCentre, StaffUser
from registration.staff.queries import account, role_named
from registration.staff.rules import (
    PASSWORD_MAX,
    ROLE_TITLES,
    demonstration_email,
    demonstration_password,
    name_from_email,
)
from registration.staff.security import forget_codes, hashed


class EmailTaken(Refused):
    """There is already an account for this email address."""


class NoSuchAccount(Refused):
    """There is no account for this email address."""


class PasswordRefused(Refused):
    """This password cannot be used."""


class OnlyForDemonstrations(Refused):
    """Demonstration accounts have passwords that can be worked out, so they are made only with DEMO=1."""


def add_account(email: str, *, role: str, name: str = "", centres: Iterable[int] = ()) -> StaffUser:
    """Make an account without a password; `role` is a key of ROLE_TITLES, EmailTaken is raised for a known address.

    `centres` are the numbers of a centre worker's own centres.
    """
    address = email.strip().lower()
    user = StaffUser(
        email=address,
        name=name or name_from_email(address),
        fs_uniquifier=uuid4().hex,
        centres=[StaffCentre(centre_id=number) for number in sorted(set(centres))],
        roles=[_role(role)],
    )
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError as error:
        raise EmailTaken from error
    after = {"roles": [role], "centres": sorted(user.centre_ids)}
    record("staff.added", about=f"staff:{user.id}", actor=current_actor(), after=after)
    return user


def set_password(user: StaffUser, password: str) -> None:
    """Give an account its password; PasswordRefused says what is wrong with one that is too short or too long."""
    if len(password) > PASSWORD_MAX:
        raise PasswordRefused(f"The password must have at most {PASSWORD_MAX} characters.")
    try:
        user.password = hashed(password, user)
    except ValueError as error:
        raise PasswordRefused(f"{error}.") from error


def forget_two_factor(email: str) -> StaffUser:
    """Take a lost authenticator app and its recovery codes from an account and sign it out; NoSuchAccount is raised."""
    user = account(email)
    if user is None:
        raise NoSuchAccount
    forget_codes(user)
    record("staff.two_factor_forgotten", about=f"staff:{user.id}", actor=current_actor())
    return user


def demonstration_accounts(own_centre: int | None = None) -> list[tuple[str, str, str]]:
    """Make one account per role where it is not there yet, and give each role's (role, email, password).

    `own_centre` is the centre of the centre worker. The passwords follow from SECRET_KEY, so they stay the same over
    restarts; OnlyForDemonstrations is raised in any other installation.
    """
    if not current_app.config["DEMO"]:
        raise OnlyForDemonstrations
    return [_demonstrator(role, own_centre) for role in ROLE_TITLES]


def _demonstrator(role: str, own_centre: int | None) -> tuple[str, str, str]:
    email, password = demonstration_email(role), demonstration_password(current_app.config["SECRET_KEY"], role)
    if account(email) is None:
        name = f"Demonstration {ROLE_TITLES[role].lower()}"
        own = () if own_centre is None else (own_centre,)
        user = add_account(email, role=role, name=name, centres=own if role == "centre_worker" else ())
        set_password(user, password)
    return role, email, password


def _role(name: str) -> Role:
    made = insert(Role).values(name=name, description=ROLE_TITLES[name]).on_conflict_do_nothing(index_elements=["name"])
    db.session.execute(made)
    return role_named(name)
