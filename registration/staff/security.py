"""The one place where Flask-Security-Too comes in: its settings, its accounts, its mail and its one-time codes."""

import hmac
import time
from base64 import urlsafe_b64encode
from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import Any

from flask import Flask, current_app, flash, request, session, url_for
from flask_login import current_user, user_logged_in, user_logged_out
from flask_security import (
    MailUtil,
    MfRecoveryCodesUtil,
    Security,
    SQLAlchemyUserDatastore,
    Totp,
    password_changed,
    password_reset,
    tf_disabled,
    tf_profile_changed,
    user_authenticated,
    user_failed_authn,
)
from flask_security.recoverable import generate_reset_password_token
from flask_security.utils import hash_password
from passlib.totp import TotpMatch
from sqlalchemy import select

from registration.common.audit import record
from registration.common.clock import now
from registration.common.db import db
from registration.common.links import external
from registration.common.queue import defer
from registration.common.sessions import delete_sessions_of
from registration.common.unsent import remember_who, signed_in_again
from registration.staff.models import Role, StaffUser
from registration.staff.passwords import Passwords
from registration.staff.rules import PASSWORD_MIN, Lasting, browser_named, lasting, why_over

RESET_WITHIN = timedelta(hours=24)
#: A change to one's own two-factor or recovery codes asks for the password again after this long.
FRESH_FOR = timedelta(minutes=15)
#: What an activity is remembered at most this often, so that not every page writes the session (seconds).
SEEN_EVERY = 30
#: Argon2id as OWASP's password storage cheat sheet asks at least: 19 MiB, two passes, one lane.
ARGON2 = {"argon2__type": "ID", "argon2__memory_cost": 19456, "argon2__time_cost": 2, "argon2__parallelism": 1}
RESET_LETTER = "staff/mail/reset"
HELP_LETTER = "staff/mail/two_factor_help"
WELCOME_LETTER = "staff/mail/welcome"
#: Letters with a link that sets a password.
SUBJECTS = {
    RESET_LETTER: "Set your password for Right Start",
    WELCOME_LETTER: "Your account for birth registration appointments",
}

NOT_SIGNED_IN = "The email address and password do not match an account you can use. Check them and try again."
RESET_ASKED = (
    "If there is an account for that email address, we have sent it a link to set a new password. "
    "The link works once, within 24 hours."
)
BAD_LINK = "This link has been used already, or is more than 24 hours old. Ask for a new one."
WRONG_CODE = "Enter the 6 digit code your authenticator app shows now. A code works once."
START_AGAIN = "Sign in to start again."

