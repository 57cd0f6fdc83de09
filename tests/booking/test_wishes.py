"""The waiting list: joining, leaving, and one family after another being offered what became free."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from registration.booking.actions import changes, offers, wishes
from registration.booking.actions.refusals import CannotChange
from registration.booking.actions.wishes import CannotBeTold, join, leave
from registration.booking.jobs import lapse_offers, offer_freed_times
from registration.booking.queries import appointment_by_id
from registration.booking.queries.wishes import freed_times, waiting_list, wish_of
from registration.booking.rules.wishes import Wish
from registration.common.authority import current_authority
from registration.rota.models import Absence
from tests.booking.appointments import NOW, booked, two_mornings
from tests.booking.world import BORN, FRIDAY, THURSDAY, TUESDAY, at_time

NINE = at_time(TUESDAY, "9:00")
SOONER = Wish(earlier=True, centre_ids=None)
ELSEWHERE = Wish(earlier=False, centre_ids=None)


@pytest.fixture
def world(database, at):
    """Sunshine on Tuesday and Wednesday, Elland on Tuesday, and Sunshine on Friday, when everybody has a time."""
    at("2026-11-22T09:00")
    world = two_mornings()
    world.session("sunshine", "ann", FRIDAY, "9:00", "12:00")
    database.commit()
    return world


@pytest.fixture
def holder(world):
    """The family that has the time the others would like."""
    return booked(world.centres["sunshine"], NINE, email="holder@example.org", mobile=None)


def waiting(world, name, clock="9:00", wish=SOONER, **more):
    mine = booked(world.centres["sunshine"], at_time(FRIDAY, clock), email=f"{name}@example.org", mobile=None, **more)
    join(mine.public_id, wish, "online", NOW)
    return mine


def free(database, holder):
    """Cancel, and let the minute in which that can be undone pass."""
    changes.cancel(holder.public_id, NOW)
    run_out = "UPDATE occupancy SET until = clock_timestamp() - interval '1 second' WHERE booking_id = :id"
    database.execute(text(run_out), {"id": holder.id})
    database.commit()


def offered(database):
    """List the offers: family, start and state, in the order they were made."""
    rows = database.execute(
        text(
            "SELECT b.reference, o.begins_at, o.state FROM offer o JOIN booking b ON b.id = o.booking_id ORDER BY o.id"
        )
    )
    return [tuple(row) for row in rows]


def go():
    offer_freed_times(0)


def latest(database, booking):
    return database.scalars(
        text("SELECT public_id FROM offer WHERE booking_id = :id ORDER BY id DESC"), {"id": booking.id}
    ).first()


# ---- joining and leaving


def test_a_family_joins_changes_what_it_waits_for_and_leaves(database, world):
    mine = waiting(world, "a")
    assert wish_of(mine.id) == SOONER
    choosy = Wish(earlier=True, centre_ids=frozenset({world.centres["elland"]}))
    join(mine.public_id, choosy, "telephone", NOW)
    assert wish_of(mine.id) == choosy
    leave(mine.public_id)
    leave(mine.public_id)
    assert wish_of(mine.id) is None
    rows = database.execute(
        text("SELECT event FROM audit_event WHERE about = :about AND event LIKE '%waiting%' ORDER BY id"),
        {"about": f"booking:{mine.id}"},
    )
    assert [row.event for row in rows] == ["joined the waiting list"] * 2 + ["left the waiting list"]


def test_whoever_changes_what_they_wait_for_keeps_their_place(world):
    first, second = waiting(world, "a"), waiting(world, "b", "9:30")
    join(first.public_id, ELSEWHERE, "online", NOW)
    assert [row.reference for row in waiting_list(NOW)] == [first.reference, second.reference]


def test_a_cancelled_booking_cannot_wait(world):
    mine = booked(world.centres["sunshine"], at_time(FRIDAY, "9:00"))
    changes.cancel(mine.public_id, NOW)
    with pytest.raises(CannotChange):
        join(mine.public_id, SOONER, "online", NOW)


def test_a_family_whose_appointment_is_over_cannot_wait(world):
    mine = booked(world.centres["sunshine"], NINE)
    with pytest.raises(CannotChange):
        join(mine.public_id, SOONER, "online", NINE)


def test_a_family_reached_by_letter_alone_cannot_be_told_in_time(database, world):
    mine = booked(
        world.centres["sunshine"], NINE, email=None, mobile=None, letter_address="3 Mill Lane", channel="telephone"
    )
    with pytest.raises(CannotBeTold):
        join(mine.public_id, SOONER, "telephone", NOW)


# ---- what becomes free


def test_a_time_is_offered_once_the_minute_of_its_cancellation_is_over(database, world, holder):
    mine = waiting(world, "a")
    changes.cancel(holder.public_id, NOW)
    database.commit()
    go()
    assert offered(database) == []
    database.execute(text("UPDATE occupancy SET until = clock_timestamp() - interval '1 second' WHERE kind = 'hold'"))
    go()
    assert offered(database) == [(mine.reference, NINE, "sent")]
    [told] = database.execute(text("SELECT template, address FROM message WHERE template LIKE 'offer%'")).all()
    assert tuple(told) == ("offer_earlier", "a@example.org")


def test_what_nobody_wants_is_forgotten(database, world, holder):
    waiting(world, "a", wish=Wish(earlier=True, centre_ids=frozenset({world.centres["elland"]})))
    free(database, holder)
    go()
    assert offered(database) == []
    assert freed_times() == []


def test_nothing_is_noted_while_nobody_waits(database, world, holder):
    free(database, holder)
    go()
    assert freed_times() == []


def test_a_time_that_a_family_moves_away_from_is_offered(database, world, holder):
    mine = waiting(world, "a")
    changes.move(holder.public_id, world.centres["elland"], NINE, NOW)
    go()
    assert offered(database) == [(mine.reference, NINE, "sent")]


def test_the_times_of_a_new_session_go_to_as_many_families_as_want_them(database, world):
    first, second = waiting(world, "a"), waiting(world, "b", "9:30")
    world.session("elland", "cleo", THURSDAY, "9:00", "9:30")
    go()
    assert offered(database) == [(first.reference, at_time(THURSDAY, "9:00"), "sent")]
    world.session("todmorden", "dev", THURSDAY, "9:00", "11:00")
    go()
    assert offered(database)[1:] == [(second.reference, at_time(THURSDAY, "9:00"), "sent")]


def test_the_time_of_an_absence_that_was_withdrawn_is_offered(database, world):
    absence = Absence(
        registrar_id=world.registrars["bo"],
        begins_at=NINE,
        ends_at=at_time(TUESDAY, "11:00"),
        reason="sickness",
        made_by="staff:1",
    )
    database.add(absence)
    mine = waiting(world, "a")
    absence.state = "withdrawn"
    database.commit()
    go()
    assert offered(database) == [(mine.reference, NINE, "sent")]


def test_a_hold_that_ran_out_is_offered(database, world):
    mine = waiting(world, "a")
    session = world.sessions[0]
    database.execute(
        text("""
        INSERT INTO occupancy (session_id, registrar_id, begins_at, ends_at, kind, until, hold_digest)
        VALUES (:session, :ann, :begins, :ends, 'hold', clock_timestamp() - interval '1 second', 'x')"""),
        {
            "session": session,
            "ann": world.registrars["ann"],
            "begins": NINE,
            "ends": NINE + timedelta(minutes=30),
        },
    )
    go()
    assert offered(database) == [(mine.reference, NINE, "sent")]


def test_what_was_free_all_along_is_no_news(database, world):
    waiting(world, "a")
    go()
    assert offered(database) == []


# ---- one family at a time


def test_the_fewest_days_left_come_first_and_the_next_family_is_asked_when_the_first_says_no(database, world, holder):
    young = waiting(world, "young")
    old = waiting(world, "old", "9:30", births=(BORN - timedelta(days=9),))
    free(database, holder)
    go()
    assert offered(database) == [(old.reference, NINE, "sent")]
    offers.decline(latest(database, old), NOW)
    go()
    assert offered(database) == [(old.reference, NINE, "declined"), (young.reference, NINE, "sent")]
    offers.decline(latest(database, young), NOW)
    go()
    assert len(offered(database)) == 2  # nobody is offered the same start twice
    assert freed_times() == []


def test_an_offer_that_lapses_goes_to_the_next_family(database, world, holder):
    first, second = waiting(world, "a"), waiting(world, "b", "9:30")
    free(database, holder)
    go()
    database.execute(
        text("UPDATE occupancy SET until = clock_timestamp() - interval '1 second' WHERE offer_id IS NOT NULL")
    )
    lapse_offers(0)
    go()
    assert offered(database) == [(first.reference, NINE, "lapsed"), (second.reference, NINE, "sent")]


def test_the_time_a_family_leaves_for_the_one_offered_goes_to_the_next(database, world, holder):
    """A chain: Friday's family takes Tuesday; Friday's time is wanted by one that has a later one still."""
    world.session("sunshine", "ann", FRIDAY + timedelta(days=3), "9:00", "12:00")
    first = waiting(world, "a", births=(BORN - timedelta(days=9),))
    last = booked(
        world.centres["sunshine"], at_time(FRIDAY + timedelta(days=3), "9:00"), email="z@example.org", mobile=None
    )
    join(last.public_id, SOONER, "online", NOW)
    free(database, holder)
    go()
    offers.accept(latest(database, first), NOW)
    go()
    assert offered(database) == [
        (first.reference, NINE, "accepted"),
        (last.reference, at_time(FRIDAY, "9:00"), "sent"),
    ]
    assert appointment_by_id(first.public_id).start == NINE
    assert wish_of(first.id) is None
    assert [row.reference for row in waiting_list(NOW)] == [last.reference]


def test_a_family_with_an_offer_open_is_not_asked_again_meanwhile(database, world, holder):
    waiting(world, "a")
    other = booked(world.centres["elland"], NINE, email="other@example.org", mobile=None)
    free(database, holder)
    free(database, other)
    go()
    assert len(offered(database)) == 1


def test_twins_are_offered_a_time_that_is_long_enough_with_what_was_free_beside_it(database, world, holder):
    twins = waiting(world, "twins", births=(BORN, BORN))
    next_one = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"), email="next@example.org", mobile=None)
    free(database, holder)
    go()
    assert offered(database) == []
    free(database, next_one)
    go()
    assert offered(database) == [(twins.reference, NINE, "sent")]


def test_the_telephone_desks_minutes_are_offered_only_to_those_near_their_last_day(database, world):
    """A long session of Thursday whose last half hour is kept; all of it is filled but that."""
    session = world.session("elland", "cleo", THURSDAY, "9:00", "12:00", kept=30)
    for number in range(5):
        start = at_time(THURSDAY, "9:00") + timedelta(minutes=30 * number)
        booked(world.centres["elland"], start, email=f"{number}@example.org", mobile=None)
    waiting(world, "young")
    near = BORN - timedelta(days=42 - 3 - current_authority().urgent_days)
    urgent = waiting(world, "urgent", "9:30", births=(near,))
    database.execute(text("DELETE FROM freed_time"))
    database.execute(
        text(
            "INSERT INTO freed_time (session_id, begins_at, ends_at) SELECT id, begins_at, ends_at FROM session WHERE id = :id"
        ),
        {"id": session.id},
    )
    go()
    assert offered(database) == [(urgent.reference, at_time(THURSDAY, "11:30"), "sent")]


def test_a_family_whose_registrar_is_away_is_left_to_the_cover_of_the_absence(database, world, holder):
    waiting(world, "a")
    free(database, holder)
    day = at_time(FRIDAY, "0:00")
    away = {"begins_at": day, "ends_at": day + timedelta(days=1), "reason": "sickness", "made_by": "staff:1"}
    database.add(Absence(registrar_id=world.registrars["ann"], **away))
    database.commit()
    go()
    assert offered(database) == []


# ---- the night, and what comes too late


def test_at_night_nobody_is_asked_and_in_the_morning_the_first_is(database, world, holder, at):
    mine = waiting(world, "a")
    free(database, holder)
    at("2026-11-22T22:00")
    go()
    assert offered(database) == []
    assert freed_times() != []
    at("2026-11-23T08:00")
    go()
    assert offered(database) == [(mine.reference, NINE, "sent")]
    assert database.scalars(text("SELECT answer_by FROM offer")).one() == at_time(TUESDAY - timedelta(days=1), "10:00")


def test_a_time_too_near_to_answer_is_not_offered(database, world, holder, at):
    waiting(world, "a")
    changes.cancel(holder.public_id, NINE - timedelta(hours=2))
    database.execute(text("UPDATE occupancy SET until = clock_timestamp() - interval '1 second' WHERE kind = 'hold'"))
    at("2026-11-24T07:00")
    go()
    at("2026-11-24T08:00")
    go()
    assert offered(database) == []
    assert freed_times() == []


def test_the_wish_of_a_family_that_cancelled_ends_when_that_can_no_longer_be_undone(database, world):
    mine = waiting(world, "a")
    changes.cancel(mine.public_id, NOW)
    go()
    changes.undo_cancel(mine.public_id, NOW)
    assert wish_of(mine.id) == SOONER
    changes.cancel(mine.public_id, NOW)
    database.execute(text("UPDATE booking SET cancelled_at = clock_timestamp() - interval '2 minutes'"))
    go()
    assert wish_of(mine.id) is None


def test_the_wish_ends_with_the_appointment(database, world, at):
    mine = waiting(world, "a")
    at("2026-11-27T09:00")
    go()
    assert wish_of(mine.id) is None


def test_a_session_taken_off_the_rota_is_offered_to_nobody(database, world, holder):
    waiting(world, "a")
    free(database, holder)
    database.execute(text("UPDATE session SET state = 'withdrawn' WHERE id = :id"), {"id": world.sessions[0]})
    go()
    assert offered(database) == []
    assert freed_times() == []


def test_a_family_that_takes_the_time_by_itself_meanwhile_leaves_nothing_to_offer(database, world, holder):
    waiting(world, "a")
    free(database, holder)
    booked(world.centres["sunshine"], NINE, email="quick@example.org", mobile=None)
    go()
    assert offered(database) == []


def test_a_time_that_cannot_be_kept_after_all_goes_to_nobody(database, world, holder, monkeypatch):
    """Between the look and the keeping somebody was quicker."""
    waiting(world, "a")
    free(database, holder)
    suiting = wishes._suiting

    def late(*given):
        found = suiting(*given)
        booked(world.centres["sunshine"], NINE, email="quick@example.org", mobile=None)
        return found

    monkeypatch.setattr(wishes, "_suiting", late)
    go()
    assert offered(database) == []


def test_what_another_worker_settled_is_passed_over(world):
    assert wishes.offer_freed(0, NOW) is False


def test_a_family_may_wait_for_another_centre_though_it_is_later(database, world):
    mine = booked(world.centres["sunshine"], NINE, email="a@example.org", mobile=None)
    join(mine.public_id, ELSEWHERE, "online", NOW)
    world.session("elland", "cleo", THURSDAY, "9:00", "11:00")
    go()
    assert offered(database) == [(mine.reference, at_time(THURSDAY, "9:00"), "sent")]


def test_the_record_names_the_wish(database, world):
    waiting(world, "anna", wish=Wish(earlier=False, centre_ids=frozenset({world.centres["elland"]})))
    wanted = "SELECT after FROM audit_event WHERE event = 'joined the waiting list' ORDER BY id DESC LIMIT 1"
    after = database.execute(text(wanted)).scalar_one()
    assert (after["earlier"], after["centres"], after["route"]) == (False, [world.centres["elland"]], "online")
