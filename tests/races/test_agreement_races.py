"""Two people who put an agreement in force at the same moment."""

from __future__ import annotations

from tests.births.agreements.made import ACTOR, TODAY, drafted, signatures
from tests.races.conftest import at_once


def test_of_two_first_agreements_of_a_source_one_is_in_force(live):
    from registration.births.agreements import actions
    from registration.births.agreements.queries import agreement_by_id, agreement_in_force, seen_of
    from registration.common.db import db
    from registration.common.transaction import transaction

    with live.app_context():
        with transaction():
            numbers = [drafted(starts_on=TODAY).id for _ in range(2)]
        marks = [seen_of(agreement_by_id(number)) for number in numbers]
        db.session.remove()

    def hurry(number):
        with live.app_context():
            try:
                with transaction():
                    actions.put_in_force(numbers[number], signatures(), marks[number], TODAY, ACTOR)
            except actions.Changed:
                return "changed"
            else:
                return "in force"
            finally:
                db.session.remove()

    assert sorted(at_once(2, hurry)) == ["changed", "in force"]
    with live.app_context():
        assert agreement_in_force("calder-nhs", TODAY) is not None
