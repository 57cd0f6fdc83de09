"""What one address may keep of a centre's day."""

import pytest

from registration.booking.rules.shares import most_kept


@pytest.mark.parametrize(
    ("minutes", "by_program", "most"),
    [
        (0, False, 6),
        (0, True, 3),
        (180, False, 6),
        (180, True, 3),
        (3 * 7 * 60, False, 21),
        (3 * 7 * 60, True, 10),
        (29, True, 3),
    ],
)
def test_a_room_of_families_gets_half_of_a_day_and_a_program_a_quarter(minutes, by_program, most):
    assert most_kept(minutes, 30, by_program=by_program) == most
