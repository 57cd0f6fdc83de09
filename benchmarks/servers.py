"""The production server on a fresh embedded database, and the floors beside it under the same settings."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import create_engine, text

from registration.common import embedded

ROOT = Path(__file__).parent.parent
PATIENCE = 60


@dataclass(frozen=True)
class Servers:
    """Where the two listen, where the data are, and the server processes whose memory counts."""

    service: int
    floor: int
    database: str
    process: psutil.Process
    folder: Path

    def worker_mib(self) -> list[float]:
        """Give the memory of each web process in MiB."""
        return [child.memory_info().rss / 2**20 for child in self.process.children()]


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def _serve(wsgi: str, port: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        "registration/service/gunicorn_conf.py",
        "-b",
        f"127.0.0.1:{port}",
        wsgi,
    ]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | environment)


def wait_for(port: int) -> None:
    """Wait until somebody listens; TimeoutError where nobody does."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nothing answers on port {port}")


@contextmanager
def running(**more: str) -> Iterator[Servers]:
    """Start everything, fsync and synchronous_commit on, and stop it all in the end; `more` are settings."""
    with tempfile.TemporaryDirectory(prefix="rs-bench-") as folder, embedded.using(Path(folder)) as url:
        settings = {
            "INSTANCE": folder,
            "DEMO": "1",
            "RATE_LIMITS": "off",
            "FLOOR_DATABASE": url,
            "FLASK_APP": "app",
        } | more
        os.environ |= settings
        subprocess.run([sys.executable, "-m", "flask", "db", "upgrade"], cwd=ROOT, check=True)
        check_durable(url)
        ports = free_port(), free_port()
        children = [_serve("app:app", ports[0], settings), _serve("benchmarks.floor:app", ports[1], settings)]
        try:
            for port in ports:
                wait_for(port)
            yield Servers(*ports, url, psutil.Process(children[0].pid), Path(folder))
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(PATIENCE)


def check_durable(url: str) -> None:
    """Refuse to measure a database that forgets."""
    engine = create_engine(url)
    with engine.connect() as connection:
        for name in ("fsync", "synchronous_commit"):
            if connection.execute(text(f"SHOW {name}")).scalar() != "on":
                raise RuntimeError(f"{name} must be on while measuring")
    engine.dispose()
