"""The record of who did what: what stands in it, and that nobody can take it back."""

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from registration.common import audit
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


@pytest.fixture
def named(app, monkeypatch):
    """Give staff names, for as long as the test lasts; ask[kind] holds what was asked for."""
    asked = []

    def names(keys):
        asked.append(set(keys))
        return {"3": audit.Named("Jo Smith", "staff.show_person", {"staff_id": 3})}

    monkeypatch.setitem(app.extensions, "audit_names", {"staff": names})
    return asked


def test_the_history_of_a_thing_is_told_in_words_newest_first(database, named):
    record("looked up", about="booking:7", actor="staff:3")
    record("booking.cover_planned", about="booking:7", actor="staff:4", before={"start": "a"}, after={"start": "b"})
    record("looked up", about="booking:8", actor="staff:3")

    newest, oldest = audit.history_of("booking:7")

    assert (oldest.who, oldest.what) == (audit.Named("Jo Smith", "staff.show_person", {"staff_id": 3}), "looked up")
    assert (newest.who, newest.what) == (audit.Named("staff 4"), "booking cover planned")
    assert (newest.thing, newest.changes) == (audit.Named("booking 7"), (("start", "a", "b"),))
    assert named == [{"3", "4"}], "each kind is asked once"


def test_the_history_of_one_thing_under_two_names_is_one_history(database):
    record("booked", about="booking:7", actor="family")
    record("letter.posted", about="00000000-0000-0000-0000-000000000007", actor="service")

    told = audit.history_of("booking:7", "00000000-0000-0000-0000-000000000007")

    assert [(line.who.text, line.what) for line in told] == [("service", "posted a letter"), ("family", "booked")]


def test_days_are_days_in_london(database):
    for moment in ("2026-07-01T22:59:59+00", "2026-07-01T23:00:00+00", "2026-07-02T22:59:59+00", "2026-07-02T23:00+00"):
        database.execute(
            text(
                "INSERT INTO audit_event (at, event, about, actor) VALUES (CAST(:at AS timestamptz), :event, 'x', 'x')"
            ),
            {"at": moment, "event": moment},
        )
    second = date(2026, 7, 2)

    def told(first, last):
        return [line.event[8:16] for line in audit.lines(*audit.days(first, last), most=9)]

    assert told(second, second) == ["02T22:59", "01T23:00"]
    assert told(None, date(2026, 7, 1)) == ["01T22:59"]
    assert told(date(2026, 7, 3), None) == ["02T23:00"]
