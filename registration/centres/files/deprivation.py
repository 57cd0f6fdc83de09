"""England's Index of Multiple Deprivation by LSOA: the government's File 7, or a list of LSOA, score and decile."""

import re
from collections.abc import Iterator

from registration.centres.files import cells
from registration.centres.rules import LSOAS_OF_ENGLAND, VINTAGE_OF_EDITION, imd_decile
from registration.common.files import Row, Table, decimal

_IMD = r"index of multiple deprivation \(imd\)"
_LAYOUT = {
    "lsoa": (r"lsoa code \(20\d\d\)", r"lsoa\d\d(cd)?", "lsoa"),
    "score": (f"{_IMD} score", "overall_local_score", "score"),
    "rank": (f"{_IMD} rank.*", "imd2019_rank_from_onspd", "rank"),
    "decile": (f"{_IMD} decile.*", "original_decile", "decile"),
}
#: The columns of a row that deprivation_rows gives, after its line.
DEPRIVATION_COLUMNS = ("lsoa", "edition", "lsoa_vintage", "score", "rank", "decile")

DeprivationRow = tuple[int, str, int, int, float | None, int | None, int]


def deprivation_rows(table: Table, edition: int | None = None) -> Iterator[DeprivationRow]:
    """Give each LSOA of a file, its line first. The edition, 2019 or 2025, is told by the columns where not given.

    A missing decile is worked out from the rank. Faulty rows are left out and kept as the table's faults. Raises
    FileRefused at once where a column is missing.
    """
    table.name_columns(_LAYOUT, needed=("lsoa",))
    if not table.has("rank"):
        table.name_columns(_LAYOUT, needed=("decile",))
    return _each(table, edition or _edition(table.column("lsoa")))


def _each(table: Table, edition: int) -> Iterator[DeprivationRow]:
    for row in table:
        lsoa, score = row.read("lsoa", _lsoa, needed=True), row.read("score", decimal)
        rank, decile = row.read("rank", cells.positive), row.read("decile", cells.decile)
        decile = decile or _decile(row, rank, edition)
        if lsoa and decile:
            yield row.line, lsoa, edition, VINTAGE_OF_EDITION[edition], score, rank, decile


def _edition(column: str) -> int:
    """Tell the edition from the LSOAs' census: 'LSOA code (2021)' and lsoa21cd are ranked by that of 2025."""
    return 2025 if re.search(r"21", column) else 2019


def _decile(row: Row, rank: int | None, edition: int) -> int | None:
    if rank is None:
        if not row.text("rank") and not row.text("decile"):
            row.fault("decile", "is missing, and so is the rank")
    elif rank > LSOAS_OF_ENGLAND[edition]:
        row.fault("rank", f"is not a rank from 1 to {LSOAS_OF_ENGLAND[edition]}")
    else:
        return imd_decile(rank, edition)
    return None


def _lsoa(text: str) -> str:
    if not re.fullmatch(r"E01[0-9]{6}", text):
        raise ValueError("is not an English LSOA code like E01010994")
    return text
