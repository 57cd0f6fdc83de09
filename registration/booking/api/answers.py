"""How every call of the JSON API is read, answered and refused."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec

from flask import Blueprint, Response, request
from pydantic_core import to_json

from registration.booking.actions import refusals as no
from registration.booking.contract import Fault
from registration.booking.queries import free_places, wall_clock
from registration.booking.rules.choices import alternatives
from registration.booking.rules.deadline import NotBornYet
from registration.booking.rules.requests import AvailabilityRequest, HoldRequest
from registration.centres.queries import participating_centres
from registration.centres.rules import distance_km
from registration.common.clock import civil_date, london, now, today
from registration.common.problems import problem

P = ParamSpec("P")
bp = Blueprint("api", __name__)
#: The longest body in bytes: many times what a family could say.
MOST_BYTES = 64 * 1024
#: How far around a time that is gone others are looked for.
LOOK_BACK, LOOK_AHEAD = timedelta(days=7), timedelta(days=14)

#: Which problem a refusal is.
PROBLEMS: dict[type[no.BookingRefused], str] = {
    no.SlotTaken: "slot-taken",
    no.NotOffered: "not-offered",
    no.HoldRanOut: "hold-ran-out",
    no.TooManyHolds: "too-many-holds",
    no.TooManyThere: "too-many-holds",
    no.NeedsRegistrarGeneral: "registrar-general",
    no.MotherNeeded: "mother-must-come",
    no.CannotChange: "cannot-change",
    no.AlreadyBooked: "already-booked",
    no.KeyUsedOtherwise: "key-used-otherwise",
}


def refused(refusal: no.BookingRefused, **more: Any) -> Response:  # noqa: ANN401 -- members of the problem's own
    """Give the problem of a refusal in the problem's own words: the refusal's are for a page and its buttons."""
    return problem(PROBLEMS[type(refusal)], **more)


def answers_problems(view: Callable[P, Response]) -> Callable[P, Response]:
    """Turn a fault in the request, or a refusal, into a problem."""

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
        """Answer as the view does, or with the problem of what it raises."""
        try:
            return view(*args, **kwargs)
        except Fault as fault:
            return problem(fault.kind, str(fault), errors=fault.errors)
        except NotBornYet:
            error = {"field": "born", "detail": "must be today or in the past"}
            return problem("invalid-request", "born: must be today or in the past", errors=[error])
        except no.BookingRefused as refusal:
            return refused(refusal)

    return wrapper


@bp.after_request
def keep_private(response: Response) -> Response:
    """Let no cache keep what an answer says of a family."""
    if request.path.startswith(("/api/v1/bookings", "/api/v1/holds")):
        response.cache_control.no_store = True
    return response


def said(body: object, status: int = 200) -> Response:
    """Answer with JSON."""
    return Response(to_json(body), status, mimetype="application/json")


def received() -> object:
    """Read the JSON that was sent; the framework refuses what is none, or too long."""
    request.max_content_length = MOST_BYTES
    try:
        return request.get_json()
    except RecursionError:
        raise Fault([{"field": "body", "detail": "is nested too deeply"}], "unreadable-body") from None


def written(moment: datetime) -> str:
    """Write a moment as RFC 3339 with England's offset."""
    return london(moment).isoformat()


def other_times(wish: HoldRequest) -> list[dict[str, Any]]:
    """List other times near one that cannot be had: that day there, other days there, other centres."""
    day = civil_date(wish.start)
    asked = AvailabilityRequest(wish.births, wish.interpreter, max(today(), day - LOOK_BACK), day + LOOK_AHEAD)
    cards = {card.id: card for card in participating_centres(today())}
    free = free_places(asked, now())
    offers = [(centre, minute) for centre, minutes in free.items() for minute in minutes if centre in cards]
    offices = {card.id for card in cards.values() if card.kind == "register_office"}
    here = cards.get(wish.centre_id)

    def distance_of(centre: int) -> float | None:
        """Give the distance in km from the centre that was asked for; None where that is not known."""
        return distance_km(here, cards[centre]) if here else None

    return [
        {
            "kind": str(found.kind),
            "centre": found.centre_id,
            "name": cards[found.centre_id].name,
            "start": wall_clock(found.start)[1],
        }
        for found in alternatives(wish.centre_id, int(wish.start.timestamp()) // 60, offers, distance_of, offices)
    ]
