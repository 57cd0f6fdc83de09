"""Sessions that would have a registrar, or a room, at two things at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Sitting:
    """A registrar in a room for a span of time; `line` where a file says so, None for a session there is already."""

    registrar: int
    room: int
    begins: datetime
    ends: datetime
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A part of a session that a family has: the reference of its booking, empty while the family still answers."""

    begins: datetime
    ends: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class Clash:
    """Two sittings that would have one registrar, or one room, at two things at once."""

    whose: str  # registrar or room
    later: Sitting
    earlier: Sitting


def clashes(sittings: Sequence[Sitting]) -> list[Clash]:
    """Find the clashes that a line of a file has a part in; the one told last is a line's."""
    found: list[Clash] = []
    for whose in ("registrar", "room"):
        held: defaultdict[int, list[Sitting]] = defaultdict(list)
        for sitting in sittings:
            held[getattr(sitting, whose)].append(sitting)
        for each in held.values():
            found += _among(whose, sorted(each, key=lambda sitting: (sitting.begins, sitting.line or 0)))
    return sorted(found, key=lambda clash: (clash.later.line or 0, clash.whose))


def _among(whose: str, sittings: list[Sitting]) -> list[Clash]:
    """Compare each sitting, in order of beginning, with the one before it that ends last."""
    found: list[Clash] = []
    longest: Sitting | None = None
    for sitting in sittings:
        if longest is not None and sitting.begins < longest.ends and (sitting.line or longest.line):
            earlier, later = sorted((longest, sitting), key=lambda each: each.line or 0)
            found.append(Clash(whose, later, earlier))
        if longest is None or sitting.ends > longest.ends:
            longest = sitting
    return found
