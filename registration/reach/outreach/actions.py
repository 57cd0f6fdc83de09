"""Keep what a centre did to reach a family."""

from datetime import date, datetime

from sqlalchemy import select

from registration.common import audit
from registration.common.clock import civil_date
from registration.common.db import db
from registration.common.errors import Refused
from registration.reach.models import FamilyContact
from registration.reach.outreach.queries import Entry, known_one, written_today
from registration.reach.outreach.rules import Try


class MayNotKnow(Refused):
    """This family’s details may not reach the centre, or not any more."""


def may_know(centre_id: int, family_id: int, today: date) -> Entry:
    """Give a family as a centre may know it; MayNotKnow is raised where it may not."""
    entry = known_one(centre_id, family_id, today)
    if entry is None:
        raise MayNotKnow
    return entry


def log_contact(centre_id: int, family_id: int, done: Try, actor: str, now: datetime) -> int:
    """Write down a try to reach a family, and give its number; MayNotKnow is raised where the centre may not have its details."""
    card = may_know(centre_id, family_id, civil_date(now)).card
    made = FamilyContact(
        family_id=card.family_id,
        centre_id=centre_id,
        contacted_on=done.on,
        route=done.route,
        result=done.result,
        next_step=done.next_step,
        next_on=done.next_on,
        note=done.note,
        made_by=actor,
        made_at=now,
    )
    db.session.add(made)
    db.session.flush()
    audit.record(
        "reach.contact_logged",
        about=f"family:{card.family_id}",
        actor=actor,
        after={"route": done.route, "result": done.result, "centres": [centre_id]},
    )
    return made.id


class NotTakenBack(Refused):
    """Only who wrote a contact down can take it back, and only on the same day."""


class TakenBackAlready(Refused):
    """It was taken back already."""


def take_back(centre_id: int, family_id: int, contact_id: int, actor: str, today: date) -> None:
    """Strike a contact out that its writer wrote down by mistake; NotTakenBack is raised for any other, and the next day.

    Of the contact itself nothing stays; the history keeps that there was one, and what was struck out. TakenBackAlready is
    raised where its writer pressed the button before.
    """
    made = written_today(centre_id, contact_id, actor, today)
    if made is None:
        raise TakenBackAlready if _took_back(family_id, contact_id, actor) else NotTakenBack
    db.session.delete(made)
    db.session.flush()
    audit.record(
        "reach.contact_taken_back",
        about=f"family:{made.family_id}",
        actor=actor,
        before={"route": made.route, "result": made.result, "centres": [centre_id]},
    )


def _took_back(family_id: int, contact_id: int, actor: str) -> bool:
    """Say whether a contact is gone, and this person took one of the family back."""
    event = audit.AuditEvent
    own = select(event.id).where(
        event.about == f"family:{family_id}", event.event == "reach.contact_taken_back", event.actor == actor
    )
    return db.session.get(FamilyContact, contact_id) is None and db.session.scalar(own.limit(1)) is not None
