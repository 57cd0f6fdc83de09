"""The set-up of the benchmark: 10 registrars, 6 centres, 30-minute times, 9:00 to 16:00, 8 weeks, half booked.

The past holds as many bookings again for each past factor, in as many more weeks. Every number follows from the day.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random

from sqlalchemy import exists, select

from registration.centres.models import Centre, Cluster, RegistrationDistrict, Room
from registration.centres.queries import centre_card, locate
from registration.common.clock import LONDON, civil_date
from registration.common.db import db
from registration.common.errors import Refused
from registration.demo.bulk import analyse, copy, reserve
from registration.demo.history import History, Seat, Story
from registration.demo.invented import POSTCODE_DISTRICTS
from registration.demo.load import FILLED, Loaded, add_postcodes, session_row
from registration.demo.people import InventedFamily
from registration.rota.models import Registrar, Session

WEEKS = 8
OPENS, CLOSES, LENGTH = time(9), time(16), timedelta(minutes=30)
#: Six centres, by the real postcode each is at, and how many registrars sit there every day.
CENTRES = {"HX1 1LB": 2, "HX2 8DU": 2, "HX6 2QT": 2, "HX5 0NL": 2, "HD6 2DP": 1, "OL14 5HP": 1}
SATURDAY = 6
SEED = 7


class NotEmpty(Refused):
    """There are centres here already: the benchmark is only loaded into a database without any."""


def load(now: datetime, past_factor: int) -> Loaded:
    """Load the set-up around a moment, with so many times the past bookings; NotEmpty where there is a centre."""
    if db.session.scalar(select(exists().where(Centre.id.is_not(None)))):
        raise NotEmpty
    today, chance = civil_date(now), Random(SEED)  # noqa: S311 -- invented data, the same each time
    postcodes = add_postcodes(POSTCODE_DISTRICTS)
    rooms = _add_rooms(today)
    seats = _add_sessions(rooms, today - timedelta(weeks=WEEKS * past_factor), today + timedelta(weeks=WEEKS))
    stories = list(_stories(seats, now, chance))
    made = History(chance, now, brief=True).write(stories)
    analyse(FILLED)
    return Loaded(len(CENTRES), len(rooms), len(seats), made, len(postcodes))


def _add_rooms(today: date) -> list[tuple[Room, Registrar]]:
    """Add the district, the centres and a room for every registrar; give each registrar's own."""
    db.session.add(RegistrationDistrict(code="86", name="Calderdale", ours=True))
    cluster = Cluster(name="Benchmark")
    pairs: list[tuple[Room, Registrar]] = []
    for postcode, seats in CENTRES.items():
        place = locate(postcode)
        position = {name: getattr(place, name) for name in ("easting", "northing", "latitude", "longitude")}
        name = f"Benchmark Centre {postcode}"
        centre = Centre(name=name, kind="children_centre", cluster=cluster, postcode=postcode, participating_from=today)
        for field, value in position.items():
            setattr(centre, field, value)
        for number in range(1, seats + 1):
            pairs.append((Room(name=f"Room {number}", centre=centre), Registrar(name=f"Registrar {len(pairs) + 1}")))
    db.session.add_all(row for pair in pairs for row in pair)
    db.session.flush()
    return pairs


def _add_sessions(rooms: Sequence[tuple[Room, Registrar]], first: date, last: date) -> list[Seat]:
    days = [first + timedelta(days=number) for number in range((last - first).days)]
    held = [(day, room, registrar) for day in days if day.isoweekday() < SATURDAY for room, registrar in rooms]
    cards = {room.centre_id: card for room, _ in rooms if (card := centre_card(room.centre_id))}
    seats, rows = [], []
    for number, (day, room, registrar) in zip(reserve(Session, len(held)), held, strict=True):
        begins, ends = (datetime.combine(day, at, LONDON) for at in (OPENS, CLOSES))
        seats.append(Seat(number, registrar.id, cards[room.centre_id], begins, ends))
        rows.append(session_row(seats[-1], room.id, 0))
    copy(Session, rows)
    return seats


def _stories(seats: Sequence[Seat], now: datetime, chance: Random) -> Iterator[Story]:
    """Book half of each session's times, chosen by chance."""
    numbers = count(1)
    for seat in seats:
        times = [seat.begins + LENGTH * number for number in range((seat.ends - seat.begins) // LENGTH)]
        for begins in sorted(chance.sample(times, len(times) // 2)):
            filled = Seat(seat.session_id, seat.registrar_id, seat.centre, begins, begins + LENGTH)
            booked = min(now, begins) - timedelta(days=1)
            born = civil_date(booked) - timedelta(days=1)
            yield Story(_family(next(numbers)), (born,), interpreter=False, seat=filled, booked_at=booked)


def _family(number: int) -> InventedFamily:
    return InventedFamily(
        name=f"Family {number}",
        language="en",
        locale="en",
        email=f"family{number}@example.com",
        mobile=None,
        second_contact=None,
        letter_address=None,
        access_needs="",
        married=True,
        both_named=True,
        attending="mother",
        declaration=False,
        channel="online",
        share=True,
        joins=False,
        home="",
    )
