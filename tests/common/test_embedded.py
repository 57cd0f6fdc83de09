"""The embedded PostgreSQL against what really happens to it: kills, left-over files, several starters at once."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import psutil
import psycopg
import pytest

from registration.common import embedded
from registration.common.embedded.account import account

COUNT_LONG = "SELECT count(*) /* long count */ FROM generate_series(1, 2000000000)"
SHARE = """
import sys
from pathlib import Path
from registration.common import embedded
with embedded.using(Path(sys.argv[1]), fsync=False):
    print("shares", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def instance():
    folder = Path(tempfile.mkdtemp(prefix="rs-"))
    yield folder
    embedded.stop(folder)
    shutil.rmtree(folder)


def ask(url, question="SELECT 1"):
    with psycopg.connect(url.replace("+psycopg", ""), connect_timeout=5) as connection:
        return connection.execute(question).fetchone()[0]


def keep(url):
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")


def main_process(instance):
    return int((instance / "postgres" / "postmaster.pid").read_text().split("\n")[0])


def count_for_long(connection):
    with pytest.raises(psycopg.OperationalError):
        connection.execute(COUNT_LONG)


def is_gone(pid):
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def wait_until(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.05)


def start_sharing(instance):
    process = subprocess.Popen(
        [sys.executable, "-c", SHARE, str(instance)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "shares\n"
    return process


def end(process):
    process.communicate(timeout=20)


def test_the_server_starts_and_says_what_it_promises(instance):
    url = embedded.ensure(instance)

    promised = ("fsync", "synchronous_commit", "timezone", "max_connections", "server_encoding", "listen_addresses")
    shown = {name: ask(url, f"SHOW {name}") for name in promised}

    assert shown == {
        "fsync": "on",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "max_connections": "100",
        "server_encoding": "UTF8",
        "listen_addresses": "",
    }
    assert ask(url, "SELECT lower('ÄÉŁ')") == "äéł"
    assert url == embedded.address(instance)


def test_nobody_but_the_owner_can_reach_the_socket(instance):
    embedded.ensure(instance, fsync=False)

    folder, socket = instance / "postgres", instance / "postgres" / ".s.PGSQL.5432"

    assert folder.stat().st_mode & 0o077 == 0
    assert socket.stat().st_mode & 0o077 == 0
    assert (instance / "postgres.log").stat().st_mode & 0o077 == 0


def test_a_refused_row_leaves_no_personal_value_in_the_log(instance):
    url = embedded.ensure(instance, fsync=False)

    with pytest.raises(psycopg.errors.UniqueViolation):
        ask(url, "CREATE TABLE t (m text UNIQUE); INSERT INTO t VALUES ('nadia@example.org'), ('nadia@example.org')")

    log = (instance / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "nadia" not in log


def test_a_second_start_is_quick_and_keeps_the_data(instance):
    keep(embedded.ensure(instance, fsync=False))
    embedded.stop(instance)
    assert not embedded.running(instance)

    began = time.monotonic()
    url = embedded.ensure(instance, fsync=False)

    assert ask(url, "SELECT answer FROM kept") == 42
    assert time.monotonic() - began < 5


def test_a_killed_server_heals_within_ten_seconds_and_keeps_what_was_committed(instance):
    url = embedded.ensure(instance)
    keep(url)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as busy:
        busy.execute("SELECT 1")
        os.kill(main_process(instance), signal.SIGKILL)

        began = time.monotonic()
        embedded.ensure(instance)

        assert time.monotonic() - began < 10
        assert ask(url, "SELECT answer FROM kept") == 42


@pytest.mark.long  # a fault
def test_a_server_killed_in_the_middle_of_a_long_question_heals_too(instance):
    url = embedded.ensure(instance, fsync=False)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as busy:
        thread = threading.Thread(target=count_for_long, args=(busy,))
        thread.start()
        wait_until(lambda: ask(url, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%long count%'") > 1)
        os.kill(main_process(instance), signal.SIGKILL)

        began = time.monotonic()
        embedded.ensure(instance, fsync=False)

        assert time.monotonic() - began < 10
        thread.join(10)
        assert not thread.is_alive()


def test_the_pid_file_of_a_dead_server_that_names_a_living_stranger_is_not_believed(instance):
    url = embedded.ensure(instance, fsync=False)
    pid_file, lock_file = instance / "postgres" / "postmaster.pid", instance / "postgres" / ".s.PGSQL.5432.lock"
    left_over = pid_file.read_text().split("\n")
    embedded.stop(instance)
    stranger = subprocess.Popen(["sleep", "60"])
    left_over[0] = str(stranger.pid)
    for file in (pid_file, lock_file):
        file.write_text("\n".join(left_over))

    embedded.ensure(instance, fsync=False)

    assert ask(url) == 1
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_pid_file_with_nonsense_in_it_does_not_stop_the_start(instance):
    embedded.ensure(instance, fsync=False)
    embedded.stop(instance)
    (instance / "postgres" / "postmaster.pid").write_text("nonsense")

    assert ask(embedded.ensure(instance, fsync=False)) == 1


@pytest.mark.long  # a fault
def test_two_starts_at_once_give_one_server(instance):
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", SHARE, str(instance)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for starter in starters:
        assert starter.stdout.readline() == "shares\n"

    servers = [p for p in psutil.process_iter() if str(instance / "postgres") in cmdline(p)]

    assert [p.pid for p in servers] == [main_process(instance)]
    for starter in starters:
        end(starter)


def cmdline(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_the_first_of_two_users_to_leave_lets_the_server_run_and_the_last_stops_it(instance):
    first, second = start_sharing(instance), start_sharing(instance)
    server = main_process(instance)

    end(first)
    assert not is_gone(server)

    end(second)
    assert is_gone(server)


@pytest.mark.long  # a fault
def test_a_user_that_was_killed_does_not_count(instance):
    killed = start_sharing(instance)
    server = main_process(instance)
    killed.kill()
    killed.communicate()
    assert not is_gone(server)

    end(start_sharing(instance))

    assert is_gone(server)


def test_users_in_one_process_share_the_server_until_the_last_leaves(instance):
    with embedded.using(instance, fsync=False) as url:
        with embedded.using(instance, fsync=False) as same:
            assert same == url
        assert ask(url) == 1

    assert not embedded.running(instance)


def test_a_user_that_fails_still_lets_go(instance):
    with pytest.raises(ZeroDivisionError), embedded.using(instance, fsync=False):
        ask(embedded.address(instance), "SELECT 1") / 0

    assert not embedded.running(instance)


def test_a_server_that_cannot_be_stopped_is_told(instance, monkeypatch):
    embedded.ensure(instance, fsync=False)
    server = main_process(instance)
    os.kill(server, signal.SIGSTOP)

    with monkeypatch.context() as impatient:
        impatient.setattr(embedded, "ENDINGS", ((signal.SIGINT, 0.1),))
        with pytest.raises(TimeoutError, match="does not stop"):
            embedded.stop(instance)

    os.kill(server, signal.SIGCONT)


def test_a_server_that_lives_but_never_answers_is_told(instance, monkeypatch):
    embedded.ensure(instance, fsync=False)
    (instance / "postgres" / ".s.PGSQL.5432").unlink()

    with monkeypatch.context() as impatient:
        impatient.setattr(embedded, "PATIENCE", 0.2)
        with pytest.raises(embedded.NotStarted, match="does not answer"):
            embedded.ensure(instance, fsync=False)


@pytest.mark.long  # a fault
def test_supervision_goes_on_trying_and_says_so(instance, monkeypatch, caplog):
    embedded.ensure(instance, fsync=False)
    embedded.stop(instance)
    settings = instance / "postgres" / "postgresql.conf"
    good = settings.read_text()
    settings.write_text("no_such_setting = 1")
    monkeypatch.setattr(embedded, "LAUNCHES", 1)
    ending = threading.Event()
    keeper = threading.Thread(target=embedded.supervise, args=(instance, ending), kwargs={"every": 0.1})
    keeper.start()
    wait_until(lambda: "does not come back" in caplog.text)

    settings.write_text(good)
    wait_until(lambda: embedded.running(instance))

    ending.set()
    keeper.join(20)
    assert ask(embedded.address(instance)) == 1


def test_supervision_brings_a_killed_server_back(instance):
    url = embedded.ensure(instance, fsync=False)
    ending = threading.Event()
    keeper = threading.Thread(target=embedded.supervise, args=(instance, ending), kwargs={"every": 0.1})
    keeper.start()
    before = main_process(instance)

    os.kill(before, signal.SIGKILL)
    wait_until(lambda: embedded.running(instance) and main_process(instance) != before, 10)

    ending.set()
    keeper.join(20)
    assert ask(url) == 1


def test_a_long_path_gets_a_short_socket_folder_of_its_own(instance):
    deep = instance / ("long-" * 20)

    url = embedded.ensure(deep, fsync=False)

    folder = embedded._Place(deep.resolve()).socket_folder
    assert ask(url) == 1
    assert folder.name.startswith("right-start-")
    assert folder.stat().st_mode & 0o077 == 0
    embedded.stop(deep)
    folder.rmdir()


def test_a_socket_folder_that_someone_else_laid_is_refused(instance):
    deep = (instance / ("long-" * 20)).resolve()
    deep.mkdir(parents=True)
    folder = embedded._Place(deep).socket_folder
    folder.symlink_to(instance)

    with pytest.raises(embedded.NotStarted, match="is not a folder of ours"):
        embedded.ensure(deep, fsync=False)

    folder.unlink()


def test_programs_that_start_at_once_make_the_account_one_after_another(tmp_path, monkeypatch):
    at_it, most = [], []

    class Wheel:
        @staticmethod
        def ensure_user_exists(name):
            at_it.append(name)
            time.sleep(0.05)
            most.append(len(at_it))
            at_it.pop()
            return SimpleNamespace(pw_uid=1001, pw_gid=1001)

    monkeypatch.setattr(sys.modules["registration.common.embedded.account"], "_wheel", lambda: Wheel)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with ThreadPoolExecutor(4) as starters:
        owners = list(starters.map(account, [tmp_path / "postgres"] * 4))
    assert owners == [{"user": 1001, "group": 1001, "extra_groups": []}] * 4
    assert most == [1, 1, 1, 1]


def test_a_data_folder_with_other_things_in_it_is_refused_and_kept(instance):
    (instance / "postgres").mkdir()
    (instance / "postgres" / "letter.txt").write_text("dear registrar")

    with pytest.raises(embedded.NotStarted, match="holds no PostgreSQL data"):
        embedded.ensure(instance, fsync=False)

    assert (instance / "postgres" / "letter.txt").read_text() == "dear registrar"
    shutil.rmtree(instance / "postgres")


def test_a_server_that_cannot_start_is_told_with_the_end_of_its_log(instance, monkeypatch):
    embedded.ensure(instance, fsync=False)
    embedded.stop(instance)
    (instance / "postgres" / "postgresql.conf").write_text("no_such_setting = 1\n")
    monkeypatch.setattr(embedded, "LAUNCHES", 2)

    with pytest.raises(embedded.NotStarted, match="no_such_setting"):
        embedded.ensure(instance, fsync=False)


def test_a_long_log_is_put_aside(instance, monkeypatch):
    embedded.ensure(instance, fsync=False)
    embedded.stop(instance)
    monkeypatch.setattr(embedded, "LOG_LIMIT", 10)

    embedded.ensure(instance, fsync=False)

    assert "shut down" in (instance / "postgres.log.1").read_text()
