"""Drafts of the rota: made from weekly patterns, changed session by session, and published whole or not at all."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from registration.centres.models import Centre, Room
from registration.common import audit
from registration.common.clock import civil_date
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.transaction import sqlstate
from registration.rota.actions.noting import one_at_a_time, others_sit_there, rota_changed
from registration.rota.actions.sessions import EXCLUSION, PUBLISHED, WITHDRAWN, SessionTaken, TakenIn
from registration.rota.models import DraftSession, Registrar, RotaDraft, Session
from registration.rota.queries.drafts import PUBLISHED_IT, Examined, examine
from registration.rota.queries.planning import around, basis, draft_sessions, published_rota, rooms_by_centre
from registration.rota.rules import kept_for_desk
from registration.rota.rules.conflicts import Conflict, in_words
from registration.rota.rules.effect import Hit, hits
from registration.rota.rules.patterns import HalfDay, span_fault
from registration.rota.rules.planning import LeftOut, Planned, expand, overlap, planned, with_rooms

#: A draft is read and judged in one go; half a year is far beyond the thirteen weeks that are published.
LONGEST = timedelta(weeks=26)


class NotThatDraft(Refused):
    """This draft cannot be made."""


class DraftSettled(Refused):
    """This draft was published or put aside already."""


class NotThatSession(Refused):
    """This session cannot be kept."""


class HasConflicts(Refused):
    """This draft has conflicts. Settle each of them first: nothing was published."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        self.conflicts = tuple(conflicts)
        super().__init__()


class LooksOtherwise(Refused):
    """Something changed since you looked, so nothing was published. Look at the draft again, and publish then."""


