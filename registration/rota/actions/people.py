"""Add registrars, change what is known of them, and see them off. Families who have their times decide what may change."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time

from sqlalchemy import select

from registration.common import audit
from registration.common.clock import LONDON
from registration.common.db import db
from registration.common.errors import Refused
from registration.rota.actions.absences import FamiliesBooked, hits_in
from registration.rota.actions.noting import one_at_a_time
from registration.rota.actions.sessions import PUBLISHED, WITHDRAWN, TakenIn
from registration.rota.models import Registrar, Session
from registration.rota.queries import registrars_by_name
from registration.rota.rules import same_name
from registration.rota.rules.people import Facts

#: Later than any session.
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class NameTaken(Refused):
    """There is a registrar with this name already. Add something that tells them apart."""


class NoSuchRegistrar(Refused):
    """There is no such registrar."""


def add_registrar(facts: Facts, actor: str) -> Registrar:
    """Add a registrar; NameTaken where there is one of that name."""
    one_at_a_time()
    _refuse_same_name(facts.name, None)
    made = Registrar(**_values(facts))
    db.session.add(made)
    db.session.flush()
    audit.record("added the registrar", about=f"registrar:{made.id}", actor=actor, after=_values(facts))
    return made


def change_registrar(registrar_id: int, facts: Facts, actor: str, now: datetime, taken_in: TakenIn) -> Registrar:
    """Change what is known of a registrar; appointments booked keep their length.

    Raises NameTaken, NoSuchRegistrar, and FamiliesBooked where one who has appointments may no longer register births.
    """
    one_at_a_time()
    registrar = _found(registrar_id)
    _refuse_same_name(facts.name, registrar_id)
    before, after = _as_kept(registrar), _values(facts)
    differing = {name: value for name, value in after.items() if before[name] != value}
    for name, value in differing.items():
        setattr(registrar, name, value)
    db.session.flush()
    if differing.get("may_register_births") is False:
        _refuse_where_taken(registrar_id, now, taken_in)
    if differing:
        old = {name: before[name] for name in differing}
        audit.record(
            "changed the registrar", about=f"registrar:{registrar_id}", actor=actor, before=old, after=differing
        )
    return registrar


def see_off(registrar_id: int, first_day_gone: date | None, actor: str, taken_in: TakenIn) -> Sequence[Session]:
    """Note the first day a registrar no longer works here and withdraw the sessions from then on; give those.

    None takes the day back; what was withdrawn stays so. Raises NoSuchRegistrar, FamiliesBooked.
    """
    one_at_a_time()
    registrar = _found(registrar_id)
    before = registrar.left_on
    registrar.left_on = first_day_gone
    gone: Sequence[Session] = []
    if first_day_gone is not None:
        gone = _withdrawn(registrar_id, datetime.combine(first_day_gone, time(), LONDON), taken_in)
    _note_leaving(registrar_id, actor, before, first_day_gone, len(gone))
    return gone


def _withdrawn(registrar_id: int, begins: datetime, taken_in: TakenIn) -> Sequence[Session]:
    theirs = select(Session).where(
        Session.registrar_id == registrar_id, Session.state == PUBLISHED, Session.begins_at >= begins
    )
    gone = db.session.scalars(theirs.with_for_update()).all()
    _refuse_where_taken(registrar_id, begins, taken_in)
    for session in gone:
        session.state = WITHDRAWN
    db.session.flush()
    return gone


def _note_leaving(registrar_id: int, actor: str, before: date | None, after: date | None, gone: int) -> None:
    if before == after:
        return
    audit.record(
        "noted the day of leaving",
        about=f"registrar:{registrar_id}",
        actor=actor,
        before={"first_day_gone": before and before.isoformat()},
        after={"first_day_gone": after and after.isoformat(), "sessions_withdrawn": gone},
    )


def _found(registrar_id: int) -> Registrar:
    registrar = db.session.scalars(
        select(Registrar).where(Registrar.id == registrar_id).with_for_update()
    ).one_or_none()
    if registrar is None:
        raise NoSuchRegistrar
    return registrar


def _refuse_same_name(name: str, registrar_id: int | None) -> None:
    there = registrars_by_name().get(same_name(name))
    if there is not None and there.id != registrar_id:
        raise NameTaken


def _refuse_where_taken(registrar_id: int, begins: datetime, taken_in: TakenIn) -> None:
    hits = hits_in([registrar_id], begins, _NEVER, taken_in)
    if hits:
        raise FamiliesBooked(hits)


def _values(facts: Facts) -> dict[str, object]:
    return asdict(facts) | {"languages": list(facts.languages)}


def _as_kept(registrar: Registrar) -> dict[str, object]:
    return {name: getattr(registrar, name) for name in Facts.__dataclass_fields__}
