"""The demonstration's pilot: a lot of its centres, of which some have begun, some are to come and some stay out; and its events."""

from datetime import datetime, time, timedelta

from registration.common.clock import LONDON, civil_date
from registration.pilot.record.actions import collect, draw_lot
from registration.pilot.record.rules.lot import Draw

ACTOR = "service"
SEED = "National lottery of 3 January 2026: 4 11 20 29 38 55"
#: The lot was drawn some weeks before the first step, as a public lottery would have it.
BEFORE = timedelta(weeks=4)
#: The first step began about half a year ago, on the first of a month, the second a quarter of a year later; the third is to come.
BEGAN, WEEKS, STEPS = timedelta(days=160), 13, 4


def let_the_pilot_run(now: datetime) -> None:
    """Draw the lot of the roll-out, the last step of which stays out, and collect what happened so far."""
    first = (civil_date(now) - BEGAN).replace(day=1)
    drawn_at = datetime.combine(first - BEFORE, time(9), LONDON)
    draw_lot(Draw(SEED, "centre", STEPS, first, WEEKS, last_stays_out=True), ACTOR, drawn_at)
    collect(now)
