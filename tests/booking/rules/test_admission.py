"""Which of the places kept back open to a family, by the days left of its 42."""

from datetime import date, timedelta

import pytest

from registration.booking.rules.admission import EVERYTHING, Admission, Releases, admission

RELEASES = Releases(urgent_days=7, near_days=10, opens_days=4)
TODAY = date(2026, 11, 22)


def opens(left, *, desk=False):
    return admission(TODAY + timedelta(days=left), TODAY, RELEASES, desk=desk)


@pytest.mark.parametrize("left", [42, 11])
def test_protected_places_open_to_everybody_so_many_days_before(left):
    assert opens(left) == Admission(urgent=False, protected_to=date(2026, 11, 26))


@pytest.mark.parametrize("left", [10, 8])
def test_a_family_near_its_last_day_may_have_every_protected_place(left):
    assert opens(left) == Admission(urgent=False, protected_to=date.max)


@pytest.mark.parametrize("left", [7, 0, -3])
def test_a_family_nearer_still_may_have_the_desks_too(left):
    assert opens(left) == EVERYTHING


def test_the_desk_may_have_everything():
    assert opens(42, desk=True) == EVERYTHING
