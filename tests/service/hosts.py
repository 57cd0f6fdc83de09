"""Web hosts and workers of a council's service as deploy/systemd starts them, on a database that keeps what they do."""

from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import uuid4

from registration.common.clock import today
from tests.applications import applications
from tests.booking.world import make_world
from tests.service.test_runner import KEY, ROOT, wait_until

if TYPE_CHECKING:
    from pathlib import Path

#: What systemd does for a service with a door of its own (sd_listen_fds): the door is file 3, and meant for this process.
_THROUGH_THE_DOOR = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "-c", "python:registration.service.gunicorn_conf", *sys.argv[2:]])
"""


def lay_out(url: str, folder: Path, days: int = 10) -> None:
    """Give a database of the tests three registrars at one centre on each of the days to come."""
    from registration.common.db import db

    with applications(folder) as make, make(url).app_context():
        world = make_world()
        for number in range(1, days + 1):
            for place, who in (("sunshine", "ann"), ("elland", "bo"), ("todmorden", "cleo")):
                world.session(place, who, today() + timedelta(days=number), "8:00", "18:00")
        db.session.commit()


def environment(url: str, instance: Path, **settings: str) -> dict[str, str]:
    """Give the settings of a council's service on a database of the tests."""
    kept = {name: value for name, value in os.environ.items() if name not in {"CI", "CLOCK"}}
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    wanted = {"DEMO": "0", "SECRET_KEY": KEY, "DATABASE_URL": plain, "INSTANCE": str(instance), "FLASK_APP": "app"}
    return kept | wanted | settings


class Host:
    """One web host: a door that stays open, and the web server behind it, started and stopped as systemd does."""

    def __init__(self, settings: dict[str, str], said: Path, workers: int = 1, port: int = 0) -> None:
        self.door = socket.create_server(("127.0.0.1", port), backlog=1024)
        self.port = self.door.getsockname()[1]
        self.settings, self.said, self.workers = settings, said, workers
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the web server behind the door."""
        number = self.door.fileno()
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _THROUGH_THE_DOOR, str(number), "-w", str(self.workers)],
                cwd=ROOT, env=self.settings, stdout=said, stderr=said, pass_fds=(number,),
            )  # fmt: skip

    def stop(self) -> int:
        """Ask the web server to end, as systemd does, and give its exit status; the door stays open."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(30)

    def ready(self) -> bool:
        """Say whether it may be sent families."""
        try:
            return Browser(self.port, patience=2).get("/health/ready")[0] == 200
        except OSError:
            return False

    def close(self) -> None:
        """Stop it, and shut the door."""
        if self.process is not None and self.process.poll() is None:
            self.stop()
        self.door.close()


class Browser:
    """A client that keeps cookies and opens a connection for each request; `as_from` is the address it comes from."""

    def __init__(
        self, port: int, *, tls: bool = False, as_from: str = "127.0.0.1", host: str = "127.0.0.1", patience: float = 60
    ) -> None:
        self.patience = patience
        self.port, self.tls, self.as_from, self.host = port, tls, as_from, host
        self.cookies: dict[str, str] = {}

    def send(self, method: str, path: str, body: bytes = b"", **headers: str):
        """Give status, headers and body of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.sock = socket.create_connection(
            ("127.0.0.1", self.port), self.patience, source_address=(self.as_from, 0)
        )
        if self.tls:
            context = ssl._create_unverified_context()  # noqa: S323 -- our own certificate
            connection.sock = context.wrap_socket(connection.sock, server_hostname=self.host)
        kept = {"Host": self.host}
        if self.cookies:
            kept["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body or None, kept | {k.replace("_", "-"): v for k, v in headers.items()})
            answer = connection.getresponse()
            for each in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = each.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def get(self, path: str, **headers: str):
        return self.send("GET", path, **headers)

    def post(self, path: str, fields: dict[str, str], **headers: str):
        kind = {"Content_Type": "application/x-www-form-urlencoded"}
        return self.send("POST", path, urlencode(fields).encode(), **kind, **headers)

    def call(self, method: str, path: str, body: object = None, **headers: str):
        """Call the JSON API; give status and what it said."""
        sent = b"" if body is None else json.dumps(body).encode()
        status, _, said = self.send(method, path, sent, Content_Type="application/json", **headers)
        return status, json.loads(said) if said else None

    def times(self) -> list[tuple[int, str]]:
        """Give every time that is free for a baby born yesterday: centre and start."""
        born = (today() - timedelta(days=1)).isoformat()
        status, said = self.call("GET", f"/api/v1/availability?born={born}")
        assert status == 200, said
        return [(each["id"], start) for each in said["centres"] for day in each["days"] for start in day["starts"]]

    def book(self, centre: int, start: str) -> tuple[int, dict]:
        """Hold a time and book it; give status and what was said of the booking, or of the hold that was refused."""
        born = [(today() - timedelta(days=1)).isoformat()]
        wanted = {"centre": centre, "start": start, "born": born, "interpreter": False}
        status, hold = self.call("POST", "/api/v1/holds", wanted)
        if status != 201:
            return status, hold
        answers = {
            "hold": hold["hold"],
            "married_or_civil_partners": True,
            "both_parents_named": True,
            "attending": "mother",
            "name": "Aoife O’Brien",
            "email": f"{uuid4().hex}@example.org",
            "language": "en",
            "access_needs": "",
            "share_with_centre": False,
            "born_in_district": True,
        }
        return self.call("POST", "/api/v1/bookings", answers, Idempotency_Key=uuid4().hex)


def started(*hosts: Host) -> None:
    """Start web hosts, and wait until each may be sent families."""
    for host in hosts:
        host.start()
    wait_until(lambda: all(host.ready() for host in hosts), 120)
