"""Signing in and out, and one's own password and two-factor."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Flask, Response, abort, flash, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import FormInfo, recovery_codes
from flask_security import views as provided
from flask_security.utils import logout_user

from registration.common.access import forgotten_here, public, signed_in
from registration.common.limits import client, limiter
from registration.common.links import keyed
from registration.common.transaction import commits
from registration.staff import actions
from registration.staff.forms import FORMS
from registration.staff.security import as_kept, init_security, person
from registration.staff.views.frame import bp, everyone

View = Callable[..., ResponseReturnValue]
Key = Callable[[], str]

#: Tries that fail, of one internet address at one account: it has to wait a minute, then longer. Its owner, elsewhere, is
#: not held up by them.
TRIES = "5 per minute; 10 per 15 minutes; 30 per day"
#: Tries that fail at one account from everywhere together: many addresses may take part in guessing.
TRIES_IN_ALL = "100 per day"
#: Letters to one address.
LETTERS = "5 per hour"

#: Flask-Security makes its addresses with this name; the routes are ours, and no others of its stand.
sign_in = Blueprint("security", __name__, url_prefix="/staff")


def _aimed_at(value: str) -> str:
    return keyed("target", value).hex()[:24] if value else client()


def _account() -> str:
    """Name the account a form is about, the same for every way to write its address."""
    return _aimed_at(as_kept(request.form.get("email", "")))


def _person() -> str:
    """Name who is signed in, or has given a password and not yet a code."""
    return _aimed_at(session.get("_user_id") or session.get("tf_user_id") or "")


def _refused(response: Response) -> bool:
    return response.status_code != HTTPStatus.FOUND


def _tries(view: View, key: Key) -> View:
    def from_here() -> str:
        """Name the account together with the address that tries."""
        return f"{key()}:{client()}"

    limited = commits(view)
    for most, whose in ((TRIES, from_here), (TRIES_IN_ALL, key)):
        limited = limiter.limit(most, key_func=whose, methods=["POST"], deduct_when=_refused)(limited)
    return limited


def _letters(view: View, key: Key) -> View:
    limited: View = limiter.limit(LETTERS, key_func=key, methods=["POST"])(commits(view))
    return limited


def _code() -> ResponseReturnValue:
    """Ask for the code of an authenticator app: to sign in, or to finish setting the app up."""
    if signed_in() and session.get("tf_state") != "validating_profile":
        return redirect(url_for("staff.first_page"))
    answer: ResponseReturnValue = provided.two_factor_token_validation()
    return answer


def _sign_out() -> ResponseReturnValue:
    """Sign out, and have the browser drop what it still holds of the pages before."""
    return forgotten_here(make_response(provided.logout()))


def _route(path: str, endpoint: str, view: View, methods: tuple[str, ...] = ("GET", "POST")) -> None:
    sign_in.add_url_rule(path, endpoint, view, methods=list(methods))


_route("/sign-in", "login", public(_tries(provided.login, _account)))
_route("/sign-out", "logout", public(commits(_sign_out)), ("POST",))
_route("/reset", "forgot_password", public(_letters(provided.forgot_password, _account)))
_route("/reset/<token>", "reset_password", public(commits(provided.reset_password)))
_route("/password", "change_password", everyone(_tries(provided.change_password, _person)))
_route("/confirm-password", "verify", everyone(_tries(provided.verify, _person)))
_route("/two-factor", "two_factor_setup", public(commits(provided.two_factor_setup)))
_route("/code", "two_factor_token_validation", public(_tries(_code, _person)))
_route("/code-help", "two_factor_rescue", public(_letters(provided.two_factor_rescue, _person)))
_route("/recovery-code", "mf_recovery", public(_tries(recovery_codes.mf_recovery, _person)))
_route("/recovery-codes", "mf_recovery_codes", everyone(commits(recovery_codes.mf_recovery_codes)))


@bp.post("/sign-out-everywhere")
@everyone
@commits
def sign_out_everywhere() -> ResponseReturnValue:
    """End the person's sessions on every device, this one too."""
    actions.sign_out_everywhere(person())
    logout_user()
    flash("You are signed out on every device.", "success")
    return forgotten_here(make_response(redirect(url_for("security.login"))))


@sign_in.before_request
def _pages_only() -> None:
    """Take no JSON: Flask-Security would read it past the gate for text that every form stands behind."""
    if request.is_json:
        abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def init_app(app: Flask) -> None:
    """Give the application its sign-in."""
    security = init_security(app)
    for name, form in FORMS.items():
        security.set_form_info(name, FormInfo(cls=form))
    app.register_blueprint(sign_in)
