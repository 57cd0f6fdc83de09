"""Days on which a centre is open or closed otherwise than weekday and bank holidays say."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from registration.centres.models import Centre
from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.text import storable
from registration.rota.actions.noting import one_at_a_time
from registration.rota.actions.sessions import WITHDRAWN, TakenIn
from registration.rota.models import CentreDay, Session
from registration.rota.queries.days import open_days
from registration.rota.queries.planning import bounds
from registration.rota.rules.conflicts import in_words


class NoSuchDay(Refused):
    """Nothing is decided for this day any more: somebody took it back."""


class FamiliesCome(Refused):
    """Families are booked on this day. Move or cancel first."""


def decide_day(centre_id: int | None, day: date, *, is_open: bool, reason: str, actor: str, taken_in: TakenIn) -> int:
    """Open or close a centre, or all where none is named, on a day, in the place of what was decided for it before.

    Closing withdraws the sessions published for it; gives how many. Raises FamiliesCome, naming the bookings, where a
    family has a time in one.
    """
    one_at_a_time()
    row = db.session.scalars(select(CentreDay).filter_by(centre_id=centre_id, day=day)).one_or_none()
    before = None if row is None else _facts(row)
    if row is None:
        row = CentreDay(centre_id=centre_id, day=day)
        db.session.add(row)
    row.open, row.reason, row.made_by = is_open, storable(reason), actor
    db.session.flush()
    withdrawn = 0 if is_open else _withdraw(centre_id, day, taken_in)
    audit.record("decided a day", about="rota", actor=actor, before=before, after=_facts(row))
    return withdrawn


def _facts(row: CentreDay) -> dict[str, object]:
    centre = None if row.centre_id is None else db.session.get_one(Centre, row.centre_id).name
    return {"day": row.day.isoformat(), "centre": centre or "all", "open": row.open, "reason": row.reason}


def _withdraw(centre_id: int | None, day: date, taken_in: TakenIn) -> int:
    """Withdraw the sessions of the day at centres that are closed on it now."""
    sessions = _on(centre_id, day)
    taken = taken_in([each.id for each in sessions]) if sessions else {}
    references = [each.reference for those in taken.values() for each in those]
    if references:
        named = ", ".join(reference for reference in references if reference)
        whose = f": {named}" if named else ", and one is booking just now"
        raise FamiliesCome(f"Families are booked on {in_words(day)}{whose}. Move or cancel first")
    for session in sessions:
        session.state = WITHDRAWN
    db.session.flush()
    return len(sessions)


def _on(centre_id: int | None, day: date) -> Sequence[Session]:
    begins, ends = bounds(day, day)
    wanted = select(Session).where(Session.state == "published", Session.begins_at < ends, Session.ends_at > begins)
    if centre_id is not None:
        wanted = wanted.where(Session.centre_id == centre_id)
    days = open_days(day, day)
    found = db.session.scalars(wanted.order_by(Session.id).with_for_update())
    return [each for each in found if days.closed(each.centre_id, day)]


def forget_day(day_id: int, actor: str) -> None:
    """Take back what was decided for a day: weekday and bank holidays count again. NoSuchDay where it is gone."""
    one_at_a_time()
    row = db.session.get(CentreDay, day_id)
    if row is None:
        raise NoSuchDay
    before = _facts(row)
    db.session.delete(row)
    db.session.flush()
    audit.record("took back a decision on a day", about="rota", actor=actor, before=before)
