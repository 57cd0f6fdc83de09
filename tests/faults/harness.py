"""The real service as `make run` starts it, in a folder of its own, and the blows it is given."""

from __future__ import annotations

import http.client
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import psutil
import psycopg

from registration.common import embedded
from tests.faults.disk import leave, small_disk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent.parent
KEY = "a key for tests only, 32 letters"
#: Longer than anything the service may take; who waits so long has met a fault.
TIMEOUT = 20


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


def wait_until(condition: Callable[[], object], seconds: float = 30, every: float = 0.05) -> float:
    """Look again and again; give the seconds it took. AssertionError when it never comes about."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + seconds, "it never came about"
        time.sleep(every)
    return time.monotonic() - began


@dataclass(frozen=True)
class Answer:
    """What a client got: status 0 where the line was cut or nobody was there."""

    status: int
    body: bytes = b""
    headers: dict[str, str] | None = None
    seconds: float = 0.0

    @property
    def json(self):
        return json.loads(self.body)


def ask(port: int, method: str, path: str, body: object = None, **headers: str) -> Answer:
    """Send one request on a connection of its own."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    sent = None if body is None else json.dumps(body).encode()
    kinds = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, sent, kinds | ({"Content-Type": "application/json"} if sent else {}))
        answer = connection.getresponse()
        told = answer.read()
        return Answer(answer.status, told, dict(answer.headers), time.monotonic() - began)
    except (OSError, http.client.HTTPException):
        return Answer(0, seconds=time.monotonic() - began)
    finally:
        connection.close()


class Program:
    """One program of ours, run in a folder, and what it said."""

    def __init__(self, arguments: list[str], settings: dict[str, str]) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "CI", "COVERED"}}
        self.said: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=kept | settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        with self.process.stdout as output:
            for line in output:
                self.said.append(line)

    @property
    def text(self) -> str:
        return "".join(self.said)

    def end(self, how: int = signal.SIGTERM) -> int:
        """Its exit status, once it is gone."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        status = self.process.wait(60)
        self.reader.join(30)
        return status


def _spent() -> float:
    """Seconds of processor time that programs of ours took which have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


#: As registration/service/gunicorn_conf.py says.
WEB_WORKERS = 2


#: So much slower than alone, a machine may not let programs end in the time they are given.
CRAWLS = 4.0


