"""From settings to a running service and back: in order up, in the opposite order down."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from registration.common import embedded
from registration.common.authority import still_invented
from registration.config import Config, SettingRefused
from registration.service.children import ROOT, Child, end_all
from registration.service.web import RUNNER

#: Seconds the web server may take until it first answers.
PATIENCE = 180.0
STOPPED, FAILED, WRONG_USE = 0, 1, 2
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Someone asked the service to stop: Ctrl-C, SIGTERM, or the terminal was closed."""


class Failed(Exception):
    """The service cannot run; the message is the sentence for whoever started it."""


def main() -> int:
    """Run until stopped. 0 stopped in order, 1 could not run or had to be forced, 2 a wrong setting."""
    for number in SIGNALS:
        signal.signal(number, _stop)
    try:
        config = Config.from_environment()
        os.environ |= {"INSTANCE": str(config.INSTANCE), "FLASK_APP": "app", RUNNER: str(os.getpid())}
        with _door(config) as door, _database(config):
            return _serve(config, door)
    except SettingRefused as refused:
        click.echo(str(refused), err=True)
        return WRONG_USE
    except (Failed, embedded.NotStarted, TimeoutError) as failure:
        click.echo(str(failure), err=True)
        return FAILED
    except Stopped:
        return STOPPED


def _stop(_number: int, _frame: object) -> None:
    """Leave whatever is going on once; what follows is the way out and is not disturbed again."""
    for number in SIGNALS:
        signal.signal(number, _heard)  # not SIG_IGN, which programs started meanwhile would inherit
    raise Stopped


def _heard(_number: int, _frame: object) -> None:
    """Take note of a second Ctrl-C: the service is on its way out already."""


@contextmanager
def _door(config: Config) -> Iterator[socket.socket]:
    """Open the address before anything else is done, so that a busy one is known at once."""
    try:
        family, _, _, _, address = socket.getaddrinfo(config.HOST, config.PORT, type=socket.SOCK_STREAM)[0]
        door = socket.create_server(address[:2], family=family, backlog=256)
    except OSError as failure:
        reason = failure.strerror or str(failure)
        raise SettingRefused(
            f"the address {config.HOST}:{config.PORT} cannot be used ({reason}); set PORT or HOST to another."
        ) from failure
    with door:
        yield door


@contextmanager
def _database(config: Config) -> Iterator[None]:
    """Keep the embedded server running meanwhile; with DATABASE_URL there is none to keep."""
    if config.SQLALCHEMY_DATABASE_URI:
        yield
        return
    ending = threading.Event()
    with embedded.using(config.INSTANCE):
        keeper = threading.Thread(target=embedded.supervise, args=(config.INSTANCE, ending), daemon=True)
        try:
            keeper.start()
            yield
        finally:
            ending.set()
            if keeper.ident:
                keeper.join()


def _serve(config: Config, door: socket.socket) -> int:
    sign_ins = _prepare()
    web = Child(
        "web server",
        ["-m", "gunicorn", "-c", "python:registration.service.gunicorn_conf", "-b", f"fd://{door.fileno()}"],
        (door.fileno(),),
    )
    children = [web, Child("message worker", ["-m", "flask", "worker"])]
    killed: list[str] = []
    try:
        for child in children:
            child.start()
        _wait_for_answer(door, web)
        click.echo(_welcome(config, sign_ins))
        _tend(children)
    except Stopped:
        click.echo("Stopping.")
    finally:
        killed = end_all(children)
    if killed:
        raise Failed(f"Did not end by itself and was killed: {', '.join(killed)}.")
    return STOPPED


def _prepare() -> str:
    """Migrate and load in a program of its own; give the lines it has for the person."""
    done = subprocess.run(
        [sys.executable, "-m", "registration.service.prepare"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        start_new_session=True,  # Ctrl-C is for us, who then end it
    )
    if done.returncode:
        raise Failed("The database could not be prepared; the reason stands above.")
    return done.stdout.rstrip()


def _tend(children: Sequence[Child]) -> None:
    while True:
        for child in children:
            child.tend()
        time.sleep(0.2)


def _wait_for_answer(door: socket.socket, web: Child) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _answers(*door.getsockname()[:2]):
        if not web.lives:
            raise Failed(f"The web server ended at once ({web.outcome}); the reason stands above.")
        if time.monotonic() > deadline:
            raise Failed(
                "The web server did not answer in time: this machine is very busy. Nothing is lost: start the service again."
            )
        time.sleep(0.1)


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port, timeout=5)  # noqa: S104 -- every address means this machine too  # nosec B104
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _welcome(config: Config, sign_ins: str) -> str:
    host = f"[{config.HOST}]" if ":" in config.HOST else config.HOST
    home = config.PUBLIC_URL.rstrip("/") or f"http://{host}:{config.PORT}"
    lines = ["Right Start is running.", f"  Parents: {home}/", f"  Staff:   {home}/staff/"]
    if config.DEMO:
        lines += [
            "This is a demonstration: the authority, its registrars and its families are invented.",
            "  Staff sign-ins (role, e-mail, password):",
            sign_ins,
        ]
    elif invented := still_invented(config.INSTANCE):
        lines += [invented]
    return "\n".join([*lines, "Press Ctrl-C to stop."])
