"""When places are protected, and how many minutes of a session."""

import pytest

from registration.balancing.rules.steering import protected_minutes, protects, utilisation


def test_utilisation_is_what_is_booked_and_expected_of_all_places():
    assert utilisation(20, 60.0, 100) == pytest.approx(0.8)
    assert utilisation(0, 5.0, 0) is None


def test_places_are_protected_from_a_utilisation_on():
    assert protects(1.0, 1.0, already=False)
    assert not protects(0.99, 1.0, already=False)
    assert not protects(None, 0.0, already=True), "where there is no place nothing can be protected"
    assert protects(0.0, 0.0, already=False), "nought protects always"


def test_protected_places_stay_until_the_utilisation_is_clearly_lower():
    assert protects(0.96, 1.0, already=True)
    assert not protects(0.94, 1.0, already=True)


@pytest.mark.parametrize(
    ("length", "kept", "percent", "per_baby", "minutes"),
    [
        (210, 30, 20, 30, 30),  # 1.4 of 7 places
        (420, 30, 20, 30, 90),  # 2.8 of 14
        (120, 0, 20, 30, 30),  # 0.8 of 4
        (60, 0, 20, 30, 0),  # 0.4 of 2
        (75, 0, 20, 30, 30),  # 0.5 counts
        (210, 30, 0, 30, 0),
        (210, 30, 100, 30, 180),  # no more than the desk leaves
        (60, 90, 100, 30, 0),  # where the desk keeps more than there is
        (200, 20, 20, 40, 40),
    ],
)
def test_a_share_of_a_session_is_protected_in_whole_places(length, kept, percent, per_baby, minutes):
    assert protected_minutes(length, kept, percent, per_baby) == minutes