class HitsFamilies(Refused):
    """This draft would take families’ times away. Move or cancel first, or keep those sessions: nothing was published."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self.hits = tuple(hits)
        super().__init__()


def make_draft(first: date, last: date, name: str, today: date, actor: str) -> tuple[RotaDraft, list[LeftOut]]:
    """Make a draft for a span of days from the weekly patterns; give what they make no session of, too.

    Raises NotThatDraft where the span is none, lies in the past or is longer than half a year.
    """
    _check_span(first, last, today)
    one_at_a_time()
    sessions, left_out = expand(first, last, basis(first, last))
    return keep_draft(first, last, name, sessions, today, actor), left_out


def keep_draft(first: date, last: date, name: str, sessions: Sequence[Planned], today: date, actor: str) -> RotaDraft:
    """Make a draft for a span of days from sessions; those without a room get the one they have, or one that is free.

    Raises NotThatDraft where the span is none, lies in the past or is longer than half a year.
    """
    _check_span(first, last, today)
    one_at_a_time()
    stands = published_rota(first, last)
    kept = {(each.registrar, each.centre, each.begins): each.room for each in stands if each.room is not None}
    placed = with_rooms(sessions, rooms_by_centre(), around(first, last).standing, kept)
    draft = RotaDraft(name=name or f"Rota from {in_words(first)}", first_day=first, last_day=last, made_by=actor)
    db.session.add(draft)
    db.session.flush()
    db.session.add_all(_row(draft.id, each) for each in placed)
    db.session.flush()
    audit.record("made a draft rota", about=_about(draft), actor=actor, after=_facts(draft) | {"sessions": len(placed)})
    return draft


def _check_span(first: date, last: date, today: date) -> None:
    if first <= today:
        raise NotThatDraft("The first day must be after today")
    if last < first:
        raise NotThatDraft("The last day must be the first day or after it")
    if last - first >= LONGEST:
        raise NotThatDraft("A draft covers half a year at most")


def _row(draft_id: int, session: Planned) -> DraftSession:
    return DraftSession(
        draft_id=draft_id,
        registrar_id=session.registrar,
        centre_id=session.centre,
        room_id=session.room,
        begins_at=session.begins,
        ends_at=session.ends,
        goes_on_id=session.goes_on or None,
    )


#: Has what families have in a session be with another registrar, who takes it over. Bookings stand above the rota.
TakeOver = Callable[[int, int], None]


def _about(draft: RotaDraft) -> str:
    return f"draft:{draft.id}"


def _facts(draft: RotaDraft) -> dict[str, object]:
    return {"name": draft.name, "first": draft.first_day.isoformat(), "last": draft.last_day.isoformat()}


def open_draft(draft_id: int) -> RotaDraft:
    """Give a draft still in the making, kept from others until commit; DraftSettled where it is settled or not there."""
    wanted = select(RotaDraft).where(RotaDraft.id == draft_id, RotaDraft.state == "draft").with_for_update()
    draft = db.session.scalars(wanted).one_or_none()
    if draft is None:
        raise DraftSettled
    return draft


# ---- one session


def put_session(
    draft_id: int, key: int | None, registrar: int, day: date, half_day: HalfDay, actor: str
) -> DraftSession:
    """Change a session of a draft, or add one where `key` is None; without a room it gets one that is free.

    It may clash with others: the draft says so. Raises NotThatSession for a day outside the draft, times that are none,
    a place or a session that is not there.
    """
    draft = open_draft(draft_id)
    _check_session(draft, registrar, day, half_day)
    row = DraftSession(draft_id=draft_id) if key is None else _session(draft_id, key)
    before = None if key is None else _session_facts(row)
    _write(row, _placed(draft_id, key, planned(day, registrar, half_day)))
    db.session.add(row)
    db.session.flush()
    event = "added a session to the draft" if key is None else "changed a session of the draft"
    audit.record(event, about=_about(draft), actor=actor, before=before, after=_session_facts(row))
    return row


def _check_session(draft: RotaDraft, registrar: int, day: date, half_day: HalfDay) -> None:
    fault = span_fault(half_day.begins, half_day.ends)
    if fault:
        raise NotThatSession(fault)
    if not draft.first_day <= day <= draft.last_day:
        raise NotThatSession(
            f"The day must be one of the draft’s: {in_words(draft.first_day)} to {in_words(draft.last_day)}"
        )
    if db.session.get(Registrar, registrar) is None:
        raise NotThatSession("There is no such registrar")
    if db.session.get(Centre, half_day.centre) is None:
        raise NotThatSession("There is no such centre")
    room = None if half_day.room is None else db.session.get(Room, half_day.room)
    if half_day.room is not None and (room is None or room.centre_id != half_day.centre):
        raise NotThatSession("The centre has no such room")


def _session(draft_id: int, key: int) -> DraftSession:
    row = db.session.get(DraftSession, key)
    if row is None or row.draft_id != draft_id:
        raise NotThatSession("This session is not in the draft any more")
    return row


def _placed(draft_id: int, key: int | None, session: Planned) -> Planned:
    """Give a session a room where it names none."""
    others = [each for each in draft_sessions(draft_id) if each.key != key and overlap(each, session)]
    [found] = with_rooms([session], rooms_by_centre(), others, {})
    return found


def _write(row: DraftSession, session: Planned) -> None:
    row.registrar_id, row.centre_id, row.room_id = session.registrar, session.centre, session.room
    row.begins_at, row.ends_at = session.begins, session.ends


def _session_facts(row: DraftSession) -> dict[str, object]:
    return {
        "registrar": db.session.get_one(Registrar, row.registrar_id).name,
        "centre": db.session.get_one(Centre, row.centre_id).name,
        "room": None if row.room_id is None else db.session.get_one(Room, row.room_id).name,
        "begins": row.begins_at.isoformat(),
        "ends": row.ends_at.isoformat(),
    }


def drop_session(draft_id: int, key: int, actor: str) -> None:
    """Take a session out of a draft."""
    draft = open_draft(draft_id)
    row = _session(draft_id, key)
    before = _session_facts(row)
    db.session.delete(row)
    db.session.flush()
    audit.record("took a session out of the draft", about=_about(draft), actor=actor, before=before)


# ---- the whole


def discard(draft_id: int, actor: str) -> None:
    """Put a draft aside: it is never published."""
    draft = open_draft(draft_id)
    draft.state = "discarded"
    db.session.flush()
    audit.record("put the draft aside", about=_about(draft), actor=actor, before=_facts(draft))


def publish(
    draft_id: int,
    mark: str,
    kept_minutes: int,
    taken_in: TakenIn,
    now: datetime,
    actor: str,
    *,
    take_over: TakeOver,
) -> Mapping[str, int]:
    """Make a draft the rota of its days, from tomorrow on, whole or not at all; give how many sessions were what.

    `mark` is that of the difference somebody looked at, and LooksOtherwise is raised where it is another now. `kept_minutes`
    are the council's for the telephone desk at the end of each long session. Extra sessions stay; families of a session that
    goes on with another registrar stay in it (`take_over`). Raises DraftSettled; HasConflicts; HitsFamilies, naming the
    bookings; SessionTaken where the database sees a clash that came in the meantime.
    """
    one_at_a_time()
    draft = open_draft(draft_id)
    seen = examine(draft, civil_date(now), lock=True)
    if seen.conflicts:
        raise HasConflicts(seen.conflicts)
    struck = hits(seen.difference, taken_in(seen.touched) if seen.touched else {})
    if struck:
        raise HitsFamilies(struck)
    if mark != seen.mark:
        raise LooksOtherwise
    try:
        with db.session.begin_nested():
            _apply(seen, kept_minutes, take_over)
    except IntegrityError as error:
        if sqlstate(error) != EXCLUSION:
            raise
        raise SessionTaken(
            "Someone else gave one of these registrars or rooms another session. Publish again"
        ) from error
    draft.state, draft.published_by, draft.published_at = "published", actor, now
    db.session.flush()
    counts = _counts(seen)
    rota_changed()
    if seen.difference.taken_over:
        others_sit_there()
    audit.record(PUBLISHED_IT, about=_about(draft), actor=actor, after=_facts(draft) | counts)
    return counts


def _apply(seen: Examined, kept_minutes: int, take_over: TakeOver) -> None:
    """Write the difference; what changes is withdrawn meanwhile, so that two sessions may change rooms with each other."""
    found = seen.difference
    rows = {row.id: row for row in db.session.scalars(select(Session).where(Session.id.in_(seen.touched)))}
    for row in rows.values():
        row.state, row.withdrawn_for = WITHDRAWN, None
    db.session.flush()
    for stands, later in (*found.changed, *found.taken_over):
        row = rows[stands.key]
        row.room_id = _room(later)
        if (row.begins_at, row.ends_at) != (later.begins, later.ends):
            row.begins_at, row.ends_at = later.begins, later.ends
            row.kept_minutes = kept_for_desk(later.begins, later.ends, kept_minutes)
        row.registrar_id, row.state = later.registrar, PUBLISHED
    for each in found.new:
        places = {"registrar_id": each.registrar, "centre_id": each.centre, "room_id": _room(each)}
        kept = kept_for_desk(each.begins, each.ends, kept_minutes)
        db.session.add(Session(**places, begins_at=each.begins, ends_at=each.ends, kept_minutes=kept))
    db.session.flush()
    for stands, later in found.taken_over:
        take_over(stands.key, later.registrar)


def _room(session: Planned) -> int:
    return cast("int", session.room)  # one without a room is a conflict, and then nothing is published


def _counts(seen: Examined) -> dict[str, int]:
    found = seen.difference
    over = {"taken_over": len(found.taken_over)} if found.taken_over else {}
    return {
        "new": len(found.new),
        "changed": len(found.changed),
        "unchanged": len(found.unchanged),
        "withdrawn": len(found.withdrawn),
    } | over
