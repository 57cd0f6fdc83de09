"""How few families are told of without telling of anybody."""

import pytest

from registration.desk.rules.aggregates import told


@pytest.mark.parametrize(
    ("count", "of", "words"),
    [
        (0, 30, "0"),
        (1, 30, "fewer than 5"),
        (4, 30, "fewer than 5"),
        (5, 30, "5"),
        (25, 30, "25"),
        (26, 30, "all but fewer than 5"),
        (29, 30, "all but fewer than 5"),
        (30, 30, "30"),
        (3, 3, "fewer than 5"),
        (0, 3, "all but fewer than 5"),
    ],
)
def test_a_number_of_families_is_told_unless_it_or_its_rest_is_a_few(count, of, words):
    assert told(count, of) == words
