"""The record of who did what: what stands in it, and that nobody can take it back."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from registration.common.audit import AuditEvent, record


def lines(database):
    return database.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()


def test_a_line_says_what_was_done_by_whom_to_what_and_what_changed(database):
    record("moved", about="booking:7", actor="staff:3", before={"start": "9:30"}, after={"start": "10:00"})

    [line] = lines(database)

    assert (line.event, line.about, line.actor) == ("moved", "booking:7", "staff:3")
    assert (line.before, line.after) == ({"start": "9:30"}, {"start": "10:00"})
    age = database.execute(text("SELECT clock_timestamp() - at FROM audit_event")).scalar_one()
    assert 0 <= age.total_seconds() < 60


def test_what_had_no_state_before_or_after_leaves_both_empty(database):
    record("signed in", about="staff:3", actor="staff:3")

    empty = text("SELECT count(*) FROM audit_event WHERE before IS NULL AND after IS NULL")
    assert database.execute(empty).scalar_one() == 1


def test_lines_keep_the_order_in_which_they_were_written(database):
    for event in ("booked", "moved", "cancelled"):
        record(event, about="booking:7", actor="family")

    assert [line.event for line in lines(database)] == ["booked", "moved", "cancelled"]


def test_a_line_goes_with_the_work_it_tells_of(database):
    record("booked", about="booking:7", actor="family")
    database.rollback()

    assert lines(database) == []


@pytest.mark.parametrize(
    "change", ["UPDATE audit_event SET actor = 'nobody'", "DELETE FROM audit_event", "TRUNCATE audit_event"]
)
def test_a_line_can_neither_be_changed_nor_taken_away(database, change):
    record("booked", about="booking:7", actor="family")

    with pytest.raises(ProgrammingError, match="Rows of audit_event are only ever added"), database.begin_nested():
        database.execute(text(change))

    assert [line.actor for line in lines(database)] == ["family"]