class Service:
    """The whole service in a folder of its own with the places of the benchmark, half of them booked."""

    def __init__(self, *, in_memory: bool = True, **settings: str) -> None:
        self.instance = small_disk(in_memory=in_memory)
        self.port = free_port()
        # Clients of many addresses, so that none meets a limit that is meant for one.
        self.settings = {"INSTANCE": str(self.instance), "SECRET_KEY": KEY, "PORT": str(self.port), "FLASK_APP": "app"}
        self.settings |= {"TRUSTED_PROXIES": "1", "DEMO": "0", "LOG_LEVEL": "WARNING"} | settings
        self.keeper = embedded.using(self.instance)  # the server outlives the programs here, as a council's would
        self.keeper.__enter__()
        began, spent = time.monotonic(), _spent()
        self.run_flask("demo", "bench", DEMO="1")
        #: How many times slower than alone this machine is just now: a rule about seconds is one about a machine at rest.
        self.slowness = max(1.0, (time.monotonic() - began) / (_spent() - spent))
        self.program = Program(["-m", "registration.service"], self.settings)
        try:
            self.until_it_runs()
        except AssertionError:
            self.stop()
            raise

    def until_it_runs(self) -> None:
        patience = 60 * self.slowness
        wait_until(lambda: "Ctrl-C" in self.program.text or self.program.process.poll() is not None, patience)
        assert "Ctrl-C" in self.program.text, self.program.text

    def run_flask(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command of `flask` beside the service."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", *arguments],
            cwd=ROOT,
            env=os.environ | self.settings | settings,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    @contextmanager
    def behind(self, line: int) -> Iterator[int]:
        """Run another web server whose way to the same database leads through a port; give its own."""
        port = free_port()
        address = {"DATABASE_URL": f"postgresql://postgres@127.0.0.1:{line}/postgres"}
        options = ["-c", "python:registration.service.gunicorn_conf", "-b", f"127.0.0.1:{port}"]
        program = Program(["-m", "gunicorn", *options], self.settings | address)
        try:
            wait_until(lambda: ask(port, "GET", "/health/live").status == 200, 90)
            yield port
        finally:
            program.end()

    def start_again(self) -> None:
        """Start the service as systemd would that finds it dead (Restart=always)."""
        self.program.end(signal.SIGKILL)
        self.program = Program(["-m", "registration.service"], self.settings)

    def stop(self) -> None:
        status = self.program.end()
        self.keeper.__exit__(None, None, None)
        assert not embedded.running(self.instance)
        leave(self.instance)
        assert status == 0 or self.slowness > CRAWLS, self.program.text

    # -- its parts

    def child(self, words: str) -> psutil.Process | None:
        """The program of the service with these words in its command line."""
        with suppress(psutil.Error):
            for process in psutil.Process(self.program.process.pid).children():
                with suppress(psutil.Error):
                    if words in " ".join(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE:
                        return process
        return None

    def web_workers(self) -> list[psutil.Process]:
        master = self.child("gunicorn")
        return master.children() if master else []

    def until_whole(self) -> None:
        """Wait until every part runs that can be hit, and the orphans of a web server that was killed have gone."""

        def whole() -> bool:
            return len(self.web_workers()) == WEB_WORKERS and self.child("flask worker") and not self._orphans()

        wait_until(whole, 120, every=0.2)

    def _orphans(self) -> list[psutil.Process]:
        """Web workers that have outlived their server."""
        mine = [*psutil.Process(self.program.process.pid).children(recursive=True)]
        return [each for each in psutil.process_iter() if each not in mine and self._is_ours(each)]

    def _is_ours(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error):
            served = "gunicorn" in process.cmdline()
            return served and process.environ().get("RIGHT_START_RUNNER") == str(self.program.process.pid)
        return False

    def database(self) -> list[psutil.Process]:
        """The server's main process and all it started."""
        try:
            first = (self.instance / "postgres" / "postmaster.pid").read_text().split("\n")[0]
            main = psutil.Process(int(first))
            return [main, *main.children(recursive=True)]
        except (FileNotFoundError, ValueError, psutil.Error):
            return []

    @contextmanager
    def asking(self) -> Iterator[psycopg.Connection]:
        """Ask the database beside the service, once it answers."""
        connections: list[psycopg.Connection] = []

        def answers() -> bool:
            with suppress(psycopg.OperationalError):
                connections.append(psycopg.connect(self.address(), autocommit=True))
            return bool(connections)

        wait_until(answers)
        with connections[0] as connection:
            yield connection

    def address(self) -> str:
        """The address of the server's socket, as PostgreSQL's own library takes it."""
        query = parse_qs(urlsplit(embedded.address(self.instance)).query)
        return f"host={query['host'][0]} port={query['port'][0]} user=postgres dbname=postgres"

    @property
    def socket(self) -> str:
        query = parse_qs(urlsplit(embedded.address(self.instance)).query)
        return f"{query['host'][0]}/.s.PGSQL.{query['port'][0]}"


def kill(*processes: psutil.Process | None) -> None:
    """End processes as a crash does, without a word to them."""
    for process in processes:
        if process is not None:
            with suppress(psutil.Error):
                process.kill()


#: By its name, what is killed.
BLOWS: dict[str, Callable[[Service], None]] = {
    "PostgreSQL’s main process": lambda service: kill(*service.database()[:1]),
    "all of PostgreSQL": lambda service: kill(*service.database()),
    "a web worker": lambda service: kill(*service.web_workers()[:1]),
    "the web server": lambda service: kill(service.child("gunicorn")),
    "the message worker": lambda service: kill(service.child("flask worker")),
    "all at once": lambda service: kill(
        *service.database(), *service.web_workers(), service.child("gunicorn"), service.child("flask worker")
    ),
}
