"""What the web server refuses before the service hears of it."""

import http.client
import json
import os
import socket
import subprocess
import sys
from contextlib import closing, contextmanager, suppress
from http import HTTPStatus

import pytest
from gunicorn.http import errors

from registration.service import web
from registration.service.web import answer, orphan_is_needed, status_of
from tests.service.test_runner import KEY, ROOT, free_port, wait_until

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
#: One request to who reads the length, two to who reads the chunks.
TWO_LENGTHS = (
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    b"GET /staff/ HTTP/1.1\r\nHost: a\r\n\r\n"
)


@contextmanager
def serving(tmp_path):
    """Run the web server as `make run` does; its database may be missing."""
    port = free_port()
    environment = os.environ | {
        "SECRET_KEY": KEY,
        "DEMO": "0",
        "INSTANCE": str(tmp_path),
        "DATABASE_URL": NOWHERE,
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
            (TWO_LENGTHS, 400),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
        ):
            found, kind, body = sent(port, request)
            assert (found, kind) == (status, "application/problem+json")
            assert (body["status"], body["type"]) == (status, "about:blank")
            assert "script" not in body["detail"]
        assert listens(port)


def test_the_line_ends_after_what_was_too_long_and_the_answer_says_so(tmp_path):
    with serving(tmp_path) as port:
        for length, status, kept in ((400_000, 413, "close"), (2, 405, "keep-alive")):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            with closing(connection):
                with suppress(BrokenPipeError, ConnectionResetError):
                    connection.request("POST", "/health/live" if length == 2 else "/find-booking", b"x" * length)
                answer = connection.getresponse()
                assert (answer.status, answer.headers["Connection"]) == (status, kept)


@pytest.mark.parametrize(
    ("given", "expected"),
    [({"PORT": "8765"}, "127.0.0.1:8765"), ({"PORT": "8765", "HOST": "::1"}, "[::1]:8765"), ({}, "127.0.0.1:8000")],
)
def test_the_server_listens_where_host_and_port_say_and_on_no_other_address(tmp_path, given, expected):
    environment = {name: value for name, value in os.environ.items() if name not in {"HOST", "PORT"}}
    environment |= {"SECRET_KEY": KEY, "DEMO": "0", "INSTANCE": str(tmp_path), "DATABASE_URL": NOWHERE} | given
    asks = "import sys; from registration.service import gunicorn_conf; print(gunicorn_conf.bind)"
    told = subprocess.run(
        [sys.executable, "-c", asks], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert told.stdout.strip() == expected


def test_gunicorn_goes_by_it_unless_it_is_told_otherwise(tmp_path):
    environment = os.environ | {"SECRET_KEY": KEY, "DEMO": "0", "INSTANCE": str(tmp_path), "DATABASE_URL": NOWHERE}
    command = [sys.executable, "-m", "gunicorn", "-c", "python:registration.service.gunicorn_conf", "--print-config"]
    for own, expected in (([], "['127.0.0.1:8765']"), (["-b", "127.0.0.1:8766"], "['127.0.0.1:8766']")):
        told = subprocess.run(
            [*command, *own], cwd=ROOT, env=environment | {"PORT": "8765"}, capture_output=True, text=True, check=True
        )
        [line] = [line for line in told.stdout.splitlines() if line.startswith("bind ")]
        assert line.endswith(expected)


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


# ---- a web server that was killed leaves orphans

SLEEPS = "import time; time.sleep(60)"
SERVES = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', '{SLEEPS}', 'gunicorn']); {SLEEPS}"


@pytest.fixture
def runner():
    """A service whose web server is to be told: runner(its programs)."""
    started = []

    def start(program):
        import psutil

        wrapped = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {program!r}]); {SLEEPS}"
        started.append(psutil.Popen([sys.executable, "-c", wrapped]))
        return started[-1]

    yield start
    for each in started:
        for program in [*each.children(recursive=True), each]:
            program.kill()
        each.wait()


def test_an_orphan_serves_until_the_service_has_a_web_worker_that_had_time_to_open(runner, monkeypatch):
    monkeypatch.setattr(web, "SETTLED", 3.0)
    service = runner(SERVES)
    wait_until(lambda: len(service.children(recursive=True)) == 2)

    assert orphan_is_needed(str(service.pid))
    wait_until(lambda: not orphan_is_needed(str(service.pid)))


def test_a_program_that_is_no_web_worker_replaces_nobody(runner, monkeypatch):
    monkeypatch.setattr(web, "SETTLED", 0.0)
    service = runner(SERVES.replace("'gunicorn'", "'another'"))
    wait_until(lambda: len(service.children(recursive=True)) == 2)

    assert orphan_is_needed(str(service.pid))


def test_no_orphan_outlives_the_service():
    assert not orphan_is_needed("")
    assert not orphan_is_needed("4194305")  # above the highest number a process may have


def test_a_program_that_has_just_ended_replaces_nobody():
    import psutil

    ended = psutil.Popen([sys.executable, "-c", ""])
    ended.wait()

    assert not web._answers(ended, 1)
