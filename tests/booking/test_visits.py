"""What a family says at its appointment is kept as an event of its own."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from registration.booking.actions import changes
from registration.booking.actions.refusals import CannotChange
from registration.booking.actions.visits import write_down_answer
from registration.booking.rules.requests import SignUp
from registration.families.queries import shares, wants_to_join
from tests.booking.appointments import NOW, booked, two_mornings
from tests.booking.world import TODAY, TUESDAY, at_time

WISH = SignUp("3 Mill Lane", "phone")


@pytest.fixture
def mine(database):
    return booked(two_mornings().centres["sunshine"], at_time(TUESDAY, "9:30"), share=False)


def test_the_answer_of_the_visit_counts_from_then_on(database, mine):
    write_down_answer(mine.public_id, WISH, "staff:7", TODAY, share=True)
    assert (shares(mine.family_id), wants_to_join(mine.family_id)) == (True, True)
    kept = database.execute(text("SELECT share, route, recorded_by FROM sharing_answer ORDER BY id DESC LIMIT 1")).one()
    assert kept == (True, "visit", "staff:7")


def test_a_no_and_a_later_no_wish_both_take_the_wish_back(mine):
    for wish, share in ((None, True), (WISH, False)):
        write_down_answer(mine.public_id, WISH, "staff:7", TODAY, share=True)
        write_down_answer(mine.public_id, wish, "staff:7", TODAY, share=share)
        assert (shares(mine.family_id), wants_to_join(mine.family_id)) == (share, False)


def test_nothing_is_kept_for_a_booking_that_is_gone(mine):
    changes.cancel(mine.public_id, NOW)
    for gone in (mine.public_id, uuid4()):
        with pytest.raises(CannotChange):
            write_down_answer(gone, None, "staff:7", TODAY, share=True)
