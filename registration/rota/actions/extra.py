"""Extra sessions: a time outside the rota, opened by somebody with the right to it and a reason for it.

Nothing is switched off for it: a registrar or a room with another session then, a centre that takes no part, a registrar
who is away or may not register births are refused as ever.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from registration.centres.models import Centre, Room
from registration.centres.rules import participating
from registration.common import audit
from registration.common.clock import civil_date
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.text import storable
from registration.common.transaction import sqlstate
from registration.rota.actions.noting import one_at_a_time, rota_changed
from registration.rota.actions.sessions import EXCLUSION, PUBLISHED
from registration.rota.models import Registrar, Session
from registration.rota.queries.absences import away_between
from registration.rota.queries.days import open_days


class NoExtraSession(Refused):
    """This registrar cannot hold a session there and then."""


def add_extra_session(
    registrar_id: int,
    centre_id: int,
    room_id: int | None,
    begins: datetime,
    ends: datetime,
    reason: str,
    actor: str,
) -> Session:
    """Publish a session outside the rota, in the room named or in one of the centre's that is free then.

    No minutes of it are kept for the telephone desk. Raises NoExtraSession with the sentence that says why not.
    """
    one_at_a_time()
    why = storable(" ".join(reason.split()))
    if not why:
        raise NoExtraSession("Say why this session is needed.")
    if begins >= ends or civil_date(begins) != civil_date(ends):
        raise NoExtraSession("A session must end after it begins, on the same day.")
    registrar, centre = _who(registrar_id, begins, ends), _where(centre_id, begins)
    room = _room(centre, room_id, begins, ends)
    made = _published(registrar, room, begins, ends, why)
    rota_changed()
    audit.record(
        "opened an extra session", about=f"session:{made.id}", actor=actor, after=_facts(made, registrar, centre)
    )
    return made


def _who(registrar_id: int, begins: datetime, ends: datetime) -> Registrar:
    registrar = db.session.get(Registrar, registrar_id)
    if registrar is None:
        raise NoExtraSession("There is no such registrar.")
    if not registrar.may_register_births:
        raise NoExtraSession(f"{registrar.name} may not register births.")
    if registrar.left_on is not None and registrar.left_on <= civil_date(begins):
        raise NoExtraSession(f"{registrar.name} no longer works here then.")
    if away_between(begins, ends, [registrar_id]):
        raise NoExtraSession(f"{registrar.name} is away then.")
    return registrar


def _where(centre_id: int, begins: datetime) -> Centre:
    centre = db.session.get(Centre, centre_id)
    if centre is None:
        raise NoExtraSession("There is no such centre.")
    day = civil_date(begins)
    if not participating(centre, day):
        raise NoExtraSession(f"{centre.name} does not take part that day.")
    if closed := open_days(day, day).closed(centre_id, day):
        raise NoExtraSession(f"{centre.name} is closed that day: {closed}.")
    return centre


def _room(centre: Centre, room_id: int | None, begins: datetime, ends: datetime) -> Room:
    """Give the room asked for, or the first that nobody sits in then."""
    in_use = select(Session.room_id).where(
        Session.state == PUBLISHED, Session.begins_at < ends, Session.ends_at > begins
    )
    wanted = select(Room).where(Room.centre_id == centre.id, Room.id.not_in(in_use)).order_by(Room.name)
    if room_id is not None:
        wanted = wanted.where(Room.id == room_id)
    room = db.session.scalars(wanted.limit(1)).one_or_none()
    if room is None:
        none = f"No room is free at {centre.name} then."
        raise NoExtraSession(none if room_id is None else f"This room of {centre.name} is not free then.")
    return room


def _published(registrar: Registrar, room: Room, begins: datetime, ends: datetime, why: str) -> Session:
    places = {"registrar_id": registrar.id, "centre_id": room.centre_id, "room_id": room.id}
    made = Session(**places, begins_at=begins, ends_at=ends, state=PUBLISHED, kind="extra", reason=why)
    try:
        with db.session.begin_nested():
            db.session.add(made)
            db.session.flush()
    except IntegrityError as error:
        if sqlstate(error) != EXCLUSION:
            raise
        raise NoExtraSession(f"{registrar.name} has another session then.") from None
    return made


def _facts(session: Session, registrar: Registrar, centre: Centre) -> dict[str, str]:
    return {
        "registrar": registrar.name,
        "centre": centre.name,
        "begins": session.begins_at.isoformat(),
        "ends": session.ends_at.isoformat(),
        "reason": session.reason or "",
    }
