"""Files of rows to link: what is understood, what is refused and in which words; files of links."""

import csv
import io
from dataclasses import replace

import pytest

from registration.births.linking.files import NEEDED, read_records, refusal, write_links, write_review
from registration.births.linking.rules.records import Pair, Record
from registration.common.files import FileRefused

HEADER = ",".join(NEEDED)
ROW = "1,Sarah,Smith,1995-02-03,Lily,Smith,2026-03-05,F,HX1 1AA,12"
RECORD = Record("1", "Sarah", "Smith", "1995-02-03", "Lily", "Smith", "2026-03-05", "F", "HX1 1AA", "12")


def read(*lines, encoding="utf-8"):
    return read_records(io.BytesIO("\n".join(lines).encode(encoding)))


def faults(*lines):
    with pytest.raises(FileRefused) as refused:
        read(*lines)
    return refused.value.lines()


def test_a_file_is_read_as_it_was_written():
    assert read(HEADER, ROW) == ([RECORD], [])


def test_columns_may_stand_in_any_order_with_others_between():
    (record,), _ = read(
        "phone,nhs," + ",".join(reversed(NEEDED)), "07700 900123,9," + ",".join(reversed(ROW.split(",")))
    )

    assert record == replace(RECORD, phone="07700 900123")


@pytest.mark.parametrize("written", ["2026-03-05", "05/03/2026", "5.3.2026", "20260305"])
def test_a_date_is_read_year_first_or_day_first(written):
    (record,), _ = read(HEADER, ROW.replace("2026-03-05", written).replace("1995-02-03", written))

    assert (record.c_dob, record.m_dob) == ("2026-03-05", "2026-03-05")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("f", "F"),
        ("Girl", "F"),
        ("2", "F"),
        ("MALE", "M"),
        ("B", "M"),
        ("U", ""),
        ("", ""),
        ("Not known", ""),
        ("-", ""),
    ],
)
def test_a_sex_is_read_in_many_ways(written, meant):
    (record,), _ = read(HEADER, ROW.replace(",F,", f",{written},"))

    assert record.c_sex == meant


def test_a_file_as_excel_saves_it_is_understood():
    assert read(HEADER.replace(",", ";"), "", ROW.replace("Sarah", "Zoë").replace(",", ";"), encoding="cp1252")[0] == [
        replace(RECORD, m_given="Zoë")
    ]


def test_every_fault_is_named_with_its_line():
    assert faults(
        HEADER,
        ROW,
        ROW.replace("1,Sarah", ",Sarah"),
        ROW,
        ROW.replace("1,Sarah", "4,Sarah").replace("2026-03-05", "31/02/2026").replace("1995-02-03", "about 1995"),
        ROW.replace("1,Sarah", "5,Sarah").replace(",F,", ",Q,"),
        "6,too,short",
    ) == [
        "line 3: unique_id, (empty), is missing",
        "line 4: unique_id, 1, is there already, on line 2",
        "line 5: c_dob, 31/02/2026, is not a date like 2026-11-22 or 22/11/2026",
        "line 5: m_dob, about 1995, is not a date like 2026-11-22 or 22/11/2026",
        "line 6: c_sex, Q, is no sex that is known: F or M",
        "line 7: row, 6, has 3 cells where the header has 10",
    ]


def test_at_most_fifty_faults_are_named_and_the_rest_counted():
    lines = faults(HEADER, *(f"{number},,,,,,never,,," for number in range(60)))

    assert len(lines) == 51
    assert lines[-1] == "and 10 more faults"


def test_missing_columns_are_all_named():
    assert faults("unique_id,m_given", "1,Sarah")[:2] == [
        "line 1: m_surname, (empty), the column is missing: it is called m_surname",
        "line 1: m_dob, (empty), the column is missing: it is called m_dob",
    ]


@pytest.mark.parametrize(
    ("written", "kept"), [("1995-02-31", "1995-02-31"), ("31/02/1995", "1995-02-31"), ("19951332", "1995-13-32")]
)
def test_a_mothers_date_of_birth_with_a_slip_in_it_is_compared_as_it_stands(written, kept):
    (record,), warnings = read(HEADER, ROW.replace("1995-02-03", written))

    assert record.m_dob == kept
    assert warnings == [f"line 2: m_dob, {written}, is no day of the calendar: compared as it stands"]


def test_a_refusal_begins_with_the_file():
    with pytest.raises(FileRefused) as refused:
        read("unique_id", "1")

    assert refusal("left.csv", refused.value)[:2] == [
        "left.csv cannot be used:",
        "line 1: m_given, (empty), the column is missing: it is called m_given",
    ]


def test_links_are_written_as_other_programs_read_them(tmp_path):
    write_links([Pair("1", "a", 0.999), Pair("=1+1", "b", 0.05)], tmp_path / "links.csv")

    assert (tmp_path / "links.csv").read_bytes() == (
        b"unique_id_l,unique_id_r,probability\r\n1,a,0.999\r\n'=1+1,b,0.05\r\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["links.csv"]


def test_pairs_to_look_at_stand_side_by_side_likeliest_first(tmp_path):
    left, right = [RECORD, replace(RECORD, unique_id="2")], [replace(RECORD, unique_id="a", m_given="Sara")]
    write_review([Pair("2", "a", 0.2), Pair("1", "a", 0.6)], left, right, tmp_path / "review.csv")
    with (tmp_path / "review.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert [(row["probability"], row["unique_id_l"], row["unique_id_r"]) for row in rows] == [
        ("0.6", "1", "a"),
        ("0.2", "2", "a"),
    ]
    assert (rows[0]["m_given_l"], rows[0]["m_given_r"]) == ("Sarah", "Sara")


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path):
    with pytest.raises(KeyError):
        write_review([Pair("1", "a", 0.2)], [], [], tmp_path / "review.csv")

    assert list(tmp_path.iterdir()) == []
