"""Files that people bring: read whatever their dress, and refused whole with every fault named by its physical line."""

import hashlib
import re
from datetime import date
from io import BytesIO

import pytest

from registration.common.files import (
    MOST_SHOWN,
    Fault,
    FileRefused,
    Table,
    day,
    decimal,
    safe_cell,
    several,
    whole,
    written,
    yes_or_no,
)

LAYOUT = {"name": ("name",), "age": ("age",)}


def opened(content, layout=LAYOUT, needed=("name",)):
    table = Table(BytesIO(content if isinstance(content, bytes) else content.encode()))
    table.name_columns(layout, needed)
    return table


def rows(content):
    return [(row.line, row.text("name"), row.text("age")) for row in opened(content)]


def refusal(content, **changes):
    with pytest.raises(FileRefused) as refused:
        read_whole(content, **changes)
    return refused.value.lines()


def read_whole(content, **changes):
    table = opened(content, **changes)
    list(table)
    table.refuse_if_faulty()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_delimiter_is_found_and_line_ends_do_not_matter(delimiter, end):
    content = end.join([f"name{delimiter}age", f"Zoë{delimiter}3", f'"A, b; c"{delimiter}4'])

    assert rows(content) == [(2, "Zoë", "3"), (3, "A, b; c", "4")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_encoding_is_found(encoding):
    assert rows("name,age\nRené’s Centre,3\n".encode(encoding)) == [(2, "René’s Centre", "3")]


def test_utf_8_split_between_two_pieces_of_reading_is_still_utf_8(monkeypatch):
    monkeypatch.setattr("registration.common.files._CHUNK", 1)

    assert rows("name,age\nZoë,3\n") == [(2, "Zoë", "3")]


def test_a_file_that_ends_in_half_a_letter_is_not_utf_8():
    assert rows(b"name,age\nA,Zo\xc3") == [(2, "A", "ZoÃ")]


def test_a_file_marked_as_utf_8_that_is_not_is_refused_at_its_line():
    assert refusal(b"\xef\xbb\xbfname,age\nA,1\nZo\xeb,3\n") == [
        "line 3: name, Zo\\udceb, has a character that cannot be kept"
    ]


def test_lines_are_physical_ones_where_quoted_cells_hold_line_breaks():
    content = 'name,age\n"two\nlines",1\n\n"three\n\nlines",2\n,\nlast,3\n'

    assert [line for line, *_ in rows(content)] == [2, 5, 9]


def test_headers_of_several_lines_count_too():
    table = opened('"name","age\nin years"\nA,1\n', layout={"name": ("name",), "age": ("age.*",)})

    assert [row.line for row in table] == [3]


def test_every_fault_is_named_with_line_column_value_and_reason():
    content = 'name,age\n\x01A,1\nB\nC,3,4\nD,4,\n"E\x00",\x02\nF,"6" 7\nG,8\n'

    assert refusal(content) == [
        "line 2: name, \\x01A, has a character that cannot be kept",
        "line 3: row, B, has 1 cells where the header has 2",
        "line 4: row, C, has 3 cells where the header has 2",
        "line 6: name, E\\x00, has a character that cannot be kept",
        "line 6: age, \\x02, has a character that cannot be kept",
        "line 7: row, (empty), has quotation marks that do not match, or is far too long",
    ]


def test_a_quotation_that_never_ends_is_refused_at_the_line_where_it_begins():
    assert refusal('name,age\nA,1\n"B,2\nC,3\n') == [
        "line 3: row, (empty), has quotation marks that do not match, or is far too long"
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "line 1: header, (empty), the first line must name the columns"),
        (b"\n\n", "line 1: header, (empty), the first line must name the columns"),
        (b"PK\x03\x04rest", "line 1: the file is a zip archive: unpack it, and give the file inside"),
        (
            "name,age".encode("utf-16"),
            "line 1: header, (empty), has a character that cannot be kept: save the file as ",
        ),
        (b'"name', "line 1: header, (empty), has quotation marks that do not match, or is far too long"),
        (b'\xff\xfe\x00\x9f,\xc3("\r\x0b"', "line 1: header, (empty), has quotation marks that do not match"),
        (b"age\n1\n", "line 1: name, (empty), the column is missing: it is called name"),
        (b"name,Name\nA,B\n", "line 1: name, Name, has more than one column"),
    ],
)
def test_a_file_without_a_usable_header_is_refused(content, fault):
    (line,) = refusal(content)

    assert line.startswith(fault)


def test_at_most_fifty_faults_are_shown_then_how_many_more():
    lines = refusal("name,age\n" + "A\n" * (MOST_SHOWN + 7))

    assert len(lines) == MOST_SHOWN + 1
    assert lines[-1] == "and 7 more faults"


def test_the_refusal_reads_as_its_lines():
    fault = Fault(3, "name", "x" * 100, "is long")

    assert str(FileRefused([fault], 1)) == f"line 3: name, {'x' * 59}…, is long"


