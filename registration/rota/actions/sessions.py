"""Sessions as imported files bring them. A faulty file is refused whole."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import BinaryIO

from sqlalchemy.exc import IntegrityError

from registration.centres.actions import Outcome
from registration.centres.models import Centre, Room
from registration.centres.rules import participating
from registration.common.clock import london
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.files import Table
from registration.common.times import spoken_span
from registration.common.transaction import sqlstate
from registration.rota import rules
from registration.rota.actions.noting import count, note, one_at_a_time
from registration.rota.files import SessionRecord, session_records
from registration.rota.models import Registrar, Session
from registration.rota.queries import Places, registrars_by_name, sessions_near
from registration.rota.queries.days import open_days
from registration.rota.rules.days import OpenDays

PUBLISHED, WITHDRAWN = "published", "withdrawn"

#: PostgreSQL's code where a row overlaps another that it may not.
EXCLUSION = "23P01"


class SessionTaken(Refused):
    """Someone else gave one of these registrars or rooms another session at the same time. Import the file again."""


#: Asks what families have of some sessions. Bookings stand above the rota, so whoever imports hands the question in.
TakenIn = Callable[[Collection[int]], Mapping[int, Sequence[rules.Taken]]]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the file with whom and what it speaks of, and the session it is, where there is one."""

    record: SessionRecord
    registrar: Registrar
    centre: Centre
    room: Room
    kept_minutes: int

    def sitting(self) -> rules.Sitting:
        """Give the span it fills."""
        return rules.Sitting(
            self.registrar.id, self.room.id, self.record.begins, self.record.ends, self.record.row.line
        )

    def is_of(self, session: Session) -> bool:
        """Say whether it speaks of a session: the same registrar in the same room from the same moment."""
        theirs = session.registrar_id, session.room_id, session.begins_at
        return theirs == (self.registrar.id, self.room.id, self.record.begins)


def import_sessions(stream: BinaryIO, actor: str, kept_minutes: int, taken_in: TakenIn) -> Outcome:
    """Load sessions: new ones are published, and one that begins as before is changed, or withdrawn where the file says so.

    `kept_minutes` are the council's for the telephone desk, at the end of each session of three hours or more that says
    nothing else. A session is neither shortened nor withdrawn where a family has a time in it. Raises FileRefused naming
    every fault, SessionTaken where another import came first.
    """
    one_at_a_time()
    table = Table(stream)
    lines = list(_resolved(session_records(table), kept_minutes))
    near = _near(lines)
    pairs = _matched(lines, near)
    _refuse_clashes(lines, {session.id for _, session in pairs if session is not None}, near)
    _refuse_where_taken(pairs, taken_in)
    table.refuse_if_faulty()
    outcome = Outcome(warnings=table.warnings)
    _store(pairs, outcome)
    note("sessions imported", actor, outcome)
    return outcome


def _resolved(records: Iterable[SessionRecord], council_minutes: int) -> Iterable[_Line]:
    """Find whom and what each record speaks of; what cannot be found is a fault of its row."""
    registrars, places, days = registrars_by_name(), Places(), open_days(date.min, date.max)
    for record in records:
        row = record.row
        registrar = row.read("registrar", partial(_known, registrars, withdrawn=record.withdrawn), needed=True)
        centre = row.read("centre", places.centre, needed=True)
        room = None
        if centre is not None:
            room = row.read("room", partial(places.room, centre), needed=True)
            _check_day(record, centre, days)
        if registrar is not None and centre is not None and room is not None:
            kept = record.kept_minutes
            if kept is None:
                kept = rules.kept_for_desk(record.begins, record.ends, council_minutes)
            yield _Line(record, registrar, centre, room, kept)


def _known(registrars: Mapping[str, Registrar], name: str, *, withdrawn: bool) -> Registrar:
    registrar = registrars.get(rules.same_name(name))
    if registrar is None:
        raise ValueError("is no registrar known here")
    if not registrar.may_register_births and not withdrawn:
        raise ValueError("may not register births")
    return registrar


def _check_day(record: SessionRecord, centre: Centre, days: OpenDays) -> None:
    if record.withdrawn:
        return
    if not participating(centre, record.day):
        record.row.fault("centre", f"does not take part on {_day(record.day)}")
    closed, decided = days.closed(centre.id, record.day), days.decision(centre.id, record.day)
    if closed and decided is None:
        record.row.warn("date", f"is a bank holiday ({closed})")
    elif closed:
        record.row.fault("date", f"is a day on which {centre.name} is closed ({closed})")


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


_Pair = tuple[_Line, Session | None]


