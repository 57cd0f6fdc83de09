"""Whose account a registrar's is."""

from sqlalchemy import select

from registration.common.access import current_actor
from registration.common.audit import record
from registration.common.db import db
from registration.common.errors import Refused
from registration.rota.models import Registrar


class NoSuchRegistrar(Refused):
    """This registrar is not on the list any more."""


class RegistrarTaken(Refused):
    """This registrar has another account."""


def tie_account(staff_id: int, registrar_id: int | None) -> None:
    """Make this registrar, or with None nobody, the one whose account it is: the day and the calendar shown as their own.

    NoSuchRegistrar and RegistrarTaken are raised; both leave things as they were.
    """
    former = db.session.scalar(select(Registrar).where(Registrar.staff_user_id == staff_id).with_for_update())
    if (former and former.id) == registrar_id:
        return
    if former is not None:
        _give(former, None)
    if registrar_id is not None:
        _give(_free(registrar_id), staff_id)


def _free(registrar_id: int) -> Registrar:
    registrar = db.session.get(Registrar, registrar_id, with_for_update=True, populate_existing=True)
    if registrar is None:
        raise NoSuchRegistrar
    if registrar.staff_user_id is not None:
        raise RegistrarTaken
    return registrar


def _give(registrar: Registrar, staff_id: int | None) -> None:
    before, after = {"account": registrar.staff_user_id}, {"account": staff_id}
    registrar.staff_user_id = staff_id
    db.session.flush()
    about = f"registrar:{registrar.id}"
    record("registrar.account_changed", about=about, actor=current_actor(), before=before, after=after)
