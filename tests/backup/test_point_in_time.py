"""The embedded server taken back to a minute before a mistake, as docs/how-to/back-up-and-restore.md says."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from registration.booking.invariants import broken_rows
from registration.common import embedded
from registration.common.db import db
from registration.common.embedded.account import account, open_the_way, own_folder, programs
from tests.applications import applications
from tests.backup.council import ask, change, filled, run
from tests.booking.appointments import NOW, booked
from tests.booking.world import TUESDAY, at_time

pytestmark = pytest.mark.long


@pytest.fixture
def place():
    """A folder for two installations, the archive of the log and the base backup."""
    folder = Path(tempfile.mkdtemp(prefix="rs-"))
    yield folder
    for name in ("one", "two"):
        embedded.stop(folder / name)
    shutil.rmtree(folder)


def configure(instance, *lines):
    with (instance / "postgres" / "postgresql.conf").open("a") as file:
        file.writelines(f"{line}\n" for line in lines)


def server_that_archives(instance, archive):
    """Start the embedded server so that it keeps its log apart."""
    embedded.ensure(instance, fsync=False)
    embedded.stop(instance)
    configure(instance, "archive_mode = on", f"archive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'")
    return embedded.ensure(instance, fsync=False)


def copy_of(address, data, owner):
    """Take a base backup, as the account that the server runs as."""
    socket = psycopg.conninfo.conninfo_to_dict(address.replace("+psycopg", ""))["host"]
    command = [programs() / "pg_basebackup", "-h", socket, "-U", "postgres", "-D", data, "-X", "none", "-c", "fast"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", **owner)
    assert done.returncode == 0, done.stderr


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.1)


def test_the_minute_before_a_mistake_comes_back_with_what_was_booked_until_then(place):
    one, two, archive = (place / name for name in ("one", "two", "archive"))
    one.mkdir()
    owner = account(one / "postgres")
    if owner:
        open_the_way(archive)
    own_folder(archive, owner)
    own_folder(two, owner)
    address = server_that_archives(one, archive)
    with applications(one) as make:
        app = make(address, CLOCK=NOW)
        assert run(app, "db", "upgrade")[0] == 0
        with app.app_context():
            world = filled()
            copy_of(address, two / "postgres", owner)
            kept = booked(
                world.centres["elland"], at_time(TUESDAY, "9:00"), name="Kept", email="a@example.org", mobile=None
            ).reference
            moment = ask("SELECT clock_timestamp()")
            time.sleep(0.5)
            lost = booked(
                world.centres["elland"], at_time(TUESDAY, "10:00"), name="Lost", email="b@example.org", mobile=None
            ).reference
            db.session.remove()
            change("DROP TABLE occupancy CASCADE")
            last = ask("SELECT pg_walfile_name(pg_switch_wal())")
            wait_for((archive / last).exists)
    embedded.stop(one)

    configure(
        two,
        "archive_mode = off",
        f"restore_command = 'cp {archive}/%f %p'",
        f"recovery_target_time = '{moment.isoformat()}'",
        "recovery_target_action = 'promote'",
    )
    signal = two / "postgres" / "recovery.signal"
    signal.touch()
    if owner:
        shutil.chown(signal, owner["user"], owner["group"])
    address = embedded.ensure(two, fsync=False)
    with applications(two) as make:
        app = make(address, CLOCK=NOW)
        with app.app_context():
            wait_for(lambda: ask("SELECT NOT pg_is_in_recovery()"))
            assert ask("SELECT count(*) FROM booking WHERE reference = :r", r=kept) == 1
            assert ask("SELECT count(*) FROM booking WHERE reference = :r", r=lost) == 0
            assert {name: rows for name, rows in broken_rows().items() if rows} == {}
            booked(world.centres["elland"], at_time(TUESDAY, "10:00"), name="Next", email="c@example.org", mobile=None)
            assert run(app, "invariants")[0] == 0
