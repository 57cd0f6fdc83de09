"""What is otherwise with the invented registrars: one takes longer for a baby, one is away, one sits longer on one evening."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, select

from registration.booking.queries.sessions import taken_in
from registration.common.clock import LONDON, civil_date
from registration.common.db import db
from registration.demo.rota import ACTOR
from registration.rota.actions.absences import record_absence
from registration.rota.actions.extra import NoExtraSession, add_extra_session
from registration.rota.models import Registrar, Session
from registration.rota.rules.absences import away

#: A registrar in their first year takes this long for a baby.
LONGER_MINUTES = 40
EVENING, WEEK_DAYS = (time(17, 30), time(18, 30)), 5


def let_colleagues_differ(now: datetime) -> None:
    """Give one registrar minutes of their own, put one down as away where nobody is booked, open one extra evening."""
    monday = civil_date(now) + timedelta(days=7 - civil_date(now).weekday())
    days = [monday + timedelta(days=number) for number in range(WEEK_DAYS)]
    people = db.session.scalars(select(Registrar).where(Registrar.may_register_births).order_by(Registrar.id)).all()
    people[-1].minutes_per_baby = LONGER_MINUTES
    _be_away(people, days)
    _sit_longer(days)


def _be_away(people: Sequence[Registrar], days: Sequence[date]) -> None:
    for person in people:
        for day in days:
            if not _sessions(day, Session.registrar_id == person.id):
                record_absence([person.id], *away(day, day), "training", "Safeguarding", ACTOR, unless_taken=taken_in)
                return


def _sit_longer(days: Sequence[date]) -> None:
    """Let somebody who sits somewhere that day stay on for an hour, for a family that can come in the evening only."""
    for day in days:
        begins, ends = (datetime.combine(day, at, LONDON) for at in EVENING)
        for session in _sessions(day, Session.ends_at <= begins):
            try:
                why = "A family can come after work only"
                add_extra_session(session.registrar_id, session.centre_id, None, begins, ends, why, ACTOR)
            except NoExtraSession:
                continue
            return


def _sessions(day: date, *which: ColumnElement[bool]) -> Sequence[Session]:
    first, last = (datetime.combine(each, time(), LONDON) for each in (day, day + timedelta(days=1)))
    there = select(Session).where(
        Session.state == "published", Session.begins_at >= first, Session.begins_at < last, *which
    )
    return db.session.scalars(there.order_by(Session.begins_at, Session.id)).all()
