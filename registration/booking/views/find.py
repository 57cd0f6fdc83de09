"""Find a booking again by its reference and something only the family would know."""

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from registration.booking.finding import find_booking
from registration.booking.forms.manage import FindBooking
from registration.booking.rules.reference import canonical
from registration.booking.views.manage import keep_private
from registration.common.access import public
from registration.common.limits import client, limiter
from registration.common.links import keyed, secret
from registration.common.sessions import keeps_cookies

#: Tries for one reference, whoever makes them; and of one client, who may be a children's centre with many families.
PER_REFERENCE, PER_CLIENT = "5 per 15 minutes", "30 per 15 minutes"

bp = Blueprint("find", __name__)
bp.after_request(keep_private)


def _reference_aimed_at() -> str:
    """Name the reference a try is about, the same for every way to write it."""
    typed = request.form.get("reference", "")
    return keyed("target", canonical(typed) or typed.strip().casefold()).hex()[:24]


@bp.get("/find-booking")
@public
def ask() -> str:
    """Ask for the reference and one thing that was given with it."""
    return _page(FindBooking())


@bp.post("/find-booking")
@public
@limiter.limit(PER_CLIENT, key_func=client)
@limiter.limit(PER_REFERENCE, key_func=_reference_aimed_at)
def find() -> ResponseReturnValue:
    """Lead to the booking's secret link; say the same whether the reference or what was given with it is wrong."""
    form = FindBooking()
    if not form.accepted():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    public_id = find_booking(form.reference.data, form.given.data)
    if public_id is None:
        form.form_errors.append(_("We could not find a booking with those details"))
        return _page(form, not_found=True), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(url_for("manage.show", token=secret("booking", str(public_id))), HTTPStatus.SEE_OTHER)


def _page(form: FindBooking, *, not_found: bool = False, away: bool = False) -> str:
    refused = "away" in request.form and not keeps_cookies()
    return render_template("booking/manage/find.html", form=form, not_found=not_found, away=away, refused=refused)


@bp.errorhandler(CSRFError)
def lapsed(_error: CSRFError) -> ResponseReturnValue:
    """Show the page again, with what was typed, to somebody whose browser session has lapsed."""
    return _page(FindBooking(), away=True), HTTPStatus.BAD_REQUEST
