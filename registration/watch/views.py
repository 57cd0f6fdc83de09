"""/metrics: what Prometheus reads every few seconds, for whoever shows the council's token."""

from collections.abc import Callable
from hmac import compare_digest
from http import HTTPStatus
from threading import Lock
from time import monotonic

from flask import Blueprint, Flask, Response, abort, current_app, request
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from registration.common import tallies
from registration.common.access import public
from registration.common.clock import now
from registration.common.db import db
from registration.common.health import INSIDE
from registration.common.transaction import undo
from registration.watch.queries import clock_skew, figures_of_the_database, figures_of_the_processes
from registration.watch.rules import CONTENT_TYPE, Figure, Sample, written

bp = Blueprint("watch", __name__)

#: Seconds for which one process remembers what the database said.
REMEMBERED = 15


class _Memory:
    """What the database said last, and until when that is told again; only one asks at a time."""

    def __init__(self) -> None:
        self.lock, self.until, self.said = Lock(), 0.0, ""

    def tell(self, ask: Callable[[], str]) -> str:
        """Give what is remembered, or ask."""
        with self.lock:
            if monotonic() >= self.until:
                self.said, self.until = ask(), monotonic() + REMEMBERED
            return self.said


def init_app(app: Flask) -> None:
    """Offer the page, and count the connections that the application has in use."""
    app.register_blueprint(bp)
    app.extensions["watch"] = _Memory()
    with app.app_context():
        event.listen(db.engine, "checkout", lambda *_: tallies.connection_taken(1))
        event.listen(db.engine, "checkin", lambda *_: tallies.connection_taken(-1))


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Tell every figure; 404 where the council has set no METRICS_TOKEN, 401 for who does not show it."""
    token = current_app.config["METRICS_TOKEN"]
    if not token:
        abort(HTTPStatus.NOT_FOUND)
    if not compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
        return Response("", HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"})
    memory: _Memory = current_app.extensions["watch"]
    told = memory.tell(lambda: written(_from_the_database()))
    return Response(
        written(figures_of_the_processes()) + told, headers={"Cache-Control": "no-store"}, content_type=CONTENT_TYPE
    )


vars(metrics)["talisman_view_options"] = dict(INSIDE)


def _from_the_database() -> list[Figure]:
    """Ask the database, and say whether it answered at all and whether it answered everything in time."""
    answers, complete, found = 0, 0, []
    try:
        found = [
            Figure(
                "database_clock_ahead_seconds", "The database’s clock against this machine’s.", (Sample(clock_skew()),)
            )
        ]
        answers = 1
        found += figures_of_the_database(now())
        complete = 1
    except SQLAlchemyError:
        current_app.logger.warning("the figures could not be told", exc_info=True)
    finally:
        undo()
    return [
        Figure("database_answers", "1: the database answers.", (Sample(answers),)),
        Figure("figures_complete", "1: every figure below could be told in time.", (Sample(complete),)),
        *found,
    ]
