"""A small council whose staff work in a browser: six centres and ten registrars by file, and families through the real actions.

It stands still at a Sunday; the days that follow are those of tests/booking/world.py.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from registration.booking.actions import bookings, holds, offers
from registration.booking.rules.requests import HoldRequest
from registration.common.clock import LONDON, now
from registration.common.links import secret
from registration.common.transaction import transaction
from tests.booking.appointments import REQUEST
from tests.booking.world import MONDAY, TODAY, at_time

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from tests.journeys.conftest import Service

SUNSHINE, ELLAND, OFFICE, CLOSED = (
    "Sunshine Family Hub",
    "Elland Children’s Centre",
    "Halifax Register Office",
    "Heptonstall Hub",
)
CENTRES = f"""name,kind,cluster,address,postcode,rooms,telephone,participating_from
{SUNSHINE},best_start_family_hub,Calder,14 Gibbet Street,HX1 5ET,Room 1;Room 2,01422 555 0101,2026-01-01
{ELLAND},children_centre,Calder,2 Boxhall Road,HX5 0AB,Room 1;Room 2,01422 555 0102,2026-01-01
Todmorden Children’s Centre,children_centre,Valley,5 Burnley Road,OL14 5AA,Room 1,01422 555 0103,2026-01-01
{CLOSED},children_centre,Valley,1 Church Lane,HX7 7LT,Room 1,01422 555 0104,2026-01-01
Brighouse Library,library,Calder,Rydings Park,HD6 1AF,Room 1;Room 2,01422 555 0105,2026-01-01
{OFFICE},register_office,Calder,Crossley Street,HX1 1UJ,Room 1;Room 2,01422 555 0100,2026-01-01
"""

#: Who falls sick, who has half-days to spare, and whose week is typed by hand.
SICK, SPARE, TYPED = "Ann Ackroyd", "Bo Barker", "Jo Jagger"
AM, PM = ("09:00", "12:30"), ("13:00", "16:00")
#: Every registrar's half-days: weekday, centre, room, times. Room and contract leave nothing to spare but where it says so.
WEEK = {
    SICK: [(day, SUNSHINE, "Room 1", half) for day in (2, 3, 4) for half in (AM, PM)],
    SPARE: [(1, OFFICE, "Room 1", AM)],
    "Cleo Crabtree": [(day, ELLAND, "Room 1", AM) for day in (1, 2, 3, 4, 5)],
    "Dev Desai": [(day, OFFICE, "Room 2", PM) for day in (1, 2, 3, 4, 5)],
    "Eve Earnshaw": [(day, SUNSHINE, "Room 2", half) for day in (1, 5) for half in (AM, PM)],
    "Finn Firth": [(day, "Todmorden Children’s Centre", "", AM) for day in (2, 4)],
    "Gwen Greenwood": [(day, CLOSED, "", AM) for day in (1, 3, 5)],
    "Hari Hussain": [(day, "Brighouse Library", "Room 1", AM) for day in (1, 3)],
    "Ivy Illingworth": [(day, "Brighouse Library", "Room 2", PM) for day in (2, 5)],
    TYPED: [],
}
CONTRACTS = {name: len(half_days) for name, half_days in WEEK.items()} | {SPARE: 3, TYPED: 2}


def found(service: Service, folder: Path) -> None:
    """Give an empty service the council's centres, registrars, weekly patterns and accounts, as its people would."""
    from registration.centres.models import RegistrationDistrict
    from registration.common.db import db
    from registration.staff.actions import demonstration_accounts

    service.app.config["CLOCK"] = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=LONDON)
    with service.app.app_context(), transaction():
        db.session.add(RegistrationDistrict(code="86", name="Calderdale", ours=True))
        demonstration_accounts()
    registrars = [f"{name},registrar,yes,,,{CONTRACTS[name]}," for name in WEEK]
    read_in(service, folder, "centres", CENTRES)
    heads = "name,grade,may_register_births,languages,home_postcode,contracted_sessions,minutes_per_baby"
    read_in(service, folder, "registrars", "\n".join([heads, *registrars]))
    lines = [
        f"{name},{MONDAY},,{day},{centre},{room},{begins},{ends}"
        for name, half_days in WEEK.items()
        for day, centre, room, (begins, ends) in half_days
    ]
    heads = "registrar,valid_from,valid_to,weekday,centre,room,from,to"
    read_in(service, folder, "patterns", "\n".join([heads, *lines]))


def read_in(service: Service, folder: Path, what: str, content: str) -> None:
    """Import a file as a person would at a terminal."""
    file = folder / f"{what}.csv"
    file.write_text(content, encoding="utf-8")
    done = service.app.test_cli_runner().invoke(args=[what, "import", str(file)])
    assert done.exit_code == 0, done.output


@contextmanager
def inside(service: Service) -> Iterator[None]:
    """Do something in the service behind the browsers' backs, in one transaction."""
    with service.app.app_context(), service.app.test_request_context(), transaction():
        yield


def book(service: Service, where: str, day: date, clock: str, *, days_left: int, name: str) -> str:
    """Book as a family would whose 42 days end so many days after its appointment; give the reference."""
    centre_id = service.one("SELECT id FROM centre WHERE name = :name", name=where)
    start = at_time(day, clock)
    births = (day + timedelta(days=days_left - 42),)
    with inside(service):
        kept = holds.hold(HoldRequest(centre_id, start, births, interpreter=False), now())
        told = {"name": name, "email": f"{name.lower().replace(' ', '.')}@example.com", "mobile": None}
        return bookings.book(replace(REQUEST, hold=kept.token, **told), now()).reference


def link(service: Service, public_id: object) -> str:
    """Give the address a family was sent."""
    with service.app.app_context():
        return f"/booking/{secret('booking', str(public_id))}"


def answer(service: Service, public_id: object, *, accepts: bool) -> None:
    """Answer the offer of that number as a family would on its page."""
    with inside(service):
        (offers.accept if accepts else offers.decline)(public_id, now())


def each_minute(service: Service) -> None:
    """Do what the worker does each minute with offers and plans."""
    from registration.booking.jobs import lapse_offers
    from registration.cover.jobs import tidy

    with service.app.app_context():
        lapse_offers(0)
        tidy(0)
