"""What a published count tells: rounding, suppression, the cells of a release, and how cells of releases are bound together.

A count below the threshold is not told, none at all neither; every other is rounded to a base. Whether a cell is not told because
it is small, or because it would give a small one away, is not to be seen: both have the same mark.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from registration.common.errors import Refused
from registration.pilot.extract.rules import LAWFUL_DAYS

#: A margin: every place, every group or every quarter.
ALL = "all"
AUTHORITY, NONE = "authority", "none"
COUNT, NUM, DEN, PERCENT = "count", "num", "den", "percent"
#: Begins each line that tells how far the attack on the tables is: there are as many as it takes.
ATTACKED = "The attack: "
#: Stands for a number that is not told (Government Analysis Function: [c], confidential).
MARK = "[c]"
BIRTHS, FAMILIES = "M01_births_resident", "M01_families"
KNOWN, FIRST_KNOWN = "M02_reach_known_families", "M03_first_known_via_registration"
AT_CENTRE, IN_TIME, MISSED = "M04_registered_at_centre", "M07_within_42_days_mature", "M08_dna"
SIGNED_UP_CENTRE, SIGNED_UP_OFFICE = "M09_signup_at_visit/centre", "M09_signup_at_visit/office"

#: Counts that stand in several tables under other names.
_SAME_COUNT = {(metric, DEN): FAMILIES for metric in (KNOWN, FIRST_KNOWN)}
#: Who is counted in the first is counted in the second too, beside every numerator in its denominator.
WITHIN: Sequence[tuple[str, str]] = (
    (f"{FIRST_KNOWN}/num", f"{KNOWN}/num"),
    (f"{AT_CENTRE}/den", BIRTHS),
    (f"{IN_TIME}/den", BIRTHS),
    (f"{SIGNED_UP_CENTRE}/den", FAMILIES),
    (f"{SIGNED_UP_OFFICE}/den", FAMILIES),
)
#: Counts that stand still once a quarter is over, by the days after its end; all others may grow for as long as is looked.
_SETTLED_AFTER = {BIRTHS: 0, FAMILIES: 0, f"{IN_TIME}/den": LAWFUL_DAYS, f"{IN_TIME}/num": LAWFUL_DAYS}


@dataclass(frozen=True, slots=True)
class Settings:
    """How careful a release is: counts below `threshold` are not told, the others are rounded to the nearest multiple of `base`."""

    threshold: int = 10
    base: int = 5

    def __post_init__(self) -> None:
        if self.threshold < 1 or self.base < 1:
            raise ValueError("The threshold and the base of rounding must be at least 1.")

    def rounded(self, count: int) -> int:
        """Give the nearest multiple of the base; of two equally near the greater."""
        return (count + self.base // 2) // self.base * self.base

    def behind(self, told: float) -> tuple[int, int]:
        """Give the least and the greatest count that is told as this number."""
        least = int(told) - self.base // 2
        return max(least, self.threshold), least + self.base - 1


class Spot(NamedTuple):
    """Where a count stands: one place of a geography, one group of a characteristic, one quarter of birth, or margins of these."""

    geography: str
    place: str
    characteristic: str
    group: str
    quarter: str

    @property
    def meaning(self) -> "Spot":
        """Give the same spot as every table calls it: all clusters together are the authority, all deciles no characteristic."""
        return Spot(
            AUTHORITY if self.place == ALL else self.geography,
            self.place,
            NONE if self.group == ALL else self.characteristic,
            self.group,
            self.quarter,
        )

    def __str__(self) -> str:
        return f"{self.geography} {self.place}, {self.characteristic} {self.group}, {self.quarter}"


@dataclass(frozen=True, slots=True)
class PublishedCell:
    """One number of a published table; `value` is None and `mark` says [c] where it is not told.

    `measure` is count (births or families), num and den (of how many how many), or percent (of the rounded counts, one decimal).
    """

    metric: str
    geography: str
    place: str
    characteristic: str
    group: str
    quarter: str
    measure: str
    value: float | None
    mark: str

    @property
    def spot(self) -> Spot:
        """Give where it stands."""
        return Spot(self.geography, self.place, self.characteristic, self.group, self.quarter)


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """A table of the catalogue as it is published, margins included."""

    metric: str
    title: str
    geography: str
    characteristic: str
    cells: Sequence[PublishedCell]


@dataclass(frozen=True)
class Release:
    """Everything published together: the tables as of a date, under settings.

    `secondary` counts the numbers that are not told though they are no small ones; `revised` says that an earlier release
    contradicts this one, so that the two cannot be held together. Neither is published.
    """

    as_of: date
    settings: Settings
    tables: Sequence[PublishedTable]
    secondary: int = field(default=0, compare=False)
    revised: bool = field(default=False, compare=False)


class Leaks(Refused):
    """From what would be published, a number that is not told could be worked out too closely.

    `cells` name each: which count, where, and between which two numbers it would be known to lie.
    """

    def __init__(self, cells: Sequence[str]) -> None:
        self.cells = tuple(cells)
        super().__init__("\n".join(("This release would give away:", *self.cells)))


def counted(metric: str, measure: str) -> str:
    """Name the count behind a measure: the families of M02 are those of M01 and of M03."""
    return metric if measure == COUNT else _SAME_COUNT.get((metric, measure), f"{metric}/{measure}")


def lines(spots: Iterable[Spot]) -> Iterator[tuple[Spot, Sequence[Spot]]]:
    """Give each sum of a table as (margin, its parts): over quarters, over groups, over places."""
    there = dict.fromkeys(sorted(spots))
    for at in ("quarter", "group", "place"):
        parts: dict[Spot, list[Spot]] = {}
        for spot in there:
            if getattr(spot, at) != ALL:
                parts.setdefault(spot._replace(**{at: ALL}), []).append(spot)
        yield from ((margin, found) for margin, found in parts.items() if margin in there)


def quarter_of(day: date) -> str:
    """Name the quarter of the year in which a day lies, 2026-Q4."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def first_day(quarter: str) -> date:
    """Give the first day of a quarter named as 2026-Q4."""
    return date(int(quarter[:4]), int(quarter[-1]) * 3 - 2, 1)


