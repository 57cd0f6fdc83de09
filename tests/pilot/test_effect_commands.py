"""`flask pilot effect` and `power`: what they print, what they refuse, and with which status they end."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from registration.pilot.effect.commands import effect_of_panel, plan_length
from tests.pilot.panels import ORACLE, R, near

pytestmark = pytest.mark.rules
HEAD = "centre,month,first_live_month,treated,registrations,signups\n"


STARTS = dict(zip("ABCDEF", ("3", "3", "4", "4", "", ""), strict=True))
SMALL = [
    [c, str(m), s, str(int(bool(s) and m >= int(s))), "20", str((3 * m + ord(c)) % 13)]
    for c, s in STARTS.items()
    for m in range(1, 7)
]
SMALL_TEXT = HEAD + "".join(",".join(row) + "\n" for row in SMALL)


def run(command, *words):
    return CliRunner().invoke(command, [str(word) for word in words], catch_exceptions=False)


def written(folder, text, name="panel.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(tmp_path, rows):
    told = run(effect_of_panel, written(tmp_path, HEAD + rows))
    assert (told.exit_code, told.stdout) == (1, "")
    return told.stderr.splitlines()


def test_a_panel_gives_the_seven_numbers():
    told = run(effect_of_panel, ORACLE / "panel.csv")
    numbers = json.loads(told.stdout)

    assert told.exit_code == 0
    assert list(numbers) == ["att", "se_cr1s", "se_cr2", "df_cr2", "p_cr2", "p_permutation", "n"]
    near([numbers["att"]], R["panel_att"])
    near([numbers["df_cr2"]], R["panel_df"])
    assert numbers["n"] == 198
    assert 0.5 < numbers["p_permutation"] < 1
    assert told.stderr == "p_permutation: 200,000 of all orders, drawn from a fixed seed\n"


def test_few_orders_are_all_looked_at_and_nothing_is_said_of_a_sample(tmp_path):
    told = run(effect_of_panel, written(tmp_path, SMALL_TEXT))
    p = json.loads(told.stdout)["p_permutation"]

    assert told.stderr == ""
    assert p * 90 == pytest.approx(round(p * 90)), "six centres in pairs have 90 orders"


def test_months_of_the_calendar_and_of_a_table_program_are_months(tmp_path):
    def calendar(month):
        return f"{2026 + (int(month) + 8) // 12}-{(int(month) + 8) % 12 + 1:02}" if month else "never"

    of_calendar = [f"{c},{calendar(m)},{calendar(s)},{d},{n},{y}" for c, m, s, d, n, y in SMALL]
    of_floats = [f"{c},{m}.0,{s + '.0' if s else 'nan'},{d}.0,{n}.0,{y}.0" for c, m, s, d, n, y in SMALL]
    of_days = [f"{c},{calendar(m)}-01,{s and calendar(s) + '-01'},{d},{n},{y}" for c, m, s, d, n, y in SMALL]
    of_words = [f"{c},{m},{s or '0'},{bool(int(d))},{n},{y}" for c, m, s, d, n, y in SMALL]
    told = run(effect_of_panel, written(tmp_path, SMALL_TEXT)).stdout

    for rewritten in (of_calendar, of_floats, of_days, of_words):
        assert run(effect_of_panel, written(tmp_path, HEAD + "\n".join(rewritten))).stdout == told


def test_columns_may_stand_in_any_order_and_others_are_ignored(tmp_path):
    told = run(effect_of_panel, written(tmp_path, SMALL_TEXT)).stdout
    text = "".join(",".join(["x", *reversed(line)]) + "\n" for line in [HEAD.strip().split(","), *SMALL])

    assert run(effect_of_panel, written(tmp_path, text)).stdout == told


def test_rows_without_registrations_say_nothing(tmp_path):
    told = run(effect_of_panel, written(tmp_path, SMALL_TEXT)).stdout
    text = SMALL_TEXT + "A,99,3,1,0,0\nG,3,,0,0,0\n"

    assert run(effect_of_panel, written(tmp_path, text)).stdout == told


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("A,soon,3,0,9,1\n", "line 2: month, soon, is neither a whole number nor a month like 2026-07"),
        ("A,2026-13,3,0,9,1\n", "line 2: month, 2026-13, is no month of a year"),
        ("A,,3,0,9,1\n", "line 2: month, (empty), is missing"),
        ("A,1,later,0,9,1\n", "line 2: first_live_month, later, is neither a whole number nor a month like 2026-07"),
        ("A,1,3,2,9,1\n", "line 2: treated, 2, is neither 0 nor 1"),
        ("A,1,3,0,9.5,1\n", "line 2: registrations, 9.5, is not a whole number from 0"),
        ("A,1,3,0,-9,1\n", "line 2: registrations, -9, is not a whole number from 0"),
        ("A,1,3,0,9,many\n", "line 2: signups, many, is not a number"),
        ("A,1,3,0,9,10\n", "line 2: signups, 10, is more than the 9 registrations"),
        (",1,3,0,9,1\n", "line 2: centre, (empty), is missing"),
        ("A,1,3,0,9,1\nA,1,3,0,8,1\n", "line 3: month, 1, is there already, on line 2"),
        ("A,1,3,0,9,1\nA,2,4,0,9,1\n", "line 3: first_live_month, 4, is another than that of the centre’s rows before"),
        ("A,1,3,0,9,1\nA,3,3,1,9,1\nA,4,3,0,9,1\n", "line 4: treated, 0, is not what month and first_live_month say"),
        ("A,1,,1,9,1\n", "line 2: treated, 1, is not what month and first_live_month say"),
        ("A,1,3,0,0,0\n", "line 1: the file has no row with registrations"),
    ],
)
def test_every_fault_of_a_panel_is_named_by_its_line(tmp_path, rows, said):
    assert faults_of(tmp_path, rows) == [said]


def test_all_faults_are_named_at_once_and_a_missing_column_first(tmp_path):
    assert len(faults_of(tmp_path, "A,1,3,2,9,1\nB,x,3,0,9,1\nC,1,3,0,9,10\n")) == 3
    told = run(effect_of_panel, written(tmp_path, "centre,month,treated,registrations,signups\nA,1,0,9,1\n"))

    assert told.stderr == "line 1: first_live_month, (empty), the column is missing: it is called first_live_month\n"


def test_a_panel_that_tells_nothing_is_refused_with_a_sentence(tmp_path):
    rows = "".join(f"{c},{m},3,{int(m >= 3)},9,{m}\n" for c in "AB" for m in range(1, 6))

    assert faults_of(tmp_path, rows) == [
        "These centres and months do not tell an effect of being live apart from what centres and months differ by anyway."
    ]


def test_a_panel_that_is_not_there_is_wrong_use(tmp_path):
    assert run(effect_of_panel, tmp_path / "none.csv").exit_code == 2


PLAN = ("--centres", 12, "--families-a-month", 20, "--rate", 0.35)


def test_the_planner_says_what_is_told_after_how_many_months_and_how_long_an_effect_takes():
    told = run(plan_length, *PLAN, "--effect", 0.08, "--steps", 5, "--never", 2)
    lines = told.stdout.splitlines()

    assert told.exit_code == 0
    assert lines[1].split() == ["3", "0", "none"]
    assert [line.split()[:2] for line in lines[2:6]] == [["6", "2"], ["9", "4"], ["12", "6"], ["15", "8"]]
    assert lines[-1] == "An effect of 8.0 points is told four times in five after 14 months of births."
    assert run(plan_length, *PLAN, "--effect", 0.001).stdout.endswith(
        "is told four times in five by no length of this pilot.\n"
    )


def test_a_plan_that_cannot_be_is_wrong_use():
    assert run(plan_length, *PLAN, "--steps", 13).exit_code == 2
    assert run(plan_length, *PLAN, "--never", 12).exit_code == 2
    assert run(plan_length, *PLAN[:4], "--rate", 1).exit_code == 2


def test_the_commands_carry_no_statistics_before_they_run():
    asked = (
        "import sys; import registration.pilot.effect.commands; print(sorted({'numpy', 'scipy'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout == "[]\n"
