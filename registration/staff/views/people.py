"""The accounts of staff, for the administrator: who may sign in, as what, and at which centres."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice

from registration.common import audit
from registration.common.access import current_actor, has_role, roles
from registration.common.clock import london
from registration.common.errors import Refused
from registration.common.transaction import commits, undo
from registration.staff import actions
from registration.staff.forms import AccountForm, NewAccountForm
from registration.staff.models import StaffUser
from registration.staff.queries import account_by_id, accounts
from registration.staff.rules import ACCOUNT_READERS, ACCOUNTS, ROLE_TITLES
from registration.staff.security import WELCOME_LETTER
from registration.staff.views.frame import bp


@dataclass(frozen=True, slots=True)
class Around:
    """What other capabilities know that an account is tied to.

    `centres` gives (number, name) of the centres there are. `registrars` gives (number, name, the account's number or
    None). `tie` makes a registrar (or, with None, nobody) the one whose account this is: tie(staff_id, registrar_id).
    """

    centres: Callable[[], Sequence[tuple[int, str]]]
    registrars: Callable[[], Sequence[tuple[int, str, int | None]]]
    tie: Callable[[int, int | None], None]


def surround(app: Flask, around: Around) -> None:
    """Tell the pages of accounts what lies around them."""
    app.extensions["staff_around"] = around


@bp.get("/people")
@roles(*ACCOUNT_READERS)
def people() -> str:
    """List who may sign in, and who no longer may."""
    centres = dict(_around().centres())
    return render_template(
        "staff/people.html",
        people=accounts(),
        titles=ROLE_TITLES,
        centres=centres,
        london=london,
        may_change=has_role(*ACCOUNTS),
    )


@bp.get("/people/add")
@roles(*ACCOUNTS)
def ask_person() -> str:
    """Ask who gets an account."""
    form = NewAccountForm()
    _offer_choices(form, None)
    return render_template("staff/add_person.html", form=form)


@bp.post("/people/add")
@roles(*ACCOUNTS)
@commits
def add_person() -> ResponseReturnValue:
    """Make an account and send its owner a link that sets the password."""
    form = NewAccountForm()
    _offer_choices(form, None)
    if not form.accepted():
        return render_template("staff/add_person.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    first, *also = form.roles.data
    try:
        user = actions.add_account(
            form.email.data, role=first, also=also, name=form.name.data, centres=form.own_centres()
        )
    except actions.EmailTaken as refusal:
        form.email.errors = (refusal.sentence,)
        return render_template("staff/add_person.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    _around().tie(user.id, form.registrar.data)
    actions.send_link(user, WELCOME_LETTER)
    flash(f"{user.name} has an account. We have sent {user.email} a link to set a password.", "success")
    return redirect(url_for("staff.people"), HTTPStatus.SEE_OTHER)


@bp.get("/people/<int(max=2147483647):staff_id>")
@roles(*ACCOUNT_READERS)
def show_person(staff_id: int) -> str:
    """Show an account, what may be changed of it, and its history."""
    user = _account(staff_id)
    form = AccountForm(data=_as_asked(user))
    _offer_choices(form, user)
    return _person_page(user, form)


@bp.post("/people/<int(max=2147483647):staff_id>")
@roles(*ACCOUNTS)
@commits
def change_person(staff_id: int) -> ResponseReturnValue:
    """Change a person's name, roles, centres, or whose account it is."""
    user = _account(staff_id)
    form = AccountForm()
    _offer_choices(form, user)
    if not form.accepted():
        return _person_page(user, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        actions.change_account(user, name=form.name.data, roles=form.roles.data, centres=form.own_centres())
        _around().tie(user.id, form.registrar.data)
    except Refused as refusal:
        undo()
        form.roles.errors = (refusal.sentence,)
        return _person_page(user, form), HTTPStatus.UNPROCESSABLE_ENTITY
    return _done(user, f"The account of {user.name} is changed.")


@bp.post("/people/<int(max=2147483647):staff_id>/end")
@roles(*ACCOUNTS)
@commits
def end_person(staff_id: int) -> ResponseReturnValue:
    """Close an account; the person is signed out at once."""
    user = _account(staff_id)
    try:
        actions.end_account(user)
    except Refused as refusal:
        undo()
        flash(refusal.sentence, "error")
        return _to(user)
    return _done(user, f"{user.name} can no longer sign in.")


@bp.post("/people/<int(max=2147483647):staff_id>/restore")
@roles(*ACCOUNTS)
@commits
def restore_person(staff_id: int) -> ResponseReturnValue:
    """Open an ended account again."""
    user = _account(staff_id)
    actions.restore_account(user)
    return _done(user, f"{user.name} can sign in again.")


@bp.post("/people/<int(max=2147483647):staff_id>/forget-two-factor")
@roles(*ACCOUNTS)
@commits
def forget_two_factor(staff_id: int) -> ResponseReturnValue:
    """Take away a lost authenticator app; the administrator has made sure that it is them."""
    user = _account(staff_id)
    actions.forget_two_factor(user.email)
    return _done(user, f"{user.name} is signed out everywhere and can set up a new authenticator app.")


@bp.post("/people/<int(max=2147483647):staff_id>/sign-out")
@roles(*ACCOUNTS)
@commits
def sign_person_out(staff_id: int) -> ResponseReturnValue:
    """End every sign-in of a person: a device is lost, or somebody else may be at it."""
    user = _account(staff_id)
    actions.sign_out_everywhere(user)
    return _done(user, f"{user.name} is signed out on every device.")


@bp.post("/people/<int(max=2147483647):staff_id>/link")
@roles(*ACCOUNTS)
@commits
def send_link(staff_id: int) -> ResponseReturnValue:
    """Send the owner a link that sets a password."""
    user = _account(staff_id)
    actions.send_link(user)
    return _done(user, f"We have sent {user.email} a link to set a password. It works once, within 24 hours.")


def _around() -> Around:
    around: Around = current_app.extensions["staff_around"]
    return around


def _account(staff_id: int) -> StaffUser:
    user = account_by_id(staff_id)
    if user is None:
        abort(HTTPStatus.NOT_FOUND)
    return user


def _offer_choices(form: AccountForm, user: StaffUser | None) -> None:
    """Offer the centres there are, and the registrars who have no other account."""
    around = _around()
    form.centres.choices = [SelectChoice(str(number), name) for number, name in around.centres()]
    mine = None if user is None else user.id
    free = [SelectChoice(str(number), name) for number, name, owner in around.registrars() if owner in {None, mine}]
    form.registrar.choices = [SelectChoice("", "Nobody"), *free]


def _as_asked(user: StaffUser) -> dict[str, object]:
    tied = [number for number, _, owner in _around().registrars() if owner == user.id]
    return {
        "name": user.name,
        "roles": sorted(user.role_names),
        "centres": sorted(user.centre_ids),
        "registrar": tied[0] if tied else None,
    }


def _person_page(user: StaffUser, form: AccountForm) -> str:
    return render_template(
        "staff/person.html",
        user=user,
        form=form,
        titles=ROLE_TITLES,
        may_change=has_role(*ACCOUNTS),
        own=current_actor() == f"staff:{user.id}",
        lines=audit.history_of(f"staff:{user.id}"),
    )


def _done(user: StaffUser, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return _to(user)


def _to(user: StaffUser) -> ResponseReturnValue:
    return redirect(url_for("staff.show_person", staff_id=user.id), HTTPStatus.SEE_OTHER)
