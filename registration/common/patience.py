"""How long a page waits for the database: a family gets an honest page within five seconds, whatever has happened to it.

A server that was stopped in its tracks, or sits behind a line that swallows what is sent, refuses nothing and answers nothing,
and no timeout of its own can end that. So whoever waits looks at the clock: inside a request all waiting together has PATIENCE
seconds (staff who were let in have longer, because some of their pages ask much), and after SILENCE seconds without an answer
the server is asked by another connection whether it lives. Outside a request nobody is hurried: a plan, an import, a migration
and the worker may wait as long as it takes.
"""

import select
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, TypeVar, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import psycopg
from flask import Flask
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

V = TypeVar("V")

#: Seconds a request may wait for the database in all; of staff who were let in; and in silence until we ask whether it lives.
PATIENCE, STAFFS_PATIENCE, SILENCE = 4.0, 30.0, 2.0
#: Seconds until a connection stands; the least PostgreSQL's library can wait.
CONNECTING = 2
#: Seconds that an answer to "do you live?" is good for.
FRESH = 0.5
#: Seconds that are left to put things in order when patience has run out.
LAST = 0.05
#: What the server itself may spend on a page, in milliseconds: a statement, waiting for a lock, an open transaction that asks
#: nothing; and how soon it notices that nobody listens any more.
LIMITS = {
    "statement_timeout": int(STAFFS_PATIENCE * 1000),
    "lock_timeout": 3_000,
    "idle_in_transaction_session_timeout": 60_000,
    "client_connection_check_interval": 1_000,
}


class Unanswered(psycopg.OperationalError):
    """The database did not answer in time."""

    def __init__(self) -> None:
        super().__init__("The database did not answer in time.")


@dataclass(slots=True)
class _Purse:
    """The seconds of waiting that a request has left, and how to ask whether the server lives."""

    left: float
    lives: Callable[[], bool]

    @contextmanager
    def paying(self) -> Iterator[None]:
        """Count what passes meanwhile as waited."""
        began = monotonic()
        try:
            yield
        finally:
            self.left -= monotonic() - began


_purse: ContextVar[_Purse | None] = ContextVar("_purse", default=None)


class Connection(psycopg.Connection[Any]):
    """A connection that gives up, and closes, when the patience of the request in hand has run out."""

    def wait(self, gen: PQGen[V], interval: float = 0.1, timeout: float | None = None) -> V:
        """Wait for the server; Unanswered where it is silent and gone, or the request has waited long enough."""
        purse = _purse.get()
        if purse is None:
            return super().wait(gen, interval, timeout)
        began = monotonic()
        until = began + purse.left
        try:
            while True:
                try:
                    return super().wait(gen, interval, min(SILENCE, max(LAST, until - monotonic())))
                except _WaitTimeout:
                    if monotonic() >= until or not purse.lives():
                        until = began  # nothing that is asked later in this request fares better
                        self.pgconn.finish()
                        raise Unanswered from None
        finally:
            purse.left = until - monotonic()


@dataclass
class Pulse:
    """Whether a server that fell silent lives, found out by one request at a time for all of this process."""

    address: Callable[[], str]
    gone: bool = False
    asked_at: float = 0.0
    asking: Lock = field(default_factory=Lock)

    def beats(self) -> bool:
        """Ask for a connection, at most once in FRESH seconds; while it is known to be gone, others are not kept waiting."""
        if not self.asking.acquire(blocking=not self.gone):
            return False
        try:
            if monotonic() - self.asked_at > FRESH:
                self.gone = not self._answers()
                self.asked_at = monotonic()
            return not self.gone
        finally:
            self.asking.release()

    @contextmanager
    def felt(self) -> Iterator[None]:
        """Take a connection that does not come about for a sign that the server is gone: one that starts is not stormed."""
        try:
            yield
        except psycopg.OperationalError:
            self.gone, self.asked_at = True, monotonic()
            raise

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address(), connect_timeout=CONNECTING).close()
        except psycopg.Error:
            return False
        return True


def extend() -> None:
    """Give the request in hand the patience of staff: its person was let in, so the database answers."""
    purse = _purse.get()
    if purse is not None and purse.left > 0:
        purse.left = STAFFS_PATIENCE


@contextmanager
def limited(lives: Callable[[], bool]) -> Iterator[None]:
    """Let what happens inside wait PATIENCE seconds for the database in all."""
    token = _purse.set(_Purse(PATIENCE, lives))
    try:
        yield
    finally:
        _purse.reset(token)


def init_patience(app: Flask, engine: Engine) -> None:
    """Have every request of this application wait no longer than it should for this engine's server."""
    pulse = Pulse(lambda: engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    inner = cast("WSGIApplication", app.wsgi_app)

    def patient(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request with its patience counted."""
        with limited(pulse.beats):
            return inner(environ, start_response)

    app.wsgi_app = patient  # type: ignore[method-assign]

    def connect(_dialect: object, _record: object, args: Iterable[Any], options: dict[str, Any]) -> Connection:
        """Connect; inside a request soon or not at all, and with the server's own limits."""
        purse = _purse.get()
        if purse is None:
            return Connection.connect(*args, **options)
        if purse.left <= 0 or (pulse.gone and not pulse.beats()):
            raise Unanswered
        with purse.paying(), pulse.felt():
            return Connection.connect(*args, **options | _hurried(options))

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", _refuse_the_dead)


def _hurried(options: dict[str, Any]) -> dict[str, Any]:
    """Give the options of a connection for pages; what the address of the database says itself is kept and goes first."""
    limits = " ".join(f"-c {name}={value}" for name, value in LIMITS.items())
    return {"connect_timeout": CONNECTING, "options": f"{limits} {options.get('options', '')}".strip()}


def _refuse_the_dead(connection: psycopg.Connection[Any], _record: object, _fairy: object) -> None:
    """Drop an idle connection on which something has arrived: only a server that is ending it speaks unasked.

    It costs no question to the server, as a ping would; after a crash no family meets a connection of before.
    """
    look = select.poll()
    look.register(connection.pgconn.socket, select.POLLIN)
    if look.poll(0):
        raise InvalidatePoolError("The server has ended this connection.")
