"""Rota managers publish at the same moment, and families book while they do: nothing half-done, nobody's time taken."""

from __future__ import annotations

import time as pause
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta

import pytest

from tests.races.conftest import TWICE, at_once, booking_body, counted, start_at
from tests.races.test_booking_races import hold_body
from tests.races.test_cover_races import take

TODAY, FIRST = date(2026, 11, 22), date(2026, 11, 24)
KEPT = 30
OUTSIDE = """
SELECT count(*) FROM booking b JOIN session s ON s.id = b.session_id
 WHERE b.state = 'booked' AND (s.state <> 'published' OR b.begins_at < s.begins_at OR b.ends_at > s.ends_at)
"""


def draft_of(app, first, last, registrars=(), ends=time(16)):
    """Make a draft of some days from weekly patterns at the first centre, each registrar in a room; give its number."""
    from registration.common.transaction import transaction
    from registration.rota.actions.drafts import make_draft
    from registration.rota.actions.patterns import add_pattern
    from registration.rota.rules.patterns import HalfDay, Pattern

    with app.app_context(), transaction():
        for registrar in registrars:
            half_days = tuple(HalfDay(day, 1, registrar, time(9), ends) for day in range(1, 8))
            add_pattern(Pattern(registrar, first, last, half_days), "staff:1")
        return make_draft(first, last, "", TODAY, "staff:1")[0].id


def publish(app, draft_id, meanwhile=lambda: None):
    """Publish a draft as it looks, and do something before that is committed; give what became of it."""
    from registration.booking.actions.seats import take_over
    from registration.booking.queries.sessions import taken_in
    from registration.common.clock import now
    from registration.common.db import db
    from registration.common.errors import Refused
    from registration.common.transaction import transaction
    from registration.rota.actions import drafts
    from registration.rota.models import RotaDraft
    from registration.rota.queries.drafts import examine

    with app.app_context():
        try:
            with transaction():
                mark = examine(db.session.get_one(RotaDraft, draft_id), TODAY).mark
                drafts.publish(draft_id, mark, KEPT, taken_in, now(), "staff:1", take_over=take_over)
                meanwhile()
        except Refused as refusal:
            return type(refusal).__name__
        finally:
            db.session.remove()
    return "published"


def test_one_draft_published_by_many_at_once_is_published_once(live):
    draft = draft_of(live, FIRST, FIRST + timedelta(days=6), range(1, 5))
    assert Counter(at_once(6, lambda _: publish(live, draft))) == {"published": 1, "DraftSettled": 5}
    assert counted(live, "SELECT count(*) FROM audit_event WHERE event = 'published the rota'") == 1


def test_two_drafts_of_the_same_days_make_one_rota(live):
    last = FIRST + timedelta(days=6)
    pair = draft_of(live, FIRST, last, range(1, 5)), draft_of(live, FIRST, last)
    outcomes = Counter(at_once(2, lambda number: publish(live, pair[number])))
    assert outcomes["published"] >= 1
    assert set(outcomes) <= {"published", "LooksOtherwise"}
    held = """
        SELECT count(*) FROM session WHERE state = 'published' AND centre_id = 1
           AND begins_at >= '2026-11-24' AND begins_at < '2026-12-01'"""
    assert counted(live, held) == 4 * 7


def test_a_family_that_is_booking_just_now_holds_the_publishing_up(live):
    for turn in range(6):
        day = TODAY + timedelta(days=2 + turn)
        draft = draft_of(live, day, day)
        held = live.test_client().post("/api/v1/holds", json=hold_body(start_at(2 + turn)))
        assert held.status_code == 201
        assert publish(live, draft) == "HitsFamilies"
        booked = live.test_client().post("/api/v1/bookings", json=booking_body(held.json["hold"], turn))
        assert booked.status_code == 201
    assert counted(live, OUTSIDE) == counted(live, TWICE) == 0


@pytest.mark.parametrize(
    ("registrars", "ends"), [((), time(16)), (range(1, 5), time(13))], ids=["withdrawn", "shorter"]
)
def test_a_family_that_comes_while_its_session_is_taken_off_the_rota_does_not_book_it(live, registrars, ends):
    """The manager is first and not done yet; the family has looked, waits, and is told when it would book."""
    day = TODAY + timedelta(days=3)
    draft = draft_of(live, day, day, registrars, ends)
    client = live.test_client()
    with ThreadPoolExecutor(1) as pool:
        asked = []

        def come():
            asked.append(pool.submit(lambda: client.post("/api/v1/holds", json=hold_body(start_at(3, 15)))))
            pause.sleep(1)

        assert publish(live, draft, come) == "published"
        held = asked[0].result()
    if held.status_code == 201:
        body = booking_body(held.json["hold"], 1)
        assert client.post("/api/v1/bookings", json=body).status_code in {409, 410, 422}
    assert counted(live, "SELECT count(*) FROM booking") == 0
    assert counted(live, OUTSIDE) == 0


