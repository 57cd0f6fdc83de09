"""Bank holidays of England and Wales, as GOV.UK publishes them."""

import socket
from datetime import date

import pytest

from registration.common.holidays import bank_holidays


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 1), "New Year’s Day"),
        (date(2026, 4, 6), "Easter Monday"),
        (date(2026, 12, 25), "Christmas Day"),
        (date(2026, 12, 28), "Boxing Day"),
    ],
)
def test_a_holiday_stands_on_the_day_it_is_kept_even_when_that_is_a_substitute_day(day, name):
    assert bank_holidays()[day] == name


@pytest.mark.parametrize("day", [date(2026, 1, 2), date(2026, 3, 17), date(2026, 7, 13)])
def test_a_day_kept_only_elsewhere_is_none(day):
    assert day not in bank_holidays()


@pytest.mark.parametrize(
    ("day", "name", "substitute"),
    [
        (date(2026, 12, 26), "Boxing Day (the day itself)", date(2026, 12, 28)),
        (date(2027, 12, 25), "Christmas Day (the day itself)", date(2027, 12, 27)),
        (date(2027, 12, 26), "Boxing Day (the day itself)", date(2027, 12, 28)),
        (date(2028, 1, 1), "New Year’s Day (the day itself)", date(2028, 1, 3)),
    ],
)
def test_a_holiday_on_a_weekend_is_kept_on_the_day_itself_and_on_its_substitute(day, name, substitute):
    assert bank_holidays()[day] == name
    assert bank_holidays()[substitute] == name.removesuffix(" (the day itself)")


def test_nothing_is_asked_over_the_network(monkeypatch):
    def refuse(*_arguments, **_options):
        pytest.fail("a holiday was asked for over the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    bank_holidays.cache_clear()
    assert date(2026, 12, 25) in bank_holidays()


def test_a_year_nobody_has_published_yet_has_none_and_is_no_fault():
    assert not [day for day in bank_holidays() if day.year > 2035]
