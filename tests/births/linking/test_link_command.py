"""`flask births link`: two files in, links out, no database; refused files are said in words and nothing is written."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.trial_births import trial
from registration.births.commands import births
from registration.births.link_commands import NOT_INSTALLED
from registration.births.linking.files import COLUMNS

ROOT = Path(__file__).parent.parent.parent.parent


def written(path, records):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([getattr(record, name) for name in COLUMNS] for record in records)
    return path


@pytest.fixture
def files(tmp_path):
    families = trial(60, 40, seed=3)
    return [written(tmp_path / f"{name}.csv", getattr(families, name)) for name in ("left", "right")]


def run(*arguments):
    return CliRunner().invoke(births, ["link", *map(str, arguments)])


def test_pairs_are_written_with_their_probabilities(files, tmp_path):
    out, review = tmp_path / "links.csv", tmp_path / "review.csv"
    result = run(*files, "--out", out, "--review", review)
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert result.exit_code == 0
    assert list(rows[0]) == ["unique_id_l", "unique_id_r", "probability"]
    assert len(rows) >= 36
    assert result.stdout.startswith(f"{len(rows)} pairs: ")
    assert "left.csv: 60 rows" in result.stderr
    assert review.read_text().startswith("probability,unique_id_l,unique_id_r,m_given_l")


def test_the_same_files_again_give_the_same_bytes(files, tmp_path):
    contents = []
    for name in ("one.csv", "two.csv"):
        assert run(*files, "--out", tmp_path / name, "--exact").exit_code == 0
        contents.append((tmp_path / name).read_bytes())

    assert contents[0] == contents[1]


def test_equality_that_was_asked_for_is_not_excused(files, tmp_path):
    assert NOT_INSTALLED not in run(*files, "--out", tmp_path / "links.csv", "--exact").stderr


def test_missing_packages_are_said(files, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "registration.births.linking.linkage", None)
    result = run(*files, "--out", tmp_path / "links.csv")

    assert result.exit_code == 0
    assert NOT_INSTALLED in result.stderr


def test_all_that_is_wrong_in_both_files_is_said_and_nothing_written(files, tmp_path):
    files[0].write_text(files[0].read_text() + "1,,,,,,31/02/2026,,,,,\n")
    files[1].write_text("unique_id\n1\n")
    result = run(*files, "--out", tmp_path / "links.csv")

    assert result.exit_code == 1
    assert "left.csv cannot be used:\nline 62: c_dob, 31/02/2026, is not a date" in result.stderr
    assert "right.csv cannot be used:\nline 1: m_given, (empty), the column is missing" in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["left.csv", "right.csv"]


def test_warnings_are_said_and_the_fifty_first_counted(files, tmp_path):
    rows = "".join(f"{number},,,1995-02-31,,,2026-03-05,,,,,\n" for number in range(52))
    files[0].write_text(",".join(COLUMNS) + "\n" + rows)
    result = run(*files, "--out", tmp_path / "links.csv", "--exact")

    assert result.exit_code == 0
    assert "warning: left.csv, line 2: m_dob, 1995-02-31, is no day of the calendar" in result.stderr
    assert "and 2 more warnings" in result.stderr


@pytest.mark.parametrize("option", ["--out", "--review"])
def test_a_folder_that_is_not_there_is_wrong_use(files, tmp_path, option):
    result = run(*files, "--out", tmp_path / "links.csv", option, tmp_path / "none" / "links.csv")

    assert result.exit_code == 2
    assert "There is no folder" in result.stderr


def test_it_needs_no_database_and_no_settings_and_ends_when_told_to(tmp_path):
    families = trial(3000, 2000, seed=4)
    files = [written(tmp_path / f"{name}.csv", getattr(families, name)) for name in ("left", "right")]
    (tmp_path / "temporary").mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "TMPDIR": str(tmp_path / "temporary"),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "SECRET_KEY": "k" * 40,
    }
    command = [sys.executable, "-m", "flask", "births", "link", *map(str, files), "--out", str(tmp_path / "links.csv")]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if line.startswith("rows are in comparable form"):
                break
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)

    assert process.returncode == 1
    assert time.monotonic() - begun < 30
    assert not (tmp_path / "links.csv").exists()
    assert list((tmp_path / "temporary").iterdir()) == []
