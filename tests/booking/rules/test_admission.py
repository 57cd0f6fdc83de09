"""Which of the places kept back open to a family, by the days left of its 42."""

from datetime import date, timedelta

import pytest

from registration.booking.rules.admission import EVERYTHING, Admission, Releases, admission, with_nothing_else_left

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


@pytest.mark.parametrize("left", range(-3, 43))
def test_where_nothing_else_is_left_every_protected_place_in_time_opens_and_nothing_else_does(left):
    last, before = TODAY + timedelta(days=left), opens(left)
    at_last = with_nothing_else_left(before, last)
    assert at_last.urgent is before.urgent, "what is kept for the desk stays so"
    assert at_last.protected_to == max(before.protected_to, last)


def test_who_is_not_said_to_ask_for_the_desk_is_a_family():
    far_off = TODAY + timedelta(days=42)
    assert admission(far_off, TODAY, RELEASES) == opens(42, desk=False) != EVERYTHING
