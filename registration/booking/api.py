"""The JSON API: the same actions as the pages, for programs."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache, wraps
from typing import Any, ParamSpec

from flask import Blueprint, Response, current_app, jsonify, request
from pydantic_core import to_json

from registration.booking.actions import bookings, changes, holds, notices
from registration.booking.actions import refusals as no
from registration.booking.contract import (
    AvailabilityAnswer,
    AvailabilityQuery,
    BookingAnswer,
    BookingBody,
    CentreAnswer,
    CentresQuery,
    DeadlineAnswer,
    DeadlineQuery,
    Fault,
    HoldAnswer,
    HoldBody,
    MoveBody,
    Problem,
    from_query,
    from_values,
)
from registration.booking.queries import (
    FreeDay,
    appointment_by_id,
    appointment_by_link,
    free_days,
    free_places,
    wall_clock,
)
from registration.booking.rules.attendance import Parents
from registration.booking.rules.choices import alternatives
from registration.booking.rules.deadline import NotBornYet, deadline, last_lawful_day
from registration.booking.rules.requests import (
    Appointment,
    AvailabilityRequest,
    BookRequest,
    HoldRequest,
    wish_of,
)
from registration.booking.wording import bring_sentences, who_must_come_sentence
from registration.centres.memory import centres_seen_from
from registration.centres.queries import participating_centres
from registration.centres.rules import CentreCard, distance_km
from registration.common.access import public
from registration.common.clock import civil_date, london, now, today
from registration.common.limits import client, limiter
from registration.common.links import digest, external, secret
from registration.common.openapi import Operation, describes, document
from registration.common.problems import problem
from registration.common.transaction import commits, keep, undo
from registration.families.rules import SHARING_WORDING

P = ParamSpec("P")
bp = Blueprint("api", __name__)
MOST_DAYS = 42
#: How far around a time that is gone others are looked for.
LOOK_BACK, LOOK_AHEAD = timedelta(days=7), timedelta(days=14)

#: Which problem a refusal is.
PROBLEMS: dict[type[no.BookingRefused], str] = {
    no.SlotTaken: "slot-taken",
    no.NotOffered: "not-offered",
    no.HoldRanOut: "hold-ran-out",
    no.TooManyHolds: "too-many-holds",
    no.NeedsRegistrarGeneral: "registrar-general",
    no.MotherNeeded: "mother-must-come",
    no.CannotChange: "cannot-change",
    no.AlreadyBooked: "already-booked",
    no.KeyUsedOtherwise: "key-used-otherwise",
}


def answers_problems(view: Callable[P, Response]) -> Callable[P, Response]:
    """Turn a fault in the request, or a refusal, into a problem."""

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            return view(*args, **kwargs)
        except Fault as fault:
            return problem(fault.kind, str(fault), errors=fault.errors)
        except NotBornYet:
            error = {"field": "born", "detail": "must be today or in the past"}
            return problem("invalid-request", "born: must be today or in the past", errors=[error])
        except no.BookingRefused as refusal:
            return problem(PROBLEMS[type(refusal)], refusal.sentence)

    return wrapper


def _said(body: object, status: int = 200) -> Response:
    return Response(to_json(body), status, mimetype="application/json")


@bp.get("/api/v1/deadline")
@describes(Operation("The 42 days of a birth", DeadlineQuery, answers={200: DeadlineAnswer}, problems=("invalid-request",)))
@public
@answers_problems
def the_deadline() -> Response:
    """Give the dates that govern a birth, or several by the earliest."""
    asked = from_query(DeadlineQuery, request.args)
    return _said(deadline(asked.born, asked.on or today()))


@bp.get("/api/v1/centres")
@describes(
    Operation(
        "Centres that take part, nearest first",
        CentresQuery,
        answers={200: CentreAnswer},
        problems=("invalid-request", "unknown-postcode"),
        lists=True,
    )
)
@public
@answers_problems
def centres() -> Response:
    """List every centre that takes part today."""
    asked = from_query(CentresQuery, request.args)
    return _said([_centre(card) for card in _cards(asked.postcode)])


def _cards(postcode: str | None) -> tuple[CentreCard, ...]:
    cards = centres_seen_from(postcode, today())
    if cards is None:
        raise Fault([{"field": "postcode", "detail": "is not a postcode that exists"}], "unknown-postcode")
    return cards


def _centre(card: CentreCard) -> dict[str, Any]:
    names = ("id", "name", "kind", "cluster", "address", "postcode", "latitude", "longitude")
    return {name: getattr(card, name) for name in names} | {"distance_km": _rounded(card.distance_km)}


def _rounded(distance: float | None) -> float | None:
    return None if distance is None else round(distance, 2)


@bp.get("/api/v1/availability")
@describes(
    Operation(
        "Free times, at most 42 days a call",
        AvailabilityQuery,
        answers={200: AvailabilityAnswer},
        problems=("invalid-request", "unknown-postcode"),
    )
)
@public
@answers_problems
def availability() -> Response:
    """List every start a family may still book, by centre and day."""
    asked = from_query(AvailabilityQuery, request.args)
    wanted = _days_asked(asked)
    cards = [card for card in _cards(asked.postcode) if asked.centre in {None, card.id}]
    if asked.centre is not None and not cards:
        raise Fault([{"field": "centre", "detail": "is not a centre that takes part"}])
    last = last_lawful_day(min(asked.born))
    days: dict[int, list[bytes]] = {}
    for day in free_days(wanted, now()):
        days.setdefault(day.centre_id, []).append(_day(day, in_time=day.day <= last, with_places=asked.places))
    listed = b",".join(_venue(card.id, card.name, card.cluster, card.distance_km) % b",".join(days.get(card.id, ())) for card in cards)
    body = b'{"last_lawful_day":"%b","centres":[%b]}' % (last.isoformat().encode(), listed)
    return Response(body, mimetype="application/json")


def _days_asked(asked: AvailabilityQuery) -> AvailabilityRequest:
    first = asked.first or today()
    last = asked.last or first + timedelta(days=MOST_DAYS - 1)
    if last < first:
        raise Fault([{"field": "to", "detail": "must not be before from"}])
    if (last - first).days >= MOST_DAYS:
        raise Fault([{"field": "to", "detail": f"at most {MOST_DAYS} days a call"}])
    only = None if asked.centre is None else (asked.centre,)
    return AvailabilityRequest(tuple(asked.born), asked.interpreter, first, last, only)


@lru_cache(maxsize=4096)
def _venue(centre_id: int, name: str, cluster: str, distance_km: float | None) -> bytes:
    """Write a centre of an availability answer, with %b where its days come."""
    facts = to_json({"id": centre_id, "name": name, "cluster": cluster, "distance_km": _rounded(distance_km)})
    return facts[:-1].replace(b"%", b"%%") + b',"days":[%b]}'


@lru_cache(maxsize=20_000)
def _day(day: FreeDay, *, in_time: bool, with_places: bool) -> bytes:
    """Write a day of an availability answer; a remembered day is written once."""
    starts: list[object] = [wall_clock(minute)[1] for minute, _ in day.starts]
    if with_places:
        starts = [{"start": wall_clock(minute)[1], "places": places} for minute, places in day.starts]
    return to_json({"date": day.day, "in_time": in_time, "starts": starts})


def _alternatives(wish: HoldRequest) -> list[dict[str, Any]]:
    """List other times near one that cannot be had."""
    day = civil_date(wish.start)
    asked = AvailabilityRequest(wish.births, wish.interpreter, max(today(), day - LOOK_BACK), day + LOOK_AHEAD)
    cards = {card.id: card for card in participating_centres(today())}
    offers = [(centre, minute) for centre, minutes in free_places(asked, now()).items() for minute in minutes if centre in cards]
    here = cards.get(wish.centre_id)

    def distance_of(centre: int) -> float | None:
        return distance_km(here, cards[centre]) if here else None

    wanted = int(wish.start.timestamp()) // 60
    return [
        {
            "kind": str(found.kind),
            "centre": found.centre_id,
            "name": cards[found.centre_id].name,
            "start": wall_clock(found.start)[1],
        }
        for found in alternatives(wish.centre_id, wanted, offers, distance_of)
    ]


def _body() -> object:
    return request.get_json()


@bp.post("/api/v1/holds")
@describes(
    Operation(
        "Keep a time while a family answers",
        body=HoldBody,
        answers={201: HoldAnswer},
        problems=("invalid-request", "slot-taken", "not-offered", "registrar-general", "too-many-holds", "too-many-requests"),
    )
)
@public
@limiter.limit("600 per minute")
@commits
@answers_problems
def make_hold() -> Response:
    """Keep a time for ten minutes, or whatever the council has set."""
    asked = from_values(HoldBody, _body())
    wish = HoldRequest(asked.centre, asked.start, tuple(asked.born), asked.interpreter, client())
    try:
        made = holds.hold(wish, now())
    except (no.SlotTaken, no.NotOffered) as refusal:
        undo()
        return problem(PROBLEMS[type(refusal)], refusal.sentence, alternatives=_alternatives(wish))
    body = {"hold": made.token, "expires_at": _written(made.expires_at), "centre": made.centre_id}
    return _said(body | {"start": _written(made.start), "end": _written(made.end)}, 201)


def _written(moment: datetime) -> str:
    return london(moment).isoformat()


@bp.post("/api/v1/bookings")
@describes(
    Operation(
        "Turn a hold into a booking",
        body=BookingBody,
        answers={201: BookingAnswer},
        problems=(
            "invalid-request",
            "already-booked",
            "hold-ran-out",
            "mother-must-come",
            "key-used-otherwise",
            "too-many-requests",
        ),
        headers={"Idempotency-Key": "Any text of yours: sending the same request again gives the same booking."},
    )
)
@public
@limiter.limit("600 per minute")
@commits
@answers_problems
def make_booking() -> Response:
    """Make a booking once, however often the same request arrives."""
    asked = from_values(BookingBody, _body())
    try:
        made = bookings.book(_book_request(asked), now())
    except no.HoldRanOut as refusal:
        undo()
        wish = wish_of(asked.hold)
        others = _alternatives(wish) if wish else []
        return problem("hold-ran-out", refusal.sentence, alternatives=others)
    except no.AlreadyBooked as refusal:
        undo()
        return _told_again(refusal)
    return _said(_shown(made), 201)


def _told_again(refusal: no.AlreadyBooked) -> Response:
    """Send the link to the contact, and tell the caller nothing of the booking."""
    live = appointment_by_id(refusal.public_id)
    if live is not None:
        notices.send_link_again(live, now())
    return keep(problem("already-booked", refusal.sentence))


def _book_request(asked: BookingBody) -> BookRequest:
    key = request.headers.get("Idempotency-Key", "")
    sent = hashlib.sha256(request.get_data()).digest()
    return BookRequest(
        hold=asked.hold,
        parents=Parents(asked.married_or_civil_partners, asked.both_parents_named, asked.attending),
        name=asked.name,
        email=asked.email,
        mobile=asked.phone,
        second_contact=asked.second_contact,
        language=asked.language,
        locale="en",
        access_needs=asked.access_needs,
        share=asked.share_with_centre,
        wording_version=SHARING_WORDING,
        born_in_district=asked.born_in_district,
        channel="api",
        key=(digest(key), sent) if key else None,
    )


def _shown(made: Appointment) -> dict[str, Any]:
    return {
        "reference": made.reference,
        "link": external(f"/booking/{secret('booking', str(made.public_id))}"),
        "state": made.state,
        "start": _written(made.start),
        "end": _written(made.end),
        "centre": made.centre_id,
        "centre_name": made.centre,
        "address": ", ".join(part for part in (made.address, made.postcode) if part),
        "kind": made.kind,
        "born": made.births,
        "last_lawful_day": made.last_lawful_day,
        "in_time": civil_date(made.start) <= made.last_lawful_day,
        "who_must_come": who_must_come_sentence(made.parents),
        "bring": bring_sentences(made.parents),
        "version": made.version,
    }


def _by_link(token: str) -> Appointment | None:
    found = appointment_by_link(digest(token))
    return None if found is None or found.cancel_reason == "bereavement" else found


@bp.get("/api/v1/bookings/<token>")
@describes(Operation("A booking, by the secret of its link", answers={200: BookingAnswer}, problems=("not-found",)))
@public
@answers_problems
def show_booking(token: str) -> Response:
    """Show a booking to whoever holds its link."""
    found = _by_link(token)
    return problem("not-found") if found is None else _said(_shown(found))


@bp.patch("/api/v1/bookings/<token>")
@describes(
    Operation(
        "Move a booking: the old and the new time swap at once",
        body=MoveBody,
        answers={200: BookingAnswer},
        problems=("invalid-request", "not-found", "slot-taken", "not-offered", "cannot-change"),
    )
)
@public
@limiter.limit("600 per minute")
@commits
@answers_problems
def move_booking(token: str) -> Response:
    """Give a booking another time, or leave it as it is and say why."""
    asked = from_values(MoveBody, _body())
    found = _by_link(token)
    if found is None:
        return problem("not-found")
    try:
        moved = changes.move(found.public_id, asked.centre, asked.start, now())
    except (no.SlotTaken, no.NotOffered) as refusal:
        undo()
        wish = HoldRequest(asked.centre, asked.start, found.births, found.interpreter)
        return problem(PROBLEMS[type(refusal)], refusal.sentence, alternatives=_alternatives(wish))
    return _said(_shown(moved))


@bp.delete("/api/v1/bookings/<token>")
@describes(Operation("Cancel a booking", answers={200: BookingAnswer}, problems=("not-found", "cannot-change")))
@public
@limiter.limit("600 per minute")
@commits
@answers_problems
def cancel_booking(token: str) -> Response:
    """Cancel a booking; its time can be had back for one minute."""
    found = _by_link(token)
    return problem("not-found") if found is None else _said(_shown(changes.cancel(found.public_id, now())))


@lru_cache(maxsize=1)
def _description() -> dict[str, Any]:
    return document(current_app, "Birth registration appointments at children's centres", Problem)


@bp.get("/api/v1/openapi.json")
@public
def description() -> Response:
    """Describe the API for programs."""
    return jsonify(_description())
