"""Whom a centre may write to and how; families of live birth data that were not given notice yet."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, text

from registration.common.clock import today
from registration.common.db import db
from registration.families.links import subject_of
from registration.families.queries import reachable, rulings
from registration.families.rules import Ruling
from registration.messages.models import Message
from registration.messages.rules import State
from registration.reach.letters.rules import TEMPLATES, way_to
from registration.reach.models import Invitation
from registration.reach.outreach.queries import Card, here_of, known_to

#: The most letters that are made at once.
MOST = 200

_UNNOTICED = text("""
SELECT f.id, f.name, f.locale, f.home_centre_id, c.name AS centre, f.letter_address, r.address, r.postcode, r.received_on,
       t.provider, t.notice_days, cardinality(f.born) > 1 AS several
  FROM family f JOIN sharing_agreement t ON t.id = f.agreement_id AND t.state = 'in_force' AND t.notice = 'by_letter'
        AND t.starts_on <= :today AND coalesce(t.ends_on, 'infinity') >= :today
  JOIN centre c ON c.id = f.home_centre_id
  JOIN LATERAL (SELECT address, postcode, received_on FROM birth_record
                 WHERE family_id = f.id AND erased_at IS NULL ORDER BY id DESC LIMIT 1) r ON true
 WHERE f.source = 'live_births' AND f.noticed_on IS NULL AND f.lost_at IS NULL AND f.details_gone_at IS NULL
 ORDER BY r.received_on, f.id
""")


@dataclass(frozen=True, slots=True)
class Unnoticed:
    """A family that must be told by letter before its centre is: where to write, of which centre, by which data."""

    family_id: int
    name: str
    locale: str
    centre_id: int
    centre: str
    address: tuple[str, ...]
    since: date
    provider: str
    notice_days: int
    several: bool


def unnoticed(on: date) -> list[Unnoticed]:
    """List the families whose notice is due, the longest waiting first: none that said no, is lost, or is in doubt."""
    rows = db.session.execute(_UNNOTICED, {"today": on}).all()
    by_centre: dict[int, list[Any]] = {}
    for row in rows:
        by_centre.setdefault(row.home_centre_id, []).append(row)
    due = {
        number
        for centre, those in by_centre.items()
        for number, ruling in rulings(centre, [row.id for row in those], on).items()
        if ruling is Ruling.NOT_NOTICED
    }
    return [_unnoticed(row) for row in rows if row.id in due]


def _unnoticed(row: Any) -> Unnoticed:  # noqa: ANN401 -- a row
    told = (row.letter_address or row.address or "").replace(", ", "\n").splitlines()
    lines = [line.strip() for line in told if line.strip()]
    postcode = [row.postcode] if row.postcode and row.postcode not in " ".join(lines) else []
    known = any(line != row.postcode for line in lines)  # the post delivers nothing to a postcode alone
    address = (*lines, *postcode) if known else ()
    return Unnoticed(
        row.id,
        row.name,
        row.locale,
        row.home_centre_id,
        row.centre,
        address,
        row.received_on,
        row.provider,
        row.notice_days,
        row.several,
    )


# ---- invitations


@dataclass(frozen=True, slots=True)
class Invited:
    """One invitation as the centre's list shows it."""

    id: int
    family_id: int
    name: str
    kind: str
    channel: str
    state: str
    made_at: datetime
    goes_out: datetime | None = None  # where it waits, until when


def sendable(centre_id: int, kind: str, on: date) -> list[tuple[Card, str]]:
    """Give the families a centre may send a kind of message to and did not yet, with the channel of each."""
    had = set(
        db.session.scalars(
            select(Invitation.family_id).where(
                Invitation.centre_id.in_(here_of(centre_id, on)),
                Invitation.kind == kind,
            )
        )
    )
    found: list[tuple[Card, str]] = []
    for entry in known_to(centre_id, on):
        card = entry.card
        way = way_to(kind, card.basis, email=card.email, mobile=card.mobile, preference=card.preference)
        if way is not None and card.family_id not in had and not entry.standing.not_wanted:
            found.append((card, way))
    return found


def invitations(centre_id: int, on: date) -> list[Invited]:
    """List what a centre sent or wrote, the latest first: of families it may know only."""
    names = {entry.card.family_id: entry.card.name for entry in known_to(centre_id, on)}
    rows = db.session.scalars(
        select(Invitation)
        .where(Invitation.centre_id.in_(here_of(centre_id, on)), Invitation.family_id.in_(names))
        .order_by(Invitation.id.desc())
        .limit(MOST)
    )
    made = list(rows)
    waiting = _waiting({row.family_id for row in made})
    return [
        Invited(
            row.id,
            row.family_id,
            names[row.family_id],
            row.kind,
            row.channel,
            row.state,
            row.made_at,
            waiting.get((TEMPLATES[row.kind], row.id)),
        )
        for row in made
    ]


def _waiting(family_ids: Collection[int]) -> Mapping[tuple[str, int], datetime]:
    """Give until when messages of centres to these families wait, by template and the number of the invitation."""
    about = [subject_of(number) for number in family_ids]
    wanted = select(Message.template, Message.version, Message.due).where(
        Message.about.in_(about), Message.template.in_(TEMPLATES.values()), Message.state == State.QUEUED
    )
    return {(template, version): due for template, version, due in db.session.execute(wanted)}


def may_still_write(details: Mapping[str, Any]) -> bool:
    """Say whether a message of a centre may still go to its family, by what was kept with it."""
    return bool(reachable(int(details["centre_id"]), [int(details["family"])], today()))


def letter_of(centre_id: int, invitation_id: int) -> Invitation | None:
    """Give a letter of a centre by its number; None where there is none such."""
    found = db.session.get(Invitation, invitation_id)
    return found if found is not None and found.centre_id == centre_id and found.channel == "letter" else None
