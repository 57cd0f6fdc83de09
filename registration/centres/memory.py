"""Centres and postcodes remembered in the process, as they stood at the last change of any place.

A trigger stamps every change of places (migration 0003); one small query asks for the stamp, and only a new one reads them again.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar, cast

from flask import current_app, g
from sqlalchemy import text

from registration.centres.homes import Homes
from registration.centres.queries import centre_card, locate, participating_centres
from registration.centres.rules import OFFICES, CentreCard, Place, ServiceCard, distance_km
from registration.centres.services.queries import timetables
from registration.centres.services.rules import Weekly, on_day
from registration.common.db import db
from registration.common.holidays import bank_holidays

T = TypeVar("T")
#: Answers remembered at the most: the centres as seen from each postcode; of a county with sixty they take some 13 MB.
MOST = 1_000
_STAMP = text("SELECT stamp FROM place_stamp")


@dataclass(frozen=True, slots=True)
class Home:
    """Where a family lives, as far as it is kept: the centre of its reach area, and the decile of its neighbourhood."""

    centre_id: int | None = None
    imd_decile: int | None = None


@dataclass(slots=True)
class _Memory:
    stamp: int = 0
    known: dict[Hashable, object] = field(default_factory=dict)


def are_as_of(stamp: int) -> None:
    """Note the stamp of places where a query of this transaction has just read it along with something else."""
    g.place_stamp = stamp


def _remembered(key: Hashable, find: Callable[[], T]) -> T:
    memory: _Memory = current_app.extensions.setdefault("centres.memory", _Memory())
    stamp = g.pop("place_stamp", None) or db.session.execute(_STAMP).scalar_one()
    if memory.stamp != stamp or len(memory.known) > MOST:
        memory = current_app.extensions["centres.memory"] = _Memory(stamp)
    if key not in memory.known:
        memory.known[key] = find()
    return cast("T", memory.known[key])


def centres_seen_from(postcode: str | None, on: date) -> tuple[CentreCard, ...] | None:
    """List the centres that take part on a day, nearest to the postcode first, or by name without one.

    None where there is no such postcode.
    """
    return _remembered((postcode, on), lambda: _seen_from(postcode, on))


def _seen_from(postcode: str | None, on: date) -> tuple[CentreCard, ...] | None:
    cards = participating_centres(on)
    if postcode is None:
        return tuple(cards)
    place = locate(postcode)
    return None if place is None else _nearest(place, cards)


def _nearest(place: Place, cards: list[CentreCard]) -> tuple[CentreCard, ...]:
    measured = [replace(card, distance_km=distance_km(place, card)) for card in cards]
    return tuple(sorted(measured, key=lambda card: (card.distance_km is None, card.distance_km or 0, card.name)))


def home_of(postcode: str, on: date) -> Home:
    """Give the centre in whose reach area a postcode lies on a day, and its decile of deprivation; None for what nobody knows."""
    return _remembered(("home", postcode, on), lambda: _home(locate(postcode), on))


def _home(place: Place | None, on: date) -> Home:
    if place is None:
        return Home()
    return Home(Homes(on).of(place), place.imd_decile)


def welcoming_home_of(postcode: str, on: date) -> Home:
    """Give the home of a family nobody met as `home_of` does, its centre a children's centre; none where it is far."""
    return _remembered(("welcoming", postcode, on), lambda: _welcoming(locate(postcode), on))


def _welcoming(place: Place | None, on: date) -> Home:
    return Home() if place is None else Home(Homes(on).for_children(place), place.imd_decile)


def centre_asked_about(centre_id: int, postcode: str | None, on: date) -> CentreCard | None:
    """Give the centre that the question on sharing names to a family that registers at a centre.

    At an office or a hospital, which nobody joins, it is the children's centre of the family's own reach area; where its
    postcode is not known, the nearest to the office. Where no children's centre takes part it stays the office.
    """
    return _remembered(("asked", centre_id, postcode, on), lambda: _asked_about(centre_id, postcode, on))


def _asked_about(centre_id: int, postcode: str | None, on: date) -> CentreCard | None:
    here = centre_card(centre_id)
    if here is None or here.kind not in OFFICES:
        return here
    homes, place = Homes(on), locate(postcode) if postcode else None
    return homes.card((place and homes.of(place)) or homes.nearest(here)) or here


def services_at(centre_id: int, day: date) -> tuple[ServiceCard, ...]:
    """List what else happens at a centre on a day."""
    return tuple(service.card for service in on_day(timetable_of(centre_id), day, bank_holidays().keys()))


def timetable_of(centre_id: int) -> tuple[Weekly, ...]:
    """Give what happens at a centre each week."""
    return _remembered(("services", centre_id), lambda: tuple(timetables([centre_id]).get(centre_id, ())))


def week_at(centre_id: int, first: date) -> tuple[tuple[date, ServiceCard], ...]:
    """List what happens at a centre in the seven days from one on, each with its day."""
    services, holidays = timetable_of(centre_id), bank_holidays().keys()
    days = [first + timedelta(days=number) for number in range(7)] if services else []
    return tuple((day, service.card) for day in days for service in on_day(services, day, holidays))
