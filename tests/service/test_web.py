"""What the web server refuses before the service hears of it."""

import http.client
import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from http import HTTPStatus

import pytest
from gunicorn.http import errors

from registration.service.web import answer, status_of
from tests.service.test_runner import KEY, ROOT, free_port, wait_until


@contextmanager
def serving(tmp_path):
    """Run the web server as `make run` does; its database may be missing."""
    port = free_port()
    environment = os.environ | {
        "SECRET_KEY": KEY,
        "DEMO": "0",
        "INSTANCE": str(tmp_path),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    }
    command = [
        "-m",
        "gunicorn",
        "-c",
        "python:registration.service.gunicorn_conf",
        "-w",
        "1",
        "-b",
        f"127.0.0.1:{port}",
    ]
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment)
    try:
        wait_until(lambda: listens(port))
        yield port
    finally:
        process.terminate()
        process.wait(30)


def listens(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def sent(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(request)
        reply = http.client.HTTPResponse(line)
        reply.begin()
        return reply.status, reply.headers["Content-Type"], json.loads(reply.read())


def test_what_the_server_cannot_read_is_refused_in_plain_words_and_it_goes_on(tmp_path):
    with serving(tmp_path) as port:
        for request, status in (
            (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
            (b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n", 431),
            (b"<script>alert(1)</script>\r\n\r\n", 400),
        ):
            found, kind, body = sent(port, request)
            assert (found, kind) == (status, "application/problem+json")
            assert (body["status"], body["type"]) == (status, "about:blank")
            assert "script" not in body["detail"]
        assert listens(port)


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (errors.InvalidHeader("x"), 400),
        (errors.ExpectationFailed("x"), 417),
        (errors.UnsupportedTransferCoding("x"), 501),
        (errors.InvalidResponseHeader("x"), 500),
        (ValueError("ours"), 500),
    ],
)
def test_each_fault_has_its_status(fault, status):
    assert status_of(fault) == status
    assert answer(HTTPStatus(status)).startswith(f"HTTP/1.1 {status} ".encode())
