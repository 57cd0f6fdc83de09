"""Where a person is signed in, and ending a sign-in on another device (OWASP ASVS 7.5.2)."""

from datetime import UTC, datetime
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import auth_required

from registration.common.clock import london
from registration.common.forms import Form
from registration.common.sessions import Kept, name_of_this, sessions_of
from registration.common.transaction import commits
from registration.staff import actions
from registration.staff.security import FRESH_FOR, person
from registration.staff.views.frame import bp, everyone

#: Asks for the password again where it was given longer ago.
_fresh = auth_required("session", within=lambda: FRESH_FOR, grace=lambda: FRESH_FOR)


@bp.get("/sign-ins")
@everyone
@_fresh
def sign_ins() -> str:
    """List one's own sign-ins, the latest used first; asks for the password again after FRESH_FOR."""
    found = sorted(sessions_of(person().fs_uniquifier), key=_seen, reverse=True)
    return render_template(
        "staff/sign_ins.html",
        form=Form(),
        sign_ins=[(kept, _when(kept, "staff_started"), _when(kept, "staff_seen")) for kept in found],
        this=name_of_this(),
    )


@bp.post("/sign-ins")
@everyone
@_fresh
@commits
def end_sign_in() -> ResponseReturnValue:
    """End one of one's own sign-ins."""
    ended = actions.end_sign_in(person(), request.form.get("which", ""))
    flash(*(("That sign-in is ended.", "success") if ended else ("That sign-in was over already.", "info")))
    return redirect(url_for("staff.sign_ins"), HTTPStatus.SEE_OTHER)


def _seen(kept: Kept) -> float:
    return float(kept.data.get("staff_seen", 0.0))


def _when(kept: Kept, name: str) -> datetime:
    return london(datetime.fromtimestamp(float(kept.data.get(name, 0.0)), UTC))
