"""Files that people bring: read row by row in bounded memory, and refused whole with every fault named by its line.

And files they take away: written so that a table program computes nothing out of what a family typed.
"""

import codecs
import csv
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from itertools import chain
from math import isfinite
from typing import BinaryIO, NoReturn, TypeVar

from registration.common.characters import is_storable
from registration.common.errors import Refused

T = TypeVar("T")

MOST_SHOWN = 50
#: Stands beside the box for a file that was refused; its faults are listed by it.
NOT_READ = "Nothing was read in. Put right what is listed, and choose the file again."
#: The column of a fault that is of no cell, but of the file as a whole.
WHOLE_FILE = "file"
_CHUNK = 1 << 20
_LONGEST_SHOWN = 60
_DATE = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})|(?P<D>\d{1,2})[-/.](?P<M>\d{1,2})[-/.](?P<Y>\d{4})", re.ASCII
)
#: What a table program takes for the beginning of a formula, and what it drops before it looks.
_FORMULA = re.compile(r"'*\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
#: What a pattern of a column's name says in signs, and the same as it would stand in a file; in this order.
_IN_WORDS = (
    (r"\.\*", ""),
    (r"\\d\\d", "21"),
    (r"\[ _\]", " "),
    (r"\\\(", "⟨"),
    (r"\\\)", "⟩"),
    (r"\(([^|)]*)[^)]*\)", r"\1"),
    (r"\?", ""),
    ("⟨", "("),
    ("⟩", ")"),
)
_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"no", "n", "false", "0"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file: the physical line (the header is line 1), the column, the value, the reason."""

    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        if self.column == WHOLE_FILE:
            return f"line {self.line}: the file {self.reason}"
        return f"line {self.line}: {self.column}, {_on_one_line(self.value)}, {self.reason}"


class FileRefused(Refused):
    """There are faults in the file. Nothing of it was loaded."""

    def __init__(self, faults: Sequence[Fault], count: int) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line))
        self.count = count
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """Give one line per fault, at most MOST_SHOWN, then how many more there are."""
        more = self.count - len(self.faults)
        return [*map(str, self.faults), *([f"and {more} more faults"] if more else [])]


class Table:
    """A delimited text file with a header: comma, semicolon or tab; UTF-8 with or without its mark, or Windows-1252.

    Faults gather while it is read; `refuse_if_faulty` then raises FileRefused. Warnings refuse nothing. `sha256` names
    the file's content; `lacking` are the meanings asked for that have no column; `lost` says that rows could not be read.
    The stream must be seekable; a file of any length is read in bounded memory.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.faults: list[Fault] = []
        self.fault_count = 0
        self.warnings: list[Fault] = []
        self.sha256, encoding, start = _inspect(stream)
        stream.seek(start)
        self._unkeepable = False
        lines = (line.decode(encoding, "surrogateescape") for line in stream)
        first = next(lines, "")
        self._reader = csv.reader(self._checked(chain([first], lines)), delimiter=_delimiter(first), strict=True)
        self._columns: dict[str, int] = {}
        self.lacking: set[str] = set()
        self.lost = False
        self._next_line = 1
        self.header = self._read_header(archive=first.startswith("PK\x03\x04"))

    def name_columns(self, layout: Mapping[str, Sequence[str]], needed: Sequence[str] = ()) -> None:
        """Find the columns by meaning: for each, patterns that its header fits, the first that is there counting.

        Raises FileRefused where a needed meaning has no column, or two columns have the header that counts.
        """
        folded = [name.strip().casefold() for name in self.header]
        for meaning, patterns in layout.items():
            self._find(meaning, patterns, folded, needed=meaning in needed)
        self.refuse_if_faulty()

    def has(self, meaning: str) -> bool:
        """Say whether the file has a column of this meaning."""
        return meaning in self._columns

    def column(self, meaning: str) -> str:
        """Give the file's own name of the column of this meaning, or the meaning where it has none."""
        return self.header[self._columns[meaning]].strip() if self.has(meaning) else meaning

    def __iter__(self) -> Iterator["Row"]:
        """Give every row that has as many cells as the header and only text that can be kept; the others are faults."""
        try:
            for cells in self._reader:
                line, self._next_line = self._next_line, self._reader.line_num + 1
                if not any(cells):
                    continue
                if self._is_whole(line, cells):
                    yield Row(self, line, cells)
                else:
                    self.lost = True
        except csv.Error:
            self.lost = True
            self.add(Fault(self._next_line, "row", "", "has quotation marks that do not match, or is far too long"))

    def add(self, fault: Fault) -> None:
        """Keep a fault: the file will be refused."""
        self.fault_count += 1
        if self.fault_count <= MOST_SHOWN:
            self.faults.append(fault)

    def add_repeated(self, line: int, meaning: str, value: str, earlier: int) -> None:
        """Keep the fault that a row says again what an earlier line said."""
        self.add(Fault(line, self.column(meaning), value, f"is there already, on line {earlier}"))

    def refuse_if_faulty(self) -> None:
        """Raise FileRefused where any fault was found."""
        if self.fault_count:
            raise FileRefused(self.faults, self.fault_count)

    def _checked(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            if not is_storable(line):
                self._unkeepable = True
            yield line

    def _read_header(self, *, archive: bool) -> tuple[str, ...]:
        if archive:
            self._refuse(WHOLE_FILE, "is a zip archive: unpack it, and give the file inside")
        try:
            header = tuple(next(self._reader, ()))
        except csv.Error:
            self._refuse("header", "has quotation marks that do not match, or is far too long")
        if not any(header):
            self._refuse("header", "the first line must name the columns")
        self._next_line = self._reader.line_num + 1
        if self._unkeepable:
            self._unkeepable = False
            self._refuse("header", "has a character that cannot be kept: save the file as CSV in UTF-8")
        return header

    def _refuse(self, column: str, reason: str) -> NoReturn:
        raise FileRefused([Fault(1, column, "", reason)], 1)

    def _find(self, meaning: str, patterns: Sequence[str], folded: list[str], *, needed: bool) -> None:
        for pattern in patterns:
            found = [index for index, name in enumerate(folded) if re.fullmatch(pattern, name)]
            if len(found) > 1:
                self.add(Fault(1, meaning, self.header[found[1]], "has more than one column"))
            if found:
                self._columns[meaning] = found[0]
                return
        self.lacking.add(meaning)
        if needed:
            names = _one_of([_plain(pattern) for pattern in patterns])
            self.add(Fault(1, meaning, "", f"the column is missing: it is called {names}"))

    def _is_whole(self, line: int, cells: list[str]) -> bool:
        before = self.fault_count
        if self._unkeepable:
            self._unkeepable = False
            for name, value in zip(self.header, cells, strict=False):
                if not is_storable(value):
                    self.add(Fault(line, name, value, "has a character that cannot be kept"))
        if len(cells) < len(self.header) or any(cells[len(self.header) :]):
            reason = f"has {len(cells)} cells where the header has {len(self.header)}"
            self.add(Fault(line, "row", cells[0], reason))
        return self.fault_count == before


class Row:
    """One row of a table; its cells are asked for by meaning."""

    __slots__ = ("_cells", "line", "table")

    def __init__(self, table: Table, line: int, cells: list[str]) -> None:
        self.table = table
        self.line = line
        self._cells = cells

    def text(self, meaning: str) -> str:
        """Give a cell without the spaces around it; empty where the file has no such column. `safe_cell` is undone."""
        index = self.table._columns.get(meaning)  # noqa: SLF001 -- a row is part of its table
        text = "" if index is None else self._cells[index].strip()
        return text[1:].strip() if text.startswith("'") and _FORMULA.match(text[1:]) else text

    def read(self, meaning: str, convert: Callable[[str], T], *, needed: bool = False) -> T | None:
        """Give a cell as a value, None where it is empty; what `convert` refuses with a ValueError is a fault."""
        text = self.text(meaning)
        if text:
            try:
                return convert(text)
            except ValueError as error:
                self.fault(meaning, str(error))
        elif needed:
            self.fault(meaning, "is missing")
        return None

    def fault(self, meaning: str, reason: str) -> None:
        """Say that a cell is wrong: the file will be refused."""
        self.table.add(self._about(meaning, reason))

    def warn(self, meaning: str, reason: str) -> None:
        """Say that a cell deserves a look; the row loads all the same."""
        self.table.warnings.append(self._about(meaning, reason))

    def _about(self, meaning: str, reason: str) -> Fault:
        return Fault(self.line, self.table.column(meaning), self.text(meaning), reason)


def safe_cell(text: str) -> str:
    """Give a text so that a table program shows it and computes nothing: an apostrophe before =, +, - and @ (CWE-1236)."""
    return f"'{text}" if _FORMULA.match(text) else text


def written(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Write a CSV file that Excel reads in the right letters (UTF-8 with its mark); every text is a `safe_cell`, headings too."""
    text = StringIO()
    writer = csv.writer(text)
    for row in (header, *rows):
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    return codecs.BOM_UTF8 + text.getvalue().encode()


def whole(text: str) -> int:
    """Read a whole number, zeros before it or not ('0425335'); ValueError otherwise."""
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise ValueError("is not a whole number")
    return int(text)


def decimal(text: str) -> float:
    """Read a number with or without decimals; ValueError otherwise."""
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise ValueError("is not a number")
    return number


def day(text: str) -> date:
    """Read a date, 2026-11-22 or, as English registers write it, 22-11-2026 or 22/11/2026; ValueError otherwise."""
    parts = _DATE.fullmatch(text)
    try:
        if parts is None:
            raise ValueError  # noqa: TRY301 -- one sentence for both
        return date(*(int(parts[iso] or parts[english]) for iso, english in ("yY", "mM", "dD")))
    except ValueError:
        raise ValueError("is not a date like 2026-11-22 or 22/11/2026") from None


def yes_or_no(text: str) -> bool:
    """Read yes or no, also as y, n, true, false, 1 or 0; ValueError otherwise."""
    word = text.casefold()
    if word not in _YES | _NO:
        raise ValueError("is neither yes nor no")
    return word in _YES


def several(text: str) -> tuple[str, ...]:
    """Read a list in one cell, parted by semicolons or commas."""
    return tuple(part.strip() for part in re.split("[;,]", text) if part.strip())


def _plain(pattern: str) -> str:
    """Give a name that a column's pattern fits, as a person would type it: with what may be left out, and of the year 2021."""
    for written, meant in _IN_WORDS:
        pattern = re.sub(written, meant, pattern)
    return pattern


def _one_of(names: Sequence[str]) -> str:
    """Write a choice of names: a; a or b; a, b or c."""
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _inspect(stream: BinaryIO) -> tuple[str, str, int]:
    """Give a stream's SHA-256, its encoding, Windows-1252 where it neither is nor claims to be UTF-8, and its start."""
    stream.seek(0)
    digest, decoder, utf8 = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), True
    marked = stream.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
    stream.seek(0)
    while True:
        chunk = stream.read(_CHUNK)
        digest.update(chunk)
        if utf8:
            utf8 = _decodes(decoder, chunk)
        if not chunk:
            return digest.hexdigest(), "utf-8" if marked or utf8 else "cp1252", len(codecs.BOM_UTF8) if marked else 0


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes) -> bool:
    try:
        decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(header: str) -> str:
    def columns(delimiter: str) -> int:
        """Count the columns of the header if this parts them."""
        try:
            return len(next(csv.reader([header], delimiter=delimiter), ()))
        except csv.Error:  # no table at all: reading it says so
            return 0

    return max(",;\t", key=columns)


def _on_one_line(value: str) -> str:
    """Give a value as it can stand in one line of a terminal: shortened, its control characters spelt out."""
    if not value:
        return "(empty)"
    short = value if len(value) <= _LONGEST_SHOWN else value[: _LONGEST_SHOWN - 1] + "…"
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in short)
