"""Families of every kind for tests of the pilot's record, in the world of tests/booking/world.py."""

from datetime import UTC, datetime

from sqlalchemy import text

from registration.booking.actions.outcomes import mark
from registration.booking.rules.outcomes import Marking, Outcome
from registration.common.db import db
from registration.families import actions as families
from registration.families.rules import SHARING_WORDING, Answer
from registration.pilot.record.actions import collect
from registration.pilot.record.models import PilotEvent
from registration.pilot.record.queries import extract_rows
from tests.booking.appointments import booked
from tests.booking.world import TUESDAY, at_time

#: The Tuesday of the appointments, in the evening.
EVENING = datetime(2026, 11, 24, 19, tzinfo=UTC)
LATER = datetime(2026, 12, 20, 9, tzinfo=UTC)


def seen(world, place="sunshine", clock="9:30", outcome=Outcome.REGISTERED, **changes):
    """Book for Tuesday, and have a registrar mark what came of it."""
    number = sum(map(ord, place + clock))
    usual = {"email": f"{number}@example.org", "mobile": f"+4477009{number:05}", "postcode": "HX5 0AB"}
    made = booked(world.centres[place], at_time(TUESDAY, clock), **(usual | changes))
    if outcome is not None:
        mark(made.public_id, Marking(outcome), 0, "staff:1", EVENING)
        db.session.flush()
    return made


def no(family_id, centre_id):
    """Have a family say no."""
    families.change_answer(family_id, Answer(False, SHARING_WORDING, "online", "family", centre_id))
    db.session.flush()


def extract(now=LATER):
    """Collect and put an extract together: the rows by file."""
    collect(now)
    return {name.removesuffix(".csv"): sorted(rows) for name, rows in extract_rows(now.date(), now.date()).rows.items()}


def kinds():
    """The events there are, by kind, the first first."""
    return [
        (kind, undone)
        for kind, undone in db.session.execute(db.select(PilotEvent.kind, PilotEvent.undone).order_by(PilotEvent.id))
    ]


def key(what):
    """The key of a row, like centre:12."""
    return db.session.execute(text("SELECT pilot_key(:what)"), {"what": what}).scalar_one()


def venue(centre_id):
    """What an extract calls a place."""
    return f"c-{key(f'centre:{centre_id}')[:20]}"
