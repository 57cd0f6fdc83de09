"""When times run dry."""

from dataclasses import dataclass

#: So many weeks are looked ahead: nearly all families book within the six that the law gives them.
WEEKS = 4


@dataclass(frozen=True, slots=True)
class CentreSupply:
    """The times left at a centre in the weeks ahead."""

    centre_id: int
    centre: str
    left: int


@dataclass(frozen=True, slots=True)
class Supply:
    """What a cluster still has in the weeks ahead, the births a week to be expected there, and how many are booked already."""

    cluster: str
    centres: tuple[CentreSupply, ...]
    per_week: float
    booked: int

    @property
    def left(self) -> int:
        """Give the times left."""
        return sum(centre.left for centre in self.centres)

    @property
    def expected(self) -> int:
        """Give the births to be expected in these weeks, to the next whole one."""
        return round(self.per_week * WEEKS)

    @property
    def to_come(self) -> int:
        """Give those of them that have no time in these weeks yet."""
        return max(self.expected - self.booked, 0)

    @property
    def spare(self) -> int:
        """Give the times left over once they have all booked; below nought where too few are left."""
        return self.left - self.to_come

    @property
    def is_dry(self) -> bool:
        """Say whether there are fewer times left than births still to come."""
        return self.spare < 0
