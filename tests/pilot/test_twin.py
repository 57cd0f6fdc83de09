"""A synthetic twin has the files and sizes of its extract, reads without fault, and has no row of it."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from registration.pilot.extract.files import COLUMNS, OPTIONAL, read, write
from registration.pilot.extract.twin import twin
from tests.pilot.made import AS_OF, make
from tests.pilot.test_extract_files import ONE

pytestmark = pytest.mark.rules


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """An extract and its twin, in two folders."""
    folder = tmp_path_factory.mktemp("twins")
    make(folder / "real", 400)
    write(folder / "twin", twin(read(folder / "real", AS_OF), 7))
    return folder / "real", folder / "twin"


def rows(folder, name):
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


def test_it_reads_without_fault_and_is_as_large(pair):
    real, made = (read(folder, AS_OF) for folder in pair)

    for name in ("centres", "births", "bookings", "registrations", "memberships", "visits", "contacts", "hours"):
        assert len(getattr(made, name)) == len(getattr(real, name)), name
    assert len({birth.family_id for birth in made.births}) == len({birth.family_id for birth in real.births})
    assert made.centres == real.centres


def test_no_row_of_a_family_is_a_real_one(pair):
    real, made = pair
    for name in set(COLUMNS) - {"centres.csv", "hours.csv"}:
        assert not set(rows(real, name)) & set(rows(made, name)), name
    ids = {row[0] for row in rows(real, "births.csv")} | {row[1] for row in rows(real, "births.csv")}
    assert not ids & {cell for name in COLUMNS for row in rows(made, name) for cell in row}


def test_what_a_column_holds_stays_about_as_frequent(pair):
    real, made = (read(folder, AS_OF) for folder in pair)

    def share(extract, said):
        return sum(map(said, extract.births)) / len(extract.births)

    for said in (
        lambda b: b.imd_decile is not None and b.imd_decile < 4,
        lambda b: b.hard_to_reach,
        lambda b: b.left_area_on,
    ):
        assert share(made, lambda b, said=said: bool(said(b))) == pytest.approx(
            share(real, lambda b, said=said: bool(said(b))), abs=0.1
        )


def test_the_same_seed_gives_the_same_twin_and_another_gives_another(pair, tmp_path):
    extract = read(pair[0], AS_OF)
    write(tmp_path / "again", twin(extract, 7))
    write(tmp_path / "other", twin(extract, 8))

    for name in COLUMNS:
        assert (tmp_path / "again" / name).read_bytes() == (pair[1] / name).read_bytes()
    assert (tmp_path / "other" / "births.csv").read_bytes() != (pair[1] / "births.csv").read_bytes()


def test_files_that_the_extract_has_not_the_twin_has_not_and_nothing_has_a_twin_of_nothing(tmp_path):
    write(tmp_path / "one", ONE)
    assert set(twin(read(tmp_path / "one", date(2026, 12, 31)), 1)) == set(ONE)

    nobody = {name: [] for name in ONE if name != "centres.csv"} | {"centres.csv": ONE["centres.csv"]}
    families = {"memberships.csv": ONE["memberships.csv"], "visits.csv": ONE["visits.csv"]}
    write(tmp_path / "nobody", nobody | families | {name: [] for name in OPTIONAL})
    made = twin(read(tmp_path / "nobody", date(2026, 12, 31)), 1)
    assert not any(cells for name, cells in made.items() if name != "centres.csv")


def test_what_is_marked_in_the_twin_has_come_and_no_birth_is_registered_before_it_came(tmp_path):
    real = ONE | {
        "births.csv": [*ONE["births.csv"], ("B2", "F2", "2026-12-30", "North", "C1", "", "1", "", "", "", "", "")]
    }
    write(tmp_path / "real", real)
    for seed in range(20):
        write(tmp_path / "twin", twin(read(tmp_path / "real", date(2026, 12, 31)), seed))
        read(tmp_path / "twin", date(2026, 12, 31))


def test_no_day_of_a_twin_is_of_a_year_that_no_extract_can_have(tmp_path):
    """A birth of 1900 that was told in 2199 gives a span of 299 years to births of today."""
    births = [
        ("B1", "F1", "1900-06-01", "North", "C1", "3", "1", "1", "0", "", "2199-06-20", ""),
        ("B2", "F2", "2026-06-01", "North", "C1", "3", "1", "1", "0", "", "2026-06-20", ""),
    ]
    write(tmp_path / "real", {**ONE, "births.csv": births, "bookings.csv": [], "registrations.csv": []})
    real = read(tmp_path / "real", AS_OF)
    days = set()
    for seed in range(6):
        write(tmp_path / str(seed), twin(real, seed))
        days |= {birth.feed_received_on for birth in read(tmp_path / str(seed), AS_OF).births}

    assert date(2199, 12, 31) in days
