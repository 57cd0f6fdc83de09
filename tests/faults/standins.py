"""A mail server and GOV.UK Notify on the loopback, that misbehave as they are told and keep what they took."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import threading
import time
from collections import Counter
from contextlib import contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller

if TYPE_CHECKING:
    from collections.abc import Iterator


class Standin:
    """A provider's mind: what it took, how often each, and what it does now: well, 429, 500, hang, flaky, cut."""

    def __init__(self) -> None:
        self.mode = "well"
        self.taken: Counter[str] = Counter()
        #: When it took one, by time.monotonic.
        self.moments: list[float] = []
        #: What it took and then cut the line.
        self.cut: Counter[str] = Counter()
        self.turned_away: Counter[str] = Counter()
        self.came = 0
        self.lock = threading.Lock()
        self.chance = random.Random(7)

    def decide(self) -> str:
        """What happens to the request at hand."""
        with self.lock:
            self.came += 1
            if self.mode != "flaky":
                return self.mode
            return self.chance.choice(["well", "500", "cut", "429"])

    def take(self, name: str, *, cut: bool = False) -> None:
        """Take a message; it will go out, whatever is answered."""
        with self.lock:
            self.taken[name] += 1
            self.moments.append(time.monotonic())
            if cut:
                self.cut[name] += 1

    def turn_away(self, name: str) -> None:
        with self.lock:
            self.turned_away[name] += 1

    # -- as a mail server (aiosmtpd's own name)

    async def handle_DATA(self, server, session, envelope):  # noqa: ARG002, N802
        mode = self.decide()
        name = message_from_bytes(envelope.content)["Message-ID"].strip("<>").split("@")[0]
        if mode == "hang":
            await asyncio.sleep(60)
        if mode in {"429", "500"}:
            self.turn_away(name)
            return "451 not now"
        self.take(name, cut=mode == "cut")
        if mode == "cut":
            server.transport.abort()
        return "250 taken"


@contextmanager
def post_office() -> Iterator[tuple[Standin, str]]:
    """A mail server, and its address as SMTP_URL wants it."""
    standin = Standin()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(standin, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield standin, f"smtp://127.0.0.1:{port}"
    finally:
        server.stop()


@contextmanager
def notify() -> Iterator[tuple[Standin, str]]:
    """GOV.UK Notify, and its address as NOTIFY_API_BASE wants it."""
    standin, ended = Standin(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            mode, name = standin.decide(), sent["reference"]
            if mode == "hang":
                ended.wait(60)
            elif mode in {"429", "500"}:
                standin.turn_away(name)
                self.answer(int(mode), {"errors": [{"error": "Busy", "message": "not now"}]})
            else:
                standin.take(name, cut=mode == "cut")
                if mode == "cut":
                    self.connection.shutdown(socket.SHUT_RDWR)
                else:
                    self.answer(201, {"id": name})

        def answer(self, status: int, told: object) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "77")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request, client_address):
            """A client that left first, or whom we left on purpose, is no fault here."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield standin, f"http://127.0.0.1:{server.server_port}"
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
