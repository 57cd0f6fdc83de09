"""The bytes of a table as lines of cells: whatever was brought is understood, or refused in words."""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from io import StringIO
from typing import NoReturn

from registration.common.characters import is_storable
from registration.common.files import MOST_SHOWN, WHOLE_FILE, Fault, FileRefused

#: Longer files are no month of births: 5,000 of them take about 1 MB.
MOST_BYTES = 20 * 1024 * 1024
TOO_LARGE = f"The file is larger than {MOST_BYTES // 1024 // 1024} MB: give one month at a time."
_DELIMITERS = ",;\t|"
_SAYS_SEP = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)
#: How files begin that are no text, and what they are.
_NO_TEXT = {
    b"PK\x03\x04": "is an Excel workbook (.xlsx) or a zip archive: save the sheet as CSV, or unpack the archive, and give that",
    b"\xd0\xcf\x11\xe0": "is an old Excel workbook (.xls): save the sheet as CSV, and give that file",
    b"%PDF": "is a PDF: ask for the list as CSV",
    b"{\\rtf": "is a document of a word processor: ask for the list as CSV",
    b"\x89PNG": "is a picture: ask for the list as CSV",
    b"\xff\xd8\xff": "is a picture: ask for the list as CSV",
    b"GIF8": "is a picture: ask for the list as CSV",
    b"\x1f\x8b": "is a compressed file: unpack it, and give the file that is in it",
    b"7z\xbc\xaf": "is an archive: unpack it, and give the file that is in it",
    b"Rar!": "is an archive: unpack it, and give the file that is in it",
}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: Of so many bytes at the beginning it is told whether every second one is nought, as in UTF-16 without its mark.
_TOLD_BY = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the physical line it begins on, as an editor counts, and its cells, as many as the header has."""

    number: int
    cells: tuple[str, ...]


class Faults:
    """Faults as they are found, the first MOST_SHOWN in full; `refuse` raises FileRefused where there are any."""

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self.count = 0

    def add(self, line: int, column: str, value: str, reason: str) -> None:
        """Keep one: the file will be refused."""
        self.count += 1
        if len(self.found) < MOST_SHOWN:
            self.found.append(Fault(line, column, value, reason))

    def join(self, others: "Faults") -> None:
        """Keep others as well."""
        self.count += others.count
        self.found = [*self.found, *others.found][:MOST_SHOWN]

    def refuse(self) -> None:
        """Raise FileRefused where any was found."""
        if self.count:
            raise FileRefused(self.found, self.count)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's content: its SHA-256, its headings with the line they stand on, and its rows; blank ones are left out.

    `faults` are of rows that are no rows of this table: they are told with what is wrong in the others, and nothing is taken in.
    """

    sha256: str
    header: tuple[str, ...]
    header_line: int
    lines: tuple[Line, ...]
    faults: Faults = field(default_factory=Faults, compare=False)


def read_sheet(content: bytes) -> Sheet:
    """Read a delimited text: UTF-8, UTF-16 or Windows-1252, parted by comma, semicolon, tab or |.

    Raises FileRefused in words for whatever is no such table, or has no row that is one; no content raises anything else.
    """
    text = _text(content)
    faults, rows = Faults(), _rows(text)
    header_line, header = next(rows, (1, ()))
    header = tuple(name.strip() for name in header)
    if not any(header):
        _refuse("header", "the first line must name the columns")
    lines = []
    for number, cells in rows:
        if line := _line(number, cells, header, faults):
            lines.append(line)
    if not all(map(is_storable, header)):
        _refuse("header", "has a character that cannot be kept: save the file as CSV in UTF-8", header_line)
    if not lines:
        faults.refuse()
        _refuse(WHOLE_FILE, "has headings only: there are no births in it", header_line)
    return Sheet(sha256(content).hexdigest(), header, header_line, tuple(lines), faults)


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        _refuse(WHOLE_FILE, f"is larger than {MOST_BYTES // 1024 // 1024} MB: give one month at a time")
    for start, reason in _NO_TEXT.items():
        if content.startswith(start):
            _refuse(WHOLE_FILE, reason)
    tried = (_decoded(content, encoding) for encoding in _encodings(content))
    text = next((found for found in tried if found is not None), None)
    if text is not None and "\0" in text:
        _refuse(WHOLE_FILE, "is no text, but some program’s own file: open it there, and save the list as CSV")
    if text is None:
        _refuse(WHOLE_FILE, "is neither UTF-8 nor UTF-16 nor Windows-1252: save it as CSV in UTF-8")
    return text


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _encodings(content: bytes) -> tuple[str, ...]:
    """Give the encodings to try: the one its mark claims, or what its noughts tell, or UTF-8 and then Windows-1252."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return (encoding,)
    begin = content[:_TOLD_BY]
    if len(begin) > 1 and not any(begin[1::2]):
        return ("utf-16-le",)
    if len(begin) > 1 and not any(begin[::2]):
        return ("utf-16-be",)
    return ("utf-8", "cp1252")


def _rows(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Give the rows with anything in them, each with its physical line; rows may span several."""
    delimiter, skipped = _delimiter(text)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if line > skipped and any(cell.strip() for cell in cells):
                yield line, tuple(cells)
            line = reader.line_num + 1
    except csv.Error:
        _refuse("row", "has quotation marks that do not match, or is far too long", line)


def _delimiter(text: str) -> tuple[str, int]:
    """Give what parts the columns of the first line with anything in it, and how many lines before it say nothing."""
    for number, line in enumerate(StringIO(text, newline=""), 1):
        if said := _SAYS_SEP.fullmatch(line):
            return said[1], number
        if line.strip():
            return max(_DELIMITERS, key=lambda delimiter: _columns(line, delimiter)), 0
    return ",", 0


def _columns(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter), ()))
    except csv.Error:  # far too long: reading it says so
        return 0


def _line(number: int, cells: Sequence[str], header: Sequence[str], faults: Faults) -> Line | None:
    """Give a row as wide as the header; None, and its faults, where it is not or has what cannot be kept."""
    before, wide = faults.count, len(header)
    for name, value in zip(header, cells, strict=False):
        if not is_storable(value):
            faults.add(number, name, value, "has a character that cannot be kept")
    if len(cells) < wide or any(cell.strip() for cell in cells[wide:]):
        faults.add(number, "row", cells[0], f"has {len(cells)} cells where the header has {wide}")
    return Line(number, tuple(map(_plain, cells[:wide]))) if faults.count == before else None


def _plain(cell: str) -> str:
    """Give a cell without spaces around it, and without the apostrophe that keeps a table program from computing it."""
    text = cell.strip()
    return text[1:].strip() if text.startswith(("'=", "'+", "'-", "'@")) else text


def _refuse(column: str, reason: str, line: int = 1) -> NoReturn:
    raise FileRefused([Fault(line, column, "", reason)], 1)
