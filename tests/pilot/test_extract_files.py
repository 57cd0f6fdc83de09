"""Extracts are read whole or refused with every fault named."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import pytest

from registration.pilot.extract.files import ExtractRefused, day, read, stamp_day, write
from registration.pilot.extract.rules import Extract, Registered, first_live_month, under_two
from tests.pilot.made import AS_OF, make

pytestmark = pytest.mark.rules

ONE = {
    "centres.csv": [("C1", "North", "2026-05-10")],
    "births.csv": [("B1", "F1", "2026-06-01", "North", "C1", "3", "1", "1", "0", "", "2026-06-20", "")],
    "bookings.csv": [("K1", "B1", "C1", "2026-06-04T23:47:00Z", "2026-06-20T09:00:00Z", "attended")],
    "registrations.csv": [("B1", "C1", "2026-06-20T09:10:00Z")],
    "memberships.csv": [("F1", "C1", "2026-06-20", "visit")],
    "visits.csv": [("F1", "C1", "2026-07-01")],
}
ON = date(2026, 12, 31)


def refused(folder, as_of=ON):
    with pytest.raises(ExtractRefused) as refusal:
        read(folder, as_of)
    return refusal.value.lines


def changed(name, *rows):
    return {**ONE, name: [*ONE[name], *rows]}


def test_an_extract_is_read_as_it_was_written(tmp_path):
    write(tmp_path, ONE)
    extract = read(tmp_path, ON)

    [birth], [booking] = extract.counted, extract.bookings
    assert (birth.dob, birth.imd_decile, birth.hard_to_reach, birth.vulnerable) == (date(2026, 6, 1), 3, False, None)
    assert birth.left_area_on is None
    assert booking.booked_on == date(2026, 6, 5), "23:47 in Greenwich is the next day in summer"
    assert extract.contacts is None
    assert extract.hours is None
    assert sorted(extract.digests) == sorted(ONE)


def test_equal_rows_in_any_order_give_equal_bytes(tmp_path):
    make(tmp_path / "one", 50)
    with (tmp_path / "one" / "births.csv").open(encoding="utf-8", newline="") as file:
        rows = [tuple(row) for row in list(csv.reader(file))[1:]]
    write(tmp_path / "two", {"births.csv": reversed(rows)})

    assert (tmp_path / "one" / "births.csv").read_bytes() == (tmp_path / "two" / "births.csv").read_bytes()


def test_a_text_that_a_table_program_would_compute_comes_back_as_it_was(tmp_path):
    write(tmp_path, changed("centres.csv", ("C2", "=1+1", "")))

    assert [centre.cluster for centre in read(tmp_path, ON).centres] == ["North", "=1+1"]
    assert "'=1+1" in (tmp_path / "centres.csv").read_text()


@pytest.mark.parametrize(
    ("name", "row", "said"),
    [
        ("centres.csv", ("C1", "South", ""), "centres.csv: line 3: centre_id, C1, is there already"),
        ("births.csv", ("B2", "F2", "2026-06-31", "N", "C1", "", "1", "", "", "", "", ""), "is not a date like"),
        ("births.csv", ("B2", "F2", "2026-06-01", "N", "C9", "", "1", "", "", "", "", ""), "C9, is not in centres.csv"),
        (
            "births.csv",
            ("B2", "F2", "2026-06-01", "N", "", "11", "1", "", "", "", "", ""),
            "imd_decile, 11, is no decile",
        ),
        ("births.csv", ("B2", "F2", "2026-06-01", "N", "", "", "yes", "", "", "", "", ""), "yes, is neither 0 nor 1"),
        (
            "births.csv",
            ("B2", "", "2026-06-01", "N", "", "", "1", "", "", "", "", ""),
            "family_id, (empty), is missing",
        ),
        ("bookings.csv", ("K2", "B9", "C1", "2026-06-04T09:00:00Z", "2026-06-20T09:00:00Z", "booked"), "B9, is not in"),
        ("bookings.csv", ("K2", "B1", "C1", "2026-06-04", "2026-06-20T09:00:00Z", "booked"), "is not a stamp in UTC"),
        (
            "bookings.csv",
            ("K2", "B1", "C1", "2026-06-04T09:00:00Z", "2027-01-20T09:00:00Z", "dna"),
            "is after the as-of",
        ),
        (
            "bookings.csv",
            ("K2", "B1", "C1", "2026-06-04T09:00:00Z", "2026-06-20T09:00:00Z", "came"),
            "came, is none of",
        ),
        (
            "bookings.csv",
            ("K1", "B1", "C1", "2026-06-04T09:00:00Z", "2026-06-20T09:00:00Z", "dna"),
            "K1, is there already",
        ),
        ("registrations.csv", ("B1", "C1", "2026-05-31T22:59:59Z"), "is before the birth on 2026-06-01"),
        ("registrations.csv", ("B1", "C1", "2027-01-01T00:00:00Z"), "is after the as-of date 2026-12-31"),
        (
            "memberships.csv",
            ("F1", "C9", "2026-06-20", ""),
            "memberships.csv: line 3: centre_id, C9, is not in centres.csv",
        ),
        (
            "births.csv",
            ("B2", "F2", "1899-12-31", "N", "", "", "1", "", "", "", "", ""),
            "dob, 1899-12-31, is not from 1900 to 2199",
        ),
        ("memberships.csv", ("F1", "C1", "2200-01-01", ""), "joined_on, 2200-01-01, is not from 1900 to 2199"),
        ("registrations.csv", ("B1", "C1", "9999-12-31T23:59:59Z"), "registered_at, 9999-12-31T23:59:59Z, is not from"),
        ("registrations.csv", ("B1", "C1", "2199-12-31T24:59:59Z"), "is not a stamp in UTC"),
        ("visits.csv", ("F1", "C9", "2026-06-20"), "visits.csv: line 3: centre_id, C9, is not in centres.csv"),
    ],
)
def test_every_fault_is_named_where_it_stands(tmp_path, name, row, said):
    write(tmp_path, changed(name, row))
    [line] = refused(tmp_path)

    assert said in line
    assert line.startswith(f"{name}: line ")


@pytest.mark.parametrize("name", ["all", "Not known", "any", "htr", "[c]"])
def test_a_name_that_means_something_else_in_the_results_is_refused(tmp_path, name):
    write(tmp_path, changed("centres.csv", ("C2", name, ""), (name, "North", "")))
    [cluster, centre] = refused(tmp_path)

    meaning = "has another meaning in the results: give it another name"
    assert cluster == f"centres.csv: line 3: cluster, {name}, {meaning}"
    assert centre == f"centres.csv: line 4: centre_id, {name}, {meaning}"


def test_a_cluster_of_a_birth_has_no_slash(tmp_path):
    write(tmp_path, changed("births.csv", ("B2", "F2", "2026-06-01", "a/any", "", "", "1", "", "", "", "", "")))
    [line] = refused(tmp_path)

    assert line.startswith("births.csv: line 3: cluster, a/any, has a slash")


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("births.csv", None, "births.csv: the file is missing"),
        ("births.csv", b"", "births.csv: line 1: header, (empty), the first line must name the columns"),
        ("births.csv", "birth_id,dob\n".encode("utf-16"), "births.csv: line 1: header, (empty), has a character"),
        ("centres.csv", b"centre_id,pilot_from\nC1,\n", "centres.csv: line 1: cluster, (empty), the column is missing"),
        (
            "centres.csv",
            b"centre_id,cluster,pilot_from\nC1,N\x00,\n",
            "centres.csv: line 2: cluster, N\\x00, has a char",
        ),
        ("centres.csv", b'centre_id,cluster,pilot_from\n"C1,N,\n', "centres.csv: line 2: row, (empty), has quotation"),
    ],
)
def test_what_a_file_that_cannot_be_read_would_have_named_is_not_missed_elsewhere(tmp_path, name, content, fault):
    write(tmp_path, ONE)
    (tmp_path / name).unlink() if content is None else (tmp_path / name).write_bytes(content)
    lines = refused(tmp_path)

    assert lines[0].startswith(fault)
    assert not [line for line in lines if "is not in" in line]


def test_a_file_with_a_faulty_cell_still_says_which_births_there_are(tmp_path):
    write(
        tmp_path,
        changed("births.csv", ("B2", "F2", "2026-06-01", "N", "", "11", "1", "", "", "", "", ""))
        | {"registrations.csv": [("B9", "C1", "2026-06-20T09:10:00Z"), ("B2", "C1", "2026-06-20T09:10:00Z")]},
    )

    assert [line.split(": ")[0] for line in refused(tmp_path)] == ["births.csv", "registrations.csv"]


def test_optional_files_are_checked_where_they_are_there(tmp_path):
    write(tmp_path, {**ONE, "hours.csv": [("C1", "2026-06-01", "90.5")], "contacts.csv": [("F1", "soon", "", "")]})

    assert refused(tmp_path) == (
        "contacts.csv: line 2: contacted_on, soon, is not a date like 2026-11-22",
        "hours.csv: line 2: registrar_minutes, 90.5, is no number of minutes of one day",
    )


def test_a_file_or_a_column_that_is_missing_is_named(tmp_path):
    write(tmp_path, ONE)
    (tmp_path / "visits.csv").unlink()
    (tmp_path / "registrations.csv").write_text("birth_id,registered_at\nB1,2026-06-20T09:10:00Z\n")

    assert refused(tmp_path) == (
        "registrations.csv: line 1: venue_id, (empty), the column is missing: it is called venue_id",
        "visits.csv: the file is missing",
    )


def test_days_after_the_as_of_date_are_not_counted_and_not_refused(tmp_path):
    write(
        tmp_path,
        changed("births.csv", ("B2", "F2", "2027-02-01", "North", "C1", "3", "1", "", "", "", "", ""))
        | {"memberships.csv": [("F1", "C1", "2027-02-02", ""), ("F7", "C1", "2026-02-02", "")]},
    )
    extract = read(tmp_path, ON)

    assert [birth.birth_id for birth in extract.counted] == ["B1"]
    assert extract.first_joined == {"F7": date(2026, 2, 2)}


def test_an_extract_made_by_chance_is_read_whole(tmp_path):
    extract = read(make(tmp_path, 300), AS_OF)

    assert len(extract.births) == 300
    assert extract.centre_ids == {f"C{n:02}" for n in range(12)}
    assert set(extract.registered) <= {birth.birth_id for birth in extract.births}


def test_rules_of_days():
    assert under_two(date(2025, 1, 1), date(2026, 12, 31))
    assert not under_two(date(2025, 1, 1), date(2027, 1, 1))
    assert under_two(date(2024, 2, 29), date(2026, 2, 28))
    assert not under_two(date(2024, 2, 29), date(2026, 3, 1))
    assert first_live_month(date(2026, 12, 2)) == date(2027, 1, 1)
    assert first_live_month(date(2026, 12, 1)) == date(2026, 12, 1)
    assert stamp_day("2026-12-04T23:47Z") == date(2026, 12, 4)
    with pytest.raises(ValueError, match="is not a date"):
        day("20261122")


def test_the_first_registration_by_the_day_counts():
    rows = [Registered("B1", "C1", ON), Registered("B1", "C2", ON - timedelta(days=9)), Registered("B2", "C1", ON)]
    early = Extract(ON - timedelta(days=1), (), (), (), rows, (), ())

    assert early.registered == {"B1": rows[1]}
