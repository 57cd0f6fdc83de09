"""Add registrars, change what is known of them, and see them off. Families who have their times decide what may change."""

from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from sqlalchemy import select

from registration.common import audit
from registration.common.clock import LONDON
from registration.common.db import db
from registration.common.errors import Refused
from registration.rota.actions.absences import FamiliesBooked, hits_in
from registration.rota.actions.noting import one_at_a_time
from registration.rota.actions.restoring import LEAVING, bring_back, withdraw_for
from registration.rota.actions.sessions import PUBLISHED, TakenIn
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


class SeenOff(NamedTuple):
    """How many sessions the day of leaving, or taking it back, has withdrawn and brought back."""

    withdrawn: int
    brought_back: int


def see_off(
    registrar_id: int,
    first_day_gone: date | None,
    actor: str,
    taken_in: TakenIn,
    now: datetime,
    *,
    publish: bool = True,
) -> SeenOff:
    """Note the first day a registrar no longer works here and withdraw the sessions from then on; None takes the day back.

    What a day noted before had withdrawn and this one does not is published again, unless `publish` is false. Raises
    NoSuchRegistrar, FamiliesBooked, CannotBringBack.
    """
    one_at_a_time()
    registrar = _found(registrar_id)
    before = registrar.left_on
    registrar.left_on = first_day_gone
    db.session.flush()
    begins = _NEVER if first_day_gone is None else datetime.combine(first_day_gone, time(), LONDON)
    gone = 0 if first_day_gone is None else _withdrawn(registrar_id, begins, taken_in)
    theirs = select(Session).where(Session.registrar_id == registrar_id, Session.begins_at < begins)
    done = SeenOff(gone, bring_back(theirs, LEAVING, now, publish=publish))
    _note_leaving(registrar_id, actor, before, first_day_gone, done)
    return done


def _withdrawn(registrar_id: int, begins: datetime, taken_in: TakenIn) -> int:
    theirs = select(Session).where(
        Session.registrar_id == registrar_id, Session.state == PUBLISHED, Session.begins_at >= begins
    )
    gone = db.session.scalars(theirs.with_for_update()).all()
    _refuse_where_taken(registrar_id, begins, taken_in)
    withdraw_for(gone, LEAVING)
    return len(gone)


def _note_leaving(registrar_id: int, actor: str, before: date | None, after: date | None, done: SeenOff) -> None:
    if before == after:
        return
    audit.record(
        "noted the day of leaving",
        about=f"registrar:{registrar_id}",
        actor=actor,
        before={"first_day_gone": before and before.isoformat()},
        after={
            "first_day_gone": after and after.isoformat(),
            "sessions_withdrawn": done.withdrawn,
            "sessions_brought_back": done.brought_back,
        },
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
