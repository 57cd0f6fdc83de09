"""Weekly patterns, drafts and decisions in the database, written down shortly."""

from datetime import date

from registration.booking.actions.seats import take_over
from registration.booking.queries.sessions import taken_in
from registration.common.clock import civil_date, now
from registration.common.db import db
from registration.rota.actions import days, drafts, patterns
from registration.rota.queries.drafts import examine
from registration.rota.rules.patterns import HalfDay, Pattern
from registration.rota.rules.planning import Exceptional
from tests.booking.world import World
from tests.rota.rules.plans import clock

#: The clock of these tests stands on Sunday 22 November 2026; this is the Monday after the next.
FIRST, LAST = date(2026, 11, 30), date(2026, 12, 6)
ACTOR = "staff:1"


def kept(made):
    """Commit, so that a page that refuses something does not undo what stood before."""
    db.session.commit()
    return made


def half(world: World, weekday=1, begins="9:00", ends="12:30", place="elland", room=None) -> HalfDay:
    """Give a half-day of a weekly pattern, in the world's places."""
    number = None if room is None else world.rooms[place][room]
    return HalfDay(weekday, world.centres[place], number, clock(begins), clock(ends))


def works(world: World, who: str, *half_days: HalfDay, first=date(2026, 1, 5), last=None):
    """Keep a weekly pattern of a registrar."""
    return kept(patterns.add_pattern(Pattern(world.registrars[who], first, last, half_days), ACTOR))


def otherwise(world: World, who: str, day: date, place=None, half="morning", reason=""):
    """Keep an exception of a registrar."""
    return kept(patterns.add_exception(Exceptional(world.registrars[who], day, half, place, reason), ACTOR))


def decide(world: World, day: date, *, is_open: bool, place=None, reason=""):
    """Keep that a place, or every place, is open or shut on a day."""
    centre = None if place is None else world.centres[place]
    return kept(days.decide_day(centre, day, is_open=is_open, reason=reason, actor=ACTOR, taken_in=taken_in, now=now()))


def draft(first=FIRST, last=LAST, name="", today=date(2026, 11, 22)):
    """Make a draft of the rota from one day to another."""
    return kept(drafts.make_draft(first, last, name, today, ACTOR)[0])


def publish(made, kept_minutes=30, mark=None):
    """Publish a draft as it looks now, or as it looked when it had a mark."""
    mark = mark or examine(made, civil_date(now())).mark
    return drafts.publish(made.id, mark, kept_minutes, taken_in, now(), ACTOR, take_over=take_over)
