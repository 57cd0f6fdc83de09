"""Work done after the page is sent, kept in the same database as the booking."""

from collections.abc import Callable
from contextlib import nullcontext
from contextvars import ContextVar
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, cast

from flask import Flask, has_app_context
from procrastinate import App, JobContext, SyncPsycopgConnector
from procrastinate.retry import BaseRetryStrategy
from procrastinate.types import JSONValue

from registration.common.db import db
from registration.common.log import in_hand, request_id

P = ParamSpec("P")

#: Opened with a real connection string by the worker; the web process only defers, on its own connection.
queue = App(connector=SyncPsycopgConnector(conninfo=""))
#: Queues by name on the connection in hand, in the worker too: there the connector above is asynchronous, our sessions are not.
_hand = App(connector=SyncPsycopgConnector(conninfo=""))
#: The argument of every job under which stands the name of the request that asked for it.
REQUEST = "request_id"
_application: list[Flask] = []
_ending: ContextVar[Callable[[], bool]] = ContextVar("_ending")


def init_queue(app: Flask) -> None:
    """Let jobs run inside this application."""
    _application[:] = [app]


def defer(job: str, *, schedule_at: datetime | None = None, **arguments: JSONValue) -> None:
    """Queue a job inside the transaction in hand: it runs if, and only if, that commits."""
    connection = db.session.connection().connection.driver_connection
    options = {"schedule_at": schedule_at} if schedule_at else {}
    asked_by = {REQUEST: request_id.get()} if request_id.get() else {}
    _hand.configure_task(job, connection=connection, **options).defer(**arguments, **asked_by)  # type: ignore[arg-type]


def ending() -> bool:
    """Say whether the worker was asked to stop meanwhile: a job that takes long has to leave off."""
    asked = _ending.get(None)
    return asked is not None and asked()


def job(
    name: str, *, every: str | None = None, retry: BaseRetryStrategy | None = None, takes_long: bool = False
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Register a job under a name that defer() knows; `every` is a cron line in UTC for work that falls due by itself.

    A periodic job receives the time it fell due, in seconds since 1970, as its only argument. One that takes long is not
    waited for when the worker ends: it asks `ending()` now and then.
    """

    def decorate(work: Callable[P, None]) -> Callable[P, None]:
        """Register the work under its name, and give back what runs it at once."""

        @wraps(work)
        def inside(*args: P.args, **kwargs: P.kwargs) -> None:
            """Run the work in the application's context, in the one in hand where there is one."""
            asked_by = str(kwargs.pop(REQUEST, ""))
            context = nullcontext() if has_app_context() else _application[0].app_context()
            with context, in_hand(name, asked_by, periodic=every is not None):
                work(*args, **kwargs)

        def falls_due(timestamp: int) -> None:  # the queue passes it by this name, whatever the job calls it
            """Run periodic work with the time it fell due, in seconds since 1970."""
            cast("Callable[[int], None]", inside)(timestamp)

        def at_length(context: JobContext, *args: P.args, **kwargs: P.kwargs) -> None:
            """Do the work, able to ask whether the worker is to end."""
            _ending.set(context.should_abort)
            inside(*args, **kwargs)

        lock = name if every else None
        called: Any = falls_due if every else at_length if takes_long else inside
        make: Any = queue.task
        task: Any = make(name=name, retry=retry or False, queueing_lock=lock, pass_context=takes_long)(called)
        if every:
            queue.periodic(cron=every)(task)
        return inside

    return decorate
