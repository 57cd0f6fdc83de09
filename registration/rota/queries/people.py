"""Questions about registrars: who they are, and what is theirs soon."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from registration.common.audit import Named
from registration.common.db import db
from registration.rota.models import Registrar


def every_registrar() -> Sequence[Registrar]:
    """List everybody who ever registered here, by name."""
    return db.session.scalars(select(Registrar).order_by(Registrar.name, Registrar.id)).all()


def registrar(registrar_id: int) -> Registrar | None:
    """Find one registrar."""
    return db.session.get(Registrar, registrar_id)


def registrar_of(staff_user_id: int) -> Registrar | None:
    """Find the registrar who signs in with an account."""
    return db.session.scalars(select(Registrar).where(Registrar.staff_user_id == staff_user_id)).one_or_none()


def registrar_names(numbers: Collection[str]) -> Mapping[str, Named]:
    """Name registrars for the record, by their numbers as texts."""
    wanted = select(Registrar.id, Registrar.name).where(Registrar.id.in_([int(number) for number in numbers]))
    return {
        str(number): Named(name, "rota.person", {"registrar_id": number}) for number, name in db.session.execute(wanted)
    }
