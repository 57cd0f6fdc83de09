"""Refusals for programs: application/problem+json (RFC 9457), each type with a name that stays."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import Response, jsonify

from registration.common.links import external


class ProblemType(NamedTuple):
    """A kind of refusal: its status, what it is called, and what whoever calls does next."""

    status: int
    title: str
    advice: str


_OTHER_TIMES = (
    "`alternatives` lists what is free instead: the same day, the same centre, other centres. Hold one of those."
)
_READ_AGAIN = "`errors` names each field and why it cannot be used. Nothing was done; correct it and send again."

#: By the name that ends a problem's address.
TYPES: Mapping[str, ProblemType] = {
    "invalid-request": ProblemType(422, "Something in the request cannot be used", _READ_AGAIN),
    "unreadable-body": ProblemType(
        400, "The body is not JSON", "Send one JSON object in UTF-8, as the description of the call shows it."
    ),
    "unsupported-media-type": ProblemType(
        415, "Send application/json", "Send the header Content-Type: application/json with the body."
    ),
    "not-found": ProblemType(
        404,
        "There is nothing at this address",
        "Check the address. A booking’s token is the last segment of its link, and stands for nothing once we have forgotten "
        "the booking.",
    ),
    "method-not-allowed": ProblemType(
        405, "This address does not answer that method", "The header Allow lists the methods it answers."
    ),
    "too-large": ProblemType(413, "The request is too large", "No call needs more than a few thousand bytes."),
    "too-many-requests": ProblemType(
        429, "Too many requests: wait and try again", "Wait as many seconds as the header Retry-After says."
    ),
    "unknown-postcode": ProblemType(
        422, "There is no such postcode", "Ask the family again, or leave the postcode out: nothing is measured then."
    ),
    "slot-taken": ProblemType(409, "Someone else has just taken this time", _OTHER_TIMES),
    "not-offered": ProblemType(
        409,
        "This time is not offered",
        "The centre has no session then, the start is not one of those listed, or it is too soon. " + _OTHER_TIMES,
    ),
    "already-booked": ProblemType(
        409,
        "There is a live booking for this birth",
        "The same dates of birth are booked with the same e-mail address or mobile number. Its link was sent there; nothing of "
        "it is told here. The family can move or cancel it with that link.",
    ),
    "cannot-change": ProblemType(
        409,
        "This booking can no longer be changed",
        "It is cancelled, or its time has passed. The family can call the council.",
    ),
    "key-used-otherwise": ProblemType(
        422,
        "The Idempotency-Key was used for something else",
        "Another request was answered under this key. Use a new one for each booking, and the same only to repeat a request.",
    ),
    "hold-ran-out": ProblemType(
        410,
        "The time is no longer kept",
        "A hold lasts until its `expires_at`. Hold a time again and send the same answers with it. " + _OTHER_TIMES,
    ),
    "registrar-general": ProblemType(
        422,
        "A birth more than twelve months ago needs the Registrar General’s authority",
        "No time can be booked before that authority is given (Births and Deaths Registration Act 1953, section 7). The family "
        "calls the council, which helps it to ask.",
    ),
    "mother-must-come": ProblemType(
        422,
        "The mother must come",
        "Parents who are not married or civil partners, and only the mother to be named: only she can register. Book with "
        "`attending` mother or both.",
    ),
    "too-many-holds": ProblemType(
        429,
        "Too many times are being kept",
        "One address keeps at most 60 times at once, and of one centre’s day a quarter of its places, or 3 where that is fewer. "
        "Book what is held, hold a time on another day or at another centre, or wait until holds have run out: the header "
        "Retry-After.",
    ),
    "server-error": ProblemType(
        500,
        "Something went wrong on our side",
        "Nothing was half done. Try again later; with the same Idempotency-Key, safely.",
    ),
    "unavailable": ProblemType(
        503, "The service is not available: try again", "Wait as many seconds as the header Retry-After says."
    ),
}


#: Seconds after which a program may try again.
TRY_AGAIN_AFTER: Mapping[int, int] = {HTTPStatus.TOO_MANY_REQUESTS: 60, HTTPStatus.SERVICE_UNAVAILABLE: 10}


def address_of(name: str) -> str:
    """Give the full address that names a problem type, and at which it can be read about."""
    return external(f"/api/problems/{name}")


def problem(name: str, detail: str = "", **more: Any) -> Response:  # noqa: ANN401 -- members of the problem's own
    """Give the answer that refuses, with its type's full address and what went wrong this time."""
    status, title, _ = TYPES[name]
    response = jsonify({"type": address_of(name), "title": title, "status": status, "detail": detail or title, **more})
    response.status_code = status
    response.mimetype = "application/problem+json"
    if status in TRY_AGAIN_AFTER:
        response.headers["Retry-After"] = str(TRY_AGAIN_AFTER[status])
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
    """Give the problem for a status the framework itself refused with; about:blank where no type of ours says it."""
    if status in _BY_STATUS:
        return problem(_BY_STATUS[status])
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return problem("server-error")
    said = HTTPStatus(status).phrase
    response = jsonify({"type": "about:blank", "title": said, "status": status, "detail": said})
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response
