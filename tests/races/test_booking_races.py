"""Many families want the same time: never one booking too many, every seat filled, nobody wrongly turned away."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.races.conftest import BORN, REGISTRARS, TWICE, at_once, booking_body, counted, start_at

ROUNDS = 30
CLIENTS = 16


def hold_body(start: str, centre: int = 1) -> dict[str, object]:
    return {"centre": centre, "start": start, "born": [BORN.isoformat()], "interpreter": False}


def take(app, start, number, centre=1):
    """Hold and book as one family; give both statuses."""
    client = app.test_client()
    held = client.post("/api/v1/holds", json=hold_body(start, centre))
    if held.status_code != 201:
        return held.status_code, held.json
    body = booking_body(held.json["hold"], number)
    booked = client.post("/api/v1/bookings", json=body, headers={"Idempotency-Key": f"key-{number}"})
    return booked.status_code, booked.json


def test_sixteen_families_on_four_registrars_thirty_times(live):
    for turn in range(ROUNDS):
        start = start_at(1 + turn // 14, 9 + (turn % 14) // 2, 30 * (turn % 2))
        answers = at_once(CLIENTS, lambda number, t=turn, s=start: take(live, s, t * CLIENTS + number))

        statuses = Counter(status for status, _ in answers)
        assert statuses == {201: REGISTRARS, 409: CLIENTS - REGISTRARS}, (turn, statuses)
        losers = [body for status, body in answers if status == 409]
        assert all(body["type"].endswith("/slot-taken") and body["alternatives"] for body in losers)

    assert counted(live, "SELECT count(*) FROM booking WHERE state = 'booked'") == ROUNDS * REGISTRARS
    assert counted(live, TWICE) == 0


def test_different_lengths_that_overlap_fill_a_session_without_a_clash(live):
    """Twins need an hour, so starts overlap each other: the constraint decides, and nobody sees a deadlock."""

    def want(number):
        client = live.test_client()
        body = hold_body(start_at(3, 9 + number % 4 // 2, 30 * (number % 2)))
        body["born"] = [BORN.isoformat()] * (1 + number % 2)
        return client.post("/api/v1/holds", json=body).status_code

    for _ in range(6):
        statuses = Counter(at_once(CLIENTS, want))
        assert set(statuses) <= {201, 409}

    assert counted(live, TWICE) == 0
    # 9:00 to 11:00 or half an hour more at four registrars: no free half hour is left between them.
    for minutes in (0, 30, 60, 90):
        start = start_at(3, 9 + minutes // 60, minutes % 60)
        assert live.test_client().post("/api/v1/holds", json=hold_body(start)).status_code in {201, 409}
    assert counted(live, TWICE) == 0


def test_a_double_click_books_once_and_both_clicks_see_the_same_booking(live):
    for turn in range(10):
        client = live.test_client()
        held = client.post("/api/v1/holds", json=hold_body(start_at(4 + turn)))
        body = booking_body(held.json["hold"], turn)

        def click(_number, body=body, turn=turn):
            return live.test_client().post("/api/v1/bookings", json=body, headers={"Idempotency-Key": f"click-{turn}"})

        answers = at_once(4, click)
        assert [answer.status_code for answer in answers] == [201] * 4
        assert len({answer.json["reference"] for answer in answers}) == 1

    assert counted(live, "SELECT count(*) FROM booking") == 10


def test_two_tabs_with_two_holds_make_one_booking_for_one_birth(live):
    for turn in range(10):
        holds = [
            live.test_client().post("/api/v1/holds", json=hold_body(start_at(5 + turn, 9 + tab))).json["hold"]
            for tab in range(2)
        ]

        def finish(tab, holds=holds, turn=turn):
            return live.test_client().post("/api/v1/bookings", json=booking_body(holds[tab], turn))

        answers = at_once(2, finish)
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        refused = next(answer for answer in answers if answer.status_code == 409)
        assert refused.json["type"].endswith("/already-booked")
        assert set(refused.json) == {"type", "title", "status", "detail"}

    assert counted(live, "SELECT count(*) FROM booking") == 10
    assert counted(live, "SELECT count(DISTINCT about) FROM message WHERE template = 'your_link'") == 10


def test_a_hold_that_runs_out_goes_to_the_next_family_and_never_to_both(live):
    """The first family confirms at the very moment the next takes over: exactly one of them gets the time."""
    fill = [take(live, start_at(6), 900 + number) for number in range(REGISTRARS - 1)]
    assert [status for status, _ in fill] == [201] * (REGISTRARS - 1)
    outcomes = Counter()
    for turn in range(12):
        start = start_at(7 + turn)
        for number in range(REGISTRARS - 1):
            assert take(live, start, 1000 + turn * 10 + number)[0] == 201
        held = live.test_client().post("/api/v1/holds", json=hold_body(start)).json["hold"]
        _runs_out_in(live, held_at=start, milliseconds=60)
        late = time.monotonic() + 0.05 + turn * 0.003

        def race(number, held=held, start=start, turn=turn, late=late):
            while time.monotonic() < late:
                pass
            if number == 0:
                body = booking_body(held, 5000 + turn)
                return live.test_client().post("/api/v1/bookings", json=body).status_code
            return live.test_client().post("/api/v1/holds", json=hold_body(start)).status_code

        confirmed, taken = at_once(2, race)
        outcomes[(confirmed, taken)] += 1
        assert (confirmed, taken) in {(201, 409), (410, 201), (410, 409)}

    assert sum(outcomes.values()) == 12
    assert counted(live, TWICE) == 0


def _runs_out_in(app, *, held_at: str, milliseconds: int) -> None:
    from registration.common.db import db

    with app.app_context(), db.engine.begin() as connection:
        connection.execute(
            text("""
            UPDATE occupancy SET until = clock_timestamp() + make_interval(secs => :seconds)
             WHERE kind = 'hold' AND begins_at = CAST(:start AS timestamptz)"""),
            {"seconds": milliseconds / 1000, "start": held_at},
        )


def test_an_expired_hold_is_taken_over_and_its_family_told_so_with_other_times(live):
    holds = [live.test_client().post("/api/v1/holds", json=hold_body(start_at(8))) for _ in range(REGISTRARS)]
    assert [held.status_code for held in holds] == [201] * REGISTRARS
    assert live.test_client().post("/api/v1/holds", json=hold_body(start_at(8))).status_code == 409
    _runs_out_in(live, held_at=start_at(8), milliseconds=-1)

    assert [take(live, start_at(8), number)[0] for number in range(REGISTRARS)] == [201] * REGISTRARS
    late = live.test_client().post("/api/v1/bookings", json=booking_body(holds[0].json["hold"], 77))
    assert late.status_code == 410
    assert late.json["alternatives"]


def _book(app, start, number, centre=1):
    status, body = take(app, start, number, centre)
    assert status == 201
    return body["link"].rsplit("/", 1)[1]


def test_families_that_move_onto_one_last_place_leave_one_there_and_the_rest_where_they_were(live):
    for number in range(REGISTRARS - 1):
        _book(live, start_at(9), 100 + number)
    tokens = [_book(live, start_at(10, 9 + number), 200 + number) for number in range(6)]

    def move(number):
        body = {"start": start_at(9), "centre": 1}
        return live.test_client().patch(f"/api/v1/bookings/{tokens[number]}", json=body).status_code

    assert Counter(at_once(6, move)) == {200: 1, 409: 5}
    assert counted(live, "SELECT count(*) FROM booking WHERE state = 'booked'") == REGISTRARS - 1 + 6
    assert counted(live, "SELECT count(*) FROM occupancy WHERE kind = 'booking'") == REGISTRARS - 1 + 6
    assert counted(live, TWICE) == 0


def test_two_families_that_move_onto_each_others_times_are_both_left_whole(live):
    for turn in range(8):
        starts = [start_at(11 + turn, 9), start_at(11 + turn, 10)]
        tokens = [_book(live, start, 300 + turn * 2 + n) for n, start in enumerate(starts)]

        def swap(number, starts=starts, tokens=tokens):
            body = {"start": starts[1 - number], "centre": 1}
            return live.test_client().patch(f"/api/v1/bookings/{tokens[number]}", json=body).status_code

        assert set(at_once(2, swap)) <= {200, 409}

    assert counted(live, "SELECT count(*) FROM occupancy WHERE kind = 'booking'") == 16
    assert counted(live, TWICE) == 0
    assert (
        counted(
            live,
            """SELECT count(*) FROM booking b JOIN occupancy o ON o.booking_id = b.id
            WHERE (b.begins_at, b.ends_at, b.session_id) IS DISTINCT FROM (o.begins_at, o.ends_at, o.session_id)""",
        )
        == 0
    )


def test_moving_and_cancelling_at_once_ends_in_one_of_the_two(live):
    for turn in range(8):
        token = _book(live, start_at(12 + turn), 400 + turn)

        def change(number, token=token, turn=turn):
            client = live.test_client()
            if number == 0:
                return client.patch(f"/api/v1/bookings/{token}", json={"start": start_at(12 + turn, 14), "centre": 1})
            return client.delete(f"/api/v1/bookings/{token}")

        moved, cancelled = at_once(2, change)
        assert moved.status_code in {200, 409}
        assert cancelled.status_code == 200
        assert live.test_client().get(f"/api/v1/bookings/{token}").json["state"] == "cancelled"

    assert counted(live, "SELECT count(*) FROM occupancy WHERE kind = 'booking'") == 0


def test_readers_are_never_kept_waiting_by_writers(live):
    stop = threading.Event()
    seconds: list[float] = []

    def read() -> None:
        while not stop.is_set():
            began = time.monotonic()
            answer = live.test_client().get(f"/api/v1/availability?born={BORN}&centre=1")
            assert answer.status_code == 200
            seconds.append(time.monotonic() - began)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        at_once(8, lambda number: take(live, start_at(20, 9 + number % 4), 600 + number))
    finally:
        stop.set()
        reader.join(timeout=timedelta(seconds=20).total_seconds())

    assert seconds
    assert max(seconds) < 5


@pytest.mark.parametrize("clients", [50])
def test_fifty_clients_on_one_start_book_just_its_places(live, clients):
    for turn in range(4):
        start = start_at(25 + turn)
        answers = at_once(clients, lambda number, s=start, t=turn: take(live, s, 10_000 + t * 100 + number))

        assert Counter(status for status, _ in answers) == {201: REGISTRARS, 409: clients - REGISTRARS}


def left_alone(app, day):
    """Leave one place in the whole authority: half an hour of the first registrar on a day, and that protected."""
    from registration.common.db import db

    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE session SET state = 'withdrawn'"))
        connection.execute(
            text("""
            UPDATE session SET state = 'published', ends_at = begins_at + interval '30 minutes', protected_minutes = 30
             WHERE registrar_id = 1 AND (begins_at AT TIME ZONE 'Europe/London')::date = DATE '2026-11-22' + :day"""),
            {"day": day},
        )


def test_the_last_protected_place_which_opens_because_nothing_else_is_left_goes_to_one_family(live):
    for turn in range(12):
        day = 10 + turn
        left_alone(live, day)
        answers = at_once(8, lambda number, t=turn, d=day: take(live, start_at(d), 2000 + t * 8 + number))
        statuses = Counter(status for status, _ in answers)
        assert statuses == {201: 1, 409: 7}, (turn, statuses)
    assert counted(live, "SELECT count(*) FROM booking WHERE state = 'booked'") == 12
    assert counted(live, TWICE) == 0


def test_a_protected_place_and_the_last_other_one_are_each_had_once_whoever_comes_first(live):
    """Half of the families want the place that everybody may have, half the protected one, which opens when that has gone."""
    from registration.common.db import db

    for turn in range(8):
        day = 10 + turn
        left_alone(live, day)
        with live.app_context(), db.engine.begin() as connection:
            connection.execute(
                text("""
                UPDATE session SET state = 'published', ends_at = begins_at + interval '30 minutes'
                 WHERE registrar_id = 5 AND (begins_at AT TIME ZONE 'Europe/London')::date = DATE '2026-11-22' + :day"""),
                {"day": day},
            )

        def want(number, day=day, turn=turn):
            return take(live, start_at(day), 3000 + turn * 8 + number, centre=1 + number % 2)

        answers = at_once(8, want)
        had = [Counter(status for status, _ in answers[centre::2]) for centre in (0, 1)]
        assert had[1] == {201: 1, 409: 3}, (turn, had)
        assert had[0][201] <= 1, (turn, had)
        assert set(had[0]) <= {201, 409}, (turn, had)
    assert counted(live, TWICE) == 0
