"""What may be marked of an appointment, and what becomes of a sheet that was filled in without network.

A marking is an event: the next one stands above it and erases nothing. None of them is the register entry, which the registrar
makes in the Registrar General's own system (1953 Act s.1; the entry, not this list, is the law's record).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from registration.common.errors import Refused


class Outcome(StrEnum):
    """What came of an appointment."""

    ARRIVED = "arrived"
    REGISTERED = "registered"
    DECLARATION_TAKEN = "declaration_taken"
    UNABLE = "unable"
    DID_NOT_ATTEND = "did_not_attend"


#: In words, as the day list and the sheet write them.
TITLES = {
    Outcome.ARRIVED: "Arrived",
    Outcome.REGISTERED: "Registered",
    Outcome.DECLARATION_TAKEN: "Declaration taken",
    Outcome.UNABLE: "Unable",
    Outcome.DID_NOT_ATTEND: "Did not attend",
}
#: Why a birth could not be registered although the family came.
REASONS = {
    "wrong_person": "The parent who must come was not there",
    "papers_missing": "A paper that the law asks for was missing",
    "other_district": "Born in another district: a declaration was needed",
    "no_interpreter": "No interpreter",
    "came_late": "Came too late to be seen",
    "no_registrar": "No registrar, room or system was available",
    "coroner": "The case must go to the coroner or the superintendent first",
    "other": "Another reason",
}


class TooEarlyToMark(Refused):
    """Nothing can be marked before the day of the appointment, and nobody is absent before its time."""


class CannotMark(Refused):
    """This cannot be marked of this appointment."""


class MarkedMeanwhile(Refused):
    """Somebody else marked this appointment in the meantime. Look at what stands there now."""


class BookedAgain(Refused):
    """The family has booked another time since then. Mark what came of that one."""


class ReasonMissing(Refused):
    """Say why the birth could not be registered; for another reason, in a few words."""


@dataclass(frozen=True, slots=True)
class Marking:
    """What is marked: an outcome, or None to take back what stands. A reason and a note with it, by which route."""

    outcome: Outcome | None
    reason: str = ""
    note: str = ""
    route: str = "day_list"


@dataclass(frozen=True, slots=True)
class Standing:
    """An appointment as it stands. `marked` numbers the last marking, 0 where there is none; `by` says who made it."""

    reference: str
    version: int
    kind: str
    cancelled: bool
    start: datetime
    end: datetime
    day: date
    centre_id: int
    outcome: Outcome | None = None
    reason: str = ""
    note: str = ""
    marked: int = 0
    by: str = ""


def done_for(kind: str) -> Outcome:
    """Give the outcome every appointment of a kind is there for: an entry in our district, a declaration for another's (s.9)."""
    return Outcome.DECLARATION_TAKEN if kind == "declaration" else Outcome.REGISTERED


def may_follow(outcome: Outcome | None, kind: str) -> tuple[Outcome | None, ...]:
    """List what may be marked after an outcome, in the order of the buttons; None takes back what stands.

    A family that arrived did attend; whoever did not may still come that day.
    """
    done = done_for(kind)
    after: dict[Outcome | None, tuple[Outcome | None, ...]] = {
        None: (Outcome.ARRIVED, done, Outcome.UNABLE, Outcome.DID_NOT_ATTEND),
        Outcome.ARRIVED: (done, Outcome.UNABLE, None),
        done: (Outcome.UNABLE, Outcome.DID_NOT_ATTEND, None),
        Outcome.UNABLE: (done, Outcome.DID_NOT_ATTEND, None),
        Outcome.DID_NOT_ATTEND: (Outcome.ARRIVED, done, Outcome.UNABLE, None),
    }
    return after.get(outcome, (None,))  # the other kind's outcome, from before a correction: only to be taken back


_following = lru_cache(may_follow)  # a dozen answers, and two hundred rows of a busy day ask


def choices(standing: Standing, today: date, now: datetime) -> tuple[Outcome | None, ...]:
    """List what may be marked of an appointment at this moment."""
    if standing.cancelled or today < standing.day:
        return ()
    following = _following(standing.outcome, standing.kind)
    if now >= standing.start:
        return following
    return tuple(each for each in following if each is not Outcome.DID_NOT_ATTEND)


def check(marking: Marking, standing: Standing, today: date, now: datetime) -> None:
    """Refuse what may not be marked: TooEarlyToMark, ReasonMissing, or CannotMark."""
    if marking.outcome not in may_follow(standing.outcome, standing.kind) or standing.cancelled:
        raise CannotMark
    if marking.outcome not in choices(standing, today, now):
        raise TooEarlyToMark
    if marking.outcome is Outcome.UNABLE:
        if marking.reason not in REASONS or (marking.reason == "other" and not marking.note.strip()):
            raise ReasonMissing
    elif marking.reason:
        raise CannotMark


def says_the_same(marking: Marking, standing: Standing) -> bool:
    """Say whether a marking would change nothing: a second press of the button, the same sheet again."""
    if marking.outcome is not standing.outcome:
        return False
    return marking.outcome is not Outcome.UNABLE or (marking.reason, marking.note) == (standing.reason, standing.note)


# -- a sheet that was filled in without network


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a sheet that comes back: which booking, as it stood when the sheet was made, and what was marked on it."""

    line: int
    reference: str
    version: int
    marked: int
    marking: Marking


class Kind(StrEnum):
    """What is to become of a row."""

    NOTHING = "nothing"
    MARK = "mark"
    CONFLICT = "conflict"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of a row, and why, in a sentence."""

    row: SheetRow
    standing: Standing
    kind: Kind
    why: str = ""


def judge(row: SheetRow, standing: Standing, today: date, now: datetime) -> Verdict:
    """Hold a row of a sheet against the booking as it stands now.

    NOTHING where it says what stands there; MARK where nothing happened since the sheet was made; CONFLICT where something did
    and a person decides; LOST where what the sheet says can no longer be marked at all.
    """
    if row.marking.outcome is None or says_the_same(row.marking, standing):
        return Verdict(row, standing, Kind.NOTHING)
    why = _since(row, standing)
    try:
        check(row.marking, standing, today, now)
    except Refused as refusal:
        return Verdict(row, standing, Kind.LOST, f"{why} {refusal.sentence}".strip())
    return Verdict(row, standing, Kind.CONFLICT if why else Kind.MARK, why)


def _since(row: SheetRow, standing: Standing) -> str:
    """Say what happened to a booking after its sheet was made; nothing where nothing did."""
    if standing.cancelled:
        return "The booking is cancelled."
    if standing.version != row.version:
        return "The booking was changed after the sheet was made."
    if standing.marked == row.marked:
        return ""
    what = TITLES[standing.outcome] if standing.outcome else "not marked"
    by = f", by {standing.by}" if standing.by else ""
    return f"Changed after the sheet was made: it is now {what.lower()}{by}."


def kept_apart(verdicts: Iterable[Verdict]) -> dict[Kind, list[Verdict]]:
    """Sort verdicts by what is to become of their rows."""
    parted: dict[Kind, list[Verdict]] = {kind: [] for kind in Kind}
    for verdict in verdicts:
        parted[verdict.kind].append(verdict)
    return parted
