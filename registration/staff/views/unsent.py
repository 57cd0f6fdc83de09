"""What somebody sent after their sign-in had run out: shown to them again, once they are back."""

from http import HTTPStatus

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadRequest

from registration.common.access import signed_in
from registration.common.i18n import is_for_staff
from registration.common.origin import from_other_site
from registration.common.unsent import AS_TYPED, answers_get, forget_unsent, keep_for, unsent, where_to_return
from registration.staff.views.frame import bp, everyone


@bp.get("/unsent")
@everyone
def unsent_form() -> ResponseReturnValue:
    """Say that nothing was saved and nothing is lost, and offer the form as it was typed."""
    kept = unsent(session["_user_id"])
    if kept is None:
        return redirect(url_for("staff.first_page"))
    return render_template("staff/unsent.html", kept=kept, as_typed=AS_TYPED)


@bp.post("/unsent/forget")
@everyone
def forget() -> ResponseReturnValue:
    """Throw away what was typed."""
    forget_unsent()
    flash("What you typed is thrown away.", "success")
    return redirect(url_for("staff.first_page"), HTTPStatus.SEE_OTHER)


def lapsed(error: CSRFError) -> ResponseReturnValue:
    """Lose nothing of a form whose page lay open while its browser was signed out, and perhaps in again elsewhere.

    Where nothing shows that the page was ours, it is refused as everybody's is.
    """
    if not is_for_staff() or from_other_site():
        refused: ResponseReturnValue = current_app.handle_http_exception(BadRequest(error.description))
        return refused
    if request.blueprint == "security":
        flash("This page lay open for so long that it had to be made anew. Fill it in again.", "info")
        anew = request.full_path.rstrip("?") if answers_get(request.path) else url_for("security.login")
        return redirect(anew, HTTPStatus.SEE_OTHER)
    if not signed_in():
        return redirect(url_for("security.login", next=where_to_return()), HTTPStatus.SEE_OTHER)
    kept = keep_for(session["_user_id"])
    return redirect(url_for("staff.unsent_form") if kept else where_to_return(), HTTPStatus.SEE_OTHER)
