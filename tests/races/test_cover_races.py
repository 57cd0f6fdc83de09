"""Managers plan, families move and answer, all at the same moment: nothing twice, nothing half-done, nobody forgotten."""

from __future__ import annotations

import time as pause
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.races.conftest import NOW, REGISTRARS, TWICE, at_once, booking_body, counted, start_at

AWAY = NOW.date() + timedelta(days=2)
ROUNDS = 6
KEPT_FOR_NOBODY = """
SELECT count(*) FROM occupancy o JOIN offer f ON f.id = o.offer_id WHERE f.state NOT IN ('kept', 'sent')
"""


def do(app, work):
    """Do something in one transaction of its own, again where the database asks for that; give what it gave or refused."""
    from sqlalchemy.exc import DBAPIError

    from registration.common.db import db
    from registration.common.errors import Refused
    from registration.common.transaction import PASSING, sqlstate, transaction

    for _ in range(5):
        with app.app_context():
            try:
                with transaction():
                    return work()
            except Refused as refusal:
                return type(refusal).__name__
            except DBAPIError as error:
                if sqlstate(error) not in PASSING:
                    raise
            finally:
                db.session.remove()
    raise AssertionError("the database asked for it again and again")


def plan_for(registrar, days=2):
    """Plan cover for one registrar's day."""
    from registration.cover.actions import start_plan
    from registration.cover.queries import Away
    from registration.rota.rules.absences import away

    day = NOW.date() + timedelta(days=days)
    return start_plan(Away(registrar, *away(day, day)), "sickness", "", NOW, "staff:1").public_id


def send(public_id):
    from registration.cover.actions import send_plan

    return send_plan(public_id, NOW, "staff:1").state


def take(app, start, number):
    held = app.test_client().post(
        "/api/v1/holds", json={"centre": 1, "start": start, "born": ["2026-11-19"], "interpreter": False}
    )
    if held.status_code != 201:
        return held.status_code, None
    body = booking_body(held.json["hold"], number)
    booked = app.test_client().post("/api/v1/bookings", json=body)
    return booked.status_code, booked.json


def book(app, start, number):
    status, body = take(app, start, number)
    assert status == 201, body
    return body["link"].rsplit("/", 1)[1]


