"""Several registrars mark the same appointments at the same moment: each is marked once, and nobody writes over another."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from tests.races.conftest import NOW, at_once, counted, start_at
from tests.races.test_booking_races import take

HANDS = 8
LATER = NOW + timedelta(days=2)


def a_booking(live):
    from registration.common.db import db

    status, _ = take(live, start_at(1, 9, 0), 1)
    assert status == 201
    with live.app_context():
        return UUID(str(db.session.execute(text("SELECT public_id FROM booking")).scalar_one()))


def marking(live, public_id, outcome, number):
    """Mark as one of many; give what came of the try."""
    from registration.booking.actions.outcomes import mark
    from registration.booking.rules.outcomes import MarkedMeanwhile, Marking
    from registration.common.transaction import transaction

    with live.app_context():
        try:
            with transaction():
                return mark(public_id, Marking(outcome), 0, f"staff:{number}", LATER)
        except MarkedMeanwhile:
            return "meanwhile"


def test_the_same_button_pressed_by_many_marks_once(live):
    from registration.booking.rules.outcomes import Outcome

    public_id = a_booking(live)
    answers = at_once(HANDS, lambda number: marking(live, public_id, Outcome.REGISTERED, number))
    assert sorted(answers) == [False] * (HANDS - 1) + [True]
    assert counted(live, "SELECT count(*) FROM outcome") == 1


def test_of_different_buttons_the_first_counts_and_the_others_are_told(live):
    from registration.booking.rules.outcomes import Outcome

    public_id = a_booking(live)
    wanted = (Outcome.REGISTERED, Outcome.DID_NOT_ATTEND)
    answers = at_once(HANDS, lambda number: marking(live, public_id, wanted[number % 2], number))
    assert answers.count(True) == 1
    assert answers.count("meanwhile") == HANDS // 2
    assert counted(live, "SELECT count(*) FROM outcome") == 1
    assert (
        counted(live, "SELECT count(*) FROM booking b JOIN outcome o ON o.booking_id = b.id AND o.outcome = b.outcome")
        == 1
    )
