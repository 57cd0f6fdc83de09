"""What an event of the pilot is, and which of its versions counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import Any


class Kind(StrEnum):
    """What happened."""

    BORN = "born"
    FED = "fed"  # live birth data told of the birth
    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    DNA = "dna"
    REGISTERED = "registered"
    JOINED = "joined"
    USED = "used"
    CONTACTED = "contacted"
    OBJECTED = "objected"
    MOVED_AWAY = "moved_away"


@dataclass(frozen=True, slots=True)
class Event:
    """One version of something that happened to a family, as `models.PilotEvent` keeps it; `venue` is a place’s key."""

    kind: Kind
    source: str
    version: int
    family: str
    birth: str | None
    day: date
    at: datetime
    venue: str | None
    route: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    undone: bool = False


#: All versions of what one row of the service tells, the first first.
History = Sequence[Event]


def histories(events: Iterable[Event], as_of: date) -> list[History]:
    """Gather the versions of each source that happened by a day; what its last one undoes is left out.

    The events of one source must follow each other, in the order of their versions.
    """
    found: list[History] = []
    for _, versions in groupby(events, attrgetter("source")):
        known = [event for event in versions if event.day <= as_of]
        if known and not known[-1].undone:
            found.append(known)
    return found
