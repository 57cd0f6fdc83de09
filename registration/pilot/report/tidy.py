"""Every published table as tidy CSV, one number a row or one row a line, each described as CSV on the web (W3C 2015)."""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from io import StringIO

from registration.common.files import safe_cell
from registration.pilot.disclosure.rules import PublishedTable, Release
from registration.pilot.report.charts.canvas import Chart
from registration.pilot.report.tables import file_name, with_ends

COLUMNS: Mapping[str, tuple[str, str]] = {
    "metric": ("string", "The metric’s id in the catalogue"),
    "geography": ("string", "What places the table is by: authority, cluster or home_centre"),
    "place": ("string", "The place; all is every place together"),
    "characteristic": ("string", "What groups the table is by, or none"),
    "group": ("string", "The group; all is everybody"),
    "quarter": ("string", "Quarter of birth, 2026-Q4; all is every quarter"),
    "measure": ("string", "count, num and den (of how many how many), or percent (of rounded counts)"),
    "value": ("number", "The number, rounded; empty where it is withheld"),
    "mark": ("string", "[c]: withheld, so that nobody can be recognised"),
}
_NUMBER = re.compile(r"[+-][0-9]+(\.[0-9]+)?(e[+-][0-9]+)?")
KEY = ("metric", "place", "group", "quarter", "measure")


def tidy(release: Release, title: str) -> Mapping[str, bytes]:
    """Give the files of a release by name: for each table a CSV of one number a row, and its metadata beside it."""
    files: dict[str, bytes] = {}
    for table in release.tables:
        name = file_name(table)
        files[f"{name}.csv"] = _rows(table)
        files[f"{name}-metadata.json"] = described(f"{name}.csv", table.title, COLUMNS, KEY, title)
    return files


def _rows(table: PublishedTable) -> bytes:
    return written(
        tuple(COLUMNS),
        [
            (
                *(str(getattr(cell, name)) for name in tuple(COLUMNS)[:-2]),
                "" if cell.value is None else f"{cell.value:.12g}",
                cell.mark,
            )
            for cell in table.cells
        ],
    )


def of_chart(chart: Chart) -> bytes:
    """Give the numbers of a picture as CSV."""
    columns, rows = with_ends(chart.columns, chart.rows)
    return written(columns, [tuple(map(str, row)) for row in rows])


def written(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Write CSV in UTF-8; a table program computes nothing of what it finds there."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_kept(cell) for cell in row] for row in rows)
    return stream.getvalue().encode()


def _kept(cell: str) -> str:
    """Give a cell that is safe in a table program; a number keeps its sign."""
    return cell if _NUMBER.fullmatch(cell) else safe_cell(cell)


def described(file: str, title: str, columns: Mapping[str, tuple[str, str]], key: Sequence[str], whole: str) -> bytes:
    """Write the metadata of a CSV file: what each column holds, and which of them name a row."""
    schema = {
        "columns": [
            {"name": name, "titles": name, "datatype": datatype, "dc:description": meaning, "required": name in key}
            for name, (datatype, meaning) in columns.items()
        ],
        "primaryKey": list(key),
    }
    metadata = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": file,
        "dc:title": title,
        "dc:isPartOf": whole,
        "dialect": {"header": True, "encoding": "utf-8", "lineTerminators": ["\n"]},
        "tableSchema": schema,
    }
    return json.dumps(metadata, ensure_ascii=False, indent=1).encode() + b"\n"
