"""Families in cells of home centre and month of birth: what the comparison of live and not yet live centres reads."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from registration.common.errors import Refused
from registration.pilot.extract.rules import Birth, Centre, Extract, first_live_month

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]
#: The days after its birth within which a family is to have joined.
HORIZON = timedelta(days=90)
NO_HOME_CENTRE = "no home centre"
TOO_RECENT = "born less than 90 days before the as-of date"
MEMBER_BEFORE = "a member before the birth"
MOVED = "moved away within 90 days without joining"
BROKEN_MONTH = "born in the broken month in which its centre began"
#: Why families are left out, in the order in which the reasons are looked at: a family counts under the first that holds.
REASONS = (NO_HOME_CENTRE, TOO_RECENT, MEMBER_BEFORE, MOVED, BROKEN_MONTH)


class CannotTell(Refused):
    """These centres and months do not tell an effect of being live apart from what centres and months differ by anyway."""


@dataclass(frozen=True)
class Panel:
    """Cells of home centre and month of birth, N of them, each with its families and those that joined within 90 days.

    `starts` is each centre's first live month, None where it is never live; `begins` the month in which it began, which is the
    month before where that month was broken; `units` the unit of the lot that each centre belongs to. Months are whole numbers
    in their order. `centre` indexes `centres`; `families` are the weights, above 0.
    """

    centres: Sequence[str]
    starts: Sequence[int | None]
    begins: Sequence[int | None]
    units: Sequence[str]
    centre: Indices
    month: Indices
    families: Numbers
    joined: Numbers

    @cached_property
    def months(self) -> Indices:
        """Give the months that have a cell, in order."""
        return np.unique(self.month)

    @cached_property
    def share(self) -> Numbers:
        """Give the share of each cell's families that joined."""
        return self.joined / self.families

    @cached_property
    def live(self) -> Numbers:
        """Give 1 for each cell whose centre was live in its month, else 0."""
        return (self.month >= self._per_cell(self.starts)).astype(float)

    @cached_property
    def since(self) -> Indices:
        """Give for each cell the months since its centre was live: 0 the first live month, -1 the last whole one before it began.

        For a centre that is never live the number is far below any other.
        """
        start, begin = self._per_cell(self.starts), self._per_cell(self.begins)
        return np.where(self.month >= start, self.month - start, self.month - begin).astype(np.int64)

    @cached_property
    def arms(self) -> tuple[int, int]:
        """Count the centres that were live, and those that were not yet live while another was: the two arms compared."""
        live = self.live > 0
        compared = ~live & np.isin(self.month, self.month[live])
        return len(np.unique(self.centre[live])), len(np.unique(self.centre[compared]))

    def _per_cell(self, months: Sequence[int | None]) -> Indices:
        return np.array([_NEVER if month is None else month for month in months], dtype=np.int64)[self.centre]


#: Stands for the first live month of a centre that is never live: later than any other.
_NEVER = 10**9


@dataclass(frozen=True)
class Flow:
    """A panel made of an extract, and how many families were left out, by each of REASONS."""

    panel: Panel
    left_out: Mapping[str, int]


def panel_of(extract: Extract, unit: str = "auto") -> Flow:
    """Put each family of an extract, with its first counted birth, into the cell of its home centre and month of birth.

    A family counts when its birth was at least 90 days before the as-of date, it was no member before the birth, and it had not
    moved away before day 90 unless it had joined by then. The cells of the broken month in which a centre began are left out.
    `unit` is that of the lot: centre, cluster, or auto, which is cluster where all centres of each cluster begin together.
    """
    centres = {centre.centre_id: centre for centre in extract.centres}
    left_out: Counter[str] = Counter()
    families: Counter[tuple[str, int]] = Counter()
    joined: Counter[tuple[str, int]] = Counter()
    for birth in _first_births(extract.counted):
        on = extract.first_joined.get(birth.family_id)
        reason = _reason(birth, on, centres, extract.as_of)
        if reason:
            left_out[reason] += 1
            continue
        cell = (birth.home_centre, month_number(birth.dob))
        families[cell] += 1
        joined[cell] += on is not None and on <= birth.dob + HORIZON
    panel = _panel([centres[name] for name in sorted({name for name, _ in families})], families, joined, unit)
    return Flow(panel, {reason: left_out[reason] for reason in REASONS})


def month_number(day: date) -> int:
    """Count months from the year 0, so that the difference of two is the months between them."""
    return day.year * 12 + day.month - 1


def _first_births(births: Iterable[Birth]) -> Iterable[Birth]:
    first: dict[str, Birth] = {}
    for birth in sorted(births, key=lambda birth: (birth.dob, birth.birth_id)):
        first.setdefault(birth.family_id, birth)
    return first.values()


def _reason(birth: Birth, joined: date | None, centres: Mapping[str, Centre], as_of: date) -> str:
    """Say why a family is left out; nothing where it counts."""
    end = birth.dob + HORIZON
    if not birth.home_centre:
        return NO_HOME_CENTRE
    if end > as_of:
        return TOO_RECENT
    if joined is not None and joined < birth.dob:
        return MEMBER_BEFORE
    if birth.left_area_on is not None and birth.left_area_on < end and (joined is None or joined > end):
        return MOVED
    begins = centres[birth.home_centre].pilot_from
    if begins is not None and begins.day > 1 and month_number(begins) == month_number(birth.dob):
        return BROKEN_MONTH
    return ""


def _panel(
    centres: Sequence[Centre], families: Counter[tuple[str, int]], joined: Counter[tuple[str, int]], unit: str
) -> Panel:
    index = {centre.centre_id: number for number, centre in enumerate(centres)}
    cells = sorted(families)
    begun = [centre.pilot_from for centre in centres]
    return Panel(
        centres=list(index),
        starts=[None if day is None else month_number(first_live_month(day)) for day in begun],
        begins=[None if day is None else month_number(day) for day in begun],
        units=_units(centres, unit),
        centre=np.array([index[name] for name, _ in cells], dtype=np.int64),
        month=np.array([month for _, month in cells], dtype=np.int64),
        families=np.array([families[cell] for cell in cells], dtype=float),
        joined=np.array([joined[cell] for cell in cells], dtype=float),
    )


def _units(centres: Sequence[Centre], unit: str) -> Sequence[str]:
    starts: dict[str, set[date | None]] = {}
    for centre in centres:
        starts.setdefault(centre.cluster, set()).add(centre.pilot_from and first_live_month(centre.pilot_from))
    together = all(len(days) == 1 for days in starts.values())
    if unit == "cluster" and not together:
        raise CannotTell(
            "The lot cannot have been drawn over clusters: some have centres that begin at different times."
        )
    by_cluster = unit == "cluster" or (unit == "auto" and together)
    return [centre.cluster if by_cluster else centre.centre_id for centre in centres]