#: Every sentence of Flask-Security that a person can meet here, in our words: (sentence, kind of message).
SENTENCES = {
    "GENERIC_AUTHN_FAILED": (NOT_SIGNED_IN, "error"),
    "PASSWORD_RESET_REQUEST": (RESET_ASKED, "info"),
    "PASSWORD_RESET_EXPIRED": (BAD_LINK, "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (BAD_LINK, "error"),
    "PASSWORD_RESET_NO_LOGIN": ("Your new password is set. Sign in with it.", "success"),
    "PASSWORD_CHANGE": ("Your password is changed. Anyone else signed in as you has been signed out.", "success"),
    "EMAIL_NOT_PROVIDED": ("Enter an email address", "error"),
    "INVALID_EMAIL_ADDRESS": ("Enter an email address in the correct format, like name@example.com", "error"),
    "PASSWORD_NOT_PROVIDED": ("Enter a password", "error"),
    "PASSWORD_INVALID_LENGTH": (f"The password must have at least {PASSWORD_MIN} characters", "error"),
    "RETYPE_PASSWORD_MISMATCH": ("Type the same new password twice", "error"),
    "PASSWORD_IS_THE_SAME": ("The new password must differ from the one you have now", "error"),
    "INVALID_PASSWORD": ("This is not your password. Try again.", "error"),
    "INVALID_REDIRECT": ("That link leads away from this service, so we did not follow it.", "error"),
    "REAUTHENTICATION_REQUIRED": ("Type your password again before you change this.", "info"),
    "REAUTHENTICATION_SUCCESSFUL": ("Thank you. You can go on.", "success"),
    "UNAUTHENTICATED": ("Sign in to open that page.", "info"),
    "TWO_FACTOR_INVALID_TOKEN": (WRONG_CODE, "error"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": ("You are signed in.", "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": ("Your authenticator app is set up.", "success"),
    "TWO_FACTOR_PERMISSION_DENIED": (START_AGAIN, "info"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": ("Choose one of the ways shown", "error"),
    "TWO_FACTOR_DISABLED": ("Signing in no longer asks for a code.", "success"),
    "INVALID_RECOVERY_CODE": ("This is not one of your recovery codes. Each works once.", "error"),
    "NO_RECOVERY_CODES_SETUP": ("You have no recovery codes yet. Make some.", "info"),
}

#: What the page that sets up an app shows, by the names that Flask-Security gives its parts.
_SETUP = {"qrcode": "image", "key": "key", "username": "username", "issuer": "issuer"}

SIGNALS = {
    user_authenticated: "staff.signed_in",
    user_failed_authn: "staff.sign_in_failed",
    password_changed: "staff.password_changed",
    password_reset: "staff.password_reset",
    tf_profile_changed: "staff.two_factor_set",
    tf_disabled: "staff.two_factor_removed",
}
#: What changes how somebody signs in ends their other sign-ins; a new password does too, by its own way.
OTHERS_END = frozenset({"staff.two_factor_set", "staff.two_factor_removed"})


class Accounts(SQLAlchemyUserDatastore):
    """The accounts in our tables. It never commits: the page's own @commits keeps what was done, or undoes it."""

    def commit(self) -> None:
        """Send what is pending to the database, in the transaction in hand."""
        self.db.session.flush()


class Post(MailUtil):
    """Letters of the sign-in, sent by the worker: a page takes no longer for an account that exists than for none."""

    def normalize(self, email: str) -> str:
        """Give an address as accounts keep it; EmailValidateException is raised where it has no address's form."""
        return str(super().normalize(email)).lower()

    def validate(self, email: str) -> str:
        """Check the form of an address only: asking DNS would tell others who works here, and fail with it."""
        return self.normalize(email)

    def send_mail(self, template: str, subject: str, *_: object, user: StaffUser, **__: object) -> None:  # type: ignore[override]
        """Queue one letter about the account in the transaction in hand; the link in it is made when it is sent."""
        if template == RESET_LETTER:
            hash_password("as long as Flask-Security takes for an address without an account")
        defer("staff.write", template=template, subject=str(subject), staff_id=user.id)


class OneTimeCodes(Totp):
    """Codes of an authenticator app, each accepted once (RFC 6238 section 5.2)."""

    def get_last_counter(self, user: StaffUser) -> int | None:  # type: ignore[override]  # ours are StaffUser
        """Give the time step of the last code this person used, and keep others from using one meanwhile."""
        _lock(user)
        return user.tf_last_counter

    def set_last_counter(self, user: StaffUser, tmatch: TotpMatch) -> None:  # type: ignore[override]
        """Remember the time step of the code just used."""
        user.tf_last_counter = tmatch.counter


def _lock(user: StaffUser) -> None:
    """Wait until nobody else is using a code of this account, and see which codes are used up."""
    db.session.execute(select(StaffUser.id).where(StaffUser.id == user.id).with_for_update())
    db.session.refresh(user, ["tf_last_counter", "mf_recovery_codes"])


class RecoveryCodes(MfRecoveryCodesUtil):
    """Codes for the day the authenticator app is not at hand, each accepted once."""

    def check_recovery_code(self, user: StaffUser, code: str) -> bool:  # type: ignore[override]
        """Say whether it is one of this person's, and keep others from using one meanwhile."""
        _lock(user)
        return bool(super().check_recovery_code(user, code))


def init_security(app: Flask) -> Security:
    """Give the application its sign-in. Two-factor is required, save in a demonstration that does not ask for it."""
    app.config.update(_settings(app))
    app.config.update({f"SECURITY_MSG_{name}": sentence for name, sentence in SENTENCES.items()})
    security = Security(
        app,
        Accounts(db, StaffUser, Role),
        register_blueprint=False,
        mail_util_cls=Post,
        password_util_cls=Passwords,
        totp_cls=OneTimeCodes,
        mf_recovery_codes_util_cls=RecoveryCodes,
    )
    security.want_json(lambda _request: False)  # pages only: no sign-in token is ever given to a script
    security.tf_token_validation_context_processor(_app_being_set_up)
    manager = security.login_manager
    manager.request_loader(lambda _request: None)
    load: Any = manager._user_callback  # noqa: SLF001 -- Flask-Login has no other way to stand in front of the loader
    manager.user_loader(lambda key: load(key) if _still_lasts() else None)
    for signal, event in SIGNALS.items():
        signal.connect(partial(_note, event), app, weak=False)
    user_logged_in.connect(_begin, app)
    user_logged_out.connect(_end, app)
    return security


def _app_being_set_up() -> dict[str, object]:
    """Give the page of a code the key and the picture of an app that is being set up: a wrong first code loses neither."""
    secret, name = session.get("tf_totp_secret"), session.get("tf_user_id") or session.get("_user_id")
    if session.get("tf_state") != "validating_profile" or not secret:
        return {}
    security = current_app.extensions["security"]
    setup = security.totp_factory.fetch_setup_values(secret, security.datastore.find_user(fs_uniquifier=name))
    return {f"authr_{as_drawn}": setup[kept] for as_drawn, kept in _SETUP.items()}


def hashed(password: str, user: StaffUser) -> str:
    """Give what is kept of a password; ValueError says what is wrong with one that this person cannot use."""
    util = current_app.extensions["security"].password_util
    refusals, normal = util.validate(password, False, user=user)  # noqa: FBT003 -- Flask-Security's own signature
    if refusals:
        raise ValueError(refusals[0])
    return str(hash_password(normal))


def forget_codes(user: StaffUser) -> None:
    """Take the authenticator app and the recovery codes from an account, and end its sessions."""
    current_app.extensions["security"].datastore.reset_user_access(user)


def as_kept(email: str) -> str:
    """Give an address as accounts keep it, or as it came where it has no address's form."""
    try:
        return str(current_app.extensions["security"].mail_util.normalize(email.strip()))
    except ValueError:
        return email


def person() -> StaffUser:
    """Give the account of who is signed in; to be asked on guarded pages only."""
    user: StaffUser = current_user._get_current_object()  # noqa: SLF001 -- the account itself, not Flask-Login's stand-in
    return user


def reset_link(user: StaffUser) -> str:
    """Give the full address where this person sets a new password: it works once, within RESET_WITHIN."""
    with current_app.test_request_context():
        path = url_for("security.reset_password", token=generate_reset_password_token(user))
    return external(path)


def _settings(app: Flask) -> dict[str, object]:
    return {
        "SESSION_PROTECTION": None,  # sessions are kept on the server; tying them to an address breaks on the move
        "SECURITY_CLI_USERS_NAME": None,  # `flask staff` is ours
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": ARGON2,
        "SECURITY_PASSWORD_SINGLE_HASH": True,  # no pepper: passwords outlive a change of SECRET_KEY
        "SECURITY_HASHING_SCHEMES": ["hex_sha256"],
        "SECURITY_PASSWORD_LENGTH_MIN": PASSWORD_MIN,
        "SECURITY_EMAIL_PLAINTEXT": False,  # the worker writes the letter
        "SECURITY_EMAIL_HTML": False,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_DATETIME_FACTORY": now,
        "SECURITY_TRACKABLE": True,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_RESET_PASSWORD_WITHIN": RESET_WITHIN,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_FRESHNESS": FRESH_FOR,
        "SECURITY_FRESHNESS_GRACE_PERIOD": FRESH_FOR,
        "SECURITY_POST_LOGIN_VIEW": "staff.first_page",
        "SECURITY_POST_LOGOUT_VIEW": "security.login",
        "SECURITY_POST_VERIFY_VIEW": "staff.first_page",
        **_letters(),
        **_two_factor(app),
    }


def _letters() -> dict[str, object]:
    return {
        "SECURITY_EMAIL_SUBJECT_PASSWORD_RESET": SUBJECTS[RESET_LETTER],
        "SECURITY_EMAIL_TEMPLATE_PASSWORD_RESET": RESET_LETTER,
        "SECURITY_EMAIL_SUBJECT_PASSWORD_NOTICE": "Your Right Start password was set",
        "SECURITY_EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": "staff/mail/password_set",
        "SECURITY_EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE": "Your Right Start password was changed",
        "SECURITY_EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": "staff/mail/password_set",
        "SECURITY_EMAIL_SUBJECT_TWO_FACTOR_RESCUE": "A colleague cannot use their authenticator app",
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL_TEMPLATE": HELP_LETTER,
    }


def _two_factor(app: Flask) -> dict[str, object]:
    return {
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_REQUIRED": not app.config["DEMO"] or app.config.get("TWO_FACTOR", False),
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,  # one step either side for a slow typist and a slow clock
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "security.mf_recovery_codes",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 10,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [urlsafe_b64encode(_key(app, "recovery codes"))],
        "SECURITY_TOTP_ISSUER": "Right Start",
        "SECURITY_TOTP_SECRETS": {"1": _key(app, "authenticator").hex()},
    }


def _key(app: Flask, use: str) -> bytes:
    return hmac.new(str(app.config["SECRET_KEY"]).encode(), f"staff:{use}".encode(), sha256).digest()


def _begin(_app: Flask, **_: object) -> None:
    """Give the browser a new session name at sign-in, so that a name planted before is worth nothing."""
    session["staff_started"] = session["staff_seen"] = time.time()
    session["staff_browser"] = browser_named(request.user_agent.string)
    signed_in_again(session["_user_id"])
    _rename()


def _end(_app: Flask, **_: object) -> None:
    """Forget everything the browser's session held, and its name."""
    _rename()
    session.clear()


def _rename() -> None:
    """Delete what is kept under the session's name and go on under a new one."""
    interface: Any = current_app.session_interface
    interface.regenerate(session)


def _still_lasts() -> bool:
    """Say whether the sign-in is within its limits; end it with a sentence where it is not."""
    current = time.time()
    seen = session.get("staff_seen", 0.0)
    over = why_over(now=current, started=session.get("staff_started", 0.0), seen=seen)
    if over:
        key = session["_user_id"]
        _end(current_app)
        remember_who(key)
        flash(over, "info")
    elif current - seen >= SEEN_EVERY:
        session["staff_seen"] = current
    return not over


def sign_in_lasts() -> Lasting:
    """Say when the sign-in in hand ends, if nothing more is done."""
    return lasting(started=session["staff_started"], seen=session["staff_seen"])


def stay() -> None:
    """Count this moment as the last at which something was done."""
    session["staff_seen"] = time.time()


def _note(event: str, _app: Flask, *, user: StaffUser, **_: object) -> None:
    """Keep in the record what happened to an account; setting a password by link also confirms the address."""
    if event == "staff.password_reset":
        user.confirmed_at = user.confirmed_at or now()
    elif event == "staff.two_factor_removed":
        user.mf_recovery_codes = None
    if event in OTHERS_END:
        delete_sessions_of(user.fs_uniquifier, spared=str(getattr(session, "sid", "")))
    record(event, about=f"staff:{user.id}", actor=f"staff:{user.id}")
