"""A centre worker’s half-day at the register office, to sign families up there."""

from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, slots=True)
class Turning:
    """Who is to be where, on which day, from when to when."""

    user_id: int
    centre_id: int
    day: date
    begins: time
    ends: time

    @property
    def half(self) -> str:
        """Name the half-day in which it begins: morning until midday, evening from 5pm."""
        return "morning" if self.begins < time(12) else "afternoon" if self.begins < time(17) else "evening"
