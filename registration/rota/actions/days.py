"""Days on which a centre is open or closed otherwise than weekday and bank holidays say."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Select, select

from registration.centres.models import Centre
from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.text import storable
from registration.rota.actions.noting import one_at_a_time
from registration.rota.actions.restoring import CLOSED_DAY, bring_back, withdraw_for
from registration.rota.actions.sessions import PUBLISHED, TakenIn
from registration.rota.models import CentreDay, Session
from registration.rota.queries.days import open_days
from registration.rota.queries.planning import bounds
from registration.rota.rules.conflicts import in_words


class NoSuchDay(Refused):
    """Nothing is decided for this day any more: somebody took it back."""


class FamiliesCome(Refused):
    """Families are booked on this day. Move or cancel first."""


def decide_day(
    centre_id: int | None, day: date, *, is_open: bool, reason: str, actor: str, taken_in: TakenIn, now: datetime
) -> int:
    """Open or close a centre, or all where none is named, on a day, in the place of what was decided for it before.

    Closing withdraws the sessions published for it, and opening brings back those that closing withdrew; gives how many.
    Raises FamiliesCome, naming the bookings, where a family has a time in one; CannotBringBack.
    """
    one_at_a_time()
    row = db.session.scalars(select(CentreDay).filter_by(centre_id=centre_id, day=day)).one_or_none()
    before = None if row is None else _facts(row)
    if row is None:
        row = CentreDay(centre_id=centre_id, day=day)
        db.session.add(row)
    row.open, row.reason, row.made_by = is_open, storable(reason), actor
    db.session.flush()
    sessions = _reopen(centre_id, day, now) if is_open else _withdraw(centre_id, day, taken_in)
    audit.record("decided a day", about="rota", actor=actor, before=before, after=_facts(row))
    return sessions


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
    withdraw_for(sessions, CLOSED_DAY)
    return len(sessions)


def _on(centre_id: int | None, day: date) -> Sequence[Session]:
    days = open_days(day, day)
    wanted = _that_day(centre_id, day).where(Session.state == PUBLISHED)
    found = db.session.scalars(wanted.order_by(Session.id).with_for_update())
    return [each for each in found if days.closed(each.centre_id, day)]


def _that_day(centre_id: int | None, day: date) -> Select[Session]:
    begins, ends = bounds(day, day)
    wanted = select(Session).where(Session.begins_at < ends, Session.ends_at > begins)
    return wanted if centre_id is None else wanted.where(Session.centre_id == centre_id)


def _reopen(centre_id: int | None, day: date, now: datetime, *, publish: bool = True) -> int:
    return bring_back(_that_day(centre_id, day), CLOSED_DAY, now, publish=publish)


def forget_day(day_id: int, actor: str, now: datetime, *, publish: bool = True) -> int:
    """Take back what was decided for a day: weekday and bank holidays count again.

    What closing withdrew is published again, unless `publish` is false; gives how many sessions. Raises NoSuchDay where it
    is gone, CannotBringBack.
    """
    one_at_a_time()
    row = db.session.get(CentreDay, day_id)
    if row is None:
        raise NoSuchDay
    before = _facts(row)
    centre_id, day = row.centre_id, row.day
    db.session.delete(row)
    db.session.flush()
    back = _reopen(centre_id, day, now, publish=publish)
    audit.record("took back a decision on a day", about="rota", actor=actor, before=before)
    return back
