"""What came of the demonstration's past appointments: most are registered, a few not, and some of the last days unmarked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from registration.booking.rules.outcomes import Marking, Outcome, done_for
from registration.booking.rules.requests import Appointment

#: Of a hundred families: so many do not come, and so many come in vain.
ABSENT, IN_VAIN = 4, 2
#: Of the last days, and of a hundred families: so many that nobody has marked yet.
LATELY, UNMARKED = timedelta(days=3), 9
_WHY = ("wrong_person", "papers_missing", "no_interpreter", "came_late")


def marking_of(appointment: Appointment, now: datetime) -> Marking | None:
    """Give what was marked of an appointment by now; the same each time, by chance of its number."""
    if appointment.state != "booked" or appointment.end > now:
        return None
    draw, other = appointment.public_id.int % 100, appointment.public_id.int // 100
    if now - appointment.end < LATELY and draw >= 100 - UNMARKED:
        return None
    if draw < ABSENT:
        return Marking(Outcome.DID_NOT_ATTEND)
    if draw < ABSENT + IN_VAIN:
        return Marking(Outcome.UNABLE, _WHY[other % len(_WHY)])
    return Marking(done_for(appointment.kind))


def outcome_row(appointment: Appointment, marking: Marking) -> Mapping[str, Any]:
    """Give the row of a marking, made when the appointment was over."""
    return {
        "booking_id": appointment.id,
        "outcome": str(marking.outcome),
        "reason": marking.reason,
        "note": "",
        "route": "day_list",
        "happened_at": appointment.end,
        "recorded_by": "service",
        "recorded_at": appointment.end,
    }
