"""The file of exact figures."""

import csv
from collections.abc import Iterable
from pathlib import Path

from registration.common.files import safe_cell
from registration.pilot.figures import Figure

COLUMNS = ("metric", "slice", "key", "value")


def written(value: float) -> str:
    """Write a number at twelve significant digits; whole ones plain."""
    return str(int(value)) if float(value).is_integer() else format(value, ".12g")


def write(figures: Iterable[Figure], path: Path) -> None:
    """Write figures into a CSV file with the columns metric, slice, key and value, in the order in which they come."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((each.metric, safe_cell(each.slice), each.key, written(each.value)) for each in figures)