def quarters(first: date, last: date) -> Sequence[str]:
    """Name every quarter from that of one day to that of another."""
    found = [quarter_of(first)]
    while found[-1] < quarter_of(last):
        found.append(quarter_of(first_day(found[-1]) + timedelta(days=93)))
    return found


def stands_still(count: str, quarter: str, as_of: date) -> bool:
    """Say whether a count of a quarter's births can change no more after a day, by what it counts."""
    days = _SETTLED_AFTER.get(count)
    if days is None or quarter == ALL:
        return False
    return (
        first_day(quarters(first_day(quarter), first_day(quarter) + timedelta(days=93))[1]) + timedelta(days=days - 1)
        <= as_of
    )


def percentage(num: int, den: int, settings: Settings) -> float | None:
    """Give a percentage of the rounded counts to one decimal, or None where the part or what is left of the whole is small."""
    if min(num, den - num) < settings.threshold:
        return None
    return round(100 * settings.rounded(num) / settings.rounded(den), 1)


def outer_counts(names: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Give, for each count, those in which everybody of it is counted too."""
    known = set(names)
    found: dict[str, list[str]] = {}
    for name in sorted(known):
        metric, _, measure = name.rpartition("/")
        outer = [counted(metric, DEN)] if measure == NUM else []
        outer += [wide for narrow, wide in WITHIN if narrow == name]
        found[name] = [each for each in outer if each in known]
    return found


def inner_counts(names: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Give, for each count, those counted within it, within those too."""
    outer = outer_counts(names)
    found: dict[str, list[str]] = {name: [] for name in outer}
    for name in outer:
        waiting = list(outer[name])
        for wide in waiting:
            found[wide].append(name)
            waiting += outer[wide]
    return found
