"""What one address may keep of a centre's day."""

import pytest

from registration.booking.rules.shares import most_kept


@pytest.mark.parametrize(
    ("minutes", "most"), [(0, 16), (180, 16), (32 * 30, 16), (34 * 30, 17), (35 * 30, 17), (3 * 14 * 60, 42)]
)
def test_a_room_of_families_may_keep_sixteen_times_and_half_of_a_long_day(minutes, most):
    assert most_kept(minutes, 30) == most
