"""The tables of the fixed catalogue as they are published, laid out for reading."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registration.pilot.disclosure.rules import (
    ALL,
    AUTHORITY,
    DEN,
    NONE,
    NUM,
    PERCENT,
    PublishedCell,
    PublishedTable,
    Release,
)
from registration.pilot.metrics.proportions import wilson
from registration.pilot.report.numbers import Share

Cell = str | float
#: The column of an interval as people read it, and its two as programs do.
INTERVAL, ENDS = "95% interval", ("Lower end of the 95% interval", "Upper end of the 95% interval")


@dataclass(frozen=True)
class Table:
    """A table: `name` short enough for a sheet, what it shows, columns, and rows of words and numbers; marks are words."""

    name: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()


def catalogued(release: Release) -> Sequence[Table]:
    """Lay out each published table: a row for each place, group and quarter, a column for each of its counts and shares."""
    return [_laid_out(table) for table in release.tables]


def with_ends(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> tuple[Sequence[str], Sequence[Sequence[Cell]]]:
    """Give columns and rows with each interval, 25.0% to 25.8%, as two cells: a program reads numbers, a person an interval."""
    if INTERVAL not in columns:
        return columns, rows
    at = list(columns).index(INTERVAL)

    def ends(cell: Cell) -> Sequence[Cell]:
        """Give both ends, or the mark twice where there are none."""
        low, to, high = str(cell).partition(" to ")
        return (low, high) if to else (cell, cell)

    return (*columns[:at], *ENDS, *columns[at + 1 :]), [(*row[:at], *ends(row[at]), *row[at + 1 :]) for row in rows]


def file_name(table: PublishedTable) -> str:
    """Give the name of a table's files, without what no file name may have."""
    return re.sub(r"[^a-z0-9]+", "-", f"{table.metric} {table.geography} {table.characteristic}".lower()).strip("-")


def _laid_out(table: PublishedTable) -> Table:
    measures = list(dict.fromkeys(cell.measure for cell in table.cells))
    rows: dict[tuple[str, str, str], dict[str, Cell]] = {}
    for cell in table.cells:
        rows.setdefault((cell.place, cell.group, cell.quarter), {})[cell.measure] = _shown(cell)
    return Table(
        file_name(table),
        table.title,
        ("Place", "Group", "Quarter of birth", *(measure.capitalize() for measure in measures)),
        [(*where, *(row.get(measure, "[z]") for measure in measures)) for where, row in rows.items()],
    )


def _shown(cell: PublishedCell) -> Cell:
    return cell.mark or "[x]" if cell.value is None else cell.value


def shares_of(release: Release, metric: str) -> Sequence[Share]:
    """Give a metric's published share in each cluster and each group, over all quarters."""
    return [
        share
        for table in release.tables
        if table.metric == metric and (table.geography, table.characteristic) in _GROUPS
        for share in _shares(table, _GROUPS[table.geography, table.characteristic])
    ]


#: What the groups of a characteristic are called in a picture; clusters have names of their own.
_GROUPS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("cluster", NONE): {},
    (AUTHORITY, "hard_to_reach"): {"yes": "Hard to reach", "no": "Not hard to reach"},
    (AUTHORITY, "vulnerable"): {"yes": "Vulnerable", "no": "Not vulnerable"},
}


def deciles_of(release: Release, metric: str) -> Sequence[Share]:
    """Give a metric's published share in each tenth of deprivation, 1 to 10; withheld where no table tells it."""
    tenths = {str(number): str(number) for number in range(1, 11)}
    found = {
        share.label: share
        for table in release.tables
        if (table.metric, table.geography, table.characteristic) == (metric, AUTHORITY, "imd_decile")
        for share in _shares(table, tenths)
    }
    return [found.get(tenth, Share(tenth, None, None, None, None)) for tenth in tenths]


def _shares(table: PublishedTable, groups: Mapping[str, str]) -> list[Share]:
    counts: dict[str, dict[str, float | None]] = {}
    for cell in table.cells:
        label = groups.get(cell.group, "") if groups else cell.place
        if cell.quarter == ALL and label not in {"", ALL}:
            counts.setdefault(label, {})[cell.measure] = cell.value
    return [_share(label, found) for label, found in counts.items()]


def _share(label: str, found: dict[str, float | None]) -> Share:
    num, den = found.get(NUM), found.get(DEN)
    if num is None or den is None or found.get(PERCENT) is None:
        return Share(label, None, None, None, None if den is None else int(den))
    share = wilson(int(num), int(den))
    return Share(label, share.value, share.lo, share.hi, int(den))
