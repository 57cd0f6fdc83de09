"""A real database with real commits, and many hands at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from registration.common.clock import LONDON
from tests.conftest import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

BORN = date(2026, 11, 19)
NOW = datetime(2026, 11, 22, 9, tzinfo=LONDON)
REGISTRARS = 4


@pytest.fixture
def live(new_database: Callable[[str], str], tmp_path) -> Iterator[Flask]:
    """The application on a fresh database: two centres, four registrars at each on many days, nothing booked."""
    from registration.common.db import db
    from registration.factory import create_app

    app = create_app(settings(new_database("races"), tmp_path, CLOCK=NOW))
    with app.app_context():
        _lay_out()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _lay_out() -> None:
    from registration.common.db import db

    with db.engine.begin() as connection:
        run = connection.execute
        run(text("INSERT INTO cluster (name) VALUES ('Calder')"))
        for centre in (1, 2):
            run(
                text("""
                INSERT INTO centre (name, kind, cluster_id, address, postcode, telephone, email, website, bus, directions,
                                    entrance, languages, participating_from)
                VALUES (:name, 'family_hub', 1, '1 High Street', 'HX1 1AA', '', '', '', '', '', '', '{}', '2026-01-01')"""),
                {"name": f"Centre {centre}"},
            )
            for place in range(REGISTRARS):
                run(text("INSERT INTO room (centre_id, name) VALUES (:c, :n)"), {"c": centre, "n": f"Room {place}"})
                run(text("INSERT INTO registrar (name) VALUES (:n)"), {"n": f"Registrar {centre}.{place}"})
        for days in range(1, 40):
            day = datetime(2026, 11, 22, 9, tzinfo=LONDON) + timedelta(days=days)
            run(
                text("""
                INSERT INTO session (registrar_id, centre_id, room_id, begins_at, ends_at)
                SELECT r.id, 1 + (r.id - 1) / :each, r.id, :begins, :ends FROM registrar r"""),
                {"begins": day, "ends": day + timedelta(hours=7), "each": REGISTRARS},
            )


def at_once(count: int, work: Callable[[int], object]) -> list:
    """Do the same thing in many threads, all let go at the same moment; give what each came back with."""
    gate = threading.Barrier(count)

    def one(number: int) -> object:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def booking_body(hold: str, number: int, **changes: object) -> dict[str, object]:
    """What a family sends to book."""
    body: dict[str, object] = {
        "hold": hold,
        "married_or_civil_partners": True,
        "both_parents_named": True,
        "attending": "mother",
        "name": f"Family {number}",
        "email": f"family{number}@example.com",
        "language": "en",
        "access_needs": "",
        "share_with_centre": False,
        "born_in_district": True,
    }
    return body | changes


def start_at(day: int, hour: int = 9, minute: int = 0) -> str:
    """Give a start so many days from today, as the API writes it."""
    moment = datetime(2026, 11, 22, hour, minute, tzinfo=LONDON) + timedelta(days=day)
    return moment.isoformat()


def counted(app: Flask, query: str) -> int:
    """Count by a query of its own connection."""
    from registration.common.db import db

    with app.app_context(), db.engine.connect() as connection:
        return connection.execute(text(query)).scalar_one()


TWICE = """
SELECT count(*) FROM occupancy a JOIN occupancy b ON a.id < b.id AND a.registrar_id = b.registrar_id AND a.during && b.during
 WHERE a.kind <> 'absence' AND b.kind <> 'absence'
"""
