"""A line between the service and its database that can be slow, silent, or cut."""

from __future__ import annotations

import select
import socket
import socketserver
import struct
import threading
from contextlib import suppress


class Line(socketserver.ThreadingTCPServer):
    """A door on the loopback that leads to a socket; `mode` is well, slow, silent or reset."""

    daemon_threads = True

    def __init__(self, there: str) -> None:
        super().__init__(("127.0.0.1", 0), _Way)
        self.there, self.mode, self.seconds = there, "well", 1.0
        self.ended = threading.Event()
        self.open: set[socket.socket] = set()
        threading.Thread(target=self.serve_forever, args=(0.05,)).start()

    @property
    def port(self) -> int:
        return self.server_address[1]

    def cut(self) -> None:
        """Reset every connection, and those to come while the mode is reset."""
        for each in list(self.open):
            _reset(each)

    def __exit__(self, *given: object) -> None:
        self.ended.set()
        self.cut()
        self.shutdown()
        super().__exit__(*given)


def _reset(line: socket.socket) -> None:
    """Close with RST and not FIN."""
    with suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.shutdown(socket.SHUT_RDWR)
        line.close()


class _Way(socketserver.BaseRequestHandler):
    server: Line

    def handle(self) -> None:
        if self.server.mode == "reset":
            _reset(self.request)
            return
        with socket.socket(socket.AF_UNIX) as there, suppress(OSError, ValueError):
            there.connect(self.server.there)
            self.server.open.add(self.request)
            try:
                self._carry({there: self.request, self.request: there})
            finally:
                self.server.open.discard(self.request)

    def _carry(self, other: dict[socket.socket, socket.socket]) -> None:
        """Hand on what either says, as the line allows, until one leaves."""
        while not self.server.ended.is_set():
            if self.server.mode == "silent":
                self.server.ended.wait(0.05)
                continue
            for one in select.select(list(other), [], [], 0.05)[0]:
                said = one.recv(65536)
                if not said:
                    return
                if self.server.mode == "slow":
                    self.server.ended.wait(self.server.seconds)
                other[one].sendall(said)
