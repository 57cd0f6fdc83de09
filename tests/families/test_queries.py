"""Questions about a family's answers."""

from dataclasses import replace

import pytest

from registration.families import actions
from registration.families.queries import shares, wants_to_join
from tests.booking.world import make_world
from tests.families.test_actions import DETAILS, NO, YES


@pytest.mark.parametrize("given", [[YES], [NO], [YES, NO], [NO, YES], [YES, NO, YES], [NO, NO]])
def test_the_latest_answer_counts(database, given):
    family = actions.add_family(DETAILS, given[0])
    for answer in given[1:]:
        actions.record_answer(family, answer)
    actions.add_family(DETAILS, replace(given[-1], share=not given[-1].share))

    assert shares(family) is given[-1].share


def test_a_family_nobody_asked_has_given_no_answer(database):
    assert shares(0) is None


def test_only_a_family_that_asked_to_join_wants_to(database):
    family, other = (actions.add_family(DETAILS, YES) for _ in range(2))
    actions.ask_to_join(family, make_world().centres["sunshine"], "3 Mill Lane", "letter", "")

    assert (wants_to_join(family), wants_to_join(other)) == (True, False)
