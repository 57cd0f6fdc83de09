"""Calls that keep a time, book it, and show, move and cancel the booking."""

import hashlib
from typing import Any

from flask import Response, request

from registration.booking.actions import bookings, changes, holds, notices
from registration.booking.actions import refusals as no
from registration.booking.api.answers import answers_problems, bp, other_times, received, refused, said, written
from registration.booking.contract import (
    BookingAnswer,
    BookingBody,
    Fault,
    HoldAnswer,
    HoldBody,
    MoveBody,
    from_values,
)
from registration.booking.queries import appointment_by_id, appointment_by_link
from registration.booking.queries.displaced import is_displaced
from registration.booking.queries.offers import latest_offer
from registration.booking.rules.attendance import Parents
from registration.booking.rules.requests import Appointment, BookRequest, HoldRequest, wish_of
from registration.booking.wording import bring_sentences, who_must_come_sentence
from registration.centres.queries import locate
from registration.centres.rules import canonical_postcode
from registration.common.access import public
from registration.common.clock import civil_date, now, today
from registration.common.limits import client, limiter
from registration.common.links import digest, external, secret
from registration.common.openapi import Operation, describes
from registration.common.problems import problem
from registration.common.transaction import commits, keep, undo
from registration.families.rules import SHARING_WORDING
from registration.families.tell_once.queries import services
from registration.families.tell_once.rules import Kind

#: Of one client; a children's centre with a room of families behind one address stays well below it.
MOST_CHANGES = "600 per minute"
TOKEN = {"token": "The last segment of the booking’s link: it shows, moves and cancels the booking."}


@bp.post("/api/v1/holds")
@describes(
    Operation(
        "Keep a time while a family answers",
        body=HoldBody,
        answers={201: HoldAnswer},
        problems=(
            "invalid-request",
            "slot-taken",
            "not-offered",
            "registrar-general",
            "too-many-holds",
            "too-many-requests",
        ),
    )
)
@public
@limiter.limit(MOST_CHANGES)
@commits
@answers_problems
def make_hold() -> Response:
    """Keep a time for ten minutes, or whatever the council has set."""
    asked = from_values(HoldBody, received())
    wish = HoldRequest(asked.centre, asked.start, tuple(asked.born), asked.interpreter, client())
    try:
        made = holds.hold(wish, now())
    except (no.SlotTaken, no.NotOffered) as refusal:
        return _refused_with_others(refusal, wish)
    body = {"hold": made.token, "expires_at": written(made.expires_at), "centre": made.centre_id}
    return said(body | {"start": written(made.start), "end": written(made.end)}, 201)


def _refused_with_others(refusal: no.BookingRefused, wish: HoldRequest | None) -> Response:
    """Refuse a time, and offer others in its place where we know what was wanted."""
    undo()
    known = wish is not None and max(wish.births) <= today()
    return refused(refusal, alternatives=other_times(wish) if wish and known else [])


@bp.post("/api/v1/bookings")
@describes(
    Operation(
        "Turn a hold into a booking",
        body=BookingBody,
        answers={201: BookingAnswer},
        problems=(
            "invalid-request",
            "unknown-postcode",
            "already-booked",
            "hold-ran-out",
            "mother-must-come",
            "key-used-otherwise",
            "too-many-requests",
        ),
        headers={
            "Idempotency-Key": "Any text of yours, new for each booking. Sending the same request again with it "
            "gives the same booking and makes no second one; sending another request with it is refused."
        },
    )
)
@public
@limiter.limit(MOST_CHANGES)
@commits
@answers_problems
def make_booking() -> Response:
    """Make a booking once, however often the same request arrives."""
    asked = from_values(BookingBody, received())
    try:
        made = bookings.book(_book_request(asked), now())
    except no.HoldRanOut as refusal:
        return _refused_with_others(refusal, wish_of(asked.hold))
    except no.AlreadyBooked as refusal:
        undo()
        return _told_again(refusal)
    return said(_shown(made, fresh=True), 201)


def _told_again(refusal: no.AlreadyBooked) -> Response:
    """Send the link to the contact, and tell the caller nothing of the booking."""
    live = appointment_by_id(refusal.public_id)
    if live is not None:
        notices.send_link_again(live, now())
    return keep(refused(refusal))


