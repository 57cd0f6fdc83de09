"""Mark what came of an appointment. Each marking is a row of its own; the booking carries the latest."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from registration.booking.queries import appointment_by_id
from registration.booking.queries.day import health_visitor_at, lock_bookings, standings
from registration.booking.rules.outcomes import (
    BookedAgain,
    CannotMark,
    Kind,
    MarkedMeanwhile,
    Marking,
    Outcome,
    SheetRow,
    Standing,
    Verdict,
    check,
    judge,
    says_the_same,
)
from registration.centres.memory import timetable_of
from registration.centres.services.rules import health_visitor_there
from registration.common import audit
from registration.common.clock import civil_date, london
from registration.common.db import db
from registration.common.holidays import bank_holidays

_MARK = text("""
WITH marked AS (
     INSERT INTO outcome (booking_id, outcome, reason, note, route, happened_at, recorded_by)
     SELECT id, :outcome, :reason, :note, :route, :happened_at, :actor FROM booking WHERE reference = :reference)
UPDATE booking SET outcome = :outcome WHERE reference = :reference RETURNING id
""")
# What staff said of a visit stays; what the timetable said gives way to what it says now.
_NOTE = text("""
INSERT INTO visit_fact (booking_id, health_visitor_on_site, source, recorded_by)
VALUES (:booking, :there, :source, :actor)
    ON CONFLICT (booking_id) DO UPDATE SET health_visitor_on_site = :there, source = :source, recorded_by = :actor,
                                           recorded_at = clock_timestamp()
 WHERE visit_fact.source = 'timetable' OR :source = 'said'
""")
#: By these the family was there.
_CAME = frozenset({Outcome.ARRIVED, Outcome.REGISTERED, Outcome.DECLARATION_TAKEN, Outcome.UNABLE})


def mark(public_id: UUID, marking: Marking, seen: int, actor: str, now: datetime) -> bool:
    """Mark an appointment, and say whether that changed anything: pressing a button twice does not.

    `seen` is the number of the marking the person had before their eyes. Raises MarkedMeanwhile where another stands by now,
    TooEarlyToMark, ReasonMissing, BookedAgain, and CannotMark, also where there is no such booking.
    """
    appointment = appointment_by_id(public_id)
    if appointment is None:
        raise CannotMark
    lock_bookings([appointment.reference])
    standing = standings([appointment.reference])[appointment.reference]
    if says_the_same(marking, standing):
        return False
    if standing.marked != seen:
        raise MarkedMeanwhile
    check(marking, standing, civil_date(now), now)
    _record(standing, marking, now, actor)
    return True


def _record(standing: Standing, marking: Marking, happened_at: datetime, actor: str) -> None:
    values = {
        "reference": standing.reference,
        "outcome": marking.outcome and str(marking.outcome),
        "reason": marking.reason,
        "note": marking.note,
        "route": marking.route,
        "happened_at": happened_at,
        "actor": actor,
    }
    try:
        with db.session.begin_nested():
            booking_id = db.session.execute(_MARK, values).scalar_one()
    except IntegrityError:  # it came to nothing, and the family has another booking for the same birth
        sentence = f"The family of {standing.reference} has booked another time since then. Mark what came of that one."
        raise BookedAgain(sentence) from None
    if marking.outcome in _CAME:
        _note_health_visitor(standing, booking_id, actor)
    audit.record(
        "marked what came of it" if marking.outcome else "took back what was marked",
        about=f"booking:{booking_id}",
        actor=actor,
        before=_facts(standing.outcome, standing.reason),
        after=_facts(marking.outcome, marking.reason),
    )


def _note_health_visitor(standing: Standing, booking_id: int, actor: str) -> None:
    """Keep for the evaluation whether a health visitor was on site, as the timetable of that day has it; nothing without one."""
    begins, ends = london(standing.start).time(), london(standing.end).time()
    services, holidays = timetable_of(standing.centre_id), bank_holidays().keys()
    there = health_visitor_there(services, standing.day, begins, ends, holidays)
    if there is not None:
        values = {"booking": booking_id, "there": there, "source": "timetable", "actor": actor}
        db.session.execute(_NOTE, values)


def say_health_visitor(public_id: UUID, actor: str, *, there: bool) -> None:
    """Keep what staff say of it, whatever the timetable has; raises CannotMark where there is no such booking."""
    appointment = appointment_by_id(public_id)
    if appointment is None:
        raise CannotMark
    before = health_visitor_at(public_id)
    values = {"booking": appointment.id, "there": there, "source": "said", "actor": actor}
    db.session.execute(_NOTE, values)
    audit.record(
        "visit.health_visitor_said",
        about=f"booking:{appointment.id}",
        actor=actor,
        before=None if before is None else {"on site": before.there},
        after={"on site": there},
    )


def _facts(outcome: Outcome | None, reason: str) -> Mapping[str, str | None]:
    return {"outcome": outcome and str(outcome)} | ({"reason": reason} if reason else {})


def judge_sheet(rows: Sequence[SheetRow], now: datetime) -> list[Verdict]:
    """Lock the bookings of a sheet that came back and say, row by row, what is to become of it.

    Every reference must be known: whoever read the sheet has refused it otherwise.
    """
    references = [row.reference for row in rows]
    lock_bookings(references)
    known = standings(references)
    return [judge(row, known[row.reference], civil_date(now), now) for row in rows]


def mark_sheet(verdicts: Sequence[Verdict], about: str, actor: str, now: datetime) -> int:
    """Mark what a sheet says where nothing stands against it; give how many that were. The rest is left as it is."""
    marked = [verdict for verdict in verdicts if verdict.kind is Kind.MARK]
    for verdict in marked:
        _record(verdict.standing, verdict.row.marking, min(now, verdict.standing.end), actor)
    if marked:
        audit.record("read a sheet in", about=about, actor=actor, after={"marked": len(marked), "rows": len(verdicts)})
    return len(marked)