def test_columns_are_found_by_meaning_the_first_pattern_counting():
    layout = {"name": ("known as", "name"), "age": ("ages?",), "town": ("town",)}
    table = opened("Name , AGES,Known As\n x ,3, y \n", layout=layout)
    (row,) = table

    assert (row.text("name"), row.text("age"), row.text("town")) == ("y", "3", "")
    assert (table.column("name"), table.column("town"), table.has("town")) == ("Known As", "town", False)
    assert table.lacking == {"town"}


def test_cells_are_read_as_values_and_refused_with_the_files_own_column_name():
    table = opened("Full Name,AGE\nA,3\n,x\n", layout={"name": ("full name",), "age": ("age",)})
    values = [(row.read("name", str, needed=True), row.read("age", whole), row.read("town", str)) for row in table]

    assert values == [("A", 3, None), (None, None, None)]
    with pytest.raises(FileRefused) as refused:
        table.refuse_if_faulty()
    assert refused.value.lines() == [
        "line 3: Full Name, (empty), is missing",
        "line 3: AGE, x, is not a whole number",
    ]


def test_warnings_refuse_nothing():
    table = opened("name,age\nA,3\n")
    for row in table:
        row.warn("age", "is young")
    table.refuse_if_faulty()

    assert [str(warning) for warning in table.warnings] == ["line 2: age, 3, is young"]


def test_a_repetition_names_the_earlier_line():
    table = opened("name,age\nA,3\nA,3\n")
    table.add_repeated(3, "name", "A", 2)

    assert str(table.faults[0]) == "line 3: name, A, is there already, on line 2"


def test_a_file_is_known_by_its_content():
    content = b"name,age\nA,3\n"

    assert opened(content).sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(("text", "number"), [("0425335", 425335), ("-3", -3), ("0", 0)])
def test_whole_numbers(text, number):
    assert whole(text) == number


@pytest.mark.parametrize("text", ["1.0", "1e3", "one", "١", "1 000", "9" * 30])
def test_what_is_no_whole_number(text):
    with pytest.raises(ValueError, match="is not a whole number"):
        whole(text)


def test_numbers_with_decimals():
    assert decimal("-1.875") == -1.875
    for text in ("x", "nan", "inf", "1,5"):
        with pytest.raises(ValueError, match="is not a number"):
            decimal(text)


@pytest.mark.parametrize("text", ["2026-11-02", "02-11-2026", "2/11/2026", "2.11.2026"])
def test_dates_as_iso_and_as_english_registers_write_them(text):
    assert day(text) == date(2026, 11, 2)


@pytest.mark.parametrize("text", ["2026-02-30", "11/2026", "31-31-2026", "tomorrow", "2026-11-02T10:00"])
def test_what_is_no_date(text):
    with pytest.raises(ValueError, match="is not a date like 2026-11-22"):
        day(text)


def test_yes_and_no():
    assert [yes_or_no(text) for text in ("Yes", "y", "TRUE", "1", "no", "N", "false", "0")] == [True] * 4 + [False] * 4
    with pytest.raises(ValueError, match="is neither yes nor no"):
        yes_or_no("perhaps")


def test_lists_in_one_cell():
    assert several(" pl; ur ,;") == ("pl", "ur")


@pytest.mark.parametrize("text", ["=1+1", "+447700900982", "-2", "@SUM(A1)", " =1", "\uff1d1", "\t=1", "'=1", "''+1"])
def test_what_a_table_program_would_compute_is_written_as_text_and_read_back_as_it_was(text):
    assert safe_cell(text) == f"'{text}"
    [row] = opened(written(["name"], [[text]]))
    assert row.text("name") == text.strip()


@pytest.mark.parametrize("text", ["", "O'Brien", "'t Hooft", "Ann-Marie", "3 = 3", "2026-11-22"])
def test_other_text_is_left_as_it_is(text):
    assert safe_cell(text) == text
    [row] = opened(written(["name", "age"], [[text, -1]]))
    assert (row.text("name"), row.text("age")) == (text, "-1")


def test_a_written_file_has_the_mark_that_excel_asks_for():
    assert written(["name"], [["Zoë, née O’Brien"]]) == '\ufeffname\r\n"Zoë, née O’Brien"\r\n'.encode()


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        (("from", "begins?"), "from or begins"),
        (("pcds", "pcd7", "pcd8", "pcd2?"), "pcds, pcd7, pcd8 or pcd2"),
        ((r"lsoa code \(20\d\d\)", r"lsoa\d\d(cd)?", "lsoa"), "lsoa code (2021), lsoa21cd or lsoa"),
        (("home[ _]postcode",), "home postcode"),
        ((r"gsslacode( \(name\))?", "(os)?(nrth|north)1m", "rank.*"), "gsslacode (name), osnrth1m or rank"),
    ],
)
def test_a_column_that_is_missing_is_called_as_a_person_would_type_it(patterns, names):
    table = Table(BytesIO(b"x\n"))
    with pytest.raises(FileRefused) as refused:
        table.name_columns({"it": patterns}, needed=("it",))
    assert refused.value.lines() == [f"line 1: it, (empty), the column is missing: it is called {names}"]
    named = names.replace(" or ", ", ").split(", ")
    assert all(re.fullmatch(pattern, name) for pattern, name in zip(patterns, named, strict=True))