def _matched(lines: Sequence[_Line], near: Sequence[Session]) -> list[_Pair]:
    """Pair each line with the session it speaks of, the published one first; a line that withdraws none is a fault."""
    pairs: list[_Pair] = []
    spoken_of: dict[int, _Line] = {}
    for line in lines:
        row, withdrawn = line.record.row, line.record.withdrawn
        same = [session for session in near if line.is_of(session)]
        session = next((each for each in same if each.state == PUBLISHED), same[-1] if same else None)
        if withdrawn and (session is None or session.ends_at != line.record.ends):
            row.fault("withdrawn", "names a session that there is not")
        elif session is not None:
            first = spoken_of.setdefault(session.id, line)
            if first is not line and (withdrawn or first.record.withdrawn):
                row.fault("withdrawn", f"is said otherwise of the same session on line {first.record.row.line}")
        pairs.append((line, session))
    return pairs


def _near(lines: Sequence[_Line]) -> Sequence[Session]:
    if not lines:
        return []
    first, last = min(line.record.begins for line in lines), max(line.record.ends for line in lines)
    return sessions_near(first, last, {line.registrar.id for line in lines}, {line.room.id for line in lines})


def _refuse_clashes(lines: Sequence[_Line], spoken_of: Collection[int], near: Sequence[Session]) -> None:
    """Keep as faults the lines that would have a registrar or a room at two things at once."""
    rows = {line.record.row.line: line.record.row for line in lines}
    others = [
        rules.Sitting(session.registrar_id, session.room_id, session.begins_at, session.ends_at)
        for session in near
        if session.state == PUBLISHED and session.id not in spoken_of
    ]
    sittings = [line.sitting() for line in lines if not line.record.withdrawn]
    for clash in rules.clashes([*others, *sittings]):
        rows[clash.later.line or 0].fault(clash.whose, _told(clash.earlier))


def _told(sitting: rules.Sitting) -> str:
    begins, ends = london(sitting.begins), london(sitting.ends)
    when = spoken_span(begins.time(), ends.time())
    if sitting.line is not None:
        return f"has a session at that time on line {sitting.line}, {when}"
    return f"has a session at that time already, {_day(begins.date())}, {when}"


def _refuse_where_taken(pairs: Sequence[_Pair], taken_in: TakenIn) -> None:
    """Keep as faults the lines that would take a family's time away."""
    touched = {session.id for line, session in pairs if session is not None and _differs(line, session)}
    taken = taken_in(touched) if touched else {}
    for line, session in pairs:
        theirs = taken.get(session.id, ()) if session is not None else ()
        lost = [each for each in theirs if line.record.withdrawn or each.ends > line.record.ends]
        if lost:
            line.record.row.fault("withdrawn" if line.record.withdrawn else "to", _whose(lost))


def _whose(lost: Sequence[rules.Taken]) -> str:
    references = [each.reference for each in lost if each.reference]
    if not references:
        return "would take a time that a family is booking just now: try again in a few minutes"
    count = f"{len(references)} booking" + ("s" if len(references) > 1 else "")
    return f"would take the time of {count}: {', '.join(references)}. Move or cancel first"


def _differs(line: _Line, session: Session) -> bool:
    if line.record.withdrawn:
        return session.state == PUBLISHED
    wanted = line.record.ends, line.kept_minutes, PUBLISHED
    return (session.ends_at, session.kept_minutes, session.state) != wanted


def _store(pairs: Sequence[_Pair], outcome: Outcome) -> None:
    """Write what the lines say, withdrawals first: they make room for the others."""
    try:
        with db.session.begin_nested():
            for line, session in sorted(pairs, key=lambda pair: not pair[0].record.withdrawn):
                _store_one(line, session, outcome)
                db.session.flush()
    except IntegrityError as error:
        if sqlstate(error) != EXCLUSION:
            raise
        raise SessionTaken from error


def _store_one(line: _Line, session: Session | None, outcome: Outcome) -> None:
    record = line.record
    if session is None:
        places = {"registrar_id": line.registrar.id, "centre_id": line.centre.id, "room_id": line.room.id}
        span = {"begins_at": record.begins, "ends_at": record.ends, "kept_minutes": line.kept_minutes}
        db.session.add(Session(**places, **span))
        outcome.added += 1
        return
    differs = _differs(line, session)
    if differs and record.withdrawn:
        session.state = WITHDRAWN
    elif differs:
        session.ends_at, session.kept_minutes, session.state = record.ends, line.kept_minutes, PUBLISHED
        session.withdrawn_for = None
    count(outcome, changed=differs)
