"""What the desk does for a family on the telephone: find its booking, and stop everything when a baby has died."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registration.booking.actions import changes
from registration.booking.forms.needs import language_name
from registration.booking.queries import appointment_by_id, appointment_by_reference
from registration.booking.rules.reference import canonical
from registration.booking.rules.requests import Appointment
from registration.booking.wording import clock_time, long_day, who_must_come_sentence
from registration.common import audit
from registration.common.access import current_actor, roles
from registration.common.clock import civil_date, now
from registration.common.forms import Form
from registration.common.transaction import commits
from registration.desk.forms import FindBooking
from registration.families.queries import shares
from registration.staff import views as staff
from registration.staff.rules import Door

DESK = ("booking_desk", "rota_manager", "administrator")

bp = Blueprint("desk", __name__, url_prefix="/desk")


@bp.after_request
def keep_private(response: Response) -> Response:
    """Let no browser or proxy keep what is known of a family."""
    response.cache_control.no_store = True
    return response


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
    return _to_booking(appointment.public_id)


@bp.get("/booking/<uuid:public_id>")
@roles(*DESK)
def booking(public_id: UUID) -> str:
    """Show what a family booked."""
    appointment = _booking(public_id)
    return render_template("desk/booking.html", **_facts(appointment))


@bp.get("/booking/<uuid:public_id>/bereavement")
@roles(*DESK)
def ask_bereavement(public_id: UUID) -> ResponseReturnValue:
    """Ask once, and say what cancelling for a bereavement does."""
    appointment = _booking(public_id)
    if appointment.cancel_reason == "bereavement":
        return _to_booking(public_id)
    return render_template("desk/bereavement.html", form=Form(), **_facts(appointment))


@bp.post("/booking/<uuid:public_id>/bereavement")
@roles(*DESK)
@commits
def bereavement(public_id: UUID) -> ResponseReturnValue:
    """Cancel for a family whose baby has died, and silence everything about it."""
    if _booking(public_id).cancel_reason != "bereavement":
        changes.cancel_for_bereavement(public_id, now())
    return _to_booking(public_id)


def _booking(public_id: UUID) -> Appointment:
    appointment = appointment_by_id(public_id)
    if appointment is None:
        abort(HTTPStatus.NOT_FOUND)
    return appointment


def _to_booking(public_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("desk.booking", public_id=public_id), HTTPStatus.SEE_OTHER)


def _facts(appointment: Appointment) -> dict[str, object]:
    return {
        "appointment": appointment,
        "language": language_name(appointment.language),
        "when": f"{long_day(civil_date(appointment.start))}, "
        f"{clock_time(appointment.start)} to {clock_time(appointment.end)}",
        "born": [long_day(day) for day in appointment.births],
        "last_lawful_day": long_day(appointment.last_lawful_day),
        "who_must_come": who_must_come_sentence(appointment.parents),
        "shares": shares(appointment.family_id),
        "bereaved": appointment.cancel_reason == "bereavement",
    }


def init_app(app: Flask) -> None:
    """Give the application the desk's pages, and staff the door to them."""
    app.register_blueprint(bp)
    staff.offer(app, Door("desk.find", "Find a booking", "By the reference a family reads out."))
