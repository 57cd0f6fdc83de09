"""Correcting what a family is called and where it is reached."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text

from registration.booking.actions import changes
from registration.booking.actions.contacts import contact_of, correct_contact
from registration.booking.actions.refusals import AlreadyBooked, CannotChange
from registration.booking.queries import appointment_by_id
from registration.messages.models import Message
from tests.booking.appointments import NOW, booked
from tests.booking.world import TUESDAY, at_time


@pytest.fixture
def mine(world):
    return booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))


def told(database, mine):
    """Give what stands of the messages about a booking: address and state."""
    wanted = select(Message.address, Message.state).where(Message.about == mine.public_id)
    return {tuple(row) for row in database.execute(wanted)}


def test_the_contact_is_kept_as_corrected_and_the_record_says_what_changed(database, mine):
    right = replace(
        contact_of(mine), name="Aoife Brien", email="right@example.org", mobile=None, letter_address="1 Mill"
    )
    after = correct_contact(mine.public_id, right, NOW, tell=False)
    assert contact_of(after) == right == contact_of(appointment_by_id(mine.public_id))
    event = database.execute(text("SELECT event, about, before, after FROM audit_event ORDER BY id DESC LIMIT 1")).one()
    assert event[:2] == ("contact corrected", f"booking:{mine.id}")
    assert event.before == {
        "name": "Aoife O’Brien",
        "email": "aoife@example.org",
        "mobile": "+447700900982",
        "letter_address": None,
    }
    assert event.after["mobile"] is None


def test_only_what_waits_for_an_address_that_is_gone_is_called_back(database, mine):
    right = replace(contact_of(mine), email="right@example.org")
    correct_contact(mine.public_id, right, NOW, tell=True)
    assert told(database, mine) == {
        ("aoife@example.org", "withdrawn"),
        ("+447700900982", "queued"),
        ("right@example.org", "queued"),
    }


def test_where_only_the_name_changes_nothing_is_sent_or_called_back(database, mine):
    before = told(database, mine)
    correct_contact(mine.public_id, replace(contact_of(mine), name="Aoife Brien"), NOW, tell=True)
    assert told(database, mine) == before


def test_a_contact_that_is_right_already_leaves_no_line_in_the_record(database, mine):
    assert correct_contact(mine.public_id, contact_of(mine), NOW, tell=True) == mine
    corrected = text("SELECT count(*) FROM audit_event WHERE event = 'contact corrected'")
    assert database.execute(corrected).scalar_one() == 0


def test_of_a_booking_that_is_cancelled_nothing_is_confirmed(database, mine):
    changes.cancel(mine.public_id, NOW)
    correct_contact(mine.public_id, replace(contact_of(mine), email="right@example.org"), NOW, tell=True)
    assert "right@example.org" not in {address for address, _state in told(database, mine)}


def test_the_same_birth_cannot_be_booked_anew_with_the_corrected_contact(database, world, mine):
    correct_contact(mine.public_id, replace(contact_of(mine), email="right@example.org"), NOW, tell=False)
    database.commit()
    with pytest.raises(AlreadyBooked):
        booked(world.centres["elland"], at_time(TUESDAY, "9:00"), email="right@example.org", mobile=None)
    database.rollback()
    booked(world.centres["elland"], at_time(TUESDAY, "9:00"), email="aoife@example.org", mobile=None)


def test_a_contact_of_another_booking_of_the_same_babies_is_refused_and_nothing_is_changed(database, world, mine):
    booked(world.centres["elland"], at_time(TUESDAY, "9:00"), email="twice@example.org", mobile=None)
    with pytest.raises(AlreadyBooked):
        correct_contact(mine.public_id, replace(contact_of(mine), email="twice@example.org"), NOW, tell=True)
    assert contact_of(appointment_by_id(mine.public_id)) == contact_of(mine)


def test_the_contact_of_a_bereaved_family_is_never_touched(database, mine):
    changes.cancel_for_bereavement(mine.public_id, NOW)
    with pytest.raises(CannotChange):
        correct_contact(mine.public_id, replace(contact_of(mine), name="Else"), NOW, tell=True)
