"""Put registrars down as away, and take that back. What families have in that time decides who may do it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.rota.actions.noting import one_at_a_time
from registration.rota.actions.sessions import TakenIn
from registration.rota.models import Absence, Registrar
from registration.rota.queries.absences import sessions_in
from registration.rota.rules.absences import ABSENCE_REASONS
from registration.rota.rules.sittings import Taken

PLANNED, WITHDRAWN = "planned", "withdrawn"


class NobodyAway(Refused):
    """Choose at least one registrar."""


class NoSuchAbsence(Refused):
    """This absence is not planned any more: somebody took it back."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A time that a family has within an absence: whose, where, and the reference, empty while the family still answers."""

    registrar: str
    centre: str
    taken: Taken


class FamiliesBooked(Refused):
    """Families are booked in this time. Plan cover for them first."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self.hits = tuple(hits)
        super().__init__()


def record_absence(
    registrar_ids: Collection[int],
    begins: datetime,
    ends: datetime,
    reason: str,
    note: str,
    actor: str,
    *,
    unless_taken: TakenIn | None = None,
) -> list[Absence]:
    """Put registrars down as away for a span; one already down for the same span and reason stays as it is.

    With `unless_taken` nobody is put down where a family has a time then: FamiliesBooked names them all. Without it those
    families' times no longer stand, and whoever calls settles them. Raises NobodyAway, ValueError for an unknown reason.
    """
    if reason not in ABSENCE_REASONS:
        raise ValueError(reason)
    one_at_a_time()
    people = db.session.scalars(select(Registrar).where(Registrar.id.in_(registrar_ids)).order_by(Registrar.id)).all()
    if not people:
        raise NobodyAway
    there = _there(registrar_ids, begins, ends, reason)
    made = [_record(person, begins, ends, reason, note, actor) for person in people if person.id not in there]
    db.session.flush()  # restamps, and so locks, the sessions: whoever fills a time in them now is waited for, or waits
    if unless_taken is not None:
        _refuse_where_taken(registrar_ids, begins, ends, unless_taken)
    return [there.get(person.id) or next(a for a in made if a.registrar_id == person.id) for person in people]


def _there(registrar_ids: Collection[int], begins: datetime, ends: datetime, reason: str) -> Mapping[int, Absence]:
    same = select(Absence).where(
        Absence.registrar_id.in_(registrar_ids),
        Absence.state == PLANNED,
        Absence.begins_at == begins,
        Absence.ends_at == ends,
        Absence.reason == reason,
    )
    return {absence.registrar_id: absence for absence in db.session.scalars(same)}


def _record(person: Registrar, begins: datetime, ends: datetime, reason: str, note: str, actor: str) -> Absence:
    made = Absence(
        registrar_id=person.id, begins_at=begins, ends_at=ends, reason=reason, note=note, state=PLANNED, made_by=actor
    )
    db.session.add(made)
    audit.record("put down as away", about=f"registrar:{person.id}", actor=actor, after=_facts(made))
    return made


def _facts(absence: Absence) -> dict[str, str]:
    return {
        "begins": absence.begins_at.isoformat(),
        "ends": absence.ends_at.isoformat(),
        "reason": absence.reason,
        "state": absence.state,
    }


def _refuse_where_taken(registrar_ids: Collection[int], begins: datetime, ends: datetime, taken_in: TakenIn) -> None:
    hits = hits_in(registrar_ids, begins, ends, taken_in)
    if hits:
        raise FamiliesBooked(hits)


def hits_in(registrar_ids: Collection[int], begins: datetime, ends: datetime, taken_in: TakenIn) -> list[Hit]:
    """List the times families have with these registrars in a span, in order of time."""
    sessions = {session.id: session for session in sessions_in(registrar_ids, begins, ends)}
    taken = taken_in(sessions.keys()) if sessions else {}
    hits = [
        Hit(sessions[session_id].registrar, sessions[session_id].centre, each)
        for session_id, those in taken.items()
        for each in those
        if each.begins < ends and each.ends > begins
    ]
    return sorted(hits, key=lambda hit: (hit.taken.begins, hit.registrar))


def withdraw_absence(absence_id: int, actor: str) -> Absence:
    """Take an absence back: the registrar's times in it are offered again. NoSuchAbsence where that was done already."""
    one_at_a_time()
    wanted = select(Absence).where(Absence.id == absence_id, Absence.state == PLANNED).with_for_update()
    absence = db.session.scalars(wanted).one_or_none()
    if absence is None:
        raise NoSuchAbsence
    before = _facts(absence)
    absence.state = WITHDRAWN
    db.session.flush()
    about = f"registrar:{absence.registrar_id}"
    audit.record("took back the absence", about=about, actor=actor, before=before, after=_facts(absence))
    return absence
