"""A service that is told, on the loopback: it verifies every signature with the library of the standard, and can behave badly."""

import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook

HANG, DRIP, CUT = "hang", "drip", "cut"


class Receiver:
    """What arrived, and how it answers: a list of statuses, or ways to behave, one for each request; then 204."""

    def __init__(self):
        self.secret, self.answers, self.got, self.ids, self.faults = "", [], [], [], []
        self.headers = {}
        self.over = threading.Event()
        self.url = ""

    def take(self, handler):
        body = handler.rfile.read(int(handler.headers["content-length"]))
        try:
            self.got.append(Webhook(self.secret).verify(body, dict(handler.headers)))
        except Exception as fault:  # noqa: BLE001 -- whatever it is, the test is to know
            self.faults.append(repr(fault))
        self.ids.append(handler.headers["webhook-id"])
        answer = self.answers.pop(0) if self.answers else 204
        if answer == HANG:
            self.over.wait(20)
        elif answer == DRIP:
            self._drip(handler)
        elif answer == CUT:
            handler.connection.shutdown(socket.SHUT_RDWR)
        else:
            handler.send_response(answer)
            for name, value in self.headers.items():
                handler.send_header(name, value)
            handler.send_header("content-length", "0")
            handler.end_headers()

    def _drip(self, handler):
        """Send a head that never ends, a letter at a time."""
        try:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
            while not self.over.wait(0.05):
                handler.wfile.write(b"x")
        except OSError:
            return


@contextmanager
def receiving():
    """Serve one receiver until the test is over."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            receiver.take(self)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}/new-families"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
