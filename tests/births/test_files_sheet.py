"""Whatever is brought is read as a table or refused in words; nothing raises anything else."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.births.files.rules.births import Reader
from registration.births.files.rules.columns import Kind, become
from registration.births.files.rules.counts import counts
from registration.births.files.rules.sheet import MOST_BYTES, Faults, read_sheet
from registration.common.files import FileRefused
from tests.births.brought import ITEMS

TABLE = "DOB;Mother Surname\r\n\r\n05/11/2026;Zoë\r\n \r\n06/11/2026;Lee\r\n"


def lines(content):
    return [(line.number, line.cells) for line in read_sheet(content).lines]


def refused(content):
    with pytest.raises(FileRefused) as refusal:
        read_sheet(content)
    return refusal.value.lines()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_encoding_and_delimiter_is_found_by_itself(encoding, delimiter):
    text = TABLE.replace(";", delimiter)
    assert lines(text.encode(encoding)) == [(3, ("05/11/2026", "Zoë")), (5, ("06/11/2026", "Lee"))]


def test_a_line_that_says_what_parts_the_columns_is_no_heading():
    assert lines(b"sep=;\r\nDOB;Name\r\n1;2\r\n") == [(3, ("1", "2"))]
    assert read_sheet(b"sep=|\na|b\n1|2\n").header_line == 2


def test_the_heading_may_stand_after_blank_lines():
    sheet = read_sheet(b"\n\nDOB,Name\n1,2\n")
    assert (sheet.header, sheet.header_line) == (("DOB", "Name"), 3)
    assert [line.number for line in sheet.lines] == [4]


def test_rows_of_several_lines_are_named_by_their_first():
    assert lines(b'a,b\n"x\ny",2\n3,4\n') == [(2, ("x\ny", "2")), (4, ("3", "4"))]


def test_lone_carriage_returns_end_lines_too():
    assert lines(b"a,b\r1,2\r3,4") == [(2, ("1", "2")), (3, ("3", "4"))]


def test_the_apostrophe_that_keeps_a_table_program_from_computing_is_taken_away():
    assert lines(b"a,b\n'=1+1,'Neil\n") == [(2, ("=1+1", "'Neil"))]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "line 1: header, (empty), the first line must name the columns"),
        (b"\xef\xbb\xbf", "line 1: header, (empty), the first line must name the columns"),
        (b",,\n", "line 1: header, (empty), the first line must name the columns"),
        (b"PK\x03\x04x", "line 1: the file is an Excel workbook (.xlsx) or a zip archive: save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0x", "line 1: the file is an old Excel workbook (.xls): save the sheet as CSV"),
        (b"\x89PNG\r\n", "line 1: the file is a picture: ask for the list as CSV"),
        (b"\x1f\x8b\x08", "line 1: the file is a compressed file: unpack it"),
        (b"\x7fELF\x02\x01\x01\x00\x00x", "line 1: the file is no text, but some program’s own file"),
        (b"SQLite format 3\x00x", "line 1: the file is no text, but some program’s own file"),
        (b"\na,b\n\n , \n", "line 2: the file has headings only: there are no births in it"),
        (b"%PDF-1.7", "line 1: the file is a PDF"),
        (b"{\\rtf1", "line 1: the file is a document of a word processor"),
        (b"a,b\n\x81,2", "line 1: the file is neither UTF-8 nor UTF-16 nor Windows-1252"),
        (b"\xff\xfe\x00", "line 1: the file is neither UTF-8 nor UTF-16 nor Windows-1252"),
        (b'a,b\n1,2\n"x,2\n', "line 3: row, (empty), has quotation marks that do not match"),
        (b"a,b\n1\n", "line 2: row, 1, has 1 cells where the header has 2"),
        (b"a,b\n1,2,3\n", "line 2: row, 1, has 3 cells where the header has 2"),
        (b"a,b\n1,x\x07y\n", "line 2: b, x\\x07y, has a character that cannot be kept"),
        (b"a\x07,b\n1,2\n", "line 1: header, (empty), has a character that cannot be kept"),
        (b'"' + b"x" * 140_000, "line 1: row, (empty), has quotation marks that do not match, or is far too long"),
        (b"a" * (MOST_BYTES + 1), "line 1: the file is larger than 20 MB"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content, told):
    [line] = refused(content)
    assert line.startswith(told)


def test_fifty_faults_are_named_and_the_others_counted():
    told = refused(b"a,b\n" + b"1\n" * 62)
    assert len(told) == 51
    assert told[-1] == "and 12 more faults"


def test_empty_cells_beyond_the_header_do_no_harm():
    assert lines(b"a,b\n1,2,, \n") == [(2, ("1", "2"))]


HEADINGS = [
    "DOB",
    "Mother Surname",
    "Mother Name",
    "Postcode",
    "Sex",
    "Outcome",
    "Died",
    "Mother DOB",
    "Birth Order",
    "ID",
]
HOSTILE = st.one_of(
    st.binary(max_size=300),
    st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=6).map(
        lambda rows: "\n".join(",".join(row) for row in [HEADINGS[: len(rows[0])] if rows else [], *rows]).encode(
            "utf-8", "surrogatepass"
        )
    ),
)


@given(
    HOSTILE,
    st.sampled_from(Kind),
    st.dictionaries(st.sampled_from([*ITEMS, "key", "x"]), st.text(max_size=5), max_size=3),
)
def test_no_bytes_and_no_mapping_raise_anything_but_words(content, kind, said):
    today, told = date(2026, 11, 22), ["line 1: it was read"]
    try:
        sheet = read_sheet(content)
        columns, faults = become(sheet, kind, ITEMS, said)
        faults.refuse()
        if kind is Kind.COUNTS:
            counts(sheet, columns, today)
        else:
            Reader(sheet, columns, today, str, str).told(kind)
    except FileRefused as refusal:
        told = refusal.lines()
    assert told
    assert all(line.startswith(("line ", "and ")) and "\n" not in line for line in told)


def test_faults_of_two_readings_are_told_together():
    one, other = Faults(), Faults()
    for line in (2, 3):
        one.add(line, "born", "soon", "is no date")
    other.add(9, "born", "", "is missing")
    one.join(other)
    assert (one.count, [fault.line for fault in one.found]) == (3, [2, 3, 9])
