"""Write to families that may be written to; give notice to those who must hear before their centre does."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import update

from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.families.actions import disclosed
from registration.families.links import family_link, subject_of
from registration.families.models import Family
from registration.messages.actions import MessageRequest, send
from registration.messages.rules import Channel, Recipient
from registration.reach.letters.queries import MOST, Unnoticed, sendable, unnoticed
from registration.reach.letters.rules import TEMPLATES
from registration.reach.models import FamilyContact, Invitation
from registration.reach.outreach.actions import may_know
from registration.reach.outreach.queries import Card


class NoAddress(Refused):
    """This centre has no address of the family to write to."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a centre invites to: a kind, and when it begins and ends where it is an event."""

    kind: str
    begins: datetime | None = None
    ends: datetime | None = None

    def details(self) -> Mapping[str, str]:
        """Give it as messages are told of it."""
        if self.begins is None or self.ends is None:
            return {}
        return {"when": self.begins.isoformat(), "end": self.ends.isoformat()}


# ---- messages


def invite(centre_id: int, occasion: Occasion, facts: Mapping[str, str], actor: str, now: datetime, today: date) -> int:
    """Send a message to every family a centre may send it to and did not yet; say how many that were.

    `facts` are the centre’s name, address and telephone. A family that says no before it goes out does not get it: it is about the
    family itself (families.links.subject_of), whose no calls back all that is about it.
    """
    found = sendable(centre_id, occasion.kind, today)
    for card, channel in found:
        _send(centre_id, card, channel, occasion, facts, actor, now)
    disclosed({card.family_id: card.basis for card, _ in found}, "message", actor, today, centre_id=centre_id)
    if found:
        after = {"kind": occasion.kind, "families": len(found)}
        audit.record("reach.invited", about=f"centre:{centre_id}", actor=actor, after=after)
    return len(found)


def _send(
    centre_id: int, card: Card, channel: str, occasion: Occasion, facts: Mapping[str, str], actor: str, now: datetime
) -> None:
    row = _written(centre_id, card.family_id, occasion.kind, channel, actor, "sent")
    family_link(card.family_id)
    to: Channel = "sms" if channel == "sms" else "email"
    send(
        MessageRequest(
            template=TEMPLATES[occasion.kind],
            about=subject_of(card.family_id),
            version=row.id,
            to=Recipient(to, card.mobile if channel == "sms" else card.email),
            locale=card.locale,
            details={**facts, **occasion.details(), "family": card.family_id},
            use_until=occasion.begins,
        ),
        now=now,
    )
    _contacted(centre_id, card.family_id, "message", actor, now.date())


def _written(centre_id: int, family_id: int, kind: str, channel: str, actor: str, state: str) -> Invitation:
    row = Invitation(
        public_id=uuid4(),
        family_id=family_id,
        centre_id=centre_id,
        kind=kind,
        channel=channel,
        state=state,
        made_by=actor,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _contacted(centre_id: int, family_id: int, route: str, actor: str, on: date) -> None:
    db.session.add(
        FamilyContact(
            family_id=family_id, centre_id=centre_id, contacted_on=on, route=route, result="sent", made_by=actor
        )
    )
    db.session.flush()


# ---- letters of a centre


def write_letter(centre_id: int, family_id: int, actor: str, today: date) -> Invitation:
    """Write a letter of welcome to a family whose address the centre may have; MayNotKnow or NoAddress is raised otherwise."""
    card = may_know(centre_id, family_id, today).card
    if not card.address:
        raise NoAddress
    family_link(card.family_id)
    disclosed({card.family_id: card.basis}, "letter", actor, today, centre_id=centre_id)
    return _written(centre_id, card.family_id, "welcome", "letter", actor, "written")


def posted(letter: Invitation, actor: str, today: date) -> None:
    """Keep that a letter was posted, which is a contact with the family; once is enough. MayNotKnow where it said no since."""
    may_know(letter.centre_id, letter.family_id, today)
    if letter.state == "written":
        letter.state = "sent"
        _contacted(letter.centre_id, letter.family_id, "letter", actor, today)
        audit.record("letter.posted", about=f"family:{letter.family_id}", actor=actor)


# ---- letters of notice


def make_notices(centre_id: int | None, actor: str, today: date) -> list[tuple[Unnoticed, str]]:
    """Make the letters of notice that are due, of one centre’s families or of all, with the secret of each family’s own link.

    At most MOST at once. Making them tells nobody anything: only posting them lets the days of notice begin.
    """
    found = [each for each in unnoticed(today) if centre_id in {None, each.centre_id}][:MOST]
    if found:
        audit.record("reach.notices_made", about="reach", actor=actor, after={"letters": len(found)})
    return [(each, family_link(each.family_id)) for each in found]


def notices_posted(family_ids: Collection[int], actor: str, today: date) -> int:
    """Keep that these letters of notice were posted today; say how many were. Of those not due any more nothing is kept."""
    due = sorted({each.family_id for each in unnoticed(today)} & set(family_ids))
    db.session.execute(update(Family).where(Family.id.in_(due)).values(noticed_on=today))
    for number in due:
        audit.record("reach.notice_posted", about=f"family:{number}", actor=actor)
    return len(due)
