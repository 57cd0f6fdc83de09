"""A family asks to be told when an earlier time comes free, changes that, or wants to hear no more of it."""

from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.booking.actions import wishes
from registration.booking.actions.refusals import BookingRefused
from registration.booking.forms.wishes import WaitFor
from registration.booking.queries import free_days
from registration.booking.queries.wishes import wish_of
from registration.booking.rules.requests import Appointment, AvailabilityRequest
from registration.booking.rules.wishes import Wish
from registration.booking.views.manage import bp, with_booking
from registration.booking.wording import clock_time, long_day
from registration.centres.queries import centre_card, centres_nearest
from registration.centres.rules import CentreCard, Place
from registration.common.access import public
from registration.common.clock import civil_date, now, today
from registration.common.forms import Form
from registration.common.transaction import commits


@bp.get("/<token>/earlier")
@public
@with_booking
def earlier(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Show what a family waits for, or offer to wait."""
    if appointment.state != "booked" or appointment.start <= now():
        return _to("show", token)
    wish = wish_of(appointment.id)
    return _page(appointment, token, prepared(WaitFor.shown(wish), appointment), wish)


@bp.post("/<token>/earlier")
@public
@commits
@with_booking
def wait(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Put the family on the waiting list, or change what it waits for."""
    form = prepared(WaitFor(), appointment)
    if not form.accepted():
        return _page(appointment, token, form, wish_of(appointment.id)), HTTPStatus.UNPROCESSABLE_ENTITY
    with suppress(BookingRefused):  # the page then says what is so
        wishes.join(appointment.public_id, form.chosen, "online", now())
    return _to("earlier", token, joined="1")


@bp.post("/<token>/earlier/stop")
@public
@commits
@with_booking
def stop_waiting(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Take the family off the waiting list."""
    wishes.leave(appointment.public_id)
    return _to("show", token)


def _to(endpoint: str, token: str, **more: str) -> ResponseReturnValue:
    asked: dict[str, Any] = {"token": token, **more}
    return redirect(url_for(f"manage.{endpoint}", **asked), HTTPStatus.SEE_OTHER)


def prepared(form: WaitFor, appointment: Appointment) -> WaitFor:
    """Give the form with the centres a family may wait for, from the one of its appointment on."""
    return form.prepare(_centres(appointment), appointment.centre_id)


def _centres(appointment: Appointment) -> list[CentreCard]:
    here = centre_card(appointment.centre_id)
    known = (here.easting, here.northing, here.latitude, here.longitude) if here else ()
    return centres_nearest(Place(appointment.postcode, *known), today())


def _page(appointment: Appointment, token: str, form: WaitFor, wish: Wish | None) -> str:
    return render_template(
        "booking/manage/earlier.html",
        token=token,
        appointment=appointment,
        form=form,
        stop=Form(),
        waits=wish is not None,
        just_joined=wish is not None and "joined" in request.args,
        by_letter=not (appointment.mobile or appointment.email or appointment.second_contact),
        day=long_day(civil_date(appointment.start)),
        begins=clock_time(appointment.start),
        free_now=_free_now(appointment),
    )


def _free_now(appointment: Appointment) -> bool:
    """Say whether a family need not wait: there is a time on an earlier day this very moment."""
    first, last = today(), civil_date(appointment.start) - timedelta(days=1)
    request = AvailabilityRequest(appointment.births, appointment.interpreter, first, last, keep_for=appointment.id)
    return last >= first and bool(free_days(request, now()))
