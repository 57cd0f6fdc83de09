"""The API's description: for programs, and on pages a person reads."""

from functools import lru_cache
from typing import Any

from flask import Response, abort, current_app, jsonify, render_template
from flask_babel import force_locale

from registration.booking.api.answers import bp
from registration.booking.contract import Problem
from registration.common.access import public
from registration.common.handbook import calls, coded
from registration.common.links import external
from registration.common.openapi import document
from registration.common.problems import TYPES

TITLE = "Birth registration appointments at children’s centres"
ABOUT = (
    "Free times, holds and bookings for registering a birth within its 42 days. Times are those of England, with their offset. "
    "Refusals are application/problem+json (RFC 9457)."
)


@lru_cache(maxsize=8)
def _description(_home: str) -> dict[str, Any]:
    """Build the description once for each address the service is known by: the problems' types are full addresses."""
    return document(current_app, TITLE, ABOUT, Problem)


@bp.get("/api/v1/openapi.json")
@public
def description() -> Response:
    """Describe the API for programs."""
    return jsonify(_description(external("/")))


@bp.get("/api/docs")
@public
def handbook() -> str:
    """Describe the API for people: every call, what it takes, what it answers and how it refuses."""
    known = _description(external("/"))
    with force_locale("en"):
        return render_template("api/docs.html", heading=TITLE, about=ABOUT, calls=calls(known), coded=coded)


@bp.get("/api/problems/<name>")
@public
def problem_type(name: str) -> str:
    """Say what one type of refusal means and what to do next."""
    known = TYPES.get(name) or abort(404)
    with force_locale("en"):
        return render_template("api/problem.html", name=name, known=known, advice=coded(known.advice))
