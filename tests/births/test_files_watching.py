"""A folder into which sources push their files, and the jobs that look after files and births."""

import os
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from registration.births.files import jobs
from registration.births.files.actions import bring
from registration.births.files.models import WaitingFile
from registration.births.files.rules.columns import Kind
from registration.births.files.watching import take_from
from registration.births.models import BirthFile, BirthRecord, Deletion
from registration.births.retention.jobs import delete_due_records
from registration.common.db import db
from tests.births.brought import SOURCE, agree, csv_of, row, taken
from tests.booking.world import make_world

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def folder(database, at, tmp_path):
    at("2026-11-22T09:00")
    make_world()
    agree(starts=date(2025, 1, 1))
    database.commit()  # or what is refused would undo it too
    (tmp_path / SOURCE).mkdir()
    return tmp_path


def push(folder, name, text, source=SOURCE, age=timedelta(minutes=5)):
    path = folder / source / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    moment = (NOW - age).timestamp()
    os.utime(path, (moment, moment))
    return path


def kept():
    return [
        (file.name, file.kind, file.added, file.removed)
        for file in db.session.scalars(select(BirthFile).order_by(BirthFile.id))
    ]


def test_new_files_are_taken_in_once_and_put_away(folder):
    path = push(folder, "2026-10.csv", csv_of([row(1)]))
    assert take_from(folder) == ["2026-10.csv: taken in"]
    assert not path.exists()
    assert [each.name for each in (folder / SOURCE / "done").iterdir()] == ["20261122090000-2026-10.csv"]
    push(folder, "2026-10 again.csv", csv_of([row(1)]))
    assert take_from(folder) == ["2026-10 again.csv: taken in"]
    assert take_from(folder) == []
    assert kept() == [("2026-10.csv", "births", 1, 0)]


def test_a_name_says_that_a_file_tells_of_losses_or_counts(folder):
    push(folder, "a-births.csv", csv_of([row(1)]))
    push(folder, "b-Losses.csv", "ID,Outcome\nN1,died\n")
    push(folder, "c-counts.csv", "Centre,Month,Births\nElland Children’s Centre,2026-10,12\n")
    take_from(folder)
    assert kept() == [
        ("a-births.csv", "births", 1, 0),
        ("b-Losses.csv", "births", 0, 1),
        ("c-counts.csv", "counts", 1, 0),
    ]


def test_a_refused_file_stays_with_its_faults_beside_it_and_is_tried_again_when_it_is_newer(folder):
    path = push(folder, "x.csv", csv_of([row(1, DOB="x")]))
    assert take_from(folder) == ["x.csv: refused"]
    faults = path.with_name("x.csv.faults.txt")
    assert faults.read_text() == "line 2: DOB, x, is not a date like 22/11/2026 or 2026-11-22\n"
    assert take_from(folder) == []
    push(folder, "x.csv", csv_of([row(1)]))
    os.utime(faults, ((NOW - timedelta(hours=1)).timestamp(),) * 2)
    assert take_from(folder) == ["x.csv: taken in"]
    assert not faults.exists()


def test_a_source_without_an_agreement_is_told_so(folder):
    path = push(folder, "x.csv", csv_of([row(1)]), source="nobody")
    assert take_from(folder) == ["x.csv: refused"]
    assert "No agreement is in force" in path.with_name("x.csv.faults.txt").read_text()


def test_a_file_that_may_be_coming_still_is_left_for_the_next_time(folder):
    push(folder, "x.csv", csv_of([row(1)]), age=timedelta(seconds=30))
    assert take_from(folder) == []


def test_a_file_that_cannot_be_moved_is_not_taken_twice(folder):
    (folder / SOURCE / "done").write_text("in the way")
    push(folder, "x.csv", csv_of([row(1)]))
    for _ in range(2):
        assert take_from(folder) == ["x.csv: taken in"]
    assert len(kept()) == 1


def test_what_cannot_be_read_is_left(folder, monkeypatch):
    path = push(folder, "x.csv", csv_of([row(1)]))
    monkeypatch.setattr(type(path), "read_bytes", lambda _path: (_ for _ in ()).throw(OSError()))
    assert take_from(folder) == ["x.csv: cannot be read"]


def test_the_jobs_look_after_the_folder_the_waiting_files_and_the_births_that_are_due(folder, app, at):
    jobs.watch_folder(0)
    app.config["BIRTHS_FOLDER"] = folder
    try:
        push(folder, "x.csv", csv_of([row(1)]))
        jobs.watch_folder(0)
    finally:
        app.config["BIRTHS_FOLDER"] = None
    assert len(kept()) == 1
    bring(csv_of([row(2)]).encode(), SOURCE, Kind.BIRTHS, "y.csv", "staff:1", NOW)
    taken(csv_of([row(3, DOB="01/11/2025")]), NOW - timedelta(days=365))
    at("2026-11-22T10:01")
    jobs.drop_old_files(0)
    delete_due_records(0)
    db.session.expire_all()
    assert db.session.scalars(select(WaitingFile)).all() == []
    assert [record.mother_surname for record in db.session.scalars(select(BirthRecord).order_by(BirthRecord.id))] == [
        "Ashworth1",
        None,
    ]
    assert len(db.session.scalars(select(Deletion)).all()) == 1
