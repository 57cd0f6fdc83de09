"""What a file of losses would do, before it is taken in: families, appointments to come and messages, counted."""

from datetime import UTC, datetime, timedelta

import pytest

from registration.births.files.actions import NotChecked, take_in
from registration.births.files.leaving import Leaving, leaving
from registration.births.files.looking import look
from registration.births.files.rules.columns import Kind
from registration.booking.models import Booking
from registration.common.db import db
from registration.families.models import Family
from registration.messages.models import Message
from tests.births.brought import SOURCE, agree, brought, csv_of
from tests.booking.world import TODAY

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def notice(mine):
    agree()
    db.session.execute(Family.__table__.update().values(name="Amy Lee", name_words="'amy' 'lee'"))
    day = f"{mine.births[0]:%d/%m/%Y}"
    return brought(csv_of([{"DOB": day, "Mother Name": "Amy Lee", "Died": "yes"}]), kind=Kind.LOSSES)


def counted(notice, now=NOW):
    return leaving(look(notice, TODAY).told.losses, SOURCE, now)


def test_what_leaves_is_counted_before_and_is_what_then_leaves(notice, mine):
    before = counted(notice)
    assert (before.records, before.appointments) == (1, 1)
    assert before.messages == db.session.query(Message).filter_by(state="queued").count() > 0
    file, _ = take_in(notice, "staff:1", NOW)
    assert file.removed == before.records
    assert db.session.get_one(Booking, mine.id).state == "cancelled"
    assert db.session.query(Message).filter_by(state="queued").count() == 0


def test_an_appointment_that_is_over_is_not_counted(notice):
    assert counted(notice, NOW + timedelta(days=5)).appointments == 0


def test_of_babies_nobody_knows_nothing_leaves(mine):
    agree()
    nobody = brought("ID,Outcome\nN9,died\n", kind=Kind.LOSSES)
    assert counted(nobody) == Leaving(0, 0, 0, unknown=1)


def test_losses_that_nobody_checked_are_not_taken_in(notice, mine):
    with pytest.raises(NotChecked):
        take_in(notice, "staff:1", NOW, checked=False)
    assert db.session.get_one(Booking, mine.id).state == "booked"
