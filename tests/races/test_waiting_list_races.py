"""What becomes free is offered to one family, however many workers look and whoever else wants it at the same moment."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from registration.booking.actions import changes, wishes
from registration.booking.jobs import offer_freed_times
from registration.booking.rules.wishes import Wish
from registration.common.db import db
from registration.common.transaction import transaction
from tests.races.conftest import BORN, NOW, TWICE, at_once, booking_body, counted, start_at

ROUNDS = 12
WAITERS = 3


def book(app, start: str, number: int) -> UUID:
    client = app.test_client()
    body = {"centre": 1, "start": start, "born": [BORN.isoformat()], "interpreter": False}
    held = client.post("/api/v1/holds", json=body)
    made = client.post(
        "/api/v1/bookings", json=booking_body(held.json["hold"], number), headers={"Idempotency-Key": f"key-{number}"}
    )
    assert made.status_code == 201, made.json
    with app.app_context():
        found = text("SELECT public_id FROM booking WHERE reference = :reference")
        return db.session.execute(found, {"reference": made.json["reference"]}).scalar_one()


def wait(app, booking: UUID) -> None:
    with app.app_context(), transaction():
        wishes.join(booking, Wish(earlier=True, centre_ids=None), "online", NOW)


def free(app, booking: UUID) -> None:
    """Cancel, and let the minute run out."""
    with app.app_context(), transaction():
        changes.cancel(booking, NOW)
    with db_of(app) as connection:
        connection.execute(text("UPDATE occupancy SET until = clock_timestamp() WHERE kind = 'hold'"))


def db_of(app):
    with app.app_context():
        return db.engine.begin()


def work(app) -> None:
    with app.app_context():
        offer_freed_times(0)


def one_registrar(app) -> None:
    """Leave one registrar at one centre, so that a time is free once or not at all."""
    with db_of(app) as connection:
        connection.execute(text("UPDATE session SET state = 'withdrawn' WHERE registrar_id <> 1"))


def test_many_workers_offer_a_time_to_one_family(live):
    one_registrar(live)
    holders = [book(live, start_at(1 + turn, 9), turn) for turn in range(ROUNDS)]
    for number in range(WAITERS):
        wait(live, book(live, start_at(30, 9 + number), 100 + number))
    for holder in holders:
        free(live, holder)
        at_once(4, lambda _number: work(live))
        assert counted(live, "SELECT count(*) FROM offer WHERE state = 'sent'") == 1
        assert counted(live, TWICE) == 0
        with db_of(live) as connection:  # all say no, and wait for the next
            connection.execute(text("DELETE FROM occupancy WHERE offer_id IS NOT NULL"))
            connection.execute(text("UPDATE offer SET state = 'declined' WHERE state = 'sent'"))
            connection.execute(text("DELETE FROM freed_time"))


def test_a_time_is_offered_or_booked_by_another_family_never_both(live):
    one_registrar(live)
    waiting = book(live, start_at(30, 9), 100)
    wait(live, waiting)
    seen = Counter()
    for turn in range(ROUNDS):
        start = start_at(1 + turn, 9)
        free(live, book(live, start, turn))
        hold = {"centre": 1, "start": start, "born": [BORN.isoformat()], "interpreter": False}
        answers = at_once(
            2,
            lambda number, hold=hold: (
                work(live) if number else live.test_client().post("/api/v1/holds", json=hold).status_code
            ),
        )
        moment = datetime.fromisoformat(start)
        with db_of(live) as connection:
            offers = connection.execute(
                text("SELECT count(*) FROM offer WHERE begins_at = :at AND state = 'sent'"), {"at": moment}
            ).scalar_one()
            connection.execute(text("DELETE FROM occupancy WHERE kind = 'hold'"))
            connection.execute(text("UPDATE offer SET state = 'declined' WHERE state = 'sent'"))
            connection.execute(text("DELETE FROM freed_time"))
        assert (answers[0], offers) in {(201, 0), (409, 1)}
        seen[offers] += 1
        assert counted(live, TWICE) == 0

    assert sum(seen.values()) == ROUNDS


def test_a_family_that_cancels_while_it_is_offered_a_time_keeps_neither(live):
    one_registrar(live)
    for turn in range(ROUNDS):
        mine = book(live, start_at(30, 9 + turn // 2, 30 * (turn % 2)), 100 + turn)
        wait(live, mine)
        free(live, book(live, start_at(1 + turn, 9), turn))

        def cancel(mine=mine) -> None:
            with live.app_context(), transaction():
                changes.cancel(mine, NOW)

        at_once(2, lambda number, cancel=cancel: work(live) if number else cancel())
        assert counted(live, "SELECT count(*) FROM offer WHERE state IN ('kept', 'sent')") == 0
        with db_of(live) as connection:
            connection.execute(text("DELETE FROM freed_time"))
