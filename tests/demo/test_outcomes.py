"""What came of the demonstration's past appointments."""

from sqlalchemy import text

from registration.common.db import db
from registration.demo.outcomes import LATELY
from registration.desk.worklists import unmarked_days
from tests.demo.conftest import NOW


def shares():
    counted = "SELECT outcome, count(*) FROM booking WHERE state = 'booked' AND ends_at <= :now GROUP BY outcome"
    found = dict(db.session.execute(text(counted), {"now": NOW}).all())
    return {outcome: number / sum(found.values()) for outcome, number in found.items()}


def test_most_families_are_registered_and_some_came_in_vain_or_not_at_all(loaded):
    found = shares()
    assert found["registered"] > 0.7
    assert all(0 < found[outcome] < 0.15 for outcome in ("unable", "did_not_attend", "declaration_taken"))


def test_only_some_of_the_last_days_are_not_marked_yet(loaded):
    missing = unmarked_days(NOW)
    assert missing
    assert min(each.day for each in missing) >= (NOW - LATELY).date()


def test_nothing_is_marked_before_its_time(loaded):
    early = "SELECT count(*) FROM booking WHERE outcome IS NOT NULL AND (ends_at > :now OR state = 'cancelled')"
    assert db.session.execute(text(early), {"now": NOW}).scalar_one() == 0
