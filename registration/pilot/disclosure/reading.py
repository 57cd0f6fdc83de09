"""A release as a file of tidy rows, one number a row, and read back as what an attacker has of it."""

import csv
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path

from registration.common.files import WHOLE_FILE, Fault, Row, Table, decimal, safe_cell, whole
from registration.pilot.disclosure.rules import MARK, PublishedCell, PublishedTable, Release, Settings, Spot
from registration.pilot.extract.files import day

#: The file of a published bundle in which the release stands.
FILE = "tables.csv"
#: Its columns; the last three are the same in every row, so that rows of several releases can be put together.
COLUMNS = (
    *("metric", "title", "geography", "place", "characteristic", "group", "quarter", "measure", "value", "mark"),
    *("as_of", "threshold", "base"),
)


def rows(release: Release) -> Iterator[tuple[str, ...]]:
    """Give every number of a release as a tidy row of COLUMNS, in the order of the catalogue."""
    last = str(release.as_of), str(release.settings.threshold), str(release.settings.base)
    for table in release.tables:
        for cell in table.cells:
            value = "" if cell.value is None else f"{cell.value:g}" if cell.value % 1 else f"{cell.value:.0f}"
            yield (cell.metric, table.title, *cell.spot, cell.measure, value, cell.mark, *last)


def written(release: Release) -> bytes:
    """Write a release as the bytes of its file: equal releases give equal bytes."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows(release))
    return text.getvalue().encode()


def read_release(folder: Path) -> Release:
    """Read the release of a published bundle, from FILE in its folder.

    Raises FileRefused where the file is faulty or has no row; FileNotFoundError where there is none.
    """
    with (folder / FILE).open("rb") as stream:
        file = Table(stream)
        file.name_columns({name: [name] for name in COLUMNS}, COLUMNS)
        tables: dict[tuple[str, tuple[str, str]], tuple[str, list[PublishedCell]]] = {}
        heads: set[tuple[date, Settings]] = set()
        for row in file:
            cell = _cell(row)
            key = cell.metric, (cell.geography, cell.characteristic)
            tables.setdefault(key, (row.text("title"), []))[1].append(cell)
            heads.add(_head(row))
        if len(heads) != 1:
            file.add(
                Fault(1, WHOLE_FILE, "", "is not one release: as_of, threshold and base must be the same in every row")
            )
        file.refuse_if_faulty()
    ((as_of, settings),) = heads
    made = [PublishedTable(metric, title, *at, cells) for (metric, at), (title, cells) in tables.items()]
    return Release(as_of, settings, made)


def _head(row: Row) -> tuple[date, Settings]:
    as_of = row.read("as_of", day, needed=True) or date.min
    threshold, base = (row.read(name, _positive, needed=True) or 1 for name in ("threshold", "base"))
    return as_of, Settings(threshold, base)


def _cell(row: Row) -> PublishedCell:
    value = row.read("value", decimal)
    if (value is None) != (row.text("mark") == MARK):
        row.fault("value", f"is a number, or there is the mark {MARK} instead")
    spot = Spot(*(row.text(name) for name in Spot._fields))
    return PublishedCell(row.text("metric"), *spot, row.text("measure"), value, row.text("mark"))


def _positive(text: str) -> int:
    if (number := whole(text)) < 1:
        raise ValueError("is not at least 1")
    return number
