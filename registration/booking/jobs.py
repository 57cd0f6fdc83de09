"""What falls due by itself with bookings: reminders every five minutes, and an hourly clean-up."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import TextClause, text

from registration.booking.actions.notices import remind
from registration.booking.actions.offers import lapse_due
from registration.booking.actions.wishes import look_round, offer_freed
from registration.booking.queries import appointment_by_id, midnight
from registration.booking.queries.displaced import IS_DISPLACED
from registration.booking.queries.wishes import freed_times
from registration.booking.rules.reminders import REMINDERS, Reminder, days_to_look_at, is_due
from registration.common.authority import current_authority
from registration.common.clock import now
from registration.common.db import db
from registration.common.limits import forget_old_tries
from registration.common.queue import job
from registration.common.sessions import delete_expired_sessions
from registration.common.transaction import transaction

#: So many families are reminded in one transaction, which keeps their bookings from being changed meanwhile.
BATCH = 50

# A family reached by letter alone is not reminded: a letter takes too long. Nor is one of a time that does not stand.
_UNREMINDED = f"""
SELECT b.public_id, b.begins_at, b.changed_at
  FROM booking b
  JOIN family f ON f.id = b.family_id
 WHERE b.state = 'booked' AND f.lost_at IS NULL AND COALESCE(f.mobile, f.email, f.second_contact) IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM message m
                    WHERE m.about = b.public_id AND m.template = :template AND m.version = b.version)
   AND NOT {IS_DISPLACED}
   AND {{which}}
"""  # noqa: S608
_BETWEEN = text(_UNREMINDED.format(which="b.begins_at >= :first AND b.begins_at < :last ORDER BY b.begins_at"))
# The lock makes a cancellation or a move wait, which then calls the reminder back; what is being changed is left for
# the next round. Without it a reminder could be written for a booking that is cancelled in the same moment.
_LOCKED = text(_UNREMINDED.format(which="b.public_id = ANY(:numbers) ORDER BY b.id FOR NO KEY UPDATE OF b SKIP LOCKED"))
_CLEAN = (
    # The minute in which a cancellation can be undone is a hold too.
    text("DELETE FROM occupancy WHERE kind = 'hold' AND until < clock_timestamp() - interval '1 hour'"),
    text("DELETE FROM journey WHERE changed_at < clock_timestamp() - make_interval(hours => :journey_hours)"),
    text("DELETE FROM request_key WHERE at < clock_timestamp() - interval '7 days'"),
)


@job("booking.remind", every="*/5 * * * *")
def remind_families(_due: int) -> None:
    """Write the reminders that have fallen due: each once for a booking and every change of it."""
    moment = now()
    for kind in REMINDERS:
        with transaction():
            waiting = _fallen_due(kind, moment, _BETWEEN, _days(kind, moment))
        for first in range(0, len(waiting), BATCH):
            with transaction():
                _remind(kind, moment, waiting[first : first + BATCH])


def _days(kind: Reminder, moment: datetime) -> dict[str, object]:
    first, last = days_to_look_at(moment)[kind.template]
    return {"first": midnight(first), "last": midnight(last + timedelta(days=1))}


def _fallen_due(kind: Reminder, moment: datetime, which: TextClause, values: dict[str, object]) -> list[UUID]:
    rows = db.session.execute(which, values | {"template": kind.template})
    return [number for number, start, changed_at in rows if is_due(kind, start, changed_at, moment)]


def _remind(kind: Reminder, moment: datetime, numbers: list[UUID]) -> None:
    """Remind those families whose bookings still stand as they were found, one after another."""
    for number in _fallen_due(kind, moment, _LOCKED, {"numbers": numbers}):
        appointment = appointment_by_id(number)
        if appointment is not None:
            remind(appointment, kind, moment)


@job("booking.lapse_offers", every="* * * * *")
def lapse_offers(_due: int) -> None:
    """Let go the times offered to families that have not answered in time, and have a person ring where that is needed."""
    with transaction():
        lapse_due(now())


@job("booking.offer_freed", every="* * * * *")
def offer_freed_times(_due: int) -> None:
    """Offer what became free to the families that wait for it, each in a transaction of its own."""
    with transaction():
        look_round(now())
        waiting = freed_times()
    for freed_id in waiting:
        asked = True
        while asked:
            with transaction():
                asked = offer_freed(freed_id, now())


@job("booking.clean", every="17 * * * *")
def clean(_due: int) -> None:
    """Forget what has served: run-out holds, answers left for a day, old sessions, try counts and request keys."""
    with transaction():
        for statement in _CLEAN:
            db.session.execute(statement, {"journey_hours": current_authority().retention.journey_hours})
        delete_expired_sessions()
        forget_old_tries()
