"""The set-up of the figures: 10 registrars, 6 centres, half-hour times from 9:00 to 16:00 on weekdays, 8 weeks, half booked."""

import random
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Connection, text

from registration.common.clock import LONDON

REGISTRARS, CENTRES, WEEKS = 10, 6, 8
STARTS = 14
NAMES = ("Akroyd", "Beacon", "Clough", "Dean", "Elmfield", "Foxhill")
#: Real postcodes of the directory that comes with the service.
POSTCODES = ("HX1 1AA", "HX1 3XL", "HX2 8QD", "HX3 5AB", "HX4 8AA", "HX6 1AA")

_CENTRE = text("""
INSERT INTO centre (name, kind, cluster_id, address, postcode, easting, northing, latitude, longitude, telephone, email, website,
                    bus, directions, entrance, languages, participating_from)
VALUES (:name, 'family_hub', 1, '1 High Street', :postcode, :easting, :northing, 53.7, -1.86, '', '', '', '', '', '', '{}',
        '2020-01-01')
""")
_SESSION = text("""
INSERT INTO session (registrar_id, centre_id, room_id, begins_at, ends_at) VALUES (:registrar, :centre, :room, :begins, :ends)
RETURNING id
""")
_FAMILY = text("""
INSERT INTO family (name, born, email) OVERRIDING SYSTEM VALUE
SELECT 'Family ' || n, ARRAY[CAST(:born AS date)], 'family' || n || '@example.com' FROM generate_series(1, :count) n RETURNING id
""")
_BOOKING = text("""
INSERT INTO booking (public_id, reference, link_digest, family_id, session_id, centre_id, begins_at, ends_at, kind,
                     married_or_civil_partners, both_parents_named, attending, last_lawful_day, channel)
VALUES (:public, :reference, :digest, :family, :session, :centre, :begins, :ends, 'registration', true, true, 'mother', :last,
        'online') RETURNING id
""")
_FILL = text("""
INSERT INTO occupancy (session_id, registrar_id, begins_at, ends_at, kind, booking_id)
SELECT b.session_id, s.registrar_id, b.begins_at, b.ends_at, 'booking', b.id
  FROM booking b JOIN session s ON s.id = b.session_id LEFT JOIN occupancy o ON o.booking_id = b.id WHERE o.id IS NULL
""")


def lay_out(connection: Connection, today: date) -> None:
    """Make the centres, registrars and the coming sessions, half of whose times are booked."""
    connection.execute(text("INSERT INTO cluster (name) VALUES ('Calder')"))
    for number, name in enumerate(NAMES):
        place = {"name": name, "postcode": POSTCODES[number], "easting": 408000 + 900 * number, "northing": 425000}
        connection.execute(_CENTRE, place)
        for room in range(3):
            connection.execute(
                text("INSERT INTO room (centre_id, name) VALUES (:c, :n)"), {"c": number + 1, "n": f"Room {room}"}
            )
    for number in range(REGISTRARS):
        connection.execute(text("INSERT INTO registrar (name) VALUES (:n)"), {"n": f"Registrar {number}"})
    fill_days(connection, [today + timedelta(days=n) for n in range(1, 7 * WEEKS + 1)], random.Random(1))


def fill_days(connection: Connection, days: list[date], chance: random.Random) -> None:
    """Publish sessions on the weekdays among some days and book half of their times."""
    for day in days:
        if day.weekday() >= 5:
            continue
        begins = datetime.combine(day, time(9), LONDON)
        for number in range(REGISTRARS):
            centre = 1 + number % CENTRES
            values = {
                "registrar": number + 1,
                "centre": centre,
                "room": (centre - 1) * 3 + 1 + number // CENTRES,
                "begins": begins,
                "ends": begins + timedelta(hours=7),
            }
            session = connection.execute(_SESSION, values).scalar_one()
            _book(connection, session, centre, begins, chance)
    connection.execute(_FILL)


def _book(connection: Connection, session: int, centre: int, begins: datetime, chance: random.Random) -> None:
    count = STARTS // 2
    born = begins.date() - timedelta(days=20)
    families = connection.execute(_FAMILY, {"born": born, "count": count}).scalars().all()
    rows = []
    for family, place in zip(families, sorted(chance.sample(range(STARTS), count)), strict=True):
        start = begins + timedelta(minutes=30 * place)
        rows.append(
            {
                "public": UUID(int=chance.getrandbits(128), version=4),
                "reference": f"F{family}",
                "digest": family.to_bytes(8, "big"),
                "family": family,
                "session": session,
                "centre": centre,
                "begins": start,
                "ends": start + timedelta(minutes=30),
                "last": born + timedelta(days=42),
            }
        )
    connection.execute(_BOOKING, rows)
