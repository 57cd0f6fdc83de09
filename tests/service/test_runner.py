"""`make run` as a person meets it: started for real, hit where it hurts, and stopped."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from registration.common import embedded
from registration.service import runner
from registration.service.children import Child, end_all

ROOT = Path(__file__).parent.parent.parent
KEY = "a key for tests only, 32 letters"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


def wait_until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.1)


class Service:
    """One start of the service in a folder, and what it said."""

    def __init__(self, instance, port=None, **settings):
        self.instance, self.port = instance, port or free_port()
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "CI"}}
        wanted = {"PORT": str(self.port), "INSTANCE": str(instance), "DEMO": "0", "SECRET_KEY": KEY} | settings
        self.process = subprocess.Popen(
            [sys.executable, "-m", "registration.service"],
            cwd=ROOT, env=kept | wanted, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.said = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        with self.process.stdout as output:
            for line in output:
                self.said.append(line)

    @property
    def text(self):
        return "".join(self.said)

    def until_it_runs(self):
        wait_until(lambda: "Ctrl-C" in self.text or self.process.poll() is not None, 90)
        assert "Ctrl-C" in self.text, self.text
        return self

    def end(self, how=signal.SIGINT):
        """Its exit status, once it and all it started are gone."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        status = self.process.wait(60)
        self.reader.join(30)
        return status

    def child(self, words):
        """The program of the service with these words in its command line."""
        for process in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):
                if words in " ".join(process.cmdline()):
                    return process
        return None

    def status_of(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()


@pytest.fixture
def instance():
    folder = Path(tempfile.mkdtemp(prefix="rs-"))
    yield folder
    embedded.stop(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def service():
    folder = Path(tempfile.mkdtemp(prefix="rs-"))
    running = Service(folder, DEMO="1", SECRET_KEY="").until_it_runs()
    yield running
    running.end(signal.SIGTERM)
    embedded.stop(folder)
    shutil.rmtree(folder)


def test_it_says_where_it_is_and_serves_pages(service):
    assert f"http://127.0.0.1:{service.port}/" in service.text
    assert service.status_of("/privacy") == 200
    assert "Traceback" not in service.text


def test_the_demonstration_calls_itself_one_and_gives_a_sign_in_per_role(service):
    assert "The demonstration is loaded: 10 centres" in service.text
    assert "This is a demonstration" in service.text
    assert len(re.findall(r"^ +\w+ +[\w-]+@example\.org +\S+$", service.text, re.MULTILINE)) == 8
    assert (service.instance / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.long  # a fault
def test_a_killed_web_server_is_started_again_at_the_same_address(service):
    before = service.child("gunicorn")
    before.kill()

    wait_until(lambda: service.child("gunicorn") not in (None, before))
    wait_until(lambda: service.status_of("/privacy") == 200)
    assert "The web server ended (signal SIGKILL)" in service.text


@pytest.mark.long  # a fault
def test_a_killed_message_worker_is_started_again(service):
    before = service.child("flask worker")
    before.kill()

    wait_until(lambda: service.child("flask worker") not in (None, before))
    assert "The message worker ended (signal SIGKILL)" in service.text


@pytest.mark.long  # a fault, of which tests/faults has a round in every run
def test_a_killed_database_comes_back_under_the_running_service(service):
    pid_file = service.instance / "postgres" / "postmaster.pid"
    os.kill(int(pid_file.read_text().split("\n")[0]), signal.SIGKILL)

    wait_until(lambda: embedded.running(service.instance))
    wait_until(lambda: service.status_of("/privacy") == 200)
    wait_until(lambda: service.child("flask worker") is not None)
    assert service.process.poll() is None


def test_a_second_service_at_the_same_address_is_told_so_and_harms_nothing(service, instance):
    second = Service(instance, port=service.port)

    assert second.end(signal.SIGCONT) == 2
    assert f"127.0.0.1:{service.port} cannot be used" in second.text
    assert second.text.count("\n") == 1
    assert service.status_of("/privacy") == 200


def test_ctrl_c_stops_everything_in_order_and_it_starts_again(service):
    started, before = [service.child(words) for words in ("gunicorn", "flask worker")], len(service.text)
    assert service.end(signal.SIGINT) == 0, service.text
    assert not any(process.is_running() for process in started)
    assert not embedded.running(service.instance)
    assert "Traceback" not in service.text[before:]

    second = Service(service.instance, DEMO="1", SECRET_KEY="").until_it_runs()
    assert second.status_of("/privacy") == 200
    assert second.end(signal.SIGTERM) == 0
    assert not embedded.running(service.instance)


def test_ctrl_c_during_the_start_leaves_nothing_behind(instance):
    service = Service(instance)
    wait_until((instance / "postgres.log").exists)

    assert service.end(signal.SIGINT) == 0, service.text
    assert not embedded.running(instance)


@pytest.mark.long  # a fault
def test_a_killed_service_takes_its_programs_with_it(instance):
    service = Service(instance).until_it_runs()
    started = [service.child(words) for words in ("gunicorn", "flask worker")]

    service.process.kill()

    wait_until(lambda: not any(process.is_running() for process in started))
    service.end()
    with embedded.using(instance):
        assert embedded.running(instance)
    assert not embedded.running(instance)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"PORT": "eight"}, "PORT must be a number from 1 to 65535, not 'eight'."),
        ({"SECRET_KEY": ""}, "SECRET_KEY is required when DEMO=0."),
        ({"HOST": "no-such-host.invalid"}, "no-such-host.invalid"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence_and_status_2(instance, settings, sentence):
    service = Service(instance, **settings)

    assert service.end(signal.SIGCONT) == 2
    assert sentence in service.text
    assert service.text.count("\n") == 1


def test_a_database_that_does_not_answer_stops_the_start_with_a_sentence(instance):
    service = Service(instance, DATABASE_URL=f"postgresql://nobody@/nothing?host={instance}")

    assert service.end(signal.SIGCONT) == 1
    assert "The database does not answer" in service.text
    assert "Traceback" not in service.text


def test_the_database_of_database_url_is_used_and_no_other_is_started(instance, new_database):
    service = Service(instance, DATABASE_URL=new_database("elsewhere")).until_it_runs()

    assert service.status_of("/privacy") == 200
    assert not (instance / "postgres").exists()
    said = service.text.partition("Right Start is running.")[2]
    assert f'{instance / "authority.toml"} still says name = "Calder Valley Council"' in said
    assert service.end() == 0


def test_a_web_server_that_needs_too_long_is_no_end_of_it(monkeypatch):
    """On a busy machine: the person is told that starting again works, and there were three minutes before."""
    assert runner.PATIENCE >= 180
    monkeypatch.setattr(runner, "PATIENCE", 0.0)
    web = Child("web server", ["-c", "import time; time.sleep(60)"])
    web.start()
    try:
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))  # and nobody listens there yet
            with pytest.raises(runner.Failed, match="start the service again"):
                runner._wait_for_answer(door, web)
    finally:
        end_all([web])
