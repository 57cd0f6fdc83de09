"""Whom a centre calls on next, and why; and who waits longer than anybody should."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from registration.reach.known.rules import USING

#: A family with a younger baby than this that nobody called on is to be contacted; later it is a new family no more.
NEW = timedelta(days=365)

ROUTES = {"visit": "Visit", "call": "Call", "letter": "Letter", "message": "Message"}
RESULTS = {
    "reached": "Spoke to the family",
    "sent": "Left or sent something",
    "no_answer": "No answer",
    "wrong_details": "Details are wrong",
    "not_wanted": "Wants no contact from us now",
}
#: What came of a contact by its way, where nobody says otherwise: who writes or leaves something speaks to nobody.
AS_USUAL = {"visit": "reached", "call": "reached", "letter": "sent", "message": "sent"}
#: What says that the family heard of the centre; the others are tries.
ARRIVED = frozenset({"reached", "sent", "not_wanted"})


@dataclass(frozen=True, slots=True)
class Try:
    """One try to reach a family, and what is to be done next, by when."""

    on: date
    route: str
    result: str
    next_step: str = ""
    next_on: date | None = None
    note: str = ""


class Why(StrEnum):
    """Why a family is on the list: the first that applies."""

    NEXT_STEP = "next_step"
    TO_TAKE_IN = "to_take_in"
    NOT_CONTACTED = "not_contacted"
    NOT_COMING = "not_coming"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a family stands with a centre that may have its details.

    `since` is the day the centre first might have them. `tried_on` is the day of the last contact, `reached_on` of the last that
    arrived, `not_wanted` what that one said. `next_on` is when the last contact said to call again.
    """

    born: date
    since: date
    wished_on: date | None = None
    joined_on: date | None = None
    tried_on: date | None = None
    reached_on: date | None = None
    not_wanted: bool = False
    next_on: date | None = None
    visited_on: date | None = None
    imd_decile: int | None = None


def why(standing: Standing, today: date) -> Why | None:
    """Say why a centre should call on a family today; None where it need not.

    A next step that was set for later keeps a family off the list until then, and so does a family’s word that it wants none.
    """
    if standing.next_on is not None:
        return Why.NEXT_STEP if standing.next_on <= today else None
    if standing.wished_on is not None and standing.joined_on is None:
        return Why.TO_TAKE_IN
    if standing.not_wanted:
        return None
    if standing.joined_on is not None:
        return Why.NOT_COMING if _stays_away(standing, today) else None
    waits = standing.reached_on is None and today - standing.born < NEW
    return Why.NOT_CONTACTED if waits else None


def _stays_away(standing: Standing, today: date) -> bool:
    """Say whether a member was not there, nor called on, for the time that counts as using."""
    days = (standing.joined_on, standing.visited_on, standing.reached_on)
    return max(day for day in days if day is not None) <= today - USING


def overdue(standing: Standing, today: date, days: int) -> bool:
    """Say whether a family with a new baby has not been contacted within so many days of becoming known to the centre."""
    if standing.reached_on is not None or standing.joined_on is not None or today - standing.born >= NEW:
        return False
    return today - standing.since > timedelta(days=days)


_LEAST_DEPRIVED = 11


@dataclass(frozen=True, slots=True)
class Row:
    """A family on the list: who it is, how it stands, and why it is there."""

    family_id: int
    standing: Standing
    why: Why
    overdue: bool = False


def ordered(rows: Iterable[Row], first: str) -> list[Row]:
    """Put a list in the order a centre set: next steps that are due always come first."""

    def key(row: Row) -> tuple[object, ...]:
        """Give what a row is sorted by, the number of the family last, so that the order is always the same."""
        newest = -row.standing.born.toordinal()
        by = {
            "newest": (newest,),
            "longest_waiting": (row.standing.since, newest),
            "most_deprived": (row.standing.imd_decile or _LEAST_DEPRIVED, newest),
        }[first]
        return (row.why is not Why.NEXT_STEP, *by, row.family_id)

    return sorted(rows, key=key)
