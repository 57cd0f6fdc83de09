"""Which registrar uses which account."""

from sqlalchemy import select

from registration.common.db import db
from registration.rota.models import Registrar


def registrars_and_accounts() -> list[tuple[int, str, int | None]]:
    """List the registrars by name, each as (number, name, the number of the account that is theirs or None)."""
    wanted = select(Registrar.id, Registrar.name, Registrar.staff_user_id).order_by(Registrar.name)
    return [(number, name, owner) for number, name, owner in db.session.execute(wanted)]
