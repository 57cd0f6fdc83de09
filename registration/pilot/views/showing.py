"""What a bundle holds, as the pages show it: read from the bundle's own report.json and tables, which are rounded and withheld."""

import csv
import io
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from registration.pilot.building.models import PilotBuild
from registration.pilot.building.queries import file_of

#: The states of a bundle, as a person reads them.
STATES = {
    "waiting": "Waiting its turn",
    "running": "Being made",
    "done": "Done",
    "stopped": "Stopped",
    "failed": "Could not be made",
}
_KINDS = {
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".toml": "application/toml",
    ".txt": "text/plain; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: The files that stand for the whole, in the order in which people want them, and what each is called.
WHOLE = {
    "report.pdf": "The report (PDF)",
    "report.html": "The report (one page for a browser)",
    "tables.xlsx": "All tables (Excel)",
    "tables.ods": "All tables (OpenDocument)",
    "tables.csv": "Every number of the tables, one a row (CSV)",
    "pool.csv": "The row for a review of several councils (CSV)",
    "protocol/protocol.toml": "The protocol (TOML)",
    "protocol/deviations.txt": "Where they depart from the protocol (text)",
    "manifest.json": "What it was made of (JSON)",
}
_WHERE = ("place", "group", "quarter")


def kind_of(name: str) -> str:
    """Give the media type of a file of a bundle."""
    return _KINDS.get(PurePosixPath(name).suffix, "application/octet-stream")


@dataclass(frozen=True, slots=True)
class Laid:
    """One table of the catalogue as it is read: a row for each place, group and quarter, a column for each measure."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


class Shown:
    """A bundle that is done."""

    def __init__(self, build: PilotBuild) -> None:
        self._build = build

    @cached_property
    def report(self) -> Mapping[str, Any]:
        """Give the report's words and numbers."""
        words = file_of(self._build, "report.json")
        found: Mapping[str, Any] = json.loads(words or b"{}")
        return found

    @property
    def answers(self) -> Sequence[Mapping[str, Any]]:
        """Give the questions and answers of page one, each with the picture that belongs to it."""
        charts = {chart["name"]: chart for chart in self.report["charts"]}
        return [answer | {"chart": charts.get(answer["chart"])} for answer in self.report["answers"]]

    @property
    def other_charts(self) -> Sequence[Mapping[str, Any]]:
        """Give the pictures that are not on page one."""
        first = {answer["chart"] for answer in self.report["answers"]}
        return [chart for chart in self.report["charts"] if chart["name"] not in first]

    @property
    def files(self) -> Sequence[tuple[str, str]]:
        """Give the files that stand for the whole, by name."""
        there = (self._build.manifest or {}).get("files", {})
        return [(name, title) for name, title in WHOLE.items() if name in there or name == "manifest.json"]

    @property
    def tables(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Give the names of the tables and what each is by, under what they count: `M02 Families known to a centre`."""
        found: dict[str, list[tuple[str, str]]] = {}
        for each in self.report["tables"]:
            counted, _, by = each["title"].partition(", ")
            number = each["name"].partition("-")[0].upper()
            found.setdefault(f"{number} {counted}", []).append((each["name"], by or counted))
        return found

    def table(self, name: str, places: Mapping[str, str]) -> Laid | None:
        """Give a table of the catalogue by its name, None where there is none; `places` are names of centres by their keys."""
        listed = {each["name"]: each["title"] for each in self.report["tables"]}
        words = file_of(self._build, f"csv/{name}.csv") if name in listed else None
        return None if words is None else _laid_out(listed[name], words.decode(), places)


def title_of(words: str) -> str:
    """Give the title of a protocol; one that has none is called so."""
    try:
        return str(tomllib.loads(words.removeprefix("\ufeff")).get("title") or _UNTITLED)
    except (ValueError, RecursionError):
        return _UNTITLED


_UNTITLED = "A protocol without a title"


def _laid_out(title: str, words: str, places: Mapping[str, str]) -> Laid:
    cells = list(csv.DictReader(io.StringIO(words)))
    measures = list(dict.fromkeys(cell["measure"] for cell in cells))
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for cell in cells:
        where = tuple(cell[name].removeprefix("'") for name in _WHERE)
        rows.setdefault(where, {})[cell["measure"]] = cell["mark"] or _apart(cell["value"])
    kept = [column for column in range(len(_WHERE)) if len({where[column] for where in rows}) > 1]
    heads = [("Place", "Group", "Quarter of birth")[column] for column in kept]
    return Laid(
        title,
        [*heads, *(_NAMES.get(measure, measure) for measure in measures)],
        [
            [
                *(places.get(where[column], where[column]) for column in kept),
                *(found.get(measure, "[z]") for measure in measures),
            ]
            for where, found in rows.items()
        ],
    )


def _apart(value: str) -> str:
    """Write a count with its thousands apart, 3,840, as every page does."""
    return f"{int(value):,}" if value.isdecimal() else value


_NAMES = {"count": "How many", "num": "So many", "den": "Of so many", "percent": "Percent"}
