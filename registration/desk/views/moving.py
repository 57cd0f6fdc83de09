"""Another time for a family's booking, chosen on the telephone."""

from datetime import date, datetime
from http import HTTPStatus
from uuid import UUID

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from registration.booking.actions import changes
from registration.booking.actions.refusals import CannotChange, NotOffered, SlotTaken
from registration.booking.other_times import other_times
from registration.booking.rules.requests import Appointment
from registration.common.access import roles
from registration.common.clock import now
from registration.common.transaction import commits, undo
from registration.desk.by_post import too_late_by_post
from registration.desk.extra import may_open, open_extra
from registration.desk.forms.booking import MoveBooking
from registration.desk.views.booking import facts, refused, say_why
from registration.desk.views.frame import booking_or_404, bp, to_booking
from registration.desk.views.looks import recorded
from registration.desk.wording import refusal_sentence
from registration.rota.actions.extra import NoExtraSession
from registration.staff.rules import DESK


@bp.get("/booking/<uuid:public_id>/move")
@roles(*DESK)
@recorded
def choose_time(appointment: Appointment) -> ResponseReturnValue:
    """List the times a booking can be moved to, with those the desk keeps."""
    if appointment.state != "booked" or appointment.start <= now():
        return to_booking(appointment.public_id)
    return _times(appointment, MoveBooking())


@bp.post("/booking/<uuid:public_id>/move")
@roles(*DESK)
@commits
def move(public_id: UUID) -> ResponseReturnValue:
    """Move a booking to the time chosen; where it cannot be had, say so and show what is left."""
    appointment, form = booking_or_404(public_id), MoveBooking()
    if not form.accepted():
        return _times(appointment, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        centre, start = _opened(form, appointment)
        moved = changes.move(public_id, centre, start, now(), urgent=True)
    except CannotChange as refusal:
        return refused(appointment, refusal)
    except (SlotTaken, NotOffered, NoExtraSession) as refusal:
        undo()
        form["time"].errors = (refusal_sentence(refusal),)
        return _times(appointment, form, None if form.wants_extra else form.offer), HTTPStatus.CONFLICT
    say_why(appointment, form.reason)
    late = too_late_by_post(moved)
    if late:
        flash(late, "info")
    return to_booking(public_id)


def _opened(form: MoveBooking, appointment: Appointment) -> tuple[int, datetime]:
    """Give the centre and start to move to, an extra session opened for it where one was asked for."""
    if form.wants_extra:
        return open_extra(form.extra, appointment.births, interpreter=appointment.interpreter)
    return form.offer


def _times(appointment: Appointment, form: MoveBooking, instead_of: tuple[int, datetime] | None = None) -> str:
    form.offer_extra()
    return render_template(
        "desk/move.html",
        form=form,
        times=other_times(appointment, now(), _asked_day(), instead_of, desk=True),
        may_open=may_open(),
        day=request.args.get("day", ""),
        **facts(appointment),
    )


def _asked_day() -> date | None:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None
