"""`flask balance solve`: a file in, a file out, no database; refused input is said in words and writes nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from registration.balancing.commands import balance
from registration.balancing.instances import read_instance, read_rota
from registration.balancing.rules.checking import broken_rules
from registration.balancing.rules.generating import generate

ROOT = Path(__file__).parent.parent.parent


def written(instance):
    """Write an instance as rota-instance/1."""
    return json.dumps(
        {
            "format": "rota-instance/1",
            "name": instance.name,
            "weeks": instance.weeks,
            "presence_weeks": instance.presence_weeks,
            "language_weeks": instance.language_weeks,
            "curve": instance.curve,
            "deadline_weeks": instance.deadline_weeks,
            "office": [{"min": one.least, "min_registrars": one.least_registrars} for one in instance.office],
            "clusters": [
                {"id": one.id, "x": one.x, "y": one.y, "language": one.language, "births": one.births}
                for one in instance.clusters
            ],
            "centres": [
                {"id": one.id, "cluster": one.cluster, "rooms": one.rooms, "booked": one.booked}
                for one in instance.centres
            ],
            "registrars": [
                {
                    "id": one.id,
                    "grade": one.grade,
                    "slots": one.slots,
                    "contract": one.contract,
                    "home": one.home,
                    "languages": sorted(one.languages),
                    "avail": [int(free) for free in one.available],
                    "reach": {str(place): minutes for place, minutes in one.reach.items()},
                }
                for one in instance.registrars
            ],
        }
    )


@pytest.fixture
def given(tmp_path):
    """A tiny council in a file."""
    path = tmp_path / "instance.json"
    path.write_text(written(generate("tiny", 1)))
    return path


def run(*arguments):
    return CliRunner().invoke(balance, ["solve", *map(str, arguments)])


def test_a_rota_is_solved_and_its_figures_printed_beside_the_simple_one(given, tmp_path):
    out = tmp_path / "rota.json"

    result = run(given, "--out", out)

    assert result.exit_code == 0, result.output
    assert broken_rules(read_instance(given.read_bytes()), read_rota(out.read_bytes())) == []
    assert "this rota   simple rota       at best" in result.stdout
    assert "coverage of the worst cluster" in result.stdout
    assert "Proven: no rota is better." in result.stdout
    assert "100% done; best so far: worst cluster" in result.stderr
    assert result.stderr.splitlines()[0] == "  0% greedy"


def test_a_former_rota_is_compared_with(given, tmp_path):
    out = tmp_path / "rota.json"
    run(given, "--out", out)
    before = out.read_bytes()

    result = run(given, "--out", out, "--previous", out)

    assert result.exit_code == 0
    assert out.read_bytes() == before
    assert "changed, of which nobody could help" in result.stdout


def test_a_short_time_gives_the_best_found(tmp_path):
    path, out = tmp_path / "council.json", tmp_path / "rota.json"
    path.write_text(written(generate("council", 3)))

    result = run(path, "--out", out, "--time-limit", "0.01")

    assert result.exit_code == 0
    assert "Stopped before the end: the best found so far." in result.stdout
    assert broken_rules(read_instance(path.read_bytes()), read_rota(out.read_bytes())) == []


def test_what_is_not_proven_is_not_said_to_be(tmp_path):
    path, out = tmp_path / "council.json", tmp_path / "rota.json"
    path.write_text(written(generate("council", 3)))

    result = run(path, "--out", out)

    assert "The best found; not proven to be the best there is." in result.stdout


def test_a_faulty_file_is_refused_fault_by_fault(given, tmp_path):
    given.write_text('{"format": "rota-instance/1", "weeks": 0}')

    result = run(given, "--out", tmp_path / "rota.json")

    assert result.exit_code == 1
    assert result.stderr == "instance.json: weeks: 1 to 26 expected, 0 given\n"
    assert not (tmp_path / "rota.json").exists()


def test_an_impossible_council_is_told_why_and_nothing_is_written(given, tmp_path):
    council = json.loads(given.read_text())
    council["office"][7]["min"] = 9
    given.write_text(json.dumps(council))

    result = run(given, "--out", tmp_path / "rota.json")

    assert result.exit_code == 1
    assert "On Thursday afternoon of week 1 the office needs 9, and only" in result.stderr
    assert not (tmp_path / "rota.json").exists()


@pytest.mark.parametrize(
    "wrong", [["--out", "/nowhere/at/all/rota.json"], [], ["--out", "rota.json", "--time-limit", "0"]]
)
def test_wrong_use_ends_with_2(given, wrong):
    assert run(given, *wrong).exit_code == 2


def test_where_no_simple_rota_is_found_the_table_says_so(tmp_path):
    council = json.loads(written(generate("tiny", 1)))
    council |= {"presence_weeks": 2, "language_weeks": 2}
    for centre in council["centres"]:
        centre["booked"] = [0] * 20
    for cluster in council["clusters"]:
        cluster["language"] = None
    council["office"] = [{"min": 0, "min_registrars": 0}] * 20
    one, *_ = council["registrars"]
    busy = one | {"contract": 2, "avail": [1] * 20, "reach": {"0": 1}}
    guest = one | {"id": 1, "contract": 1, "avail": [1] + [0] * 19, "reach": {"0": 1}}
    council["registrars"] = [busy, guest]
    council["centres"] = [{"id": 0, "cluster": 0, "rooms": [1] * 20, "booked": [1] + [0] * 19}]
    council["office"][1] = {"min": 1, "min_registrars": 0}
    path = tmp_path / "council.json"
    path.write_text(json.dumps(council))

    result = run(path, "--out", tmp_path / "rota.json")

    assert result.exit_code == 0, result.output
    assert "none found" in result.stdout


def test_ctrl_c_takes_the_best_found(tmp_path):
    path, out = tmp_path / "county.json", tmp_path / "rota.json"
    path.write_text(written(generate("county", 1)))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", "from registration.balancing.commands import balance; balance()", "solve"]
    with subprocess.Popen(
        [*command, str(path), "--out", str(out)],
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stderr:
            if "ideal" in line:
                break
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)

    assert process.returncode == 0
    assert "Stopped before the end: the best found so far." in said
    assert broken_rules(read_instance(path.read_bytes()), read_rota(out.read_bytes())) == []


def test_flask_needs_no_database_for_it(given, tmp_path):
    environment = {
        "PATH": os.environ["PATH"],
        "INSTANCE": str(tmp_path / "instance"),
        "DATABASE_URL": "postgresql://x@/no",
    }

    done = subprocess.run(
        [sys.executable, "-m", "flask", "balance", "solve", str(given), "--out", str(tmp_path / "rota.json")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "rota.json").exists()
