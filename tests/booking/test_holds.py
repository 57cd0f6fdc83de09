"""Keeping a time while a family answers: who may have which, and until when."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from registration.booking.actions import holds
from registration.booking.actions.refusals import (
    NeedsRegistrarGeneral,
    NotOffered,
    SlotTaken,
    TooManyHolds,
    TooManyThere,
)
from registration.booking.queries import kept_until
from registration.booking.rules import shares
from registration.booking.rules.deadline import NotBornYet
from registration.booking.rules.requests import HoldRequest, wish_of
from registration.common.clock import LONDON
from registration.common.links import digest
from tests.booking.appointments import NOW, booked
from tests.booking.world import BORN, FRIDAY, TODAY, TUESDAY, at_time, make_world

NINE, HALF_PAST, TEN = (at_time(TUESDAY, clock) for clock in ("9:00", "9:30", "10:00"))


@pytest.fixture
def world(database):
    made = make_world()
    made.session("sunshine", "ann", TUESDAY, "9:00", "10:30")
    database.commit()
    return made


@pytest.fixture
def want(world):
    """Ask for a time at Sunshine on Tuesday: want(at), with what differs."""

    def ask(at=NINE, births=(BORN,), now=NOW, **changes):
        values = {"centre_id": world.centres["sunshine"], "start": at, "births": births, "interpreter": False}
        return holds.hold(HoldRequest(**(values | changes)), now)

    return ask


def filled(database):
    rows = database.execute(text("SELECT kind, begins_at, registrar_id, until FROM occupancy ORDER BY begins_at, id"))
    return [(row.kind, row.begins_at, row.registrar_id) for row in rows]


def run_out(database):
    database.execute(text("UPDATE occupancy SET until = clock_timestamp() - interval '1 second' WHERE kind = 'hold'"))


def test_a_kept_time_fills_the_registrars_and_knows_what_it_is_for(database, world, want):
    kept = want(births=(BORN, BORN), interpreter=True)

    assert (kept.centre_id, kept.start, kept.end) == (world.centres["sunshine"], NINE, NINE + timedelta(minutes=75))
    row = database.execute(text("SELECT * FROM occupancy")).one()
    assert (row.kind, row.begins_at, row.ends_at, row.until) == ("hold", kept.start, kept.end, kept.expires_at)
    assert (row.registrar_id, row.session_id) == (world.registrars["ann"], world.sessions[0])
    assert (row.born, row.interpreter, row.hold_digest) == ([BORN, BORN], True, digest(kept.token))
    assert wish_of(kept.token) == HoldRequest(kept.centre_id, NINE, (BORN, BORN), interpreter=True)


def test_a_time_is_kept_for_the_councils_minutes_by_the_databases_own_clock(database, want):
    kept = want(now=NOW - timedelta(days=2))
    lasts = database.execute(text("SELECT until - clock_timestamp() FROM occupancy")).scalar_one()
    assert timedelta(minutes=9, seconds=50) < lasts <= timedelta(minutes=10)
    assert kept.expires_at - datetime.now(LONDON) < timedelta(minutes=11)


def test_no_two_tokens_are_alike(want):
    tokens = {want(at).token.partition(".")[0] for at in (NINE, HALF_PAST, TEN)}
    assert len(tokens) == 3
    assert all(len(token) == 24 for token in tokens)  # 144 bits


def test_a_time_somebody_keeps_is_taken_until_the_keeping_ends(database, world, want):
    want()
    with pytest.raises(SlotTaken):
        want()
    run_out(database)
    again = want()
    assert filled(database) == [("hold", NINE, world.registrars["ann"])]
    assert kept_until(again.token)


def test_a_booked_time_is_taken(world, want):
    booked(world.centres["sunshine"], NINE)
    with pytest.raises(SlotTaken):
        want()


def test_a_time_that_overlaps_what_is_kept_is_taken(want):
    want(HALF_PAST)
    with pytest.raises(SlotTaken):
        want(NINE, births=(BORN, BORN))
    want(NINE)


def test_right_where_an_odd_length_ends_the_next_may_begin(want):
    want(NINE, interpreter=True)  # 45 minutes
    assert want(at_time(TUESDAY, "9:45")).start == at_time(TUESDAY, "9:45")


def test_a_start_that_another_familys_end_opened_and_that_is_taken_is_taken_and_not_unknown(want):
    want(NINE, interpreter=True)
    want(at_time(TUESDAY, "9:45"))
    with pytest.raises(SlotTaken):
        want(at_time(TUESDAY, "9:45"))


@pytest.mark.parametrize("clock", ["8:30", "9:10", "10:30", "15:00"])
def test_a_start_that_no_session_has_is_not_offered(want, clock):
    with pytest.raises(NotOffered):
        want(at_time(TUESDAY, clock))


def test_an_appointment_too_long_for_the_session_is_not_offered(want):
    with pytest.raises(NotOffered):
        want(births=(BORN,) * 4)


def test_a_withdrawn_session_is_not_offered(database, want):
    database.execute(text("UPDATE session SET state = 'withdrawn'"))
    with pytest.raises(NotOffered):
        want()


def test_a_registrar_who_may_not_register_births_is_not_asked(database, want):
    database.execute(text("UPDATE registrar SET may_register_births = false"))
    with pytest.raises(NotOffered):
        want()


@pytest.mark.parametrize(("first", "last"), [("2026-01-01", "2026-11-23"), ("2026-11-25", None)])
def test_a_centre_that_does_not_take_part_that_day_is_not_offered(database, world, want, first, last):
    took_part = text("UPDATE centre SET participating_from = :first, participating_to = :last")
    database.execute(took_part, {"first": first, "last": last})
    with pytest.raises(NotOffered):
        want()


def test_a_start_sooner_than_the_councils_notice_is_not_offered(want):
    with pytest.raises(NotOffered):
        want(now=NINE - timedelta(minutes=59, seconds=59))
    assert want(now=NINE - timedelta(minutes=60))


def test_the_registrar_with_least_to_do_takes_the_family_and_each_is_asked(database, world, want):
    world.session("sunshine", "bo", TUESDAY, "9:00", "10:30", room=1)
    world.session("sunshine", "cleo", TUESDAY, "9:00", "10:30", room=2)
    ann, bo, cleo = (world.registrars[name] for name in ("ann", "bo", "cleo"))
    booked(world.centres["sunshine"], HALF_PAST)
    for _ in range(3):
        want()

    at_nine = [registrar for _, begins, registrar in filled(database) if begins == NINE]
    assert at_nine == [bo, cleo, ann]
    with pytest.raises(SlotTaken):
        want()


@pytest.mark.parametrize("registrars", [1, 2])
def test_a_registrar_whose_time_went_after_the_look_is_passed_over(world, want, monkeypatch, registrars):
    if registrars == 2:
        world.session("sunshine", "bo", TUESDAY, "9:00", "10:30", room=1)
    look = holds.candidates_for

    def look_and_let_another_in(*args):
        found = look(*args)
        monkeypatch.setattr(holds, "candidates_for", look)
        want()
        return found

    monkeypatch.setattr(holds, "candidates_for", look_and_let_another_in)
    if registrars == 1:
        with pytest.raises(SlotTaken):
            want()
    else:
        assert want().start == NINE


def test_a_registrar_with_minutes_of_their_own_is_held_for_those(database, world, want):
    database.execute(text("UPDATE registrar SET minutes_per_baby = 40 WHERE name = 'Registrar Ann'"))
    assert want(interpreter=True).end == NINE + timedelta(minutes=55)
    with pytest.raises(NotOffered):
        want(HALF_PAST)  # no longer a start of hers
    with pytest.raises(NotOffered):
        want(at_time(TUESDAY, "9:55"))  # where the held time ends, but 40 minutes are no longer left


def test_two_registrars_at_one_time_each_take_their_own_minutes(database, world, want):
    database.execute(text("UPDATE registrar SET minutes_per_baby = 20 WHERE name = 'Registrar Bo'"))
    world.session("sunshine", "bo", TUESDAY, "9:00", "10:30", room=1)
    assert [want().end - NINE, want().end - NINE] == [timedelta(minutes=30), timedelta(minutes=20)]


def test_the_desks_minutes_open_to_the_desk_and_to_families_with_few_days_left(database, world, want):
    world.session("sunshine", "bo", FRIDAY, "9:00", "12:00", kept=30)
    last = at_time(FRIDAY, "11:30")
    with pytest.raises(NotOffered):
        want(last)
    with pytest.raises(NotOffered):
        want(last, births=(TODAY - timedelta(days=34),))
    assert want(last, births=(BORN, TODAY - timedelta(days=35))[1:])
    run_out(database)
    assert want(last, urgent=True)


def test_a_birth_to_come_is_refused(want):
    with pytest.raises(NotBornYet):
        want(births=(BORN, TODAY + timedelta(days=1)))


def test_beyond_twelve_months_of_the_birth_nothing_is_kept(world, want):
    assert want(births=(date(2025, 11, 24),))
    for born in (date(2025, 11, 23), date(2025, 11, 20), date(2020, 1, 1)):
        with pytest.raises(NeedsRegistrarGeneral):
            want(HALF_PAST, births=(BORN, born))


def test_a_booking_is_not_moved_beyond_twelve_months_of_the_birth(world):
    request = HoldRequest(world.centres["sunshine"], NINE, (date(2025, 11, 23),), interpreter=False)
    with pytest.raises(NotOffered):
        holds.candidates_for(request, NOW, keep_for=1)


def test_one_client_keeps_no_more_than_a_busy_centre_could_need(app, database, want, monkeypatch):
    monkeypatch.setitem(app.config, "RATE_LIMITS", True)
    monkeypatch.setattr(holds, "MOST_HOLDS", 1)
    want(client="us")
    with pytest.raises(TooManyHolds):
        want(HALF_PAST, client="us")
    assert want(HALF_PAST, client="others")
    assert want(TEN)  # nobody's: the desk
    run_out(database)
    assert want(client="us")


def test_one_client_keeps_only_its_share_of_a_centres_day(app, database, world, want, monkeypatch):
    monkeypatch.setattr(shares, "LEAST", 3)
    for room, who in enumerate(("bo", "cleo"), 1):
        world.session("sunshine", who, TUESDAY, "9:00", "10:30", room=room)
    world.session("sunshine", "ann", FRIDAY, "9:00", "10:00")
    monkeypatch.setitem(app.config, "RATE_LIMITS", True)
    for start in (NINE, HALF_PAST, TEN, NINE):  # half of three registrars' nine half-hours
        want(start, client="us")
    with pytest.raises(TooManyThere):
        want(NINE, client="us")
    assert want(NINE, client="others")
    assert want(at_time(FRIDAY, "9:00"), client="us"), "another day has a share of its own"
    run_out(database)
    assert want(NINE, client="us")


def test_the_share_of_a_long_day_is_larger(app, world, want, monkeypatch):
    world.session("sunshine", "bo", TUESDAY, "9:00", "17:00", room=1)
    monkeypatch.setattr(shares, "LEAST", 3)
    monkeypatch.setitem(app.config, "RATE_LIMITS", True)
    *share, one_more = [at_time(TUESDAY, f"{11 + half // 2}:{half % 2 * 3}0") for half in range(10)]
    for start in share:  # half of nineteen half-hours
        want(start, client="us")
    with pytest.raises(TooManyThere):
        want(one_more, client="us")


def test_keeping_a_time_asks_once_about_limits_and_not_at_all_without_them(app, want, monkeypatch):
    from sqlalchemy import event

    from registration.common.db import db

    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    want(client="us")  # begins the transaction
    asked.clear()
    want(TEN, client="us")
    without = len(asked)
    asked.clear()
    monkeypatch.setitem(app.config, "RATE_LIMITS", True)
    want(HALF_PAST, client="us")
    assert len(asked) == without + 1


def test_without_limits_nobody_counts(want, monkeypatch):
    monkeypatch.setattr(holds, "MOST_HOLDS", 0)
    assert want(client="us")


def test_a_time_let_go_is_free_at_once_and_letting_go_twice_is_nothing(database, want):
    kept, other = want(), want(TEN)
    holds.release(kept.token)
    holds.release(kept.token)
    assert [begins for _, begins, _ in filled(database)] == [TEN]
    assert kept_until(other.token)
    assert want()


def test_letting_go_never_touches_a_booking(database, world):
    made = booked(world.centres["sunshine"], NINE)
    holds.release("no-such-hold")
    database.execute(text("UPDATE occupancy SET hold_digest = :digest"), {"digest": digest("token")})
    holds.release("token")
    assert database.execute(text("SELECT booking_id FROM occupancy")).scalar_one() == made.id


def test_a_kept_time_is_kept_anew_for_the_councils_minutes(database, want):
    kept = want()
    database.execute(text("UPDATE occupancy SET until = clock_timestamp() + interval '5 seconds'"))
    until = holds.extend(kept.token)
    assert until == kept_until(kept.token).until
    assert kept_until(kept.token).seconds_left > 590


def test_what_ran_out_is_not_kept_anew(database, want):
    kept = want()
    run_out(database)
    assert holds.extend(kept.token) is None
    assert holds.extend("no-such-hold") is None
