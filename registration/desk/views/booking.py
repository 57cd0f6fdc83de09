"""One family's booking as the desk sees it, and stopping everything when a baby has died."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from registration.booking.actions import changes
from registration.booking.forms.needs import language_name
from registration.booking.rules.requests import Appointment
from registration.booking.wording import clock_time, long_day, who_must_come_sentence
from registration.common.access import roles
from registration.common.clock import civil_date, now
from registration.common.forms import Form
from registration.common.transaction import commits
from registration.desk.views.find import DESK
from registration.desk.views.frame import booking_or_404, bp, to_booking
from registration.families.queries import shares


@bp.get("/booking/<uuid:public_id>")
@roles(*DESK)
def booking(public_id: UUID) -> str:
    """Show what a family booked."""
    return render_template("desk/booking.html", **_facts(booking_or_404(public_id)))


@bp.get("/booking/<uuid:public_id>/bereavement")
@roles(*DESK)
def ask_bereavement(public_id: UUID) -> ResponseReturnValue:
    """Ask once, and say what cancelling for a bereavement does."""
    appointment = booking_or_404(public_id)
    if appointment.cancel_reason == "bereavement":
        return to_booking(public_id)
    return render_template("desk/bereavement.html", form=Form(), **_facts(appointment))


@bp.post("/booking/<uuid:public_id>/bereavement")
@roles(*DESK)
@commits
def bereavement(public_id: UUID) -> ResponseReturnValue:
    """Cancel for a family whose baby has died, and silence everything about it."""
    if booking_or_404(public_id).cancel_reason != "bereavement":
        changes.cancel_for_bereavement(public_id, now())
    return to_booking(public_id)


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
