"""The time kept for a family: because its registrar is away, or because it asked for an earlier one."""

from http import HTTPStatus

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registration.booking.actions import offers
from registration.booking.actions.offer_notices import as_offered
from registration.booking.actions.refusals import BookingRefused
from registration.booking.forms.offer import ACCEPT, AnswerOffer
from registration.booking.queries.displaced import has_closed, is_displaced
from registration.booking.queries.offers import OfferCard, latest_offer
from registration.booking.rules.offers import COVER
from registration.booking.rules.requests import Appointment
from registration.booking.views.manage import bp, with_booking
from registration.booking.wording import clock_time, day_and_time, long_day
from registration.common.access import public
from registration.common.clock import civil_date, now
from registration.common.transaction import commits, undo


@bp.get("/<token>/offer")
@public
@with_booking
def offer(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Show a family the time kept for it; when that is over, what it can do now."""
    kept = latest_offer(appointment.id)
    if kept is None or kept.state == "accepted" or appointment.state != "booked":
        return _to_booking(token)
    return _page(appointment, token, kept)


@bp.post("/<token>/offer")
@public
@commits
@with_booking
def answer_offer(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Take the time kept, or let it go; where it is not kept any more, say so."""
    kept = latest_offer(appointment.id)
    if kept is None:
        return _to_booking(token)
    form = AnswerOffer()
    if not form.accepted():
        return _page(appointment, token, kept, form), HTTPStatus.UNPROCESSABLE_ENTITY
    if form.offer.data != str(kept.public_id):  # a newer one was made since this page was read
        return _page(appointment, token, kept), HTTPStatus.CONFLICT
    return _answered(appointment, token, kept, accepted=form.answer.data == ACCEPT)


def _answered(appointment: Appointment, token: str, kept: OfferCard, *, accepted: bool) -> ResponseReturnValue:
    try:
        if accepted:
            offers.accept(kept.public_id, now())
        else:
            offers.decline(kept.public_id, now())
    except BookingRefused:
        undo()
        return _page(appointment, token, latest_offer(appointment.id) or kept, over=True), HTTPStatus.CONFLICT
    if accepted:
        return redirect(url_for("manage.confirmation", token=token, how="moved"), HTTPStatus.SEE_OTHER)
    if kept.cause == COVER:
        return redirect(url_for("manage.offer", token=token), HTTPStatus.SEE_OTHER)
    return _to_booking(token)


def _to_booking(token: str) -> ResponseReturnValue:
    return redirect(url_for("manage.show", token=token), HTTPStatus.SEE_OTHER)


def _page(
    appointment: Appointment, token: str, kept: OfferCard, form: AnswerOffer | None = None, *, over: bool = False
) -> str:
    day = civil_date(kept.start)
    page = "kept" if kept.stands and not over else "over"
    return render_template(
        f"booking/offer/{page}.html",
        token=token,
        form=form or AnswerOffer(offer=str(kept.public_id), formdata=None),
        offer=kept,
        cover=kept.cause == COVER,
        displaced=is_displaced(appointment.id),
        closed=has_closed(appointment.id),
        appointment=as_offered(appointment, kept),
        was=day_and_time(appointment.start),
        was_centre=appointment.centre,
        day=long_day(day),
        begins=clock_time(kept.start),
        ends=clock_time(kept.end),
        until=day_and_time(kept.answer_by),
        in_time=day <= appointment.last_lawful_day,
        last_lawful_day=long_day(appointment.last_lawful_day),
    )
