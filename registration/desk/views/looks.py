"""Nobody reads a family's record without that standing in its history."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from uuid import UUID

from flask import render_template, session
from flask.typing import ResponseReturnValue

from registration.booking.rules.requests import Appointment
from registration.common import audit
from registration.common.access import current_actor, roles
from registration.common.clock import now
from registration.common.forms import Form
from registration.common.transaction import commits
from registration.desk.views.frame import booking_or_404, bp, to_booking
from registration.staff.rules import DESK_READERS

#: So long one look lasts: a person on the telephone goes back and forth between the pages of one booking.
LOOK_LASTS = timedelta(minutes=15)
_SEEN = "desk_looked"

View = Callable[..., ResponseReturnValue]


def note_look(appointment: Appointment) -> None:
    """Note in the record that the person signed in sees this booking, and let them see its pages for a while."""
    audit.record("looked at", about=f"booking:{appointment.id}", actor=current_actor())
    let_see(appointment.public_id)


def let_see(public_id: UUID) -> None:
    """Let the person signed in see a booking that they just made or changed, which the record says already."""
    at = now()
    session[_SEEN] = {**_live(at), str(public_id): int(at.timestamp())}


def _live(at: datetime) -> dict[str, int]:
    oldest = (at - LOOK_LASTS).timestamp()
    return {name: since for name, since in session.get(_SEEN, {}).items() if since > oldest}


def recorded(view: View) -> View:
    """Give the view the booking of its address once a look at it is recorded; before that, one button that does so.

    It asks everybody, the auditor too: who looked at a family is to be seen whoever it was.
    """

    @wraps(view)
    def seen(public_id: UUID) -> ResponseReturnValue:
        """Show the booking, or the button that records the look."""
        appointment = booking_or_404(public_id)
        if str(public_id) not in _live(now()):
            return render_template("desk/look.html", form=Form(), appointment=appointment)
        return view(appointment)

    return seen


@bp.post("/look/<uuid:public_id>")
@roles(*DESK_READERS)
@commits
def look(public_id: UUID) -> ResponseReturnValue:
    """Note a look at a family's record, and show it."""
    note_look(booking_or_404(public_id))
    return to_booking(public_id)
