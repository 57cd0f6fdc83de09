"""What an attacker knows of published tables: an unknown for every count, between two numbers, and the sums that bind them.

Unknowns of several releases stand side by side. A count that can have changed no more since an earlier release is one unknown of
both; one that can only have grown is at least what it was. The attacker is not told why a number is missing: it may be anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from registration.pilot.disclosure.rules import (
    ALL,
    NUM,
    PERCENT,
    Release,
    Settings,
    Spot,
    counted,
    lines,
    outer_counts,
    stands_still,
)

#: More than any count: what is not told may be as much as this.
MOST = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of one count: the least and the greatest it can be, and whether a number was published at all."""

    least: float
    greatest: float
    told: bool

    def and_told(self, other: "Told") -> "Told":
        """Join what two tables, or two releases, tell of one count."""
        return Told(max(self.least, other.least), min(self.greatest, other.greatest), self.told or other.told)


NOT_TOLD = Told(0.0, MOST, told=False)
#: A count at a spot, without the name of a release.
Cell = tuple[str, Spot]


class Name(NamedTuple):
    """An unknown: a count at a spot, in the release of a date."""

    as_of: date
    called: str
    spot: Spot

    @property
    def cell(self) -> Cell:
        """Give the count at its spot, whatever the release."""
        return self.called, self.spot

    def __str__(self) -> str:
        return f"{self.called}, {self.spot} (as of {self.as_of})"


@dataclass(frozen=True)
class Known:
    """One release as an attacker has it: what is told of each count, and which counts and spots each table shows."""

    as_of: date
    cells: Mapping[Cell, Told]
    tables: Sequence[tuple[Sequence[str], Sequence[Spot]]]


@dataclass(frozen=True)
class System:
    """Unknowns with bounds, and how they are bound together; unknowns are numbers from 0.

    `lower`, `upper` are bounds and `told` says which are published; `sums` are (margin, its parts); `within` are pairs of which the
    first is never more than the second; `shares` are the numerators and denominators of which both stand at one spot: what is left
    of a denominator is a count that may be small too. `number` finds an unknown, which several releases may share.
    """

    names: Sequence[Name]
    number: Mapping[Name, int]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    told: NDArray[np.bool_]
    sums: Sequence[tuple[int, Sequence[int]]]
    within: Sequence[tuple[int, int]]
    shares: Sequence[tuple[int, int]]


def known_of(release: Release) -> Known:
    """Read off a release what it tells of every count."""
    cells: dict[Cell, Told] = {}
    tables = []
    for table in release.tables:
        counts = [cell for cell in table.cells if cell.measure != PERCENT]
        for cell in counts:
            at = counted(cell.metric, cell.measure), cell.spot.meaning
            cells[at] = told(cell.value, release.settings).and_told(cells.get(at, NOT_TOLD))
        names = sorted({counted(cell.metric, cell.measure) for cell in counts})
        tables.append((names, sorted({cell.spot for cell in counts})))
    return Known(release.as_of, cells, tables)


def told(value: float | None, settings: Settings) -> Told:
    """Say what a published number tells of its count; None is a number that is not told."""
    return NOT_TOLD if value is None else Told(*settings.behind(value), told=True)


def build(releases: Iterable[Known], *, tied: bool = True) -> System:
    """Put releases, in the order of their dates, into one system; where they are not `tied`, each stands for itself.

    Two releases are held to call a settled count the same only where nothing published contradicts it: of a quarter whose total
    differs between them, more births have come to be known.
    """
    builder = _Builder()
    for release in sorted(releases, key=lambda release: release.as_of):
        builder.add(release)
        if not tied:
            builder.earlier.clear()
    return builder.system()


class _Builder:
    """Adds one release after the other."""

    def __init__(self) -> None:
        self.names: list[Name] = []
        self.number: dict[Name, int] = {}
        self.told: list[Told] = []
        self.sums: dict[tuple[int, tuple[int, ...]], None] = {}
        self.within: dict[tuple[int, int], None] = {}
        self.shares: dict[tuple[int, int], None] = {}
        self.earlier: list[Known] = []

    def add(self, release: Known) -> None:
        """Add the unknowns of a release, its sums, and what is within what."""
        for (count, spot), known in release.cells.items():
            self._unknown(Name(release.as_of, count, spot), known, release)
        margins: set[int] = set()
        for counts, spots in release.tables:
            sums = [(spot.meaning, [part.meaning for part in parts]) for spot, parts in lines(spots)]
            for count in counts:
                margins |= self._sums(release.as_of, count, sums)
        self._nest(release, margins)
        self.earlier.insert(0, release)

    def _unknown(self, name: Name, known: Told, release: Known) -> None:
        number = len(self.names)
        before = next((each for each in self.earlier if name.cell in each.cells), None)
        if before is not None:
            former = self.number[name._replace(as_of=before.as_of)]
            both = known.and_told(self.told[former])
            if both.least <= both.greatest and _stands_still(name, before, release):
                self.number[name], self.told[former] = former, both
                return
            if self.told[former].least <= known.greatest and not known.least >= self.told[former].greatest:
                self.within[former, number] = None
        self.number[name] = number
        self.names.append(name)
        self.told.append(known)

    def _sums(self, as_of: date, count: str, sums: Iterable[tuple[Spot, Sequence[Spot]]]) -> set[int]:
        margins = set()
        for margin, parts in sums:
            total = self.number[Name(as_of, count, margin)]
            self.sums[total, tuple(sorted(self.number[Name(as_of, count, part)] for part in parts))] = None
            margins.add(total)
        return margins

    def _nest(self, release: Known, margins: set[int]) -> None:
        """Bind each count to those it is within; margins follow from their parts."""
        outer = outer_counts(count for count, _ in release.cells)
        for count, spot in release.cells:
            inner = self.number[Name(release.as_of, count, spot)]
            for wide in outer[count]:
                whole = self.number.get(Name(release.as_of, wide, spot))
                if whole is None:
                    continue
                if count.endswith(f"/{NUM}") and wide == counted(count.rpartition("/")[0], "den"):
                    self.shares[inner, whole] = None
                if inner not in margins:
                    self.within[inner, whole] = None

    def system(self) -> System:
        """Give what was put together."""
        return System(
            self.names,
            self.number,
            np.array([each.least for each in self.told]),
            np.array([each.greatest for each in self.told]),
            np.array([each.told for each in self.told]),
            list(self.sums),
            list(self.within),
            list(self.shares),
        )


def _stands_still(name: Name, before: Known, now: Known) -> bool:
    """Say whether a count is the same in two releases: it can change no more, and its quarter's total is not told otherwise."""
    whole = name.called, name.spot._replace(place=ALL, group=ALL).meaning
    total = before.cells.get(whole, NOT_TOLD).and_told(now.cells.get(whole, NOT_TOLD))
    return total.least <= total.greatest and stands_still(name.called, name.spot.quarter, before.as_of)
