"""Monthly counts of births by area, where a source gives no more than numbers."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from registration.births.files.rules import cells
from registration.births.files.rules.columns import Column, Why
from registration.births.files.rules.sheet import Faults, Line, Sheet

T = TypeVar("T")

_LSOA = re.compile(r"[EWSN]01\d{6}", re.ASCII)
_WARD = re.compile(r"[EWSN]05\d{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Count:
    """The births of one month in one area: the centre's name, or the code of a neighbourhood or a ward."""

    line: int
    area: str
    month: date
    births: int


def is_neighbourhood(area: str) -> bool:
    """Say whether an area is written as the code of an LSOA."""
    return _LSOA.fullmatch(area) is not None


def is_ward(area: str) -> bool:
    """Say whether an area is written as the code of a ward."""
    return _WARD.fullmatch(area) is not None


def counts(sheet: Sheet, columns: Sequence[Column], today: date) -> tuple[Count, ...]:
    """Read every row; FileRefused names every fault. A month that has not begun cannot be counted, nor one twice."""
    places = {column.ours: column for column in columns if column.why is Why.TAKEN}
    faults, seen, found = Faults(), dict[tuple[str, date], int](), []
    faults.join(sheet.faults)
    for line in sheet.lines:
        area = _read(line, places["area"], lambda text: text, faults)
        month = _read(line, places["month"], lambda text: _past(cells.month(text), today), faults)
        births = _read(line, places["births"], cells.births, faults)
        if area is None or month is None or births is None:
            continue
        earlier = seen.setdefault((area.casefold(), month), line.number)
        if earlier != line.number:
            faults.add(line.number, places["area"].heading, area, f"has this month already, on line {earlier}")
        found.append(Count(line.number, area, month, births))
    faults.refuse()
    return tuple(found)


def _past(month: date, today: date) -> date:
    if month > today:
        raise ValueError("is still to come")
    return month


def _read(line: Line, column: Column, convert: Callable[[str], T], faults: Faults) -> T | None:
    text = line.cells[column.place]
    try:
        if text:
            return convert(text)
        faults.add(line.number, column.heading, text, "is missing")
    except ValueError as error:
        faults.add(line.number, column.heading, text, str(error))
    return None
