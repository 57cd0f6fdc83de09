"""The demonstration has agreements, and births that came as agreed but for one late month."""

from registration.births.agreements.queries import agreement_in_force, agreements, sources
from registration.births.agreements.rules import State
from registration.common.clock import civil_date
from registration.demo.agreements import SOURCE
from tests.demo.conftest import NOW

TODAY = civil_date(NOW)


def test_one_agreement_is_in_force_and_one_has_ended(loaded):
    assert [each.state for each in agreements()] == ["in_force", "ended"]
    assert agreement_in_force(SOURCE, TODAY) is not None


def test_births_came_every_month_one_of_them_late_and_the_review_nears(loaded):
    trust, midwives = sources(TODAY)
    states = [each.state for each in trust.standing.promises]
    assert states.count(State.LATE) == 1
    assert states.count(State.IN_TIME) >= 8
    assert trust.standing.missing == 0
    assert "those of 1 month of the last" in trust.standing.sentence
    assert "in 41 days" in trust.review.sentence
    assert not midwives.in_force
