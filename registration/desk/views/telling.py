"""Whether other services are told of a family, too: what it says of that on the telephone."""

from http import HTTPStatus
from uuid import UUID

from flask import abort, flash, render_template
from flask.typing import ResponseReturnValue

from registration.booking.actions.visits import write_down_telling
from registration.booking.forms.base import YES, yes_or_no
from registration.booking.forms.manage import Telling
from registration.booking.rules.requests import Appointment
from registration.common.access import current_actor, roles
from registration.common.clock import now
from registration.common.transaction import commits
from registration.desk.views.frame import booking_or_404, bp, to_booking
from registration.desk.views.looks import recorded
from registration.families.queries import shares
from registration.families.tell_once.queries import Standing, standing_for
from registration.staff.rules import DESK


def _standing(appointment: Appointment) -> Standing | None:
    """Give where the family stands; None where there is nobody to tell, or it has not said yes to the centre."""
    return standing_for(appointment.family_id) if shares(appointment.family_id) else None


@bp.get("/booking/<uuid:public_id>/tell-others")
@roles(*DESK)
@recorded
def ask_telling(appointment: Appointment) -> ResponseReturnValue:
    """Give the words to read out, and what the family answered before."""
    standing = _standing(appointment)
    return _page(appointment, standing, Telling(formdata=None, tell=yes_or_no(standing.share if standing else None)))


def _page(appointment: Appointment, standing: Standing | None, form: Telling) -> str:
    services = standing.services if standing else ()
    return render_template("desk/telling.html", appointment=appointment, form=form, services=services)


@bp.post("/booking/<uuid:public_id>/tell-others")
@roles(*DESK)
@commits
def keep_telling(public_id: UUID) -> ResponseReturnValue:
    """Keep what the family says, and do at once what follows from it."""
    appointment, form = booking_or_404(public_id), Telling()
    standing = _standing(appointment)
    if standing is None:
        abort(HTTPStatus.CONFLICT)
    if not form.accepted():
        return _page(appointment, standing, form), HTTPStatus.UNPROCESSABLE_ENTITY
    write_down_telling(public_id, "telephone", current_actor(), now(), tell=form.tell.data == YES)
    flash("The family’s answer is kept.", "success")
    return to_booking(public_id)
