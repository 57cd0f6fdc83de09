"""What the service says of itself on standard error: one line an event, without what families told it.

No address of a page stands here, for many hold a family's link; a request is named by its endpoint. Of an exception its kind and
its stack are told, of the database's its code and the constraint: the words of either may repeat what somebody typed.
"""

import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from traceback import extract_tb
from types import TracebackType
from typing import Any
from uuid import uuid4
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from registration.common import tallies
from registration.config import Config

requests, jobs = logging.getLogger("registration.requests"), logging.getLogger("registration.jobs")
ROOT = f"{Path(__file__).parent.parent.parent}/"
#: Whose words are our own, or numbers of processes; of other libraries only the sentence is kept, without its values.
OURS = ("registration", "gunicorn")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: Asked every few seconds by machines: told only where somebody wants to see everything.
UNREMARKABLE = ("health.", "watch.")
#: The least and most of a request's name that another program may give it: nothing that a line or a label could trip over.
_SAFE = re.compile(r"[A-Za-z0-9_-]{8,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_FRAMES = 40

#: What was asked for at the moment, by a browser or by the request that queued the job in hand; empty where nobody asked.
request_id: ContextVar[str] = ContextVar("request_id", default="")


def handler_for(config: Config) -> logging.Handler:
    """Give what writes lines on standard error as the settings want them."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines(as_json=config.LOG_FORMAT == "JSON", words=config.DEMO))
    handler.addFilter(_is_not_told_by_us)
    return handler


def begin_log(config: Config) -> None:
    """Have everything this process says written by our rules; of other libraries only what is amiss."""
    root = logging.getLogger()
    root.handlers[:] = [handler_for(config)]
    root.setLevel(logging.WARNING)
    logging.getLogger("registration").setLevel(config.LOG_LEVEL)
    logging.raiseExceptions = config.DEMO  # what logging says of a fault of its own repeats every value
    if not config.DEMO:
        sys.excepthook = _tell_the_end


def _tell_the_end(kind: type[BaseException], error: BaseException, stack: TracebackType | None) -> None:
    """Tell what ended a program as everything else is told: Python itself would write out each value the database refused."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, stack)
    else:
        logging.getLogger("registration").critical("a fault ended the program", exc_info=(kind, error, stack))


def _is_not_told_by_us(record: logging.LogRecord) -> bool:
    """Leave out what the queue says of single jobs: it repeats their arguments, and `in_hand` tells the same."""
    return not (record.name.startswith("procrastinate") and "job" in vars(record))


class Lines(logging.Formatter):
    """One event a line, as JSON or as text; `words`: with what exceptions say, for invented families only."""

    def __init__(self, *, as_json: bool, words: bool) -> None:
        super().__init__()
        self.as_json, self.words = as_json, words

    def format(self, record: logging.LogRecord) -> str:
        """Write one event so that nothing in it can begin a line of its own."""
        head = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._message(record),
        }
        name = request_id.get()
        facts = ({"request_id": name} if name else {}) | vars(record).get("facts", {})
        error = record.exc_info[1] if record.exc_info else None
        faults = [_told(each, words=self.words) for each in _chain(error)]
        if self.as_json:
            return json.dumps(head | facts | ({"exception": faults} if faults else {}), default=str)
        line = " ".join([*head.values(), *(f"{key}={value}" for key, value in facts.items())])
        return "\n  | ".join(_in_one_line(each) for each in (line, *_as_text(faults)))

    def _message(self, record: logging.LogRecord) -> str:
        ours = self.words or record.name.partition(".")[0] in OURS
        return record.getMessage() if ours else str(record.msg)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Give an exception and what led to it."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        yield error
        seen.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _told(error: BaseException, *, words: bool) -> dict[str, Any]:
    kind = type(error)
    told: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}"}
    diagnosis = getattr(error, "diag", None)
    for name, value in (
        ("sqlstate", getattr(error, "sqlstate", None)),
        ("constraint", getattr(diagnosis, "constraint_name", None)),
        ("said", str(error) if words else None),
    ):
        told |= {name: value} if value else {}
    frames = extract_tb(error.__traceback__)[-_FRAMES:]
    return told | {"stack": [f"{each.filename.removeprefix(ROOT)}:{each.lineno} {each.name}" for each in frames]}


def _as_text(faults: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for fault in faults:
        yield " ".join(str(value) for name, value in fault.items() if name != "stack")
        yield from (f"  {frame}" for frame in fault["stack"])


def _in_one_line(text: str) -> str:
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class Told:
    """Around the application: names each request, counts it, and says in one line what became of it and how long it took."""

    def __init__(self, inner: WSGIApplication) -> None:
        self.inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application does, with the request's name in X-Request-ID."""
        began, endpoint, status = perf_counter(), "", 500
        given = environ.get("HTTP_X_REQUEST_ID", "")
        name = given if _SAFE.fullmatch(given) else uuid4().hex

        def start(line: str, headers: list[tuple[str, str]], *fault: Any) -> Any:  # noqa: ANN401 -- WSGI's own signature
            nonlocal endpoint, status
            # Flask takes the request out of here once it is answered.
            endpoint, status = getattr(environ.get("werkzeug.request"), "endpoint", None) or "", int(line[:3])
            return start_response(line, [*headers, ("X-Request-ID", name)], *fault)

        before = request_id.set(name)
        try:
            return self.inner(environ, start)
        finally:
            _tell(environ["REQUEST_METHOD"], endpoint, status, perf_counter() - began)
            request_id.reset(before)


def _tell(method: str, endpoint: str, status: int, seconds: float) -> None:
    tallies.count(endpoint, status, seconds)
    facts = {
        "method": method if method in METHODS else "other",
        "endpoint": endpoint or None,
        "status": status,
        "ms": round(seconds * 1000, 1),
    }
    level = logging.DEBUG if endpoint.startswith(UNREMARKABLE) else logging.INFO
    requests.log(level, "request", extra={"facts": facts})


@contextmanager
def in_hand(job: str, asked_by: str, *, periodic: bool) -> Iterator[None]:
    """Do a job in the name of the request that asked for it, and say in one line how long it took or how it failed."""
    before, began = request_id.set(asked_by), perf_counter()

    def facts() -> dict[str, Any]:
        return {"facts": {"job": job, "ms": round((perf_counter() - began) * 1000, 1)}}

    try:
        yield
    except Exception:
        jobs.exception("job failed", extra=facts())
        raise
    else:
        jobs.log(logging.DEBUG if periodic else logging.INFO, "job done", extra=facts())
    finally:
        request_id.reset(before)


def init_log(app: Flask) -> None:
    """Name, count and tell every request; what Flask says of one that failed would hold the page's address."""
    app.wsgi_app = Told(app.wsgi_app)  # type: ignore[method-assign]
    app.log_exception = _log_exception  # type: ignore[method-assign]


def _log_exception(exc_info: Any) -> None:  # noqa: ANN401 -- Flask's own signature
    logging.getLogger("registration").error("a request failed", exc_info=exc_info)
