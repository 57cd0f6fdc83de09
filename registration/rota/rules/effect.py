"""What a rota can do for families against what they will need."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expected:
    """The births a week to expect in a cluster, and what that is made of: so many births booked in so many weeks."""

    births: int
    weeks: int

    @property
    def per_week(self) -> float:
        """Give the average; nought where nothing is known yet."""
        return self.births / self.weeks if self.weeks else 0.0
