"""What the desk's pages have in common: their addresses, and how one of them is led to a booking."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, abort, redirect, url_for
from flask.typing import ResponseReturnValue

from registration.booking.queries import appointment_by_id
from registration.booking.rules.requests import Appointment
from registration.common.access import keep_private

bp = Blueprint("desk", __name__, url_prefix="/desk")
bp.after_request(keep_private)


def booking_or_404(public_id: UUID) -> Appointment:
    """Give the booking an address names, or answer that there is none."""
    appointment = appointment_by_id(public_id)
    if appointment is None:
        abort(HTTPStatus.NOT_FOUND)
    return appointment


def to_booking(public_id: UUID) -> ResponseReturnValue:
    """Lead to a booking's page."""
    return redirect(url_for("desk.booking", public_id=public_id), HTTPStatus.SEE_OTHER)
