"""What whoever keeps the service running asks: does this process live, and can it serve."""

from collections.abc import Iterable
from http import HTTPStatus

import psycopg
from flask import Blueprint, Response, current_app, jsonify

from registration.common.access import public
from registration.common.db import db
from registration.common.tables import fit, heads

bp = Blueprint("health", __name__)

#: Seconds the database has to answer in; the least PostgreSQL's library can wait for a connection.
PATIENCE = 2
STATEMENT_MS = PATIENCE * 1000
#: A load balancer asks inside the house, without TLS and before any redirect.
INSIDE = {"force_https": False}


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/health/live")
@public
def live() -> Response:
    """Say that this process answers; nothing else is asked."""
    return _fresh(Response("ok\n", mimetype="text/plain"))


@bp.get("/health/ready")
@public
def ready() -> Response:
    """Say whether families can be served: the database answers in time, with this version's tables, or those of the next."""
    missing = _missing()
    answer = _fresh(jsonify(ready=not missing, not_ready=missing))
    answer.status_code = HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK
    return answer


for _view in (live, ready):
    vars(_view)["talisman_view_options"] = dict(INSIDE)


def _missing() -> dict[str, str]:
    """Name what is not ready, and why; nothing of where the database is or what it said."""
    try:
        found = _revisions()
    except psycopg.errors.UndefinedTable:
        found = set()
    except psycopg.Error:
        return {"database": f"does not answer within {PATIENCE} seconds"}
    directory = str(current_app.extensions["migrate"].directory)
    if fit(frozenset(found), directory):
        return {}
    return {"migrations": f"the database is at {_named(found)}, this version needs {_named(heads(directory))}"}


def _revisions() -> set[str]:
    """Ask by a connection of its own: a full pool is busy, not broken."""
    address = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    limit = f"-c statement_timeout={STATEMENT_MS}"
    with psycopg.connect(address, connect_timeout=PATIENCE, options=limit) as connection:
        connection.execute("SELECT 1")
        return {str(row[0]) for row in connection.execute("SELECT version_num FROM alembic_version")}


def _named(revisions: Iterable[str]) -> str:
    return ", ".join(sorted(revisions)) or "none"
