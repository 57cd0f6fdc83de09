"""`flask pilot pool`: the review of several authorities, with its picture and the mean without each."""

from __future__ import annotations

import csv
import json

import pytest
from click.testing import CliRunner

from registration.pilot.effect.pooling import Counts, review
from registration.pilot.report.commands import pool_authorities
from registration.pilot.report.pooled import picture
from tests.pilot.panels import ORACLE, R, near

pytestmark = pytest.mark.rules
COUNTS = "authority,pilot_signups,pilot_registrations,comp_signups,comp_registrations\n"


def run(command, *words):
    return CliRunner().invoke(command, [str(word) for word in words], catch_exceptions=False)


def written(folder, text, name="counts.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_counts_give_the_eight_numbers():
    told = run(pool_authorities, ORACLE / "bcg.csv")
    numbers = json.loads(told.stdout)

    assert (told.exit_code, told.stderr) == (0, "")
    assert list(numbers) == ["estimate", "lo", "hi", "tau2", "pi_lo", "pi_hi", "i2", "k"]
    near(list(numbers.values()), R["bcg"])


def test_bundles_are_pooled_as_their_counts_would_be(tmp_path):
    lines = (ORACLE / "bcg.csv").read_text().splitlines()
    for number, line in enumerate(lines[1:]):
        (tmp_path / f"bundle{number}").mkdir()
        written(tmp_path / f"bundle{number}", f"{lines[0]}\n{line}\n", "pool.csv")
    bundles = [tmp_path / f"bundle{number}" for number in range(13)]

    assert run(pool_authorities, *bundles).stdout == run(pool_authorities, ORACLE / "bcg.csv").stdout
    one = run(pool_authorities, bundles[0])
    assert one.exit_code == 0
    assert json.loads(one.stdout) == pytest.approx(
        {"estimate": 4 / 123 - 11 / 139, **dict.fromkeys(("lo", "hi", "tau2", "pi_lo", "pi_hi", "i2")), "k": 1}
    )
    assert one.stderr == "One authority is no review: only its own difference is given.\n"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("A,1,2,3,4\nA,1,2,3,5\n", "line 3: authority, A, is there already"),
        ("A,1,0,3,4\n", "line 2: pilot_registrations, 0, is nobody: no share can be told"),
        ("A,1,2,5,4\n", "line 2: comp_signups, 5, is more than the 4 registrations"),
        (
            "A,[c],[c],[c],[c]\n",
            "line 2: authority, A, withheld its counts ([c]), for they are too small: it cannot be pooled",
        ),
        ("A,,2,3,4\n", "line 2: pilot_signups, (empty), is missing"),
        (",1,2,3,4\n", "line 2: authority, (empty), is missing"),
        ("", "line 1: the file has no authority"),
        ("A,0,2,4,4\n", "A: in both arms all families or none joined, so that its variance is 0"),
    ],
)
def test_every_fault_of_counts_is_named(tmp_path, rows, said):
    told = run(pool_authorities, written(tmp_path, COUNTS + rows))

    assert (told.exit_code, told.stdout, told.stderr) == (1, "", f"{said}\n")


def test_a_folder_that_is_no_bundle_and_an_authority_of_two_bundles_are_refused(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
    told = run(pool_authorities, tmp_path / "a")
    assert told.exit_code == 1
    assert told.stderr.endswith("a is no bundle of an evaluation: it has no pool.csv\n")

    for name in "ab":
        written(tmp_path / name, f"{COUNTS}Here,1,20,3,40\n", "pool.csv")
    told = run(pool_authorities, tmp_path / "a", tmp_path / "b")
    assert told.exit_code == 1
    assert told.stderr == f"{tmp_path / 'b'}: line 2: authority, Here, is there already\n"
    assert run(pool_authorities).exit_code == 2


def test_a_bundle_whose_counts_are_withheld_is_named_once(tmp_path):
    written(tmp_path, f"{COUNTS}Here,[c],[c],[c],[c]\n", "pool.csv")
    told = run(pool_authorities, tmp_path)

    assert told.exit_code == 1
    assert told.stderr.startswith(f"{tmp_path}: line 2: authority, Here, withheld its counts")
    assert told.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_named_before_anything_is_read(tmp_path):
    told = run(pool_authorities, written(tmp_path, "nonsense"), "--out", tmp_path / "counts.csv" / "review")

    assert told.exit_code == 2
    assert f"{tmp_path / 'counts.csv' / 'review'} cannot be written: Not a directory." in told.stderr


def test_a_picture_and_the_mean_without_each_are_written_where_asked_for(tmp_path):
    told = run(pool_authorities, ORACLE / "bcg.csv", "--out", tmp_path / "review")
    assert told.stdout == run(pool_authorities, ORACLE / "bcg.csv").stdout
    assert sorted(path.name for path in (tmp_path / "review").iterdir()) == [
        "forest.csv",
        "forest.svg",
        "leave-one-out.csv",
    ]
    with (tmp_path / "review" / "leave-one-out.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    lines = (ORACLE / "bcg.csv").read_text().splitlines()
    third = json.loads(run(pool_authorities, written(tmp_path, "\n".join([*lines[:3], *lines[4:]]) + "\n")).stdout)
    kept = [float(rows[2][name]) for name in ("estimate_without", "lo_without", "hi_without")]
    assert kept == pytest.approx([third["estimate"], third["lo"], third["hi"]])
    assert sum(float(row["weight"]) for row in rows) == pytest.approx(1)
    first = lines[1].split(",")
    assert rows[0]["authority"] == first[0]
    share = int(first[1]) / int(first[2]) - int(first[3]) / int(first[4])
    assert float(rows[0]["difference"]) == pytest.approx(share)


def test_the_picture_shows_each_authority_the_mean_and_another():
    counts = [Counts("North", 60, 200, 40, 200), Counts("South", 50, 210, 30, 190), Counts("<East>", 20, 100, 18, 90)]
    found = review(counts)
    drawn = picture(found)

    assert [row[0] for row in drawn.rows] == ["North", "South", "<East>", "Mean of all", "Another authority"]
    assert drawn.rows[0][1:] == ("+10.0", "+1.6 to +18.4", "400")
    assert drawn.title.startswith("Over 3 authorities families joined 7.1 percentage points more often (95% interval ")
    assert "&lt;East&gt;" in drawn.alone()
    one = picture(review(counts[:1]))
    assert [row[0] for row in one.rows] == ["North"]
    assert one.title == "One authority: +10.0 percentage points"


def test_a_folder_that_cannot_be_written_is_wrong_use(tmp_path):
    (tmp_path / "review").mkdir()
    (tmp_path / "review" / "forest.svg").mkdir()
    told = run(pool_authorities, ORACLE / "bcg.csv", "--out", tmp_path / "review")

    assert (told.exit_code, told.stdout) == (2, "")
    assert "forest.svg cannot be written: Is a directory." in told.stderr
