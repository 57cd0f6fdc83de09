"""A small registration district for tests of bookings: two centres, three registrars, sessions on two mornings."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from registration.booking.actions.bookings import book
from registration.booking.actions.holds import hold
from registration.booking.rules.attendance import Attending, Parents
from registration.booking.rules.requests import Appointment, BookRequest, HoldRequest, SignUp
from registration.centres.models import Centre, CentreService, Cluster, Room
from registration.common.clock import LONDON
from registration.common.db import db
from registration.common.links import secret
from registration.families.rules import SHARING_WORDING
from registration.rota.models import Registrar, Session

#: A Sunday; the sessions are on the Tuesday and Wednesday of the week.
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
BORN = date(2026, 11, 19)
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)

REQUEST = BookRequest(
    hold="",
    parents=Parents(married_or_civil_partners=True, both_parents_named=True, attending=Attending.MOTHER),
    name="Aoife O’Brien",
    email="aoife@example.org",
    mobile="+447700900982",
    second_contact=None,
    language="en",
    locale="en",
    access_needs="",
    share=True,
    wording_version=SHARING_WORDING,
    born_in_district=True,
    channel="online",
)


def at_time(day: date, clock: str) -> datetime:
    """Give a moment by an English clock: at_time(TUESDAY, "9:30")."""
    hour, minute = clock.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=LONDON)


@dataclass
class Places:
    """Two centres of one cluster, by their numbers."""

    sunshine: int
    elland: int
    registrars: list[int]
    rooms: dict[int, list[int]]

    def session(self, centre, registrar, day, begins="9:00", ends="11:00", room=0, kept=0):
        """Put a registrar in a room of a centre."""
        made = Session(
            registrar_id=self.registrars[registrar],
            centre_id=centre,
            room_id=self.rooms[centre][room],
            begins_at=at_time(day, begins),
            ends_at=at_time(day, ends),
            kept_minutes=kept,
        )
        db.session.add(made)
        db.session.flush()
        return made


def _centre(cluster, name, postcode, **more):
    made = Centre(name=name, kind="children_centre", cluster=cluster, postcode=postcode, **more)
    made.participating_from = date(2026, 1, 1)
    db.session.add(made)
    db.session.flush()
    rooms = [Room(centre=made, name=f"Room {number}") for number in (1, 2)]
    db.session.add_all(rooms)
    db.session.flush()
    return made.id, [room.id for room in rooms]


def make_places() -> Places:
    """Make the district and its sessions: Sunshine on Tuesday and Wednesday morning, Elland on Tuesday morning."""
    cluster = Cluster(name="Calder")
    registrars = [Registrar(name=name) for name in ("Ann", "Bob", "Cat")]
    db.session.add_all([cluster, *registrars])
    sunshine, rooms = _centre(
        cluster,
        "Sunshine Children’s Centre",
        "HX1 1AA",
        address="1 Gibbet Street, Halifax",
        latitude=53.7217,
        longitude=-1.8627,
        directions="From the bus station, turn left.",
        entrance="A yellow door.",
        step_free=True,
        parking=True,
        feeding_room=True,
        bus="502 and 503",
    )
    elland, others = _centre(
        cluster,
        "Elland Children’s Centre",
        "HX5 0AB",
        address="2 Hall Street, Elland",
        latitude=53.685,
        longitude=-1.837,
    )
    places = Places(sunshine, elland, [r.id for r in registrars], {sunshine: rooms, elland: others})
    places.session(sunshine, 0, TUESDAY)
    places.session(sunshine, 0, WEDNESDAY)
    places.session(elland, 1, TUESDAY)
    clinic = CentreService(
        centre_id=sunshine,
        title="Weighing clinic",
        weekday=2,
        starts=at_time(TUESDAY, "9:30").time(),
        ends=at_time(TUESDAY, "11:00").time(),
    )
    db.session.add(clinic)
    db.session.flush()
    return places


def booked(centre, start, now=NOW, *, births=(BORN,), interpreter=False, join=False, **changes) -> Appointment:
    """Book as a family would, through a hold."""
    kept = hold(HoldRequest(centre, start, births, interpreter), min(now, start - timedelta(hours=2)))
    wish = SignUp("3 Mill Lane, Halifax", "email") if join else None
    return book(replace(REQUEST, hold=kept.token, sign_up=wish, **changes), now)


def link(appointment: Appointment) -> str:
    """Give the path of a family's secret link."""
    return f"/booking/{secret('booking', str(appointment.public_id))}"
