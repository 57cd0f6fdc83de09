"""A time of day as it is said."""

from datetime import time

import pytest

from registration.common.times import spoken


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (time(9), "9am"),
        (time(9, 30, 59), "9:30am"),
        (time(11, 59), "11:59am"),
        (time(12), "midday"),
        (time(12, 5), "12:05pm"),
        (time(14, 30), "2:30pm"),
        (time(0), "midnight"),
        (time(0, 5), "12:05am"),
    ],
)
def test_a_time_is_said_as_people_say_it(at, said):
    assert spoken(at) == said
