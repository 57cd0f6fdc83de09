"""The waiting list: who waits for another time, and putting a family on it by telephone."""

from http import HTTPStatus
from uuid import UUID

from flask import flash, render_template
from flask.typing import ResponseReturnValue

from registration.booking.actions import wishes
from registration.booking.actions.refusals import BookingRefused
from registration.booking.forms.wishes import WaitFor
from registration.booking.queries.wishes import Waiting, waiting_list, wish_of
from registration.booking.rules.requests import Appointment
from registration.booking.views.wishes import prepared
from registration.common.access import has_role, roles
from registration.common.clock import now, today
from registration.common.forms import Form
from registration.common.transaction import commits, undo
from registration.desk.views.frame import booking_or_404, bp, to_booking
from registration.desk.views.looks import recorded
from registration.desk.views.work import at, days_left
from registration.desk.wording import refusal_sentence
from registration.staff.rules import DESK, DESK_READERS

ON_THE_LIST = (
    "The family is on the waiting list. When a time that suits comes free, they are sent a link by text or email and have 2 hours "
    "at most to take it. Until then they keep the appointment they have."
)


@bp.get("/lists/waiting-list")
@roles(*DESK_READERS)
def waiting() -> str:
    """List the families that wait, in the order in which they are asked."""
    shown = [(each, _said(each)) for each in waiting_list(now())]
    return render_template("desk/work_waiting.html", rows=shown, form=Form(), may_change=has_role(*DESK))


def _said(each: Waiting) -> dict[str, str]:
    what = "an earlier day" if each.earlier else "another centre"
    return {
        "left": days_left((each.last_lawful_day - today()).days),
        "since": at(each.since),
        "has": f"{at(each.start)}, {each.centre}",
        "wants": f"{what}, {', '.join(each.centres) if each.centres else 'any centre'}",
        "offered": f"{at(each.offered)} is kept for them" if each.offered else "nothing",
    }


@bp.get("/booking/<uuid:public_id>/waiting-list")
@roles(*DESK)
@recorded
def ask_wish(appointment: Appointment) -> ResponseReturnValue:
    """Ask what a family on the telephone would rather have."""
    if appointment.state != "booked" or appointment.start <= now():
        return to_booking(appointment.public_id)
    return _page(appointment, prepared(WaitFor.shown(wish_of(appointment.id)), appointment))


def _page(appointment: Appointment, form: WaitFor) -> str:
    return render_template(
        "desk/waiting.html",
        appointment=appointment,
        form=form,
        stop=Form(),
        waits=wish_of(appointment.id) is not None,
        by_letter=not (appointment.mobile or appointment.email or appointment.second_contact),
    )


@bp.post("/booking/<uuid:public_id>/waiting-list")
@roles(*DESK)
@commits
def keep_wish(public_id: UUID) -> ResponseReturnValue:
    """Put a family on the waiting list, or change what it waits for; where that cannot be, say why."""
    appointment = booking_or_404(public_id)
    form = prepared(WaitFor(), appointment)
    if form.accepted():
        try:
            wishes.join(public_id, form.chosen, "telephone", now())
        except BookingRefused as refusal:
            undo()
            form.form_errors.append(refusal_sentence(refusal))
        else:
            flash(ON_THE_LIST, "success")
            return to_booking(public_id)
    return _page(appointment, form), HTTPStatus.UNPROCESSABLE_ENTITY


@bp.post("/booking/<uuid:public_id>/waiting-list/stop")
@roles(*DESK)
@commits
def end_wish(public_id: UUID) -> ResponseReturnValue:
    """Take a family off the waiting list."""
    wishes.leave(booking_or_404(public_id).public_id)
    flash("The family is off the waiting list. They keep the appointment they have.", "success")
    return to_booking(public_id)
