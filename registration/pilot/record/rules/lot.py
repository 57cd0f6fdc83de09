"""The lot by which the order of the roll-out is drawn, so that anybody can draw it again by hand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from itertools import pairwise

from registration.common.errors import Refused


class CannotDraw(Refused):
    """There must be at least one step, and no more steps than units to draw."""


class PilotBegun(Refused):
    """The pilot began at this centre already: from when it took part cannot be changed any more."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What a lot is drawn from: the seed, of clusters or centres, in how many steps, from when, how many weeks apart.

    Where the last step stays out its centres are those to compare with.
    """

    seed: str
    unit: str
    steps: int
    first: date
    weeks: int
    last_stays_out: bool = False


def drawn(seed: str, units: Collection[str]) -> list[str]:
    """Put units in the order of a lot: by the SHA-256 (in hexadecimal) of the seed, a bar and the unit’s name, in UTF-8.

    `printf '%s' 'the seed|Halifax North' | sha256sum` gives the number of one unit; the smallest is drawn first.
    """
    return sorted(set(units), key=lambda unit: (sha256(f"{seed}|{unit}".encode()).hexdigest(), unit))


def steps_of(order: Sequence[str], steps: int) -> list[Sequence[str]]:
    """Part units that were drawn into steps, in their order; where they do not come out even the first steps have one more.

    Raises CannotDraw where there is no step, or fewer units than steps.
    """
    if not 1 <= steps <= len(order):
        raise CannotDraw
    size, more = divmod(len(order), steps)
    ends = [size * step + min(step, more) for step in range(steps + 1)]
    return [order[begin:end] for begin, end in pairwise(ends)]


def beginnings(first: date, steps: int, weeks: int, *, last_stays_out: bool) -> list[date | None]:
    """Give the first day of each step, so many weeks apart; None for the last where it is kept to compare with."""
    days: list[date | None] = [first + timedelta(weeks=weeks * step) for step in range(steps)]
    return [*days[:-1], None] if last_stays_out else days


def check_change(before: date | None, after: date | None, today: date) -> None:
    """Refuse another first day for a centre where the pilot began: raises PilotBegun."""
    if before is not None and before <= today and after != before:
        raise PilotBegun
