"""A booking's row is locked before it is changed."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from registration.booking.actions.locking import locked, note
from registration.booking.actions.refusals import CannotChange
from tests.booking.appointments import booked, two_mornings
from tests.booking.world import TUESDAY, at_time


def test_what_is_locked_is_given_as_it_stands_and_what_is_not_there_is_refused(database):
    mine = booked(two_mornings().centres["sunshine"], at_time(TUESDAY, "9:00"))
    assert locked(mine.public_id) == mine
    with pytest.raises(CannotChange):
        locked(uuid4())


def test_the_record_says_when_and_where_and_nobodys_name(database):
    mine = booked(two_mornings().centres["sunshine"], at_time(TUESDAY, "9:00"))
    note("tried", mine, mine)
    before, after = database.execute(text("SELECT before, after FROM audit_event WHERE event = 'tried'")).one()
    assert before == after == {"start": mine.start.isoformat(), "centre": mine.centre, "state": "booked"}
