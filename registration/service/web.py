"""The web server's worker: what gunicorn itself refuses is answered in short plain words, not in a page of HTML."""

import json
import os
import socket
import time
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import psutil
from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from registration.common.headers import FILE_POLICY

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

#: Seconds after which a web worker that was forked has opened the door.
SETTLED = 1.0
#: The variable by which the service tells its web server its own process number.
RUNNER = "RIGHT_START_RUNNER"

#: What is wrong with a request that never became one; any other fault in its form is a 400.
STATUSES: Mapping[type[Exception], HTTPStatus] = {
    errors.InvalidResponseHeader: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.InvalidResponseHeaderName: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.ConfigurationProblem: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    errors.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    errors.ForbiddenProxyRequest: HTTPStatus.FORBIDDEN,
    errors.ParseException: HTTPStatus.BAD_REQUEST,
}
DETAILS = {
    HTTPStatus.BAD_REQUEST: "The request could not be read.",
    HTTPStatus.REQUEST_URI_TOO_LONG: "The address is too long.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The headers are too large.",
}


class Worker(ThreadWorker):
    """gunicorn's threads, with answers of our own to what it cannot hand on to us."""

    def is_parent_alive(self) -> bool:
        """Say whether to go on: also as an orphan of a web server that was killed, until the service has another."""
        lives = bool(super().is_parent_alive())  # type: ignore[no-untyped-call]
        return lives or orphan_is_needed(os.environ.get(RUNNER, ""))

    def load_wsgi(self) -> None:
        """Load the application, and have what was too long to be read say that its line ends there."""
        super().load_wsgi()  # type: ignore[no-untyped-call]
        self.wsgi = ends_what_is_too_long(self.wsgi)

    def handle_error(self, _request: object, client: socket.socket, address: object, fault: Exception) -> None:
        """Note the fault, and answer with a problem (RFC 9457) that repeats nothing of what was sent."""
        status = status_of(fault)
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            self.log.error("A request failed outside the application", exc_info=fault)
        else:
            self.log.info("Refused a request of %s: %s", address, status.phrase)
        try:
            util.write_nonblock(client, answer(status))  # type: ignore[no-untyped-call]
        except OSError:
            self.log.debug("The client had gone before it was refused.")


def ends_what_is_too_long(inner: "WSGIApplication") -> "WSGIApplication":
    """Have gunicorn say `Connection: close` with a 413: it closes the line in any case, for the rest is never read."""

    def answered(environ: "WSGIEnvironment", start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 -- gunicorn's own
        """Answer one request."""

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:  # noqa: ANN401 -- WSGI's own
            """Begin the answer; gunicorn drops a Connection header and goes by its own word for it."""
            if status.startswith(str(int(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))):
                start_response.__self__.force_close()
            return start_response(status, headers, exc_info)

        return inner(environ, start)

    return answered


def orphan_is_needed(runner: str) -> bool:
    """Say whether the service that runs with this process number has no web server that answers for it yet.

    Loading the service anew takes seconds, in which nobody else would open the door.
    """
    try:
        programs = psutil.Process(int(runner)).children(recursive=True)
    except (ValueError, psutil.Error):
        return False
    return not any(_answers(program, int(runner)) for program in programs)


def _answers(program: psutil.Process, runner: int) -> bool:
    """Say whether a program below the service is a web worker, forked by its server, that had the time to open the door."""
    try:
        settled = program.ppid() != runner and time.time() - program.create_time() > SETTLED
        return settled and "gunicorn" in program.cmdline()
    except psutil.Error:  # it has just ended
        return False


def status_of(fault: Exception) -> HTTPStatus:
    """Give the status that says what is wrong; 500 for what is not the client's doing."""
    known = (status for kind, status in STATUSES.items() if isinstance(fault, kind))
    return next(known, HTTPStatus.INTERNAL_SERVER_ERROR)


def answer(status: HTTPStatus) -> bytes:
    """Write a whole HTTP answer that refuses and ends the connection."""
    said: dict[str, Any] = {"type": "about:blank", "title": status.phrase, "status": int(status)}
    body = json.dumps(said | {"detail": DETAILS.get(status, f"{status.phrase}.")}).encode()
    head = (
        f"HTTP/1.1 {int(status)} {status.phrase}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
        f"X-Content-Type-Options: nosniff\r\nContent-Security-Policy: {FILE_POLICY}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
