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
    """What a cluster still has in the weeks ahead, and the births a week to be expected there."""

    cluster: str
    centres: tuple[CentreSupply, ...]
    per_week: float

    @property
    def left(self) -> int:
        """Give the times left."""
        return sum(centre.left for centre in self.centres)

    @property
    def expected(self) -> int:
        """Give the families to be expected, to the next whole one."""
        return round(self.per_week * WEEKS)

    @property
    def spare(self) -> int:
        """Give the times left over once they have all booked; below nought where too few are left."""
        return self.left - self.expected

    @property
    def is_dry(self) -> bool:
        """Say whether there are fewer times left than families to expect."""
        return self.spare < 0
