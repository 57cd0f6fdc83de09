"""`flask balance simulate`: a table, a file and a picture, without any database."""

import csv
import io
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from registration.balancing.simulation_commands import COLUMNS, simulate

pytestmark = pytest.mark.rules
QUICK = ["--seeds", "2", "--weeks", "6", "--clusters", "4", "--families", "20"]


def run(*options, status=0):
    result = CliRunner().invoke(simulate, [*QUICK, *options])
    assert result.exit_code == status, result.output
    return result


def test_a_table_for_each_utilisation_with_the_control_first_among_its_like():
    said = run("--utilisation", "0.9", "1.0")

    assert "90 % of the places needed" in said.stdout
    assert "100 % of the places needed" in said.stdout
    assert said.stdout.count("First come first served, then any cluster") == 2
    assert said.stdout.count("0.00 % (0.00 to 0.00)") >= 2, "the control is no better than itself"
    assert "Simulating 2 authorities" in said.stderr
    assert "Simulating" not in said.stdout


def test_three_utilisations_are_tried_where_none_is_given():
    said = run().stdout

    assert [line[:5].strip() for line in said.splitlines() if "of the places needed" in line] == [
        "90 %",
        "95 %",
        "100 %",
    ]


def test_the_same_question_has_the_same_answer():
    assert run("--utilisation", "1.0").stdout == run("--utilisation", "1.0").stdout
    assert run("--utilisation", "1.0").stdout != run("--utilisation", "1.0", "--late", "0.5").stdout


def test_a_file_with_a_line_for_each_policy_and_a_picture(tmp_path):
    table, picture = tmp_path / "steering.csv", tmp_path / "steering.SVG"

    run("--utilisation", "1.0", "--out", str(table), "--out", str(picture))

    lines = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    assert tuple(lines[0]) == COLUMNS
    assert len(lines) == 7
    assert all(0 <= float(line["missed_lo"]) <= float(line["missed"]) <= float(line["missed_hi"]) for line in lines)
    assert ET.fromstring(picture.read_text(encoding="utf-8")).tag.endswith("svg")  # noqa: S314 -- our own drawing
    assert sorted(each.name for each in tmp_path.iterdir()) == ["steering.SVG", "steering.csv"]


def test_what_is_protected_is_what_was_said(tmp_path):
    few, many = tmp_path / "few.csv", tmp_path / "many.csv"
    run("--utilisation", "1.3", "--protect", "0", "--desk", "0", "--out", str(few))
    run("--utilisation", "1.3", "--protect", "0.3", "--near", "14", "--opens", "2", "--desk", "0.1", "--out", str(many))

    rows = [list(csv.reader(io.StringIO(path.read_text(encoding="utf-8")))) for path in (few, many)]
    assert rows[0][1:5] != rows[0][5:], "the control and the neighbours' times"
    assert rows[0][2][2:] == rows[0][5][2:], "nothing protected is the control"
    assert rows[0][2] == rows[1][2], "what is protected changes nothing for the control"
    assert rows[1][2][2:] != rows[1][5][2:]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--out", "steering.pdf"], "must end in .svg or .csv"),
        (["--out", "nowhere/steering.svg"], "There is no folder nowhere"),
        (["--late", "2"], "late_callers must be a share from 0 to 1"),
        (["--utilisation", "5"], "utilisation must be from 0.1 to 2"),
        (["--protect", "0.9", "--desk", "0.9"], "the shares of protected and internal places"),
        (["--seeds", "1"], "--seeds"),
        (["--utilisation", "all"], "not a valid float"),
    ],
)
def test_wrong_use_is_a_sentence(options, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run(*options, status=2)

    assert said in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "taken.csv").mkdir()
    result = run("--utilisation", "1.0", "--out", str(tmp_path / "taken.csv"), status=1)

    assert "taken.csv cannot be written" in result.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["taken.csv"]


def test_it_needs_no_database():
    assert vars(simulate.callback)["database_settled"]