def _refuse_what_there_is_not(asked: BookingBody) -> None:
    """Raise Fault where the postcode, or a service the family was asked about, does not exist."""
    if asked.postcode and locate(asked.postcode) is None:
        raise Fault([{"field": "postcode", "detail": "is not a postcode that exists"}], "unknown-postcode")
    if asked.tell_other_services is None:
        return
    known = {service.id for service in services() if service.kind != Kind.CENTRE}
    if strange := [str(number) for number in asked.other_services if number not in known]:
        detail = f"no service to ask about: {', '.join(strange)}"
        raise Fault([{"field": "other_services", "detail": detail}])


def _book_request(asked: BookingBody) -> BookRequest:
    _refuse_what_there_is_not(asked)
    key = request.headers.get("Idempotency-Key", "")
    sent = hashlib.sha256(asked.model_dump_json().encode()).digest()
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
        postcode=canonical_postcode(asked.postcode) if asked.postcode else None,
        tell=asked.tell_other_services,
        tell_of=tuple(dict.fromkeys(asked.other_services)),
    )


def _shown(made: Appointment, *, fresh: bool = False) -> dict[str, Any]:
    """Give what a program is told of a booking; a `fresh` one was made a moment ago, of a time that stands."""
    return {
        "reference": made.reference,
        "link": external(_path(made)),
        "state": made.state,
        "start": written(made.start),
        "end": written(made.end),
        "centre": made.centre_id,
        "centre_name": made.centre,
        "address": ", ".join(part for part in (made.address, made.postcode) if part),
        "kind": made.kind,
        "born": made.births,
        "last_lawful_day": made.last_lawful_day,
        "in_time": civil_date(made.start) <= made.last_lawful_day,
        "who_must_come": who_must_come_sentence(made.parents),
        "bring": bring_sentences(made.parents, declaration=made.kind == "declaration"),
        "version": made.version,
        "needs_new_time": not fresh and _needs_new_time(made),
        "offer": None if fresh else _open_offer(made),
    }


def _path(made: Appointment) -> str:
    return f"/booking/{secret('booking', str(made.public_id))}"


def _needs_new_time(made: Appointment) -> bool:
    return made.start > now() and is_displaced(made.id)


def _open_offer(made: Appointment) -> str | None:
    """Give the address where the family takes another time that is kept for it, or declines it."""
    kept = latest_offer(made.id) if made.state == "booked" else None
    return external(f"{_path(made)}/offer") if kept and kept.stands else None


def _by_link(token: str) -> Appointment | None:
    found = appointment_by_link(digest(token))
    return None if found is None or found.cancel_reason == "bereavement" else found


@bp.get("/api/v1/bookings/<token>")
@describes(
    Operation("A booking, by the secret of its link", path=TOKEN, answers={200: BookingAnswer}, problems=("not-found",))
)
@public
@answers_problems
def show_booking(token: str) -> Response:
    """Show a booking to whoever holds its link."""
    found = _by_link(token)
    return problem("not-found") if found is None else said(_shown(found))


@bp.patch("/api/v1/bookings/<token>")
@describes(
    Operation(
        "Move a booking: the old and the new time swap at once",
        path=TOKEN,
        body=MoveBody,
        answers={200: BookingAnswer},
        problems=("invalid-request", "not-found", "slot-taken", "not-offered", "cannot-change", "too-many-requests"),
    )
)
@public
@limiter.limit(MOST_CHANGES)
@commits
@answers_problems
def move_booking(token: str) -> Response:
    """Give a booking another time, or leave it as it is and say why."""
    asked = from_values(MoveBody, received())
    found = _by_link(token)
    if found is None:
        return problem("not-found")
    try:
        moved = changes.move(found.public_id, asked.centre, asked.start, now())
    except (no.SlotTaken, no.NotOffered) as refusal:
        wish = HoldRequest(asked.centre, asked.start, found.births, found.interpreter)
        return _refused_with_others(refusal, wish)
    return said(_shown(moved))


@bp.delete("/api/v1/bookings/<token>")
@describes(
    Operation(
        "Cancel a booking",
        path=TOKEN,
        answers={200: BookingAnswer},
        problems=("not-found", "cannot-change", "too-many-requests"),
    )
)
@public
@limiter.limit(MOST_CHANGES)
@commits
@answers_problems
def cancel_booking(token: str) -> Response:
    """Cancel a booking; its time can be had back for one minute."""
    found = _by_link(token)
    return problem("not-found") if found is None else said(_shown(changes.cancel(found.public_id, now())))
