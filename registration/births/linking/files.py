"""Files of rows to link, read with every fault named, and files of links."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import BinaryIO

from registration.births.linking.rules.records import Pair, Record
from registration.common.files import FileRefused, Row, Table, day, safe_cell

#: The columns a file of rows has; the last two where they are known.
COLUMNS = tuple(field.name for field in fields(Record))
NEEDED = COLUMNS[:-2]
_SEXES = {
    "F": "f female girl 2",
    "M": "m male boy b 1",
    "": "u x i n o unknown indeterminate intersex other none na 0 9 not_known not_specified not_stated",
}
_SEX = {word.replace("_", ""): sex for sex, words in _SEXES.items() for word in words.split()}
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_SHAPED = re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})|(?P<D>\d{2})[-/.](?P<M>\d{2})[-/.](?P<Y>\d{4})", re.ASCII)


def read_records(stream: BinaryIO) -> tuple[list[Record], list[str]]:
    """Read a file of rows to link, and what deserves a look in it; FileRefused with every fault where it cannot be used.

    A mother's date of birth that has the shape of a date and is none (1995-02-31) is a slip of the hand, as many a file has:
    it is compared digit by digit as it stands, with a warning. The baby's own must be a day.
    """
    table = Table(stream)
    table.name_columns({name: [re.escape(name)] for name in COLUMNS}, NEEDED)
    lines: dict[str, int] = {}
    records = [_record(row, lines) for row in table]
    table.refuse_if_faulty()
    return records, [str(warning) for warning in table.warnings]


def refusal(name: str, refused: FileRefused) -> list[str]:
    """Write why a file is refused: its name, then a line for each fault."""
    return [f"{name} cannot be used:", *refused.lines()]


def _record(row: Row, lines: dict[str, int]) -> Record:
    unique_id = row.read("unique_id", str, needed=True) or ""
    if unique_id and lines.setdefault(unique_id, row.line) != row.line:
        row.table.add_repeated(row.line, "unique_id", unique_id, lines[unique_id])
    born = row.read("c_dob", _born) or ""
    mothers, sex = _mothers_birth(row), row.read("c_sex", _sex) or ""
    plain = {name: row.text(name) for name in COLUMNS}
    return Record(**{**plain, "unique_id": unique_id, "m_dob": mothers, "c_dob": born, "c_sex": sex})


def _born(text: str) -> str:
    """Read a date, 20261122 too; ValueError otherwise."""
    return day(_COMPACT.sub(r"\1-\2-\3", text)).isoformat()


def _mothers_birth(row: Row) -> str:
    shaped = _SHAPED.fullmatch(_COMPACT.sub(r"\1-\2-\3", row.text("m_dob")))
    if shaped is None:
        return row.read("m_dob", _born) or ""
    year, month, date = (shaped[iso] or shaped[english] for iso, english in ("yY", "mM", "dD"))
    try:
        return _born(f"{year}-{month}-{date}")
    except ValueError:
        row.warn("m_dob", "is no day of the calendar: compared as it stands")
        return f"{year}-{month}-{date}"


def _sex(text: str) -> str:
    """Read a sex: F, M, or empty for one not known; ValueError otherwise."""
    sex = _SEX.get(re.sub(r"[\W_]", "", text.casefold()) or "u")
    if sex is None:
        raise ValueError("is no sex that is known: F or M")
    return sex


def write_links(pairs: Iterable[Pair], path: Path) -> None:
    """Write pairs: unique_id_l, unique_id_r, probability."""
    _write(path, ("unique_id_l", "unique_id_r", "probability"), map(astuple, pairs))


def write_review(pairs: Iterable[Pair], left: Sequence[Record], right: Sequence[Record], path: Path) -> None:
    """Write pairs for a person to look at, likeliest first: the probability, then each column of the one row and the other."""
    here, there = ({row.unique_id: row for row in rows} for rows in (left, right))
    header = ("probability", *(f"{name}_{side}" for name in NEEDED for side in "lr"))
    rows = (
        (pair.probability, *(getattr(row, name) for name in NEEDED for row in (here[pair.left], there[pair.right])))
        for pair in sorted(pairs, key=lambda pair: (-pair.probability, pair.left))
    )
    _write(path, header, rows)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table at once or not at all, so that nobody takes half a file for the whole."""
    beside = path.with_name(f".{path.name}.unfinished")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows([safe_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
