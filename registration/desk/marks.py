"""Take a row of a work list, give it back, say that it is done."""

from datetime import datetime

from sqlalchemy import text

from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.desk import worklists
from registration.desk.worklists import WITHOUT_TIME, Row

#: Where a person may say that nothing more is to be done: the family's time does stand, or it has none to lose.
MAY_BE_DONE = frozenset({"cancelled", "unable", "did_not_attend"})

# Whoever takes a row says who had it when they looked, nobody or somebody: of two at once one is told of the other.
_CLAIM = text("""
INSERT INTO work_mark AS m (work, fact, claimed_by, claimed_at) VALUES (:work, :fact, :actor, :now)
    ON CONFLICT (work, fact) DO UPDATE SET claimed_by = :actor, claimed_at = :now
 WHERE m.done_at IS NULL AND m.claimed_by = :had
RETURNING id
""")
_RELEASE = text("DELETE FROM work_mark WHERE work = :work AND fact = :fact AND claimed_by = :actor AND done_at IS NULL")
_DONE = text("""
INSERT INTO work_mark AS m (work, fact, claimed_by, claimed_at, done_by, done_at, note)
VALUES (:work, :fact, :actor, :now, :actor, :now, :note)
    ON CONFLICT (work, fact) DO UPDATE SET done_by = :actor, done_at = :now, note = :note WHERE m.done_at IS NULL
RETURNING id
""")


class RowGone(Refused):
    """This is settled already: somebody was quicker, or the family has a time again."""


class TakenByOther(Refused):
    """Somebody else took this family a moment ago."""


class NotByHand(Refused):
    """This family still needs another time: agree one with them, then the row goes by itself."""


class NoteMissing(Refused):
    """Say in a few words what was agreed."""


def _row(work: str, fact: str, now: datetime) -> Row:
    found = worklists.rows(work, now, fact)
    if not found:
        raise RowGone
    return found[0]


def claim(work: str, fact: str, had: str, *, actor: str, now: datetime) -> None:
    """Take a family to look after. `had` is whoever had it when the page was shown, or nobody.

    Raises RowGone where it is settled, TakenByOther where somebody else took it meanwhile. Taking it twice changes nothing.
    """
    row = _row(work, fact, now)
    if row.claimed_by == actor:
        return
    values = {"work": work, "fact": fact, "actor": actor, "now": now, "had": had}
    if db.session.execute(_CLAIM, values).one_or_none() is None:
        raise TakenByOther
    _note("work taken", row, work, actor)


def release(work: str, fact: str, *, actor: str, now: datetime) -> None:
    """Give a family back that one has taken oneself; RowGone where it is settled."""
    row = _row(work, fact, now)
    values = {"work": work, "fact": fact, "actor": actor}
    if db.session.execute(_RELEASE, values).rowcount:  # type: ignore[attr-defined]
        _note("work given back", row, work, actor)


def finish(work: str, fact: str, note: str, *, actor: str, now: datetime) -> None:
    """Say that nothing more is to be done for a family, and what was agreed.

    Raises RowGone where it is settled, NotByHand where only another time settles it, NoteMissing without a word.
    """
    row = _row(work, fact, now)
    if work != WITHOUT_TIME or row.why not in MAY_BE_DONE:
        raise NotByHand
    if not note.strip():
        raise NoteMissing
    values = {"work": work, "fact": fact, "actor": actor, "now": now, "note": note.strip()}
    if db.session.execute(_DONE, values).one_or_none() is None:
        raise RowGone
    _note("work done", row, work, actor, note=note.strip())


def _note(event: str, row: Row, work: str, actor: str, **more: str) -> None:
    audit.record(event, about=f"booking:{row.booking_id}", actor=actor, after={"work": work, "why": row.why, **more})
