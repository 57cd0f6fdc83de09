"""The file of exact figures."""

import csv
import sys
from collections.abc import Iterable
from math import floor, log, sqrt
from pathlib import Path

from scipy.special import log_ndtr

from registration.common.files import safe_cell
from registration.pilot.figures import Figure

COLUMNS = ("metric", "slice", "key", "value")


def written(value: float) -> str:
    """Write a number at twelve significant digits; whole ones plain."""
    return str(int(value)) if float(value).is_integer() else format(value, ".12g")


def written_p(chisq: float) -> str:
    """Write the p of a chi squared of one degree of freedom that is too small to be a number here: 1.23456789012e-345."""
    tens = (float(log_ndtr(-sqrt(chisq))) + log(2)) / log(10)
    return f"{10 ** (tens - floor(tens)):.11f}e{floor(tens)}"


def write(figures: Iterable[Figure], path: Path) -> None:
    """Write figures into a CSV file with the columns metric, slice, key and value, in the order in which they come.

    A p that is too small for a number is written by the chisq beside it.
    """
    rows = list(figures)
    squared = {(each.metric, each.slice): each.value for each in rows if each.key == "chisq"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for each in rows:
            chisq = (
                squared.get((each.metric, each.slice)) if each.key == "p" and each.value < sys.float_info.min else None
            )
            value = written(each.value) if chisq is None else written_p(chisq)
            writer.writerow((each.metric, safe_cell(each.slice), each.key, value))
