"""Questions about who is away, and which sessions fall into that time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from registration.centres.models import Centre
from registration.common.db import db
from registration.rota.models import Absence, Registrar, Session


@dataclass(frozen=True, slots=True)
class Away:
    """One absence of one registrar."""

    id: int
    registrar_id: int
    registrar: str
    begins: datetime
    ends: datetime
    reason: str  # a code of rules.ABSENCE_REASONS
    note: str


@dataclass(frozen=True, slots=True)
class Held:
    """A published session: who holds it, and where."""

    id: int
    registrar_id: int
    registrar: str
    centre_id: int
    centre: str
    begins: datetime
    ends: datetime


_AWAY = (
    select(Absence.id, Registrar.id, Registrar.name, Absence.begins_at, Absence.ends_at, Absence.reason, Absence.note)
    .join(Registrar, Registrar.id == Absence.registrar_id)
    .where(Absence.state == "planned")
    .order_by(Absence.begins_at, Registrar.name, Absence.id)
)


def away_between(first: datetime, last: datetime, registrar_ids: Collection[int] | None = None) -> list[Away]:
    """List the absences planned that touch a span, of the registrars named or of all, in order of beginning."""
    wanted = _AWAY.where(Absence.begins_at < last, Absence.ends_at > first)
    if registrar_ids is not None:
        wanted = wanted.where(Absence.registrar_id.in_(registrar_ids))
    return [Away(*row) for row in db.session.execute(wanted)]


def sessions_in(registrar_ids: Collection[int], first: datetime, last: datetime) -> Sequence[Held]:
    """List the published sessions of registrars that touch a span, in order of beginning."""
    wanted = (
        select(Session.id, Registrar.id, Registrar.name, Centre.id, Centre.name, Session.begins_at, Session.ends_at)
        .join(Registrar, Registrar.id == Session.registrar_id)
        .join(Centre, Centre.id == Session.centre_id)
        .where(Session.registrar_id.in_(registrar_ids), Session.state == "published")
        .where(Session.begins_at < last, Session.ends_at > first)
        .order_by(Session.begins_at, Session.id)
    )
    return [Held(*row) for row in db.session.execute(wanted)]
