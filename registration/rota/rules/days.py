"""Centres as the rota sees them: their rooms, bank holidays, and days on which a manager decides otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

#: The name of a room has so many letters at most.
LONGEST_ROOM_NAME = 60


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A day that a manager decided on: open, or closed, and why."""

    open: bool
    reason: str


@dataclass(frozen=True, slots=True)
class OpenDays:
    """Bank holidays by day, and a manager's decisions by centre and day; the centre None stands for all of them."""

    holidays: Mapping[date, str]
    decided: Mapping[tuple[int | None, date], Otherwise]

    def decision(self, centre: int, day: date) -> Otherwise | None:
        """Give what was decided of a centre's day: its own decision before the one for all."""
        return self.decided.get((centre, day)) or self.decided.get((None, day))

    def closed(self, centre: int, day: date) -> str:
        """Say why a centre is closed on a day, or nothing where it is open."""
        decided = self.decision(centre, day)
        if decided is not None:
            return "" if decided.open else (decided.reason or "closed that day")
        return self.holidays.get(day, "")
