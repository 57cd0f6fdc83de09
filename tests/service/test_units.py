"""deploy/systemd and deploy/prometheus: units that systemd takes, and alarms of figures that there are, each with what to do."""

import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from registration.backup import package
from registration.watch.queries import figures_of_the_processes
from registration.watch.views import _from_the_database
from tests.service.hosts import environment
from tests.service.test_runner import ROOT

UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
ALERTS = [
    rule
    for group in yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
RUNNING = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
#: Prometheus's own.
OTHERS = {"up"}
with_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze here")


@with_systemd
def test_systemd_takes_every_unit(tmp_path):
    for path in UNITS:
        there = re.sub(
            r"^ExecStart=/opt/right-start/\S+", "ExecStart=/usr/bin/env", path.read_text(), flags=re.MULTILINE
        )
        (tmp_path / path.name).write_text(there)

    tried = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(tmp_path.iterdir())],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip

    assert (tried.returncode, tried.stderr) == (0, "")


@with_systemd
@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_service_can_do_little_besides_its_work(path):
    """From 0, the least, to 10, what a service without any such line is exposed to; ours stand at 1.5."""
    tried = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", path],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip

    assert tried.returncode == 0, tried.stdout[-200:]


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_what_a_unit_starts_is_there(path):
    program, *arguments = re.search(r"^ExecStart=/opt/right-start/(.+)$", path.read_text(), re.MULTILINE)[1].split()

    if program == "deploy/right-start-backup":
        assert os.access(ROOT / program, os.X_OK)
        assert arguments == []
        return
    assert program in {".venv/bin/gunicorn", ".venv/bin/flask"}
    assert arguments in (["-c", "python:registration.service.gunicorn_conf"], ["worker"], ["db", "upgrade"])


@pytest.fixture
def nightly(tmp_path, new_database):
    """Run the nightly backup as its unit does, for a recipient of the test's own: nightly(**settings)."""
    for name in ("backups", "credentials", "instance"):
        (tmp_path / name).mkdir()
    keys = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True).stdout
    (tmp_path / "key.txt").write_text(keys)
    (tmp_path / "credentials" / "recipients").write_text(re.search(r"age1\w+", keys)[0] + "\n")
    flask = tmp_path / "flask"
    flask.write_text(f'#!/bin/sh\nexec {sys.executable} -m flask "$@"\n')
    flask.chmod(0o755)
    settings = environment(new_database("nightly"), tmp_path / "instance", FLASK=str(flask))
    settings |= {"BACKUPS_FOLDER": str(tmp_path / "backups"), "CREDENTIALS_DIRECTORY": str(tmp_path / "credentials")}

    def run(**changes):
        return subprocess.run(
            [ROOT / "deploy" / "right-start-backup"],
            cwd=ROOT, env=settings | changes, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    return run


@pytest.mark.skipif(not shutil.which("age"), reason="there is no age here")
def test_the_nightly_backup_is_whole_encrypted_and_does_not_stay_for_ever(nightly, tmp_path):
    old = tmp_path / "backups" / "right-start-2026-01-01.backup.age"
    old.touch()
    os.utime(old, (0, 0))
    (tmp_path / "backups" / "notes.txt").touch()
    done = nightly()

    assert done.returncode == 0, done.stderr
    kept, backup, listed = sorted((tmp_path / "backups").iterdir())
    assert kept.name == "notes.txt"
    assert [re.sub(r"\d{4}-\d\d-\d\d", "DATE", path.name) for path in (backup, listed)] == [
        "right-start-DATE.backup.age",
        "right-start-DATE.list.age",
    ]
    assert {path.stat().st_mode & 0o777 for path in (backup, listed)} == {0o600}
    opened = subprocess.run(
        ["age", "-d", "-i", tmp_path / "key.txt", backup], capture_output=True, check=True, timeout=30
    ).stdout
    (tmp_path / "opened.backup").write_bytes(opened)
    with (tmp_path / "opened.backup").open("rb") as file, package.opened(file) as found:
        assert found.manifest.rows["centre"] == 0


@pytest.mark.skipif(not shutil.which("age"), reason="there is no age here")
def test_a_nightly_backup_that_fails_fails_and_leaves_nothing_half_made(nightly, tmp_path):
    for change in ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}, {"CREDENTIALS_DIRECTORY": "/nowhere"}):
        assert nightly(**change).returncode != 0
        assert list((tmp_path / "backups").iterdir()) == []
    assert "BACKUPS_FOLDER" in nightly(BACKUPS_FOLDER="").stderr


def test_every_alarm_is_of_figures_that_there_are(app, database):
    names = {figure.name for figure in [*figures_of_the_processes(), *_from_the_database()]}
    asked = {
        re.sub(r"_(bucket|sum|count)$", "", name)
        for rule in ALERTS
        for name in re.findall(r"rightstart_(\w+)", rule["expr"])
    }

    assert asked - names == set()
    assert len(asked) > 15


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_every_alarm_says_how_urgent_it_is_and_what_to_do(rule):
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"]
    row = re.search(rf"^\| {rule['alert']} \| (\w+) \| .{{20,}} \|$", RUNNING, re.MULTILINE)
    assert row, "docs/running.md says nothing of it"
    assert row[1] == rule["labels"]["severity"]


def test_the_settings_to_copy_are_all_settings_there_are():
    reference = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    names = re.findall(r"^([A-Z_]+)=", (ROOT / "deploy" / "settings.example").read_text(), re.MULTILINE)

    assert [name for name in names if not re.search(rf"\b{name}\b", reference) and name != "FLASK_APP"] == []