AWAY_THEN = """
SELECT count(*) FROM booking b JOIN session s ON s.id = b.session_id
  JOIN absence a ON a.registrar_id = s.registrar_id AND a.begins_at < b.ends_at AND a.ends_at > b.begins_at
 WHERE b.state = 'booked' AND a.state = 'planned'
"""


def put_down_as_away(app, day, meanwhile):
    """Put every registrar of the first centre down as away on a day, and do something before that is committed."""
    from registration.booking.queries.sessions import taken_in
    from registration.common.db import db
    from registration.common.transaction import transaction
    from registration.rota.actions.absences import record_absence
    from registration.rota.rules.absences import away

    with app.app_context():
        with transaction():
            record_absence(range(1, 5), *away(day, day), "sickness", "", "staff:1", unless_taken=taken_in)
            meanwhile()
        db.session.remove()


def while_everybody_falls_ill(app, act):
    """Do something that waits for an absence of everybody three days on to be committed; give what came of it."""
    asked = []
    with ThreadPoolExecutor(1) as pool:

        def come():
            asked.append(pool.submit(act))
            pause.sleep(1)

        put_down_as_away(app, TODAY + timedelta(days=3), come)
        return asked[0].result()


def test_a_family_that_comes_while_its_registrar_is_put_down_as_away_does_not_book_them(live):
    """The family has read who is free before the absence is committed: its hold comes to nothing, its answers are kept."""
    client = live.test_client()
    held = while_everybody_falls_ill(live, lambda: client.post("/api/v1/holds", json=hold_body(start_at(3, 15))))
    if held.status_code == 201:
        assert client.post("/api/v1/bookings", json=booking_body(held.json["hold"], 1)).status_code == 410
    assert counted(live, "SELECT count(*) FROM booking") == counted(live, AWAY_THEN) == 0


def test_a_family_that_moves_to_a_registrar_who_is_put_down_as_away_keeps_its_time(live):
    client = live.test_client()
    held = client.post("/api/v1/holds", json=hold_body(start_at(5, 10))).json["hold"]
    token = client.post("/api/v1/bookings", json=booking_body(held, 1)).json["link"].rsplit("/", 1)[1]
    there = {"start": start_at(3, 15), "centre": 1}
    moved = while_everybody_falls_ill(live, lambda: client.patch(f"/api/v1/bookings/{token}", json=there))
    assert moved.status_code == 409
    assert counted(live, AWAY_THEN) == 0
    kept = client.get(f"/api/v1/bookings/{token}").json
    assert kept["start"] == start_at(5, 10)


SESSIONS_OF = """
SELECT id, registrar_id, centre_id, room_id, begins_at, ends_at FROM session
 WHERE state = 'published' AND (begins_at AT TIME ZONE 'Europe/London')::date = :day ORDER BY id
"""
WITH_SOMEBODY_ELSE = """
SELECT count(*) FROM occupancy o JOIN session s ON s.id = o.session_id
 WHERE o.kind = 'booking' AND (o.registrar_id <> s.registrar_id OR s.state <> 'published')
"""


def draft_that_takes_over(app, day):
    """Make a draft of a day in which the fifth registrar leaves the second centre and sits in the first one's session."""
    from sqlalchemy import text

    from registration.common.db import db
    from registration.common.transaction import transaction
    from registration.rota.actions.drafts import keep_draft
    from registration.rota.rules.planning import Planned

    with app.app_context(), transaction():
        rows = db.session.execute(text(SESSIONS_OF), {"day": day}).all()
        sessions = [
            Planned(
                5 if row.registrar_id == 1 else row.registrar_id,
                row.centre_id,
                row.room_id,
                row.begins_at,
                row.ends_at,
                goes_on=row.id if row.registrar_id == 1 else 0,
            )
            for row in rows
            if row.registrar_id != 5
        ]
        return keep_draft(day, day, "", sessions, TODAY, "staff:1").id


def test_families_who_book_in_a_session_that_is_taken_over_just_then_have_it_with_whoever_sits_there(live):
    published = 0
    for turn in range(6):
        days = 3 + turn
        for number in range(4):
            assert take(live, start_at(days, 9), 5000 + turn * 20 + number)[0] == 201
        draft = draft_that_takes_over(live, TODAY + timedelta(days=days))

        def act(number, draft=draft, days=days, turn=turn):
            if number == 0:
                return publish(live, draft)
            return take(live, start_at(days, 15), 5010 + turn * 20 + number)[0]

        became, *booked = at_once(6, act)
        assert became in {"published", "LooksOtherwise"}, became
        published += became == "published"
        assert set(booked) <= {201, 409, 410}, booked
        assert booked.count(201) <= 4
        assert counted(live, TWICE) == counted(live, OUTSIDE) == counted(live, WITH_SOMEBODY_ELSE) == 0
    assert published
    taken = "SELECT count(*) FROM session WHERE registrar_id = 5 AND centre_id = 1 AND state = 'published'"
    assert counted(live, taken) == published
