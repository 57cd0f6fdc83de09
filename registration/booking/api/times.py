"""Calls that only ask: the 42 days, the centres, the services that are told, the free times."""

from datetime import timedelta
from functools import lru_cache
from typing import Any

from flask import Response, request
from pydantic_core import to_json

from registration.booking.api.answers import answers_problems, bp, said
from registration.booking.contract import (
    MOST_DAYS,
    AvailabilityAnswer,
    AvailabilityQuery,
    CentreAnswer,
    CentresQuery,
    DeadlineAnswer,
    DeadlineQuery,
    Fault,
    ServiceAnswer,
    from_query,
)
from registration.booking.queries import FreeDay, free_days, wall_clock
from registration.booking.rules.deadline import deadline, last_lawful_day
from registration.booking.rules.requests import AvailabilityRequest
from registration.centres.memory import centres_seen_from
from registration.centres.rules import CentreCard
from registration.common.access import public
from registration.common.clock import now, today
from registration.common.openapi import Operation, describes
from registration.families.tell_once.queries import asked_about

FACTS = ("id", "name", "kind", "cluster", "address", "postcode", "latitude", "longitude")


@bp.get("/api/v1/deadline")
@describes(
    Operation(
        "The 42 days of a birth",
        query=DeadlineQuery,
        answers={200: DeadlineAnswer},
        problems=("invalid-request",),
    )
)
@public
@answers_problems
def the_deadline() -> Response:
    """Give the dates that govern a birth, or several by the earliest."""
    asked = from_query(DeadlineQuery, request.args)
    return said(deadline(asked.born, asked.on or today()))


@bp.get("/api/v1/centres")
@describes(
    Operation(
        "Centres that take part, nearest first",
        query=CentresQuery,
        answers={200: CentreAnswer},
        problems=("invalid-request", "unknown-postcode"),
        lists=True,
    )
)
@public
@answers_problems
def centres() -> Response:
    """List every centre that takes part today: by distance from a postcode, or by name without one."""
    asked = from_query(CentresQuery, request.args)
    return said([_centre(card) for card in _cards(asked.postcode)])


@bp.get("/api/v1/other-services")
@describes(
    Operation("Services besides the centre that a family may have told", answers={200: ServiceAnswer}, lists=True)
)
@public
@answers_problems
def other_services() -> Response:
    """List the services that the question on telling others names; where there are none, do not ask it."""
    return said([{"id": service.id, "name": service.name} for service in asked_about()])


def _cards(postcode: str | None) -> tuple[CentreCard, ...]:
    cards = centres_seen_from(postcode, today())
    if cards is None:
        raise Fault([{"field": "postcode", "detail": "is not a postcode that exists"}], "unknown-postcode")
    return cards


def _centre(card: CentreCard) -> dict[str, Any]:
    return {name: getattr(card, name) for name in FACTS} | {"distance_km": _rounded(card.distance_km)}


def _rounded(distance: float | None) -> float | None:
    return None if distance is None else round(distance, 2)


@bp.get("/api/v1/availability")
@describes(
    Operation(
        "Free times, at most 42 days a call",
        query=AvailabilityQuery,
        answers={200: AvailabilityAnswer},
        problems=("invalid-request", "unknown-postcode"),
    )
)
@public
@answers_problems
def availability() -> Response:
    """List every start a family may still book, by centre and day, the nearest centre first."""
    asked = from_query(AvailabilityQuery, request.args)
    wanted = _days_asked(asked)
    cards = [card for card in _cards(asked.postcode) if asked.centre in {None, card.id}]
    if asked.centre is not None and not cards:
        raise Fault([{"field": "centre", "detail": "is not a centre that takes part"}])
    last = last_lawful_day(min(asked.born))
    days: dict[int, list[bytes]] = {}
    for day in free_days(wanted, now()):
        days.setdefault(day.centre_id, []).append(_day(day, in_time=day.day <= last, with_places=asked.places))
    listed = b",".join(_venue(c.id, c.name, c.cluster, c.distance_km) % b",".join(days.get(c.id, ())) for c in cards)
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
