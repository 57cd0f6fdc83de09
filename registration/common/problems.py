"""Refusals for programs: application/problem+json (RFC 9457), each type with a name that stays."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify

from registration.common.links import external

#: Name of a problem type, its status, and what it is called.
TYPES: Mapping[str, tuple[int, str]] = {
    "invalid-request": (422, "Something in the request cannot be used"),
    "unreadable-body": (400, "The body is not JSON"),
    "unsupported-media-type": (415, "Send application/json"),
    "not-found": (404, "There is nothing at this address"),
    "method-not-allowed": (405, "This address does not answer that method"),
    "too-large": (413, "The request is too large"),
    "too-many-requests": (429, "Too many requests: wait and try again"),
    "unknown-postcode": (422, "There is no such postcode"),
    "slot-taken": (409, "Someone else has just taken this time"),
    "not-offered": (409, "This time is not offered"),
    "already-booked": (409, "There is a live booking for this birth"),
    "cannot-change": (409, "This booking can no longer be changed"),
    "key-used-otherwise": (422, "The Idempotency-Key was used for something else"),
    "hold-ran-out": (410, "The time is no longer kept"),
    "registrar-general": (422, "A birth more than twelve months ago needs the Registrar General's authority"),
    "mother-must-come": (422, "The mother must come"),
    "too-many-holds": (429, "Too many times are being kept"),
    "server-error": (500, "Something went wrong on our side"),
    "unavailable": (503, "The service is not available: try again"),
}


def problem(name: str, detail: str = "", **more: Any) -> Response:  # noqa: ANN401 -- members of the problem's own
    """Give the answer that refuses, with its type's full address and what went wrong this time."""
    status, title = TYPES[name]
    body = {
        "type": external(f"/api/problems/{name}"),
        "title": title,
        "status": status,
        "detail": detail or title,
        **more,
    }
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        response.headers["Retry-After"] = "60"
    return response


_BY_STATUS = {
    400: "unreadable-body",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
    503: "unavailable",
}


def problem_for(status: int) -> Response:
    """Give the problem for a status the framework itself refused with."""
    if status in _BY_STATUS:
        return problem(_BY_STATUS[status])
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        response = problem("unreadable-body")
        response.status_code = status
        return response
    return problem("server-error")
