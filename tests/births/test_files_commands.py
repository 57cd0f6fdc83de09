"""flask births import, and the reach areas that homes are placed by."""

import pytest
from sqlalchemy import select

from registration.births.files.queries import said_of
from registration.births.models import BirthFile, BirthRecord
from registration.common.db import db
from tests.births.brought import SOURCE, agree, csv_of, many, row
from tests.booking.world import make_world


@pytest.fixture
def command(runner, database, at, tmp_path):
    at("2026-11-22T09:00")
    make_world()
    agree()
    database.commit()  # or what is refused would undo it too

    def run(text, *options, source=SOURCE, name="october.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return runner.invoke(args=["births", "import", str(path), "--source", source, *options])

    return run


def test_a_file_is_taken_in_and_what_is_dropped_is_said(command):
    result = command(csv_of([row(1, **{"Birth Weight": "3200"}), row(2, Mobile="1", Postcode="")]))
    assert result.exit_code == 0, result.output
    assert "births: 2 added, 0 changed, 0 as before; 0 families left for a loss; 0 outside the area." in result.stdout
    assert "1 have no home that can be placed in a reach area." in result.stdout
    assert result.stderr.splitlines() == [
        "warning: line 3: Mobile cannot be used and is left out",
        "Birth Weight: Dropped: birth weight must not be taken",
    ]


def test_the_same_file_again_changes_nothing(command):
    assert command(csv_of([row(1)])).exit_code == 0
    again = command(csv_of([row(1)]))
    assert (again.exit_code, again.stdout) == (0, f"This file of {SOURCE} was taken in before: nothing to do.\n")
    assert len(db.session.scalars(select(BirthFile)).all()) == 1


def test_a_file_with_two_hundred_faults_names_fifty_and_changes_nothing(command):
    result = command(csv_of([row(number, DOB="11/22/2026") for number in range(200)]))
    lines = result.stderr.splitlines()
    assert (result.exit_code, len(lines), lines[-1]) == (1, 51, "and 150 more faults")
    assert lines[0] == (
        "line 2: DOB, 11/22/2026, has the month first: give the day first, like 22/11/2026, in the whole file"
    )
    assert db.session.scalars(select(BirthRecord)).all() == []


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_another_encoding_and_delimiter_are_understood(command, encoding):
    text = "DOB;Mother Forename;Mother Surname\r\n\r\n05/11/2026;Zoë;O’Brien\r\n"
    assert command(text.encode(encoding)).exit_code == 0
    [record] = db.session.scalars(select(BirthRecord))
    assert (record.mother_given, record.mother_surname) == ("Zoë", "O’Brien")


def test_without_an_agreement_nothing_is_taken_in(command):
    result = command(csv_of([row(1)]), source="nobody")
    assert result.exit_code == 1
    assert result.stderr == "No agreement is in force with this source today, so nothing of it may be taken in.\n"


@pytest.mark.parametrize(
    "mapping",
    [
        'born = "Day"\nmother_surname = "Mum"\naddress = ["Road", "Town"]\n',
        '{"born": "Day", "mother_surname": "Mum", "address": ["Road", "Town"]}',
    ],
)
def test_a_mapping_is_read_and_kept_for_the_next_file(command, tmp_path, mapping):
    path = tmp_path / "columns"
    path.write_text(mapping)
    text = "Day,Mum,Road,Town\n{}/11/2026,Lee,1 High Street,Halifax\n"
    assert command(text.format("05"), "--map", str(path)).exit_code == 0
    assert said_of(SOURCE) == {"born": "Day", "mother_surname": "Mum", "address": "Road + Town"}
    assert command(text.format("06")).exit_code == 0
    assert {record.address for record in db.session.scalars(select(BirthRecord))} == {"1 High Street, Halifax"}


@pytest.mark.parametrize("mapping", [b"", b"born =", b"{1", b'{"born": 1}', b"\xff", b"[a]\nb = 1", b"born = [1]"])
def test_a_mapping_that_is_none_is_wrong_use(command, tmp_path, mapping):
    path = tmp_path / "columns"
    path.write_bytes(mapping)
    result = command("Day,Mum\n05/11/2026,Lee\n", "--map", str(path))
    assert result.exit_code == (1 if mapping == b"" else 2)


def test_losses_and_counts_are_files_of_their_own(command):
    command(csv_of([row(1)]))
    losses = command("ID,Outcome\nN1,died\n", "--kind", "losses", name="losses.csv")
    assert "1 family left for a loss" in losses.stdout
    counts = command("Centre,Month,Births\nElland Children’s Centre,2026-10,12\n", "--kind", "counts")
    assert "1 added" in counts.stdout


def test_a_month_of_five_thousand_births_is_quick(command):
    from time import perf_counter

    text = csv_of(many(5000, ["HX1 5ET", "HX5 0AB", "OL14 5AA"]))
    began = perf_counter()
    result = command(text)
    assert "5,000 added" in result.stdout
    assert perf_counter() - began < 60, "it takes 3 seconds on an idle machine"
