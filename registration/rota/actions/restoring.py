"""Withdraw sessions because a centre closes or a registrar leaves, and bring them back when that is taken back.

Each session withdrawn so is marked with what it was withdrawn for, and only what carries that mark comes back: sessions that
were withdrawn by an import or by publishing another rota stay away.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select

from registration.common.clock import civil_date
from registration.common.db import db
from registration.common.errors import Refused
from registration.rota.actions.sessions import PUBLISHED, WITHDRAWN
from registration.rota.models import Session
from registration.rota.queries.planning import around, published_rota
from registration.rota.rules.conflicts import Around, Conflict, conflicts, in_words, span_in_words
from registration.rota.rules.planning import Planned

CLOSED_DAY, LEAVING, CENTRE_CLOSED = "closed_day", "leaving", "centre_closed"

#: What keeps a session from being held again. One whose registrar is away comes back: its times are not offered meanwhile.
_IN_THE_WAY = frozenset({"registrar_twice", "room_taken", "may_not_register", "not_participating"})


class CannotBringBack(Refused):
    """The sessions taken back then cannot all be held again, so nothing was changed. Settle these first, or bring none back."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__()


def withdraw_for(sessions: Collection[Session], why: str | None) -> None:
    """Withdraw sessions, marked with what for; marked with None they never come back by themselves."""
    for session in sessions:
        session.state, session.withdrawn_for = WITHDRAWN, why
    db.session.flush()


def bring_back(wanted: Select[Session], why: str, now: datetime, *, publish: bool = True) -> int:
    """Publish again the sessions of a query that were withdrawn for a reason and have not begun; say how many.

    A session whose centre is closed then, or whose registrar has left, stays away, marked with that. Without `publish` all
    stay away for good. Raises CannotBringBack with every reason why one of them cannot be held again; then none is.
    """
    marked = wanted.where(Session.state == WITHDRAWN, Session.withdrawn_for == why, Session.begins_at > now)
    rows = db.session.scalars(marked.order_by(Session.begins_at, Session.id).with_for_update()).all()
    if not rows or not publish:
        withdraw_for(rows, None)
        return 0
    beside = _beside(rows)
    back = [row for row in rows if not _stays_away(row, beside)]
    _refuse_conflicts(back, beside)
    for row in back:
        row.state, row.withdrawn_for = PUBLISHED, None
    db.session.flush()
    return len(back)


def _beside(rows: Sequence[Session]) -> Around:
    """Give everything that these sessions, in order of time, must not clash with: every session published by now."""
    first, last = civil_date(rows[0].begins_at), civil_date(rows[-1].begins_at)
    known = around(first, last)
    return replace(known, standing=[*known.standing, *published_rota(first, last)])


def _stays_away(row: Session, beside: Around) -> bool:
    """Say whether a session has another reason now not to be held, and mark it with that."""
    day, left = civil_date(row.begins_at), beside.people[row.registrar_id].left_on
    closed = beside.days.closed(row.centre_id, day)
    if closed:
        row.withdrawn_for = CLOSED_DAY
    elif left is not None and left <= day:
        row.withdrawn_for = LEAVING
    else:
        return False
    return True


def _refuse_conflicts(back: Collection[Session], beside: Around) -> None:
    planned = [Planned(row.registrar_id, row.centre_id, row.room_id, row.begins_at, row.ends_at) for row in back]
    found = [each for each in conflicts(planned, beside) if each.code in _IN_THE_WAY]
    if found:
        raise CannotBringBack([_said(each, beside) for each in found])


def _said(conflict: Conflict, beside: Around) -> str:
    session = conflict.session
    where = beside.places[session.centre].name
    return f"{in_words(session.day)}, {span_in_words(session)}, {where}: {conflict.sentence}"
