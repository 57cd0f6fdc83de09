"""The ONS Postcode Directory (ONSPD) and the National Statistics Postcode Lookup (NSPL), and lists cut from them.

The names of their columns carry the year of the areas, so they are found by pattern.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial

from registration.centres.files import cells
from registration.centres.rules import LSOAS_OF_ENGLAND, canonical_postcode, on_irish_grid
from registration.common.files import Row, Table, decimal

_IMD = (r"imd\d\dind", "imd")
_LAYOUT = {
    "postcode": ("pcds", "pcd7", "pcd8", "pcd2?", "postcode"),
    "terminated": ("doterm",),
    "easting": ("(os)?east1m",),
    "northing": ("(os)?(nrth|north)1m",),
    "latitude": ("lat", "latitude"),
    "longitude": ("long", "lon", "longitude"),
    "lad": (r"lad\d\dcd", "oslaua", "laua", "ladcd", "la_code"),
    "ward": (r"wd\d\dcd", "osward", "ward", "ward_code"),
    "lsoa11": ("lsoa11(cd)?",),
    "lsoa21": ("lsoa21(cd)?", "lsoa_code"),
    "imd_rank": _IMD,
    "imd_edition": _IMD,
}
#: The columns of a row that postcode_rows gives, after its line.
POSTCODE_COLUMNS = (
    "postcode", "easting", "northing", "latitude", "longitude", "lad", "ward", "lsoa11", "lsoa21", "imd_rank",
    "imd_edition", "terminated",
)  # fmt: skip
_EVERY = 250_000
_NOWHERE = 99.0
_FIRST_OF_2025 = 25

PostcodeRow = tuple[int | float | str | None, ...]


def postcode_rows(table: Table, progress: Callable[[int], None]) -> Iterator[PostcodeRow]:
    """Give each postcode of a file, its line first; `progress` is told now and then how many were read.

    Faulty rows are left out and kept as the table's faults. Raises FileRefused at once where a column is missing.
    """
    table.name_columns(_LAYOUT, needed=("postcode",))
    if not table.has("easting"):
        table.name_columns(_LAYOUT, needed=("latitude", "longitude"))
    return _each(table, _edition(table.column("imd_edition")), progress)


def _each(table: Table, edition: int, progress: Callable[[int], None]) -> Iterator[PostcodeRow]:
    for count, row in enumerate(table, 1):
        if (postcode := row.read("postcode", canonical_postcode, needed=True)) is not None:
            yield _values(row, postcode, edition)
        if count % _EVERY == 0:
            progress(count)


def _edition(column: str) -> int:
    """Tell the edition of the deprivation ranks from their column: imd and imd20ind are 2019's, imd25ind is 2025's."""
    year = re.search(r"\d\d", column)
    return 2025 if year and int(year[0]) >= _FIRST_OF_2025 else 2019


def _values(row: Row, postcode: str, edition: int) -> PostcodeRow:
    lsoa11, lsoa21 = row.text("lsoa11") or None, row.text("lsoa21") or None
    english = (lsoa11 or lsoa21 or "").startswith("E")
    rank = row.read("imd_rank", partial(_rank, LSOAS_OF_ENGLAND[edition] if english else None))
    return (
        row.line,
        postcode,
        *_grid(row, postcode),
        *_degrees(row),
        row.read("lad", cells.gss),
        row.text("ward") or None,
        lsoa11,
        lsoa21,
        rank,
        edition if rank else None,
        row.read("terminated", _year_and_month),
    )


def _grid(row: Row, postcode: str) -> tuple[int | None, int | None]:
    east, north = row.read("easting", cells.easting), row.read("northing", cells.northing)
    if east is None or north is None or east == north == 0 or on_irish_grid(postcode):
        return None, None
    return east, north


def _degrees(row: Row) -> tuple[float | None, float | None]:
    """Read the position; ONS's older releases say 'nowhere' as 99.999999, 0.000000."""
    north = row.read("latitude", decimal)
    if north is None or north >= _NOWHERE:
        return None, None
    return row.read("latitude", cells.latitude), row.read("longitude", cells.longitude)


def _rank(most: int | None, text: str) -> int | None:
    """Read a rank; 0 stands where there is none (Crown dependencies)."""
    if text == "0":
        return None
    rank = cells.positive(text)
    if most and rank > most:
        raise ValueError(f"is not a rank from 1 to {most}")
    return rank


def _year_and_month(text: str) -> str:
    if not re.fullmatch(r"[12][0-9]{3}(0[1-9]|1[0-2])", text):
        raise ValueError("is not a year and month like 201504")
    return text
