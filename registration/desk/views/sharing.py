"""What a family says on the telephone: may the centre have its details, does it join, or does it take that back."""

from http import HTTPStatus
from uuid import UUID

from flask import flash, render_template
from flask.typing import ResponseReturnValue

from registration.booking.actions.refusals import CannotChange
from registration.booking.actions.visits import write_down_answer
from registration.booking.queries import asked_about
from registration.booking.rules.requests import Appointment
from registration.common.access import current_actor, roles
from registration.common.clock import today
from registration.common.transaction import commits
from registration.desk.forms.day import Visit
from registration.desk.views.booking import facts, refused
from registration.desk.views.day.visits import answered_before, asked_to_join
from registration.desk.views.frame import booking_or_404, bp, to_booking
from registration.desk.views.looks import let_see, recorded
from registration.families.queries import member_since
from registration.staff.rules import DESK


@bp.get("/booking/<uuid:public_id>/sharing")
@roles(*DESK)
@recorded
def sharing(appointment: Appointment) -> ResponseReturnValue:
    """Ask what the family answers now; what it answered before is filled in."""
    if appointment.cancel_reason == "bereavement":
        return to_booking(appointment.public_id)
    asked = asked_about(appointment, today())
    return _drawn(appointment, answered_before(appointment.family_id, asked.id))


@bp.post("/booking/<uuid:public_id>/sharing")
@roles(*DESK)
@commits
def answer_sharing(public_id: UUID) -> ResponseReturnValue:
    """Keep the family's answer."""
    appointment, form = booking_or_404(public_id), Visit()
    if not form.accepted():
        return _drawn(appointment, form), HTTPStatus.UNPROCESSABLE_ENTITY
    share, wish = form.read()
    try:
        write_down_answer(public_id, wish, current_actor(), today(), share=share, route="telephone")
    except CannotChange as refusal:
        return refused(appointment, refusal)
    let_see(public_id)
    flash("The family’s answer is kept.", "success")
    return to_booking(public_id)


def _drawn(appointment: Appointment, form: Visit) -> str:
    since = member_since(appointment.family_id, asked_about(appointment, today()).id, today())
    before = asked_to_join(appointment.family_id)
    return render_template("desk/sharing.html", form=form, since=since, asked_before=before, **facts(appointment))
