"""Sessions in the sentences about rules, one or more."""

import pytest

from registration.balancing.rules.sentences import asked_for, verb


@pytest.mark.parametrize(
    ("families", "wished", "said"),
    [
        (0, 0, "families have booked 0 sessions"),
        (1, 0, "families have booked 1 session"),
        (0, 2, "you wished for 2 sessions"),
        (2, 1, "families have booked 2 sessions and you wished for 1 session"),
    ],
)
def test_who_asks_for_sessions_is_said(families, wished, said):
    assert asked_for(families, wished) == said


def test_one_is_and_two_are():
    assert [verb(count) for count in (0, 1, 2)] == ["are", "is", "are"]
