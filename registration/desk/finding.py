"""Families' bookings as the telephone desk looks for them, with no more of each than tells one from another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from registration.common.db import db
from registration.desk.rules.seeking import Sought
from registration.families.rules import same_email, words_kept

#: More than these nobody reads through on the telephone.
MOST_FOUND = 30

_FOUND = """
SELECT b.public_id, b.reference, f.name, f.born, b.begins_at, c.name AS centre, b.state, b.begins_at > :now AS to_come,
       b.cancelled_at
  FROM family f JOIN booking b ON b.family_id = f.id JOIN centre c ON c.id = b.centre_id
 WHERE f.lost_at IS NULL AND {which}
 ORDER BY b.state = 'booked' AND b.begins_at > :now DESC, b.begins_at DESC, b.id
 LIMIT :most
"""
_PARTS = {
    "words": "f.name_words @@ CAST(:words AS tsquery)",
    "born": "f.born @> ARRAY[CAST(:born AS date)]",
    "email": "(lower(f.email) LIKE :email OR lower(f.second_contact) LIKE :email)",
    "figures": "(f.mobile LIKE :figures OR f.second_contact LIKE :figures)",
}
_SAME_BIRTH = """
f.born && CAST(:births AS date[])
AND (f.name_words @@ CAST(:words AS tsquery) OR lower(f.email) = :email OR f.mobile = :mobile)
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A booking in a list: enough to ask the family which it is, and no contact."""

    public_id: UUID
    reference: str
    name: str
    births: Sequence[date]
    start: datetime
    centre: str
    state: str
    to_come: bool
    cancelled_at: datetime | None = None


def find(sought: Sought, now: datetime) -> list[Found]:
    """List the bookings that fit everything sought, those to come first; at most MOST_FOUND and one, which says there are more.

    A booking of a family whose baby has died stands in no list: it is found by its reference.
    """
    given: dict[str, object] = {
        "words": _beginning_with(sought.words),
        "born": sought.born,
        "email": _pattern(sought.email) + "%" if sought.email else None,
        "figures": f"%{sought.figures}" if sought.figures else None,
    }
    which = [condition for name, condition in _PARTS.items() if given[name]]
    return _found(" AND ".join(which), given | {"now": now, "most": MOST_FOUND + 1})


def likely_the_same(births: Sequence[date], name: str, email: str, mobile: str, now: datetime) -> list[Found]:
    """List bookings that may be this family's already: one of its births, and its last name, e-mail or mobile."""
    values = {
        "births": list(births),
        "words": " | ".join(f"'{word}'" for word in words_kept(" ".join(name.split()[-1:]))) or "''",
        "email": same_email(email) or None,
        "mobile": mobile or None,
    }
    return _found(_SAME_BIRTH, values | {"now": now, "most": MOST_FOUND})


def _found(which: str, values: dict[str, Any]) -> list[Found]:
    return [Found(*row) for row in db.session.execute(text(_FOUND.format(which=which)), values)]


def _beginning_with(words: Sequence[str]) -> str:
    """Write a question for words that begin so. None of them has a character that needs quoting."""
    return " & ".join(f"'{word}':*" for word in words)


def _pattern(given: str) -> str:
    return given.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
