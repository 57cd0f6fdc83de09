"""The lot by which the order of the roll-out is drawn, so that anybody can draw it again by hand."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from itertools import pairwise

from registration.common.errors import Refused


class CannotDraw(Refused):
    """There must be at least one step, and no more steps than units to draw."""


class PilotBegun(Refused):
    """The pilot began at this centre already: from when it took part cannot be changed any more."""


class ReasonWanted(Refused):
    """This is not the day drawn for the centre by lot. Say why it begins otherwise."""


class BeforeToday(Refused):
    """For a centre drawn by lot choose today or a later day: what was drawn is not changed afterwards."""


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


def days_of(order: Sequence[str], begins: Sequence[date | None]) -> Mapping[str, date | None]:
    """Give the first day that a lot gave each unit it drew; None where it stays out."""
    steps = zip(begins, steps_of(order, len(begins)), strict=True)
    return {name: day for day, names in steps for name in names}


def check_against_lot(first: date | None, drawn: date | None, reason: str, today: date) -> None:
    """Refuse that a centre begins otherwise than drawn without a reason (ReasonWanted), or on a day that has been (BeforeToday)."""
    if first == drawn:
        return
    if first is not None and first < today:
        raise BeforeToday
    if not reason:
        raise ReasonWanted


def check_change(before: date | None, after: date | None, today: date) -> None:
    """Refuse another first day for a centre where the pilot began: raises PilotBegun."""
    if before is not None and before <= today and after != before:
        raise PilotBegun