@pytest.fixture
def busy(live):
    """Every registrar of centre 1 has three families on the day, and nobody is free to take a session over."""
    tokens = [book(live, start_at(2, 9 + n // REGISTRARS), n) for n in range(3 * REGISTRARS)]
    return live, tokens


def everybody_is_seen_to(app):
    """Count the families whose time does not stand with neither an offer nor a request to ring them."""
    return counted(
        app,
        """
        SELECT count(*) FROM booking b JOIN session s ON s.id = b.session_id
          JOIN absence a ON a.registrar_id = s.registrar_id AND a.begins_at < b.ends_at AND a.ends_at > b.begins_at
         WHERE b.state = 'booked' AND a.state = 'planned'
           AND NOT EXISTS (SELECT 1 FROM offer o WHERE o.booking_id = b.id AND o.state = 'sent')
           AND NOT EXISTS (SELECT 1 FROM staff_task t WHERE t.about = b.public_id)""",
    )


def check(app):
    from registration.booking.invariants import broken_rows

    assert counted(app, TWICE) == 0
    with app.app_context():
        assert not any(broken_rows().values()), broken_rows()
    assert everybody_is_seen_to(app) == 0


def test_managers_who_plan_the_same_absence_at_once_share_one_plan_and_send_it_once(busy):
    app, _ = busy
    plans = at_once(4, lambda _: do(app, lambda: plan_for(1)))
    assert len(set(plans)) == 1
    sent = Counter(at_once(4, lambda _: do(app, lambda: send(plans[0]))))
    assert sent == {"sent": 1, "AlreadyOver": 3}
    assert counted(app, "SELECT count(*) FROM absence") == 1
    assert counted(app, "SELECT count(*) FROM offer WHERE state = 'sent'") == 3
    assert (
        counted(app, "SELECT count(*) FROM (SELECT 1 FROM message WHERE template = 'offer_cover' GROUP BY about) m")
        == 3
    )
    check(app)


def test_managers_who_plan_two_absences_at_once_never_propose_one_time_twice(busy):
    app, _ = busy
    plans = at_once(2, lambda number: do(app, lambda: plan_for(1 + number)))
    assert counted(app, TWICE) == 0
    sent = at_once(2, lambda number: do(app, lambda: send(plans[number])))
    assert set(sent) <= {"sent", "PlanChanged"}
    assert "sent" in sent
    check(app)


def test_a_family_that_moves_or_cancels_while_the_plan_is_sent_is_told_one_thing(busy):
    app, tokens = busy
    for turn in range(ROUNDS):
        plan = do(app, lambda turn=turn: plan_for(1 + turn % REGISTRARS, 2 if turn < REGISTRARS else 3))

        def act(number, plan=plan, turn=turn):
            if number == 0:
                return do(app, lambda: send(plan))
            client = app.test_client()
            token = tokens[(turn * 2 + number) % len(tokens)]
            if number == 1:
                body = {"start": start_at(5 + turn), "centre": 1}
                return client.patch(f"/api/v1/bookings/{token}", json=body).status_code
            return client.delete(f"/api/v1/bookings/{token}").status_code

        sent, moved, cancelled = at_once(3, act)
        assert sent in {"sent", "PlanChanged"}, sent
        assert {moved, cancelled} <= {200, 409}
        if sent == "PlanChanged":
            from registration.cover.actions import refresh

            do(app, lambda plan=plan: refresh(plan, NOW))
            assert do(app, lambda plan=plan: send(plan)) == "sent"
        check(app)


def test_a_family_that_books_while_the_plan_is_sent_is_never_forgotten(busy):
    app, _ = busy
    for turn in range(ROUNDS):
        plan = do(app, lambda turn=turn: plan_for(1 + turn % REGISTRARS, 2 + turn // REGISTRARS))
        hour = 12 + turn % 4

        def act(number, plan=plan, hour=hour, turn=turn):
            if number == 0:
                return do(app, lambda: send(plan))
            return take(app, start_at(2 + turn // REGISTRARS, hour), 1000 + turn * 10 + number)[0]

        sent, *booked = at_once(4, act)
        assert set(booked) <= {201, 409, 410}
        if sent != "sent":
            from registration.cover.actions import refresh

            do(app, lambda plan=plan: refresh(plan, NOW))
            assert do(app, lambda plan=plan: send(plan)) == "sent"
        check(app)


def test_an_offer_is_settled_once_whoever_answers_first(busy):
    app, _ = busy
    plan = do(app, lambda: plan_for(1))
    assert do(app, lambda: send(plan)) == "sent"
    from registration.booking.actions import offers
    from registration.common.db import db

    with app.app_context(), db.engine.connect() as connection:
        numbers = list(connection.execute(text("SELECT public_id, id FROM offer WHERE state = 'sent' ORDER BY id")))
    assert len(numbers) == 3
    for public_id, number in numbers:

        def act(who, public_id=public_id, number=number):
            if who == 0:
                return do(app, lambda: offers.accept(public_id, NOW).version)
            if who == 1:
                return do(app, lambda: offers.decline(public_id, NOW).version)
            return do(app, lambda: offers.withdraw(number, NOW))

        at_once(3, act)
        with app.app_context(), db.engine.connect() as connection:
            state = connection.execute(text("SELECT state FROM offer WHERE id = :id"), {"id": number}).scalar_one()
        assert state in {"accepted", "declined", "withdrawn"}
        assert counted(app, KEPT_FOR_NOBODY) == 0
    assert counted(app, TWICE) == 0


def test_a_time_that_runs_out_as_it_is_accepted_is_not_had_twice(busy):
    app, _ = busy
    plan = do(app, lambda: plan_for(1))
    do(app, lambda: send(plan))
    from registration.booking.actions import offers
    from registration.common.db import db

    with app.app_context(), db.engine.begin() as connection:
        rows = list(connection.execute(text("SELECT public_id, begins_at FROM offer WHERE state = 'sent' ORDER BY id")))
        connection.execute(
            text(
                "UPDATE occupancy SET until = clock_timestamp() + interval '30 milliseconds' WHERE offer_id IS NOT NULL"
            )
        )

    def act(number):
        if number < len(rows):
            return do(app, lambda: offers.accept(rows[number].public_id, NOW).state)
        if number < 2 * len(rows):
            return take(app, rows[number - len(rows)].begins_at.isoformat(), 2000 + number)[0]
        return do(app, lambda: offers.lapse_due(NOW))

    at_once(2 * len(rows) + 1, act)
    assert counted(app, TWICE) == 0
    do(app, lambda: offers.lapse_due(NOW))
    check(app)


def close(app, plan):
    return do(app, lambda: send(plan))


def plan_closing(first, into=None):
    """Plan to close centre 1 from a day on, and to merge it into another."""
    from registration.cover.actions import start_closing
    from registration.cover.queries import Closing
    from tests.booking.world import at_time

    return start_closing(Closing(1, at_time(first, "0:00"), into), "", NOW, "staff:1").public_id


def test_families_who_book_while_their_centre_closes_are_in_the_plan_or_turned_away(busy):
    app, tokens = busy
    plan = do(app, lambda: plan_closing(AWAY))

    def act(number):
        """Close the centre, or book there."""
        return close(app, plan) if number == 0 else take(app, start_at(2, 12), 100 + number)[0]

    answers = at_once(5, act)
    assert answers[0] in {"sent", "PlanChanged"}
    assert set(answers[1:]) <= {201, 409, 410}
    if answers[0] == "PlanChanged":
        from registration.cover.actions import refresh

        do(app, lambda: refresh(plan, NOW))
        assert close(app, plan) == "sent"
    assert take(app, start_at(2, 13), 200)[0] == 409
    assert (
        counted(
            app,
            """SELECT count(*) FROM booking b JOIN centre c ON c.id = b.centre_id
            WHERE b.state = 'booked' AND b.begins_at::date > c.participating_to
              AND NOT EXISTS (SELECT 1 FROM offer o WHERE o.booking_id = b.id AND o.state = 'sent')
              AND NOT EXISTS (SELECT 1 FROM staff_task t WHERE t.about = b.public_id)""",
        )
        == 0
    )
    assert counted(app, "SELECT count(*) FROM booking WHERE state = 'booked'") == len(tokens) + answers.count(201)
    check(app)


@pytest.fixture
def roomy(live):
    """Centre 2 has rooms for all who work at centre 1."""
    from registration.common.db import db

    more = "INSERT INTO room (centre_id, name) SELECT 2, 'More ' || n FROM generate_series(1, 4) n"
    with live.app_context(), db.engine.begin() as connection:
        connection.execute(text(more))
    return live


def test_families_who_book_in_a_session_that_follows_to_the_successor_just_then_are_never_left_without_it(roomy):
    """No session has a family yet, so each goes whole to centre 2, where there are rooms for all; families book meanwhile."""
    plan = do(roomy, lambda: plan_closing(AWAY, into=2))

    def act(number):
        return close(roomy, plan) if number == 0 else take(roomy, start_at(1 + number, 12), 100 + number)[0]

    answers = at_once(6, act)
    assert answers[0] in {"sent", "PlanChanged"}
    assert set(answers[1:]) <= {201, 409, 410}
    if answers[0] == "PlanChanged":
        from registration.cover.actions import refresh

        do(roomy, lambda: refresh(plan, NOW))
        assert close(roomy, plan) == "sent"
    left = "SELECT count(*) FROM session WHERE centre_id = 1 AND state = 'published' AND begins_at > '2026-11-24'"
    assert counted(roomy, left) == 0
    told = """
        SELECT count(*) FROM booking b WHERE b.state = 'booked' AND b.centre_id = 1
           AND EXISTS (SELECT 1 FROM offer o WHERE o.booking_id = b.id AND o.state = 'sent')"""
    assert counted(roomy, told) == answers.count(201)
    check(roomy)


def while_all_goes_to_the_successor(app, act):
    """Do something that waits for centre 1 to be merged into centre 2, its sessions going there; give what came of it."""
    from registration.common.transaction import transaction

    made = do(app, lambda: plan_closing(AWAY, into=2))
    with ThreadPoolExecutor(1) as pool, app.app_context():
        with transaction():
            send(made)
            asked = pool.submit(act)
            pause.sleep(1)
        return asked.result()


def test_a_family_that_comes_while_a_session_goes_to_the_successor_does_not_book_where_it_never_chose(roomy):
    """The family has read who is free at centre 1 before that closed: its hold comes to nothing, its answers are kept."""
    status, body = while_all_goes_to_the_successor(roomy, lambda: take(roomy, start_at(4, 12), 1))
    assert (status, body["type"].rsplit("/", 1)[1]) == (410, "hold-ran-out")
    assert counted(roomy, "SELECT count(*) FROM booking") == 0
