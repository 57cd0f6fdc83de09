"""Workers of a test, each with a door of its own to the database: one that is slow, falls silent, or shuts in mid-talk."""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import socket
import socketserver
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: Workers are forked from a program that has loaded the service already, which takes seconds.
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["registration.factory", "tests.applications", "tests.service.workers"])


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Look again and again; AssertionError when it never comes about."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.02)


class Door(socketserver.ThreadingTCPServer):
    """A way to the database whose every connection takes `slow` seconds, and none is answered from number `silent_from`."""

    def __init__(self, there: str, *, slow: float = 0.0, silent_from: int = 1000) -> None:
        super().__init__(("127.0.0.1", 0), _Way)
        self.there, self.slow, self.silent_from = there, slow, silent_from
        self.came = 0
        self.counting = threading.Lock()
        self.frozen, self.ended = threading.Event(), threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.05,)).start()

    def __exit__(self, *given: object) -> None:
        self.ended.set()
        self.shutdown()
        super().__exit__(*given)


class _Way(socketserver.BaseRequestHandler):
    server: Door

    def handle(self) -> None:
        with self.server.counting:
            self.server.came += 1
            silent = self.server.came >= self.server.silent_from
        if silent or self.server.ended.wait(self.server.slow):
            self.server.ended.wait()
            return
        with socket.socket(socket.AF_UNIX) as there, suppress(OSError):
            there.connect(self.server.there)
            self.hand_on({there: self.request, self.request: there})

    def hand_on(self, other: dict[socket.socket, socket.socket]) -> None:
        """Carry what either says to the other, until one leaves."""
        while not self.server.ended.is_set():
            if self.server.frozen.is_set():
                self.server.ended.wait()
            for one in select.select(list(other), [], [], 0.05)[0]:
                said = one.recv(65536)
                if not said:
                    return
                other[one].sendall(said)


class Worker:
    """`flask worker` on the database behind a door, and what it said; PATIENCE is that many seconds."""

    def __init__(self, url: str, folder: Path, patience: float) -> None:
        self.output = folder / "said"
        self.process = _forks.Process(target=_flask_worker, args=(url, folder, patience))
        self.process.start()

    @property
    def said(self) -> str:
        return self.output.read_text() if self.output.exists() else ""

    def ask(self, how: int = signal.SIGTERM) -> None:
        """Ask it to end, and do not wait."""
        os.kill(self.process.pid, how)

    def outcome(self, seconds: float = 15) -> tuple[int | None, str]:
        """Its exit status once it has ended, None if it does not in these seconds; and what it said."""
        self.process.join(seconds)
        return self.process.exitcode, self.said

    def clear_away(self) -> None:
        self.process.kill()
        self.process.join()
        self.process.close()


def _flask_worker(url: str, folder: Path, patience: float) -> None:
    """Be the program `flask worker`."""
    from flask.cli import ScriptInfo

    from registration.common import worker
    from registration.common.queue import job
    from registration.factory import create_app
    from tests.conftest import settings

    output = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in (1, 2):
        os.dup2(output, number)
    worker.PATIENCE = patience

    @job("tests.slow")
    def slow(*, seconds: float) -> None:
        os.write(1, b"in hand\n")
        time.sleep(seconds)
        os.write(1, b"done\n")

    app = create_app(settings(url, folder, LOG_LEVEL="WARNING"))
    sys.exit(app.cli.main(args=["worker"], obj=ScriptInfo(create_app=lambda: app)))
