"""The tables that the commands read: a panel of centres and months, and the counts of authorities."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from registration.common.files import WHOLE_FILE, Fault, Row, Table, decimal, whole
from registration.pilot.disclosure.rules import MARK
from registration.pilot.effect.panel import Panel
from registration.pilot.effect.pooling import Counts

PANEL = ("centre", "month", "first_live_month", "treated", "registrations", "signups")
COUNTS = ("authority", "pilot_signups", "pilot_registrations", "comp_signups", "comp_registrations")
#: The table of counts in the bundle of an evaluation.
BUNDLED = "pool.csv"
_CALENDAR = re.compile(r"(\d{4})-(\d{2})(-\d{2}([T ][0-9:.]*)?)?", re.ASCII)
_NEVER = frozenset({"never", "none", "na", "nan", "nat", "<na>", "inf", "null", "-"})
_YEAR = 12


@dataclass(frozen=True, slots=True)
class _Cell:
    centre: str
    month: int
    start: int | None
    live: bool
    families: int
    joined: int


def _count(text: str) -> int:
    """Read a number of families, 25 or 25.0."""
    number = decimal(text)
    if number < 0 or number != int(number):
        raise ValueError("is not a whole number from 0")
    return int(number)


def _month(text: str) -> int:
    """Read a month: a whole number, 7 or 7.0, or one of the calendar, 2026-07."""
    parts = _CALENDAR.fullmatch(text)
    if parts is None:
        try:
            return whole(text.removesuffix(".0"))
        except ValueError:
            raise ValueError("is neither a whole number nor a month like 2026-07") from None
    if not 1 <= int(parts[2]) <= _YEAR:
        raise ValueError("is no month of a year")
    return int(parts[1]) * _YEAR + int(parts[2]) - 1


def _treated(text: str) -> bool:
    if text.casefold() not in {"0", "1", "0.0", "1.0", "true", "false"}:
        raise ValueError("is neither 0 nor 1")
    return text.casefold() in {"1", "1.0", "true"}


def read_panel(path: Path) -> Panel:
    """Read a panel, one row for each centre and month; FileRefused names every fault by its line.

    Months are whole numbers or like 2026-07; a first_live_month that is empty or 'never', or is one whose centres are never
    treated, is that of a centre never live. Refused are a centre and month said twice, a centre with two first live months, a
    row whose `treated` is not what its month and first live month say, and more sign-ups than registrations. Rows without
    registrations say nothing and are left out.
    """
    with path.open("rb") as stream:
        table = _named(Table(stream), PANEL)
        rows = [(row, cell) for row in table if (cell := _cell(row)) is not None]
    treated = {cell.start for _, cell in rows if cell.live}
    _refuse_contradictions(rows, treated)
    if not any(cell.families for _, cell in rows) and not table.fault_count:
        table.add(Fault(1, WHOLE_FILE, "", "has no row with registrations"))
    table.refuse_if_faulty()
    return _panel([cell for _, cell in rows if cell.families], treated)


def _named(table: Table, columns: Sequence[str]) -> Table:
    table.name_columns({name: [re.escape(name)] for name in columns}, columns)
    return table


def _cell(row: Row) -> _Cell | None:
    """Read a row; None where a cell of it is faulty."""
    before = row.table.fault_count
    never = row.text("first_live_month").casefold() in _NEVER
    cell = _Cell(
        row.read("centre", str, needed=True) or "",
        row.read("month", _month, needed=True) or 0,
        None if never else row.read("first_live_month", _month),
        row.read("treated", _treated, needed=True) or False,
        row.read("registrations", _count, needed=True) or 0,
        row.read("signups", _count, needed=True) or 0,
    )
    if row.table.fault_count == before and cell.joined > cell.families:
        row.fault("signups", f"is more than the {cell.families} registrations")
    return cell if row.table.fault_count == before else None


def _refuse_contradictions(rows: Sequence[tuple[Row, _Cell]], treated: set[int | None]) -> None:
    lines: dict[tuple[str, int], int] = {}
    starts: dict[str, int | None] = {}
    for row, cell in rows:
        earlier = lines.setdefault((cell.centre, cell.month), row.line)
        if earlier != row.line:
            row.table.add_repeated(row.line, "month", row.text("month"), earlier)
        if starts.setdefault(cell.centre, cell.start) != cell.start:
            row.fault("first_live_month", "is another than that of the centre’s rows before")
        live = cell.start is not None and cell.month >= cell.start
        if cell.live != live and cell.start in treated:
            row.fault("treated", "is not what month and first_live_month say")


def _panel(cells: Sequence[_Cell], treated: set[int | None]) -> Panel:
    """Put the rows into a panel; a start by which no row of its centres is treated is never."""
    starts = {cell.centre: cell.start if cell.start in treated else None for cell in cells}
    index = {name: number for number, name in enumerate(starts)}
    begins = list(starts.values())
    return Panel(
        centres=list(index),
        starts=begins,
        begins=begins,
        units=list(index),
        centre=np.array([index[cell.centre] for cell in cells], dtype=np.int64),
        month=np.array([cell.month for cell in cells], dtype=np.int64),
        families=np.array([cell.families for cell in cells], dtype=float),
        joined=np.array([cell.joined for cell in cells], dtype=float),
    )


def read_counts(path: Path, earlier: Sequence[Counts] = ()) -> Sequence[Counts]:
    """Read authorities' counts from a table, or from a bundle (a folder with a pool.csv), in the order given.

    FileRefused where a council withheld its counts, a cell is no number of families, an arm has no registrations or more sign-ups
    than registrations, or an authority is there already, here or among those read `earlier`.
    """
    counts: list[Counts] = []
    with (path / BUNDLED if path.is_dir() else path).open("rb") as stream:
        table = _named(Table(stream), COUNTS)
        for row in table:
            counts.append(_counts(row, {each.authority for each in (*earlier, *counts)}))
    if not (counts or table.fault_count):
        table.add(Fault(1, WHOLE_FILE, "", "has no authority"))
    table.refuse_if_faulty()
    return counts


def _counts(row: Row, known: Collection[str]) -> Counts:
    before = row.table.fault_count
    authority = row.read("authority", str, needed=True) or ""
    if MARK in map(row.text, COUNTS[1:]):
        row.fault("authority", f"withheld its counts ({MARK}), for they are too small: it cannot be pooled")
        return Counts(authority, 0, 0, 0, 0)
    numbers = [row.read(name, _count, needed=True) or 0 for name in COUNTS[1:]]
    if row.table.fault_count == before:
        for arm in ("pilot", "comp"):
            _check_arm(row, arm, dict(zip(COUNTS[1:], numbers, strict=True)))
    if authority in known:
        row.fault("authority", "is there already")
    return Counts(authority, *numbers)


def _check_arm(row: Row, arm: str, numbers: dict[str, int]) -> None:
    signups, registrations = numbers[f"{arm}_signups"], numbers[f"{arm}_registrations"]
    if not registrations:
        row.fault(f"{arm}_registrations", "is nobody: no share can be told")
    elif signups > registrations:
        row.fault(f"{arm}_signups", f"is more than the {registrations} registrations")
