"""Changes to accounts made by others than their owners."""

from collections.abc import Iterable
from uuid import uuid4

from flask import current_app
from procrastinate.types import JSONValue
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from registration.common.access import current_actor
from registration.common.audit import record
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.queue import defer
from registration.common.sessions import delete_all_staff_sessions, delete_session_named, delete_sessions_of
from registration.staff.models import Role, StaffCentre, StaffUser
from registration.staff.queries import account, account_by_subject, role_named
from registration.staff.rules import (
    PASSWORD_MAX,
    ROLE_TITLES,
    demonstration_email,
    demonstration_password,
    name_from_email,
)
from registration.staff.security import RESET_LETTER, SUBJECTS, forget_codes, hashed


class EmailTaken(Refused):
    """There is already an account for this email address."""


class NoSuchAccount(Refused):
    """There is no account for this email address."""


class PasswordRefused(Refused):
    """This password cannot be used."""


class OnlyForDemonstrations(Refused):
    """Demonstration accounts have passwords that can be worked out, so they are made only with DEMO=1."""


class NoAdministratorLeft(Refused):
    """This is the only administrator. Make somebody else an administrator first."""


class OwnAccount(Refused):
    """You cannot end your own account. Ask another administrator."""


class NotKnownHere(Refused):
    """Your council account is not set up for this service. Ask one of its administrators to add you."""


def add_account(
    email: str, *, role: str, name: str = "", centres: Iterable[int] = (), also: Iterable[str] = ()
) -> StaffUser:
    """Make an account without a password; `role` is a key of ROLE_TITLES, EmailTaken is raised for a known address.

    `also` are further roles of the person, `centres` the numbers of a centre worker's own centres.
    """
    address = email.strip().lower()
    user = StaffUser(
        email=address,
        name=name or name_from_email(address),
        fs_uniquifier=uuid4().hex,
        centres=[StaffCentre(centre_id=number) for number in sorted(set(centres))],
        roles=[_role(held) for held in dict.fromkeys([role, *also])],
    )
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError as error:
        raise EmailTaken from error
    _note("staff.added", user, after=_standing(user))
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
    former = user.fs_uniquifier
    forget_codes(user)
    delete_sessions_of(former)
    _note("staff.two_factor_forgotten", user)
    return user


def change_account(user: StaffUser, *, name: str, roles: Iterable[str], centres: Iterable[int]) -> None:
    """Give an account another name, other roles or other centres; they count from the person's next page on.

    NoAdministratorLeft is raised where nobody could look after the accounts any more.
    """
    before = _standing(user)
    user.name = name
    user.roles = [_role(held) for held in dict.fromkeys(roles)]
    kept = {centre.centre_id: centre for centre in user.centres}
    user.centres = [kept.get(number) or StaffCentre(centre_id=number) for number in sorted(set(centres))]
    db.session.flush()
    _keep_an_administrator()
    if before != _standing(user):
        _note("staff.changed", user, before=before, after=_standing(user))


def end_account(user: StaffUser) -> None:
    """Close an account and end its sessions at once; what the person did stays on record.

    OwnAccount is raised for who is signed in, NoAdministratorLeft where nobody could look after the accounts any more.
    """
    if current_actor() == f"staff:{user.id}":
        raise OwnAccount
    user.active = False
    _end_sessions(user)
    _keep_an_administrator()
    _note("staff.ended", user)


def restore_account(user: StaffUser) -> None:
    """Open an ended account again, with the password and the authenticator app it had."""
    user.active = True
    _note("staff.restored", user)


def send_link(user: StaffUser, letter: str = RESET_LETTER) -> None:
    """Send the owner of an account a letter with a link that sets the password: once, within 24 hours."""
    defer("staff.write", template=letter, subject=SUBJECTS[letter], staff_id=user.id)
    _note("staff.link_sent", user)


def write_to(staff_id: int, template: str, subject: str, details: dict[str, JSONValue]) -> None:
    """Send a person a letter about their work, once the transaction in hand is kept; `details` fill the template."""
    defer("staff.write", template=template, subject=subject, staff_id=staff_id, details=details)


def account_signed_on(subject: str, email: str) -> StaffUser:
    """Give the account of whom the council's single sign-on names; it makes none.

    Known are the name (`subject`) it came under before and, the first time, the address it has verified ('' where it
    has not). NotKnownHere is raised for anybody else, for an ended account, and for an address that came under another
    name before: addresses are given to new people.
    """
    user = account_by_subject(subject) or (account(email) if email else None)
    if user is None or not user.active or user.oidc_subject not in {None, subject}:
        raise NotKnownHere
    if user.oidc_subject is None:
        user.oidc_subject = subject
        db.session.flush()
        record("staff.single_sign_on_linked", about=f"staff:{user.id}", actor=f"staff:{user.id}")
    return user


def sign_out_everywhere(user: StaffUser) -> None:
    """End every session of a person, on every device, this one too."""
    _end_sessions(user)
    _note("staff.signed_out_everywhere", user)


def end_sign_in(user: StaffUser, name: str) -> bool:
    """End one sign-in of a person, by the name sessions_of gives it; False where there is none such any more."""
    ended = delete_session_named(user.fs_uniquifier, name)
    if ended:
        _note("staff.sign_in_ended", user)
    return ended


def sign_everybody_out() -> int:
    """End every sign-in of everybody, on every device, at once; say how many there were."""
    count = delete_all_staff_sessions()
    for user in db.session.scalars(select(StaffUser).order_by(StaffUser.id)):
        user.fs_uniquifier = uuid4().hex
    db.session.flush()
    record("staff.everybody_signed_out", about="staff", actor=current_actor())
    return count


def _end_sessions(user: StaffUser) -> None:
    """Forget the person's sessions, and take a new name so that none written meanwhile counts."""
    former, user.fs_uniquifier = user.fs_uniquifier, uuid4().hex
    delete_sessions_of(former)
    db.session.flush()


def _keep_an_administrator() -> None:
    """Raise NoAdministratorLeft unless somebody is left; two who step down at once wait for each other."""
    db.session.execute(select(Role.id).where(Role.name == "administrator").with_for_update())
    left = select(StaffUser.id).join(StaffUser.roles).where(Role.name == "administrator", StaffUser.active).limit(1)
    if db.session.scalar(left) is None:
        raise NoAdministratorLeft


def _standing(user: StaffUser) -> dict[str, object]:
    return {"name": user.name, "roles": sorted(user.role_names), "centres": sorted(user.centre_ids)}


def _note(event: str, user: StaffUser, **changes: dict[str, object]) -> None:
    record(event, about=f"staff:{user.id}", actor=current_actor(), **changes)


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
