"""The work lists: who is on them, in which order, and how a person takes a family and says it is done."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from registration.booking.actions import changes
from registration.booking.models import Offer
from registration.desk import marks, worklists
from registration.desk.marks import NotByHand, NoteMissing, RowGone, TakenByOther
from registration.desk.worklists import UNANSWERED, WITHOUT_TIME
from registration.rota.models import Absence
from tests.booking.appointments import NOW, booked, two_mornings
from tests.booking.world import BORN, TUESDAY, at_time

NINE, TEN, ELEVEN = (at_time(TUESDAY, clock) for clock in ("9:00", "10:00", "11:00"))
LATER = NOW + timedelta(days=30)  # twelve days before the last lawful day of a birth on 19 November


@pytest.fixture
def world(database):
    return two_mornings()


def away(database, world, who="ann", begins=NINE, ends=ELEVEN):
    absence = Absence(
        registrar_id=world.registrars[who], begins_at=begins, ends_at=ends, reason="sickness", made_by="staff:1"
    )
    database.add(absence)
    database.commit()
    return absence


def family(world, clock="9:00", name="b", **more):
    return booked(world.centres["sunshine"], at_time(TUESDAY, clock), email=f"{name}@example.org", mobile=None, **more)


def offered(database, world, booking, state="sent", cause="cover", at=TEN):
    made = Offer(
        public_id=booking.public_id,
        booking_id=booking.id,
        cause=cause,
        session_id=world.sessions[2],
        centre_id=world.centres["elland"],
        begins_at=at,
        ends_at=at + timedelta(minutes=30),
        state=state,
        answer_by=NOW + timedelta(hours=5),
        made_by="staff:1",
    )
    database.add(made)
    database.commit()
    return made


def outcome(database, booking, what):
    database.execute(text("UPDATE booking SET outcome = :what WHERE id = :id"), {"what": what, "id": booking.id})
    database.commit()


def found(now=NOW, work=WITHOUT_TIME):
    return [(row.why, row.reference) for row in worklists.rows(work, now)]


# ---- who is on the list of families without a time


def test_a_family_whose_registrar_is_away_is_on_it_until_another_time_is_offered(database, world):
    mine = family(world)
    assert found() == []
    away(database, world)
    assert found() == [("away", mine.reference)]
    offered(database, world, mine, state="kept")
    assert found() == []


def test_a_family_whose_centre_has_closed_is_on_it_and_says_so(database, world):
    mine = family(world)
    database.execute(text("UPDATE centre SET participating_to = :day"), {"day": TUESDAY})
    assert found() == []
    database.execute(text("UPDATE centre SET participating_to = :day"), {"day": TUESDAY - timedelta(days=1)})
    assert found() == [("closed", mine.reference)]


@pytest.mark.parametrize("state", ["declined", "lapsed"])
def test_a_family_that_did_not_take_the_other_time_is_on_it_again_and_says_why(database, world, state):
    mine = family(world)
    away(database, world)
    offered(database, world, mine, state=state)
    assert found() == [(state, mine.reference)]


def test_a_withdrawn_absence_takes_everybody_off_it(database, world):
    family(world)
    away(database, world).state = "withdrawn"
    database.commit()
    assert found() == []


def test_a_family_that_cancelled_is_on_it_from_two_weeks_before_its_last_lawful_day(database, world):
    mine = family(world)
    changes.cancel(mine.public_id, NOW)
    assert found(NOW) == []
    assert found(NOW + timedelta(days=24)) == []
    assert found(NOW + timedelta(days=25)) == [("cancelled", mine.reference)]


def test_a_family_that_booked_again_is_not_on_it(database, world):
    mine = family(world)
    changes.cancel(mine.public_id, NOW)
    family(world, "10:00")
    assert found(LATER) == []


def test_of_several_appointments_that_came_to_nothing_only_the_last_is_on_it(database, world):
    first = family(world)
    outcome(database, first, "did_not_attend")
    second = family(world, "10:00")
    assert found() == []
    outcome(database, second, "unable")
    assert found() == [("unable", second.reference)]


def test_another_familys_booking_does_not_take_it_off(database, world):
    mine = family(world)
    changes.cancel(mine.public_id, NOW)
    family(world, "10:00", name="c")
    assert found(LATER) == [("cancelled", mine.reference)]


def test_a_bereaved_family_is_never_on_it(database, world):
    mine = family(world)
    outcome(database, mine, "did_not_attend")
    changes.cancel_for_bereavement(mine.public_id, NOW)
    assert found(LATER) == []


@pytest.mark.parametrize("what", ["did_not_attend", "unable"])
def test_a_family_whose_appointment_came_to_nothing_is_on_it_at_once(database, world, what):
    mine = family(world)
    outcome(database, mine, what)
    assert found(NOW + timedelta(days=3)) == [(what, mine.reference)]


@pytest.mark.parametrize("what", ["arrived", "registered", "declaration_taken"])
def test_a_family_that_was_seen_is_not(database, world, what):
    outcome(database, family(world), what)
    assert found(LATER) == []


def test_a_family_leaves_it_a_good_while_after_its_last_lawful_day(database, world):
    outcome(database, family(world), "did_not_attend")
    last = NOW + timedelta(days=39 + 28)
    assert len(found(last)) == 1
    assert found(last + timedelta(days=1)) == []


def test_those_with_the_fewest_days_left_come_first(database, world):
    young = family(world, "9:00", name="young")
    old = family(world, "9:30", name="old", births=(BORN - timedelta(days=20),))
    away(database, world)
    assert found() == [("away", old.reference), ("away", young.reference)]


# ---- offers not answered


def test_an_offer_for_an_absence_waits_on_its_list_until_it_is_answered(database, world):
    mine = family(world)
    away(database, world)
    offer = offered(database, world, mine)
    [row] = worklists.rows(UNANSWERED, NOW)
    assert (row.reference, row.offered_at, row.answer_by) == (mine.reference, TEN, offer.answer_by)
    offer.state = "accepted"
    database.commit()
    assert worklists.rows(UNANSWERED, NOW) == []


@pytest.mark.parametrize(("state", "cause"), [("kept", "cover"), ("sent", "waiting_list")])
def test_an_offer_not_sent_yet_or_one_of_the_waiting_list_asks_nothing_of_staff(database, world, state, cause):
    offered(database, world, family(world), state=state, cause=cause)
    assert worklists.rows(UNANSWERED, NOW) == []


# ---- outcomes missing


def test_an_appointment_that_is_over_misses_its_outcome_until_one_is_final(database, world):
    mine = family(world)
    assert worklists.unmarked_days(NINE) == []
    over = mine.end
    [day] = worklists.unmarked_days(over)
    assert (day.centre_id, day.day, day.count) == (world.centres["sunshine"], TUESDAY, 1)
    outcome(database, mine, "arrived")
    assert len(worklists.unmarked_days(over)) == 1
    outcome(database, mine, "registered")
    assert worklists.unmarked_days(over) == []


def test_a_registrar_is_asked_only_for_their_own(database, world):
    family(world)
    assert worklists.counts(["unmarked"], TEN, world.registrars["ann"]) == {"unmarked": 1}
    assert worklists.counts(["unmarked"], TEN, world.registrars["bo"]) == {"unmarked": 0}
    assert worklists.unmarked_days(TEN, world.registrars["bo"]) == []


def test_a_centre_is_asked_only_for_its_own(database, world):
    family(world)
    assert [day.count for day in worklists.unmarked_days(TEN, centre_id=world.centres["sunshine"])] == [1]
    assert worklists.unmarked_days(TEN, centre_id=world.centres["elland"]) == []


# ---- the numbers


def test_every_number_counts_the_rows_of_its_list(database, world):
    first, second = family(world), family(world, "10:00", name="c")
    away(database, world)
    offered(database, world, second)
    database.execute(
        text("INSERT INTO staff_task (kind, sentence, created) VALUES ('x', 'Ring somebody', :now)"), {"now": NOW}
    )
    counted = worklists.counts(["without_time", "unanswered", "unmarked", "tasks"], NOW)
    assert counted == {"without_time": 1, "unanswered": 1, "unmarked": 0, "tasks": 1}
    assert found() == [("away", first.reference)]


def test_only_what_is_asked_for_is_counted(database):
    assert worklists.counts([], NOW) == {}
    assert worklists.counts(["tasks"], NOW) == {"tasks": 0}


# ---- taking, giving back, done


@pytest.fixture
def missed(database, world):
    """A family that did not come."""
    mine = family(world)
    outcome(database, mine, "did_not_attend")
    return mine


def only(work=WITHOUT_TIME):
    [row] = worklists.rows(work, NOW)
    return row


def events(database, booking):
    rows = database.execute(
        text("SELECT event, actor, after FROM audit_event WHERE about = :about AND event LIKE 'work%' ORDER BY id"),
        {"about": f"booking:{booking.id}"},
    )
    return [tuple(row) for row in rows]


def test_a_family_is_taken_given_back_and_taken_by_another(database, missed):
    marks.claim(WITHOUT_TIME, only().fact, "", actor="staff:1", now=NOW)
    assert only().claimed_by == "staff:1"
    marks.release(WITHOUT_TIME, only().fact, actor="staff:2", now=NOW)  # not theirs
    assert only().claimed_by == "staff:1"
    marks.release(WITHOUT_TIME, only().fact, actor="staff:1", now=NOW)
    assert only().claimed_by is None
    marks.claim(WITHOUT_TIME, only().fact, "", actor="staff:2", now=NOW)
    assert [(event, actor) for event, actor, _ in events(database, missed)] == [
        ("work taken", "staff:1"),
        ("work given back", "staff:1"),
        ("work taken", "staff:2"),
    ]


def test_of_two_who_take_the_same_family_the_second_is_told(database, missed):
    fact = only().fact
    marks.claim(WITHOUT_TIME, fact, "", actor="staff:1", now=NOW)
    with pytest.raises(TakenByOther):
        marks.claim(WITHOUT_TIME, fact, "", actor="staff:2", now=NOW)
    marks.claim(WITHOUT_TIME, fact, "staff:1", actor="staff:2", now=NOW)  # having seen who has it
    assert only().claimed_by == "staff:2"


def test_taking_twice_changes_nothing(database, missed):
    for _ in range(2):
        marks.claim(WITHOUT_TIME, only().fact, "", actor="staff:1", now=NOW)
    assert len(events(database, missed)) == 1


def test_a_family_that_is_done_leaves_the_list_and_what_was_agreed_stands_in_the_record(database, missed):
    marks.finish(WITHOUT_TIME, only().fact, " Registered in Leeds ", actor="staff:1", now=NOW)
    assert found() == []
    assert worklists.counts(["without_time"], NOW) == {"without_time": 0}
    done = {"work": "without-a-time", "why": "did_not_attend", "note": "Registered in Leeds"}
    assert events(database, missed) == [("work done", "staff:1", done)]


def test_one_that_another_took_can_be_done_all_the_same(database, missed):
    marks.claim(WITHOUT_TIME, only().fact, "", actor="staff:1", now=NOW)
    marks.finish(WITHOUT_TIME, only().fact, "Registered", actor="staff:2", now=NOW)
    assert found() == []


def test_a_family_that_was_done_comes_back_when_something_else_happens_to_it(database, missed):
    marks.finish(WITHOUT_TIME, only().fact, "Comes tomorrow", actor="staff:1", now=NOW)
    outcome(database, missed, "unable")
    assert found() == [("unable", missed.reference)]


def test_without_a_word_it_is_not_done(database, missed):
    with pytest.raises(NoteMissing):
        marks.finish(WITHOUT_TIME, only().fact, "  ", actor="staff:1", now=NOW)


def test_a_family_whose_time_does_not_stand_is_not_done_by_saying_so(database, world):
    family(world)
    away(database, world)
    with pytest.raises(NotByHand):
        marks.finish(WITHOUT_TIME, only().fact, "They know", actor="staff:1", now=NOW)


def test_an_offer_is_not_done_by_saying_so(database, world):
    offered(database, world, family(world))
    with pytest.raises(NotByHand):
        marks.finish(UNANSWERED, only(UNANSWERED).fact, "They know", actor="staff:1", now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda fact: marks.claim(WITHOUT_TIME, fact, "", actor="staff:2", now=NOW),
        lambda fact: marks.release(WITHOUT_TIME, fact, actor="staff:2", now=NOW),
        lambda fact: marks.finish(WITHOUT_TIME, fact, "Done", actor="staff:2", now=NOW),
    ],
)
def test_what_is_settled_already_can_be_neither_taken_nor_done(database, missed, change):
    fact = only().fact
    marks.finish(WITHOUT_TIME, fact, "Registered", actor="staff:1", now=NOW)
    with pytest.raises(RowGone):
        change(fact)


def test_of_two_who_say_at_the_same_moment_that_a_family_is_done_the_second_is_told(database, missed, monkeypatch):
    """Both looked before either wrote."""
    seen = worklists.rows(WITHOUT_TIME, NOW)
    monkeypatch.setattr(worklists, "rows", lambda *_given: seen)
    marks.finish(WITHOUT_TIME, seen[0].fact, "Registered", actor="staff:1", now=NOW)
    with pytest.raises(RowGone):
        marks.finish(WITHOUT_TIME, seen[0].fact, "Registered", actor="staff:2", now=NOW)
