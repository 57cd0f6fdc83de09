"""Find the booking of a family on the telephone."""

from http import HTTPStatus

from flask import render_template
from flask.typing import ResponseReturnValue

from registration.booking.queries import appointment_by_reference
from registration.booking.rules.reference import canonical
from registration.common import audit
from registration.common.access import current_actor, roles
from registration.common.transaction import commits
from registration.desk.forms.find import FindBooking
from registration.desk.views.frame import bp, to_booking

DESK = ("booking_desk", "rota_manager", "administrator")


@bp.get("/find")
@roles(*DESK)
def find() -> str:
    """Ask for a booking's reference."""
    return render_template("desk/find.html", form=FindBooking())


@bp.post("/find")
@roles(*DESK)
@commits
def found() -> ResponseReturnValue:
    """Lead to the booking; that somebody looked it up is kept in the record."""
    form = FindBooking()
    if not form.accepted():
        return render_template("desk/find.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    appointment = appointment_by_reference(canonical(form.reference.data) or "")
    if appointment is None:
        form.reference.errors = ("There is no booking with this reference. Check it with the family.",)
        return render_template("desk/find.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    audit.record("looked up", about=f"booking:{appointment.id}", actor=current_actor())
    return to_booking(appointment.public_id)
