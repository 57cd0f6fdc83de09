"""Marking what came of an appointment, and what is known of a centre's day."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registration.booking.actions import changes
from registration.booking.actions.outcomes import judge_sheet, mark, mark_sheet
from registration.booking.actions.refusals import AlreadyBooked
from registration.booking.queries.day import centres_on, day_list, standings
from registration.booking.rules.outcomes import (
    BookedAgain,
    CannotMark,
    Kind,
    MarkedMeanwhile,
    Marking,
    Outcome,
    SheetRow,
)
from tests.booking.appointments import NOW, booked
from tests.booking.world import TUESDAY, WEDNESDAY, at_time

LATER = at_time(TUESDAY, "12:00")


@pytest.fixture
def mine(world):
    return booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"))


def marked(appointment, outcome, seen=0, **more):
    return mark(appointment.public_id, Marking(outcome, **more), seen, "staff:7", LATER)


def standing_of(appointment):
    return standings([appointment.reference])[appointment.reference]


def test_a_marking_is_a_row_and_the_booking_carries_the_latest(database, mine):
    assert marked(mine, Outcome.ARRIVED)
    assert marked(mine, Outcome.UNABLE, standing_of(mine).marked, reason="coroner")
    standing = standing_of(mine)
    assert (standing.outcome, standing.reason, standing.by) == (Outcome.UNABLE, "coroner", "staff:7")
    assert database.execute(text("SELECT outcome, happened_at FROM outcome ORDER BY id")).all() == [
        ("arrived", LATER),
        ("unable", LATER),
    ]
    assert database.execute(text("SELECT outcome FROM booking")).scalar_one() == "unable"


def test_the_same_marking_twice_is_one(database, mine):
    assert marked(mine, Outcome.ARRIVED)
    assert not marked(mine, Outcome.ARRIVED)
    assert database.execute(text("SELECT count(*) FROM outcome")).scalar_one() == 1


@pytest.mark.parametrize("outcome", [Outcome.UNABLE, Outcome.DID_NOT_ATTEND])
def test_a_family_whose_appointment_came_to_nothing_books_another(world, mine, outcome):
    with pytest.raises(AlreadyBooked):
        booked(world.centres["sunshine"], at_time(WEDNESDAY, "9:00"))
    marked(mine, outcome, reason="coroner" if outcome is Outcome.UNABLE else "")
    another = booked(world.centres["sunshine"], at_time(WEDNESDAY, "10:00"))
    with pytest.raises(AlreadyBooked):
        booked(world.centres["sunshine"], at_time(WEDNESDAY, "9:30"))
    with pytest.raises(BookedAgain, match=mine.reference):
        marked(mine, Outcome.REGISTERED, standing_of(mine).marked)
    changes.cancel(another.public_id, LATER)
    assert marked(mine, Outcome.REGISTERED, standing_of(mine).marked)


def test_a_marking_by_somebody_else_in_between_is_not_written_over(mine):
    marked(mine, Outcome.ARRIVED)
    with pytest.raises(MarkedMeanwhile):
        marked(mine, Outcome.REGISTERED)


def test_nothing_is_marked_of_a_booking_nobody_has_or_that_is_cancelled(mine):
    with pytest.raises(CannotMark):
        mark(uuid4(), Marking(Outcome.ARRIVED), 0, "staff:7", LATER)
    changes.cancel(mine.public_id, NOW)
    with pytest.raises(CannotMark):
        marked(mine, Outcome.ARRIVED)


def test_a_marking_is_never_changed(database, mine):
    marked(mine, Outcome.ARRIVED)
    with pytest.raises(DBAPIError, match="only"):
        database.execute(text("UPDATE outcome SET outcome = 'registered'"))


def test_a_sheet_is_marked_where_nothing_stands_against_it(database, world, mine):
    other = booked(world.centres["sunshine"], at_time(TUESDAY, "10:00"), email="b@example.org", mobile=None)
    marked(other, Outcome.DID_NOT_ATTEND)
    rows = [
        SheetRow(line, appointment.reference, 0, 0, Marking(Outcome.REGISTERED, route="sheet"))
        for line, appointment in enumerate((mine, other), 2)
    ]
    verdicts = judge_sheet(rows, LATER)
    assert [verdict.kind for verdict in verdicts] == [Kind.MARK, Kind.CONFLICT]
    assert mark_sheet(verdicts, "centre:1", "staff:8", LATER) == 1
    assert (standing_of(mine).outcome, standing_of(other).outcome) == (Outcome.REGISTERED, Outcome.DID_NOT_ATTEND)
    event = database.execute(text("SELECT event, after FROM audit_event ORDER BY id DESC LIMIT 1")).one()
    assert event == ("read a sheet in", {"marked": 1, "rows": 2})


def test_a_sheet_that_marks_nothing_leaves_no_line_in_the_record(database, mine):
    before = database.execute(text("SELECT count(*) FROM audit_event")).scalar_one()
    assert mark_sheet(judge_sheet([SheetRow(2, mine.reference, 0, 0, Marking(None))], LATER), "x", "y", LATER) == 0
    assert database.execute(text("SELECT count(*) FROM audit_event")).scalar_one() == before


def test_the_day_is_listed_in_its_order_by_the_english_calendar(world, mine):
    late = world.session("sunshine", "cleo", TUESDAY, "22:00", "23:59")
    last = booked(world.centres["sunshine"], at_time(TUESDAY, "23:00"), email="b@example.org", mobile=None)
    assert [row.standing.reference for row in day_list(world.centres["sunshine"], TUESDAY)] == [
        mine.reference,
        last.reference,
    ]
    assert day_list(world.centres["sunshine"], WEDNESDAY) == []
    assert late.id == last.session_id


def test_the_centres_of_a_day_are_those_with_a_session_or_an_appointment(world, mine):
    found = {each.centre_id: (each.booked, each.missing) for each in centres_on(TUESDAY, LATER)}
    assert found == {world.centres["sunshine"]: (1, 1), world.centres["elland"]: (0, 0)}
    assert [each.booked for each in centres_on(TUESDAY, LATER, [world.centres["sunshine"]])] == [1]
    assert centres_on(TUESDAY, LATER, []) == []


def test_the_record_says_why_a_birth_could_not_be_registered(database, mine):
    marked(mine, Outcome.UNABLE, reason="other", note="The mother fell ill")
    after = database.execute(text("SELECT after FROM audit_event ORDER BY id DESC LIMIT 1")).scalar_one()
    assert after == {"outcome": "unable", "reason": "other"}
