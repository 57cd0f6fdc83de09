"""A small registration authority for tests and for trying things: two districts, three centres and an office, sessions.

It stands around Sunday 22 November 2026. Everything is invented but the postcodes, so that distances are true.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from registration.centres.models import Centre, CentreService, Cluster, PlaceOfBirth, RegistrationDistrict, Room
from registration.common.clock import LONDON
from registration.common.db import db
from registration.rota.models import Registrar, Session

TODAY = date(2026, 11, 22)
#: What at() of tests/conftest.py takes to stand on that Sunday morning.
NOW = "2026-11-22T09:00"
BORN = date(2026, 11, 19)
LAST_LAWFUL = date(2026, 12, 31)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = (TODAY + timedelta(days=days) for days in range(1, 7))

PLACES = {
    "sunshine": {
        "name": "Sunshine Children’s Centre",
        "kind": "best_start_family_hub",
        "address": "14 Gibbet Street, Halifax",
        "postcode": "HX1 5ET",
        "easting": 408637,
        "northing": 425055,
        "latitude": 53.72183,
        "longitude": -1.87059,
        "step_free": True,
        "parking": True,
        "feeding_room": True,
        "bus": "577 and 579 from Halifax bus station",
        "directions": "From the bus station walk up Gibbet Street for five minutes.",
        "entrance": "A yellow door under a wooden porch, next to the library.",
        "languages": ["ur"],
    },
    "elland": {
        "name": "Elland Children’s Centre",
        "kind": "children_centre",
        "address": "2 Boxhall Road, Elland",
        "postcode": "HX5 0AB",
        "easting": 410780,
        "northing": 420850,
        "latitude": 53.684,
        "longitude": -1.83826,
        "step_free": True,
        "languages": [],
    },
    "todmorden": {
        "name": "Todmorden Children’s Centre",
        "kind": "children_centre",
        "address": "5 Burnley Road, Todmorden",
        "postcode": "OL14 5AA",
        "easting": 393629,
        "northing": 424087,
        "latitude": 53.71316,
        "longitude": -2.09801,
        "step_free": False,
        "languages": ["pl"],
    },
    "office": {
        "name": "Halifax Register Office",
        "kind": "register_office",
        "address": "Town Hall, Crossley Street, Halifax",
        "postcode": "HX1 1UJ",
        "easting": 409289,
        "northing": 425337,
        "latitude": 53.72436,
        "longitude": -1.8607,
        "step_free": True,
        "languages": [],
    },
}


@dataclass
class World:
    """The numbers of what was made, by short names."""

    centres: dict[str, int]
    rooms: dict[str, list[int]]
    registrars: dict[str, int]
    hospitals: dict[str, int]
    sessions: list[int] = field(default_factory=list)

    def session(self, place: str, who: str, day: date, begins="9:00", ends="12:00", room=0, kept=0) -> Session:
        """Put a registrar into a room of a place for a span of an English day."""
        made = self._sitting(place, who, day, begins, ends, room=room, kept=kept)
        self._keep(made)
        return made

    def weeks(self, first: date = MONDAY, count: int = 8) -> None:
        """Fill weeks with sessions: centres on weekdays, an evening, a Saturday each fortnight, the office."""
        made = []
        for week in range(count):
            monday = first + timedelta(weeks=week)
            tuesday, wednesday, thursday, friday, saturday = (monday + timedelta(days=days) for days in range(1, 6))
            made += [
                self._sitting("elland", "bo", monday, "13:00", "16:00"),
                self._sitting("sunshine", "ann", tuesday, "9:30", "12:00"),
                self._sitting("sunshine", "ann", tuesday, "13:00", "15:30"),
                self._sitting("todmorden", "cleo", wednesday, "10:00", "13:00"),
                self._sitting("elland", "bo", thursday, "15:30", "19:00"),
                self._sitting("sunshine", "cleo", friday, "9:00", "12:00"),
                self._sitting("office", "dev", thursday, "9:00", "12:00"),
            ]
            if week % 2 == 0:
                made.append(self._sitting("sunshine", "dev", saturday, "10:00", "12:00"))
        self._keep(*made)

    def _sitting(self, place: str, who: str, day: date, begins: str, ends: str, room=0, kept=0) -> Session:
        return Session(
            registrar_id=self.registrars[who],
            centre_id=self.centres[place],
            room_id=self.rooms[place][room],
            begins_at=at_time(day, begins),
            ends_at=at_time(day, ends),
            kept_minutes=kept,
        )

    def _keep(self, *made: Session) -> None:
        db.session.add_all(made)
        db.session.flush()
        self.sessions += [each.id for each in made]


def at_time(day: date, clock: str) -> datetime:
    """Give a moment by an English clock: at_time(TUESDAY, "9:30")."""
    hour, minute = map(int, clock.split(":"))
    return datetime.combine(day, time(hour, minute), LONDON)


def minute_of(day: date, clock: str) -> int:
    """Give the same as whole minutes since 1970, which is how times are sent."""
    return int(at_time(day, clock).timestamp()) // 60


def make_world() -> World:
    """Make the authority without any session: fill it with `weeks` or with a `session` of your own."""
    ours = RegistrationDistrict(code="86", name="Calderdale", ours=True)
    theirs = RegistrationDistrict(code="87", name="Kirklees", ours=False)
    hospitals = [
        PlaceOfBirth(name="Calderdale Royal Hospital", kind="hospital", district=ours),
        PlaceOfBirth(name="Calder Birth Centre", kind="birth_centre", district=ours),
        PlaceOfBirth(name="Huddersfield Royal Infirmary", kind="hospital", district=theirs),
    ]
    cluster = Cluster(name="Calder Valley")
    registrars = {name: Registrar(name=f"Registrar {name.title()}") for name in ("ann", "bo", "cleo", "dev")}
    db.session.add_all([ours, theirs, *hospitals, cluster, *registrars.values()])
    centres = {
        short: Centre(cluster=cluster, participating_from=date(2026, 1, 1), **facts) for short, facts in PLACES.items()
    }
    rooms = {short: [Room(centre=made, name=f"Room {n}") for n in (1, 2, 3)] for short, made in centres.items()}
    db.session.add_all([*centres.values(), *(room for those in rooms.values() for room in those)])
    clinic = CentreService(title="Weighing clinic", weekday=2, starts=time(9, 30), ends=time(11, 30))
    db.session.flush()
    clinic.centre_id = centres["sunshine"].id
    db.session.add(clinic)
    db.session.flush()
    return World(
        centres={short: made.id for short, made in centres.items()},
        rooms={short: [room.id for room in those] for short, those in rooms.items()},
        registrars={short: made.id for short, made in registrars.items()},
        hospitals={made.name: made.id for made in hospitals},
    )
