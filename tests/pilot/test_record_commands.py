"""`flask pilot extract` and `flask pilot twin`, as typed: what they write, and that what is refused leaves nothing."""

from __future__ import annotations

import logging
from datetime import date

import pytest
from sqlalchemy import delete, select, update

from registration.centres.models import Cluster
from registration.common.db import db
from registration.pilot.extract.files import read, write
from registration.pilot.record.commands import extract, twin
from registration.pilot.record.jobs import collect_events
from registration.pilot.record.models import PilotEvent, PilotSecret
from tests.booking.appointments import two_mornings
from tests.pilot.made import AS_OF, make
from tests.pilot.record_world import seen
from tests.pilot.test_extract_files import ONE
from tests.reach.families import agreement, link, live_birth, member

TODAY = date(2026, 12, 20)


@pytest.fixture
def world(database, at):
    at("2026-12-20T09:00")
    return two_mornings()


@pytest.fixture
def run(app, runner):
    """Run a command: run(extract, "--out", folder)."""
    return lambda command, *words: runner.invoke(command, list(map(str, words)))


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def families(world):
    """Families of every kind."""
    made = seen(world, language="ur")
    told = live_birth(agreement(), world.centres["sunshine"])
    link(made.family_id, told)
    member(told, world.centres["elland"])
    seen(world, "elland", name="Gwendolyn Seen")
    return made


def test_an_extract_reads_without_fault_and_is_the_same_bytes_again(run, families, tmp_path):
    done = run(extract, "--out", tmp_path / "a" / "one")
    again = run(extract, "--out", tmp_path / "two")

    assert (done.exit_code, again.exit_code) == (0, 0), done.output
    assert files(tmp_path / "a" / "one") == files(tmp_path / "two")
    made = read(tmp_path / "two", TODAY)
    assert (len(made.births), len(made.registrations), len(made.memberships)) == (2, 2, 1)
    assert f"births.csv: 2 rows, SHA-256 {made.digests['births.csv']}" in done.output


def test_no_name_reference_postcode_or_number_of_ours_stands_in_it(run, families, tmp_path):
    run(extract, "--out", tmp_path / "one")
    text = "\n".join(content.decode() for content in files(tmp_path / "one").values())

    for secret in ("Gwendolyn", "Aoife", "example.org", "HX5", families.reference, str(families.public_id)):
        assert secret not in text
    made = read(tmp_path / "one", TODAY)
    for birth in made.births:
        assert birth.birth_id[:2] == "b-"
        assert len(birth.birth_id) == 22


def test_an_extract_replaces_an_earlier_one_and_nothing_else(run, families, tmp_path):
    folder = tmp_path / "one"
    run(extract, "--out", folder)
    (folder / "births.csv").write_text("old")
    assert run(extract, "--out", folder).exit_code == 0
    assert len(read(folder, TODAY).births) == 2

    (folder / "letters.txt").write_text("mine")
    (folder / "births.csv").write_text("old")
    refused = run(extract, "--out", folder)
    assert refused.exit_code == 2
    assert "holds something else" in refused.output
    assert (folder / "births.csv").read_text() == "old"


def test_an_extract_as_of_a_day_to_come_is_wrong_use(run, world, tmp_path):
    refused = run(extract, "--out", tmp_path / "one", "--as-of", "2026-12-21")

    assert refused.exit_code == 2
    assert "2026-12-21 is still to come" in refused.output
    assert not (tmp_path / "one").exists()


def test_a_twin_is_made_as_of_any_day_of_its_extract(run, world, tmp_path):
    """The extract is of a day that is still to come here: the how-to is followed with one that somebody sent."""
    made = run(twin, make(tmp_path / "real", 60), "--seed", 7, "--out", tmp_path / "twin", "--as-of", AS_OF)
    too_late = run(twin, tmp_path / "real", "--seed", 7, "--out", tmp_path / "other", "--as-of", "9999-12-31")

    assert made.exit_code == 0, made.output
    assert len(read(tmp_path / "twin", AS_OF).births) == 60
    assert too_late.exit_code == 2
    assert "9999-12-31 is not from 1900 to 2199" in too_late.output


def test_a_folder_that_cannot_be_written_is_named_before_anything_is_collected(run, world, tmp_path):
    (tmp_path / "letter").write_text("dear")
    refused = run(extract, "--out", tmp_path / "letter" / "one")

    assert refused.exit_code == 2
    assert "letter/one cannot be written: Not a directory." in " ".join(refused.output.split())


def test_an_extract_as_of_an_earlier_day(run, families, tmp_path):
    assert run(extract, "--out", tmp_path / "one", "--as-of", "2026-11-23").exit_code == 0

    made = read(tmp_path / "one", date(2026, 11, 23))
    assert [booking.status for booking in made.bookings] == ["booked", "booked"]


def test_what_cannot_be_read_again_leaves_nothing(run, families, tmp_path):
    db.session.execute(update(Cluster).values(name=""))
    refused = run(extract, "--out", tmp_path / "one")

    assert refused.exit_code == 1
    assert "centres.csv: line 2: cluster, (empty), is missing" in refused.output
    assert list(tmp_path.iterdir()) == []


def test_registrations_before_the_birth_are_left_out_and_said(run, world, tmp_path):
    made = seen(world)
    told = live_birth(agreement(), world.centres["sunshine"], born=date(2026, 12, 10))
    link(made.family_id, told)
    done = run(extract, "--out", tmp_path / "one")

    assert "1 registrations are left out" in done.output
    assert read(tmp_path / "one", TODAY).registrations == []


def test_once_the_secrets_are_deleted_nothing_is_collected_or_extracted(run, families, tmp_path):
    db.session.execute(delete(PilotSecret))
    refused = run(extract, "--out", tmp_path / "one")

    assert refused.exit_code == 1
    assert "The pilot has ended" in refused.output
    assert db.session.scalars(select(PilotEvent)).all() == []
    assert list(tmp_path.iterdir()) == []


def test_a_twin_is_written_without_a_database(run, tmp_path):
    make(tmp_path / "real", 60)
    for name in ("one", "two"):
        made = run(twin, tmp_path / "real", "--out", tmp_path / name, "--seed", "5", "--as-of", "2026-11-20")
        assert made.exit_code == 1, "the extract is of a later day"
    write(tmp_path / "small", ONE)
    for name in ("one", "two"):
        made = run(twin, tmp_path / "small", "--out", tmp_path / name, "--seed", "5")
        assert made.exit_code == 0, made.output
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert AS_OF > TODAY
    assert vars(twin.callback)["database_settled"]


def test_each_hour_what_happened_is_collected(app, world, caplog):
    seen(world)
    with caplog.at_level(logging.INFO):
        collect_events(0)

    assert db.session.scalars(select(PilotEvent.kind)).all()
    assert "events of the pilot: 4 added, 0 gone" in caplog.text
