"""To the council's single sign-on and back."""

from typing import Any

from flask import current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security.utils import login_user, validate_redirect_url

from registration.common.access import public, signed_in
from registration.common.errors import Refused
from registration.common.transaction import commits
from registration.staff import actions
from registration.staff import single_sign_on as council
from registration.staff.models import StaffUser
from registration.staff.views.frame import bp


@bp.get("/single-sign-on")
@public
def single_sign_on() -> ResponseReturnValue:
    """Send the browser to the council's provider, where a person asked for that on a page of ours, or typed it.

    A link on another site only leads to the page with the button: nobody is signed in without meaning to be.
    """
    wanted = request.args.get("next", "")
    if signed_in():
        return redirect(url_for("staff.first_page"))
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        return redirect(url_for("security.login", next=wanted or None))
    session["sign_on_next"] = wanted if wanted and validate_redirect_url(wanted) else ""
    try:
        return council.to_provider()
    except council.ProviderFailed as refusal:
        return _refused(refusal)


@bp.get("/single-sign-on/back")
@public
@commits
def single_sign_on_back() -> ResponseReturnValue:
    """Sign in whom the provider names; ask for our own code unless it asked for a second factor itself."""
    try:
        identity = council.identity()
        user = actions.account_signed_on(identity.subject, identity.email)
    except Refused as refusal:
        return _refused(refusal)
    wanted = session.pop("sign_on_next", "")
    if not identity.strong and (question := _second_factor(user, wanted)):
        return question
    login_user(user, authn_via=["oidc"])
    return redirect(wanted or url_for("staff.first_page"))


def _second_factor(user: StaffUser, wanted: str) -> ResponseReturnValue | None:
    """Lead to our own question for a code; None where this person needs none."""
    security: Any = current_app.extensions["security"]
    question: ResponseReturnValue | None = security.two_factor_plugins.tf_enter(
        user, remember_me=False, primary_authn_via="oidc", next_loc=wanted or None
    )
    return question


def _refused(refusal: Refused) -> ResponseReturnValue:
    flash(refusal.sentence, "error")
    return redirect(url_for("security.login"))
