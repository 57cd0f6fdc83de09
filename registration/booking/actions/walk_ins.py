"""Book a family that stands at a centre without an appointment: the same rules and resources as for everybody else."""

from dataclasses import replace
from datetime import date, datetime

from registration.booking.actions.bookings import book
from registration.booking.actions.holds import hold
from registration.booking.actions.outcomes import mark
from registration.booking.queries import appointment_by_id
from registration.booking.queries.walk_ins import Start, booked_with
from registration.booking.rules.outcomes import Marking, Outcome
from registration.booking.rules.requests import Appointment, BookRequest, HoldRequest
from registration.common.clock import civil_date

CHANNEL = "walk_in"


def take_in(
    start: Start,
    births: tuple[date, ...],
    request: BookRequest,
    now: datetime,
    *,
    interpreter: bool,
    here: int,
    actor: str,
) -> Appointment:
    """Book a family into a time; where that is today at the centre where it stands (`here`), it is marked as arrived.

    The same page sent twice gives the same booking. Raises what `hold` and `book` raise.
    """
    known = booked_with(request.key[0]) if request.key else None
    before = appointment_by_id(known) if known else None
    if before is not None:
        return before
    kept = hold(HoldRequest(start.centre_id, start.at, births, interpreter, urgent=True, walk_in=True), now)
    made = book(replace(request, hold=kept.token, channel=CHANNEL), now)
    if start.centre_id == here and civil_date(start.at) == civil_date(now):
        mark(made.public_id, Marking(Outcome.ARRIVED, route=CHANNEL), 0, actor, now)
    return made
