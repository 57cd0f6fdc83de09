"""A time outside the rota for one family: an extra session, never a rule that is switched off."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from registration.booking.queries import need
from registration.centres.queries import participating_centres
from registration.common.access import current_actor, has_role
from registration.common.authority import current_authority
from registration.common.db import db
from registration.rota.actions.extra import add_extra_session
from registration.rota.models import Registrar
from registration.staff.rules import ROTA_MANAGERS


@dataclass(frozen=True, slots=True)
class ExtraTime:
    """A registrar, at a centre, from a moment on; and why."""

    registrar_id: int
    centre_id: int
    start: datetime
    why: str


def may_open() -> bool:
    """Say whether the person signed in may open a time outside the rota: a rota manager, or the desk where the council lets it."""
    return has_role(*ROTA_MANAGERS) or (has_role("booking_desk") and current_authority().desk_opens_extra_sessions)


def open_extra(wish: ExtraTime, births: Collection[date], *, interpreter: bool) -> tuple[int, datetime]:
    """Open a session as long as this family's appointment; give its centre and start, to be filled in the same transaction.

    Raises NoExtraSession with the sentence that says why not.
    """
    per_baby = db.session.scalar(select(Registrar.minutes_per_baby).where(Registrar.id == wish.registrar_id))
    minutes = need(births, interpreter=interpreter).minutes(per_baby or current_authority().minutes_per_baby)
    end = wish.start + timedelta(minutes=minutes)
    add_extra_session(wish.registrar_id, wish.centre_id, None, wish.start, end, wish.why, current_actor())
    return wish.centre_id, wish.start


def registrar_choices(on: date) -> list[tuple[str, str]]:
    """List who may register births and has not left."""
    here = or_(Registrar.left_on.is_(None), Registrar.left_on > on)
    wanted = select(Registrar.id, Registrar.name).where(Registrar.may_register_births, here).order_by(Registrar.name)
    return [(str(number), name) for number, name in db.session.execute(wanted)]


def centre_choices(on: date) -> list[tuple[str, str]]:
    """List the centres and offices that take part."""
    return [(str(card.id), card.name) for card in participating_centres(on)]
