"""The families that joined a centre, as its own system wants them, and the centres by what files call them."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from registration.births.models import SourceMapping
from registration.centres.models import Centre
from registration.common.contacts import as_read
from registration.common.db import db
from registration.common.files import written
from registration.families.rules import FamilyDetails, Ruling, same_email
from registration.reach.members.files import our_key
from registration.reach.outreach.queries import Entry, known_to

#: What a centre’s own system may get, by our names, and how it is headed where it asks for no other heading.
COLUMNS = {
    "key": "Our key",
    "name": "Name",
    "born": "Date of birth",
    "mobile": "Mobile",
    "email": "Email",
    "address": "Address",
    "preference": "Contact by",
    "language": "Language",
    "visit_needs": "Makes visiting easier",
    "joined": "Joined",
}


def centre_numbers() -> dict[str, int]:
    """Give the centres by name, in small letters and with a typewriter’s apostrophe, and by their number in GIAS."""
    rows = db.session.execute(select(Centre.id, Centre.name, Centre.urn)).all()
    names = {name.casefold().replace("’", "'"): number for number, name, _ in rows}
    return names | {str(urn): number for number, _, urn in rows if urn is not None}


def mapping_of(source: str) -> dict[str, str]:
    """Give the mapping of columns that was last used with a source; none where there was none."""
    return db.session.scalar(select(SourceMapping.columns).where(SourceMapping.source == source)) or {}


def joined_here(centre_id: int, today: date) -> list[Entry]:
    """Give the families that asked to join a centre or did, in the order of their numbers."""
    found = (each for each in known_to(centre_id, today) if each.card.basis is Ruling.JOINED)
    return sorted(found, key=lambda each: each.card.family_id)


def member_like(centre_id: int, details: FamilyDetails, today: date) -> Entry | None:
    """Give the member of a centre that has the mobile number or the e-mail address of a family; None where there is none."""
    for entry in known_to(centre_id, today):
        card = entry.card
        mobile = details.mobile and card.mobile == details.mobile
        email = details.email and same_email(card.email) == same_email(details.email)
        if entry.standing.joined_on is not None and (mobile or email):
            return entry
    return None


def members_file(entries: Sequence[Entry], headings: Mapping[str, str]) -> bytes:
    """Write families for a centre’s own system: the columns that have a heading, in our order."""
    wanted = [name for name in COLUMNS if headings.get(name)]
    rows = (_cells(each) for each in entries)
    return written([headings[name] for name in wanted], [[cells[name] for name in wanted] for cells in rows])


def _dialled(mobile: str) -> str:
    """Give a number as it is dialled here, 07700 900123 or 0048 512 345 678: a plus would be taken for a formula."""
    number = as_read(mobile)
    return f"00{number[1:]}" if number.startswith("+") else number


def _cells(entry: Entry) -> dict[str, str]:
    card, joined = entry.card, entry.standing.joined_on
    return {
        "key": our_key(card.member),
        "name": card.name,
        "born": "; ".join(day.isoformat() for day in card.born),
        "mobile": _dialled(card.mobile),
        "email": card.email,
        "address": ", ".join(card.address.splitlines()),
        "preference": card.preference,
        "language": card.language,
        "visit_needs": card.visit_needs,
        "joined": joined.isoformat() if joined else "",
    }
