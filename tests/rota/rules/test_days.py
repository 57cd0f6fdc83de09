"""On which days a centre is open."""

from registration.rota.rules.days import OpenDays, Otherwise
from tests.rota.rules.plans import MONDAY, TUESDAY

CHRISTMAS = {MONDAY: "Christmas Day"}


def test_a_bank_holiday_closes_every_centre():
    days = OpenDays(CHRISTMAS, {})
    assert (days.closed(1, MONDAY), days.closed(1, TUESDAY)) == ("Christmas Day", "")
    assert days.decision(1, MONDAY) is None


def test_a_centre_may_be_open_on_a_bank_holiday():
    days = OpenDays(CHRISTMAS, {(1, MONDAY): Otherwise(open=True, reason="open house")})
    assert (days.closed(1, MONDAY), days.closed(2, MONDAY)) == ("", "Christmas Day")


def test_a_centre_may_be_closed_on_any_day_and_its_own_word_counts_before_the_one_for_all():
    decided = {(None, TUESDAY): Otherwise(open=False, reason=""), (1, TUESDAY): Otherwise(open=True, reason="")}
    days = OpenDays({}, decided)
    assert (days.closed(1, TUESDAY), days.closed(2, TUESDAY)) == ("", "closed that day")
