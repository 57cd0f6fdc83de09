"""The 42 days: exact on every date, the same under every server clock, never better with time."""

import os
import subprocess
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.booking.rules.deadline import (
    LegalStatus,
    NotBornYet,
    deadline,
    is_urgent,
    last_lawful_day,
    last_working_day,
    legal_status,
    preferred_by,
    registrar_general_authority_from,
)
from registration.common.holidays import bank_holidays

BIRTHS = st.dates(date(1990, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("born", "last"),
    [
        (date(2026, 10, 11), date(2026, 11, 22)),
        (date(2026, 11, 19), date(2026, 12, 31)),
        (date(2026, 2, 16), date(2026, 3, 30)),  # across the change to summer time
        (date(2025, 9, 15), date(2025, 10, 27)),  # across the change back
        (date(2024, 1, 20), date(2024, 3, 2)),  # across a leap day
        (date(2026, 11, 22), date(2027, 1, 3)),  # a Sunday, and it stays one
    ],
)
def test_the_last_lawful_day_is_the_birth_plus_42(born, last):
    assert last_lawful_day(born) == last


@given(BIRTHS)
def test_the_last_lawful_day_is_always_42_days_on_and_on_the_weekday_of_birth(born):
    last = last_lawful_day(born)

    assert (last - born).days == 42
    assert last.weekday() == born.weekday()


@given(BIRTHS, BIRTHS)
def test_a_later_birth_never_has_an_earlier_last_day(one, other):
    assert (one <= other) == (last_lawful_day(one) <= last_lawful_day(other))


@given(BIRTHS, st.integers(0, 800), st.integers(0, 400))
def test_where_a_birth_stands_never_gets_better_with_time(born, first, further):
    order = list(LegalStatus)
    earlier = legal_status(born, born + timedelta(days=first))
    later = legal_status(born, born + timedelta(days=first + further))

    assert order.index(earlier) <= order.index(later)


@given(BIRTHS, st.integers(0, 800))
def test_the_three_states_meet_without_gap_or_overlap(born, days):
    on = born + timedelta(days=days)
    status = legal_status(born, on)

    assert (status is LegalStatus.IN_TIME) == (days <= 42)
    assert (status is LegalStatus.RG_AUTHORITY) == (on >= registrar_general_authority_from(born))


@pytest.mark.parametrize(
    ("born", "authority_from"),
    [
        (date(2025, 3, 15), date(2026, 3, 16)),
        (date(2024, 2, 29), date(2025, 3, 1)),
        (date(2023, 2, 28), date(2024, 2, 29)),
        (date(2025, 12, 31), date(2027, 1, 1)),
    ],
)
def test_twelve_months_end_on_the_corresponding_date(born, authority_from):
    assert registrar_general_authority_from(born) == authority_from
    assert legal_status(born, authority_from - timedelta(days=1)) is LegalStatus.LATE
    assert legal_status(born, authority_from) is LegalStatus.RG_AUTHORITY


def test_everything_about_one_birth_on_one_day():
    found = deadline([date(2026, 10, 11)], date(2026, 11, 22))

    assert (found.day_number, found.days_left) == (42, 0)
    assert found.last_lawful_day == date(2026, 11, 22)
    assert found.first_late_day == date(2026, 11, 23)
    assert found.registrar_general_authority_from == date(2027, 10, 12)
    assert found.legal_status is LegalStatus.IN_TIME


def test_a_late_birth_is_not_refused_and_says_how_late_it_is():
    found = deadline([date(2026, 10, 1)], date(2026, 11, 22))

    assert found.legal_status is LegalStatus.LATE
    assert found.days_left == -10


@given(st.lists(BIRTHS, min_size=1, max_size=6))
def test_several_babies_are_governed_by_the_earliest(births):
    on = date(2100, 1, 1)

    assert deadline(births, on) == deadline([min(births)], on)


def test_a_birth_in_the_future_is_refused_even_beside_an_earlier_one():
    with pytest.raises(NotBornYet):
        deadline([date(2026, 11, 1), date(2026, 11, 23)], date(2026, 11, 22))
    with pytest.raises(NotBornYet):
        legal_status(date(2026, 11, 23), date(2026, 11, 22))


def test_no_baby_has_no_deadline():
    with pytest.raises(ValueError, match="at least one"):
        deadline([], date(2026, 11, 22))


HOLIDAYS = {date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1), date(2027, 3, 26), date(2027, 3, 29)}


@pytest.mark.parametrize(
    ("last", "working"),
    [
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2027, 1, 3), date(2026, 12, 31)),  # Sunday, after a Saturday and New Year's Day
        (date(2026, 12, 28), date(2026, 12, 24)),  # the substitute day for Boxing Day
        (date(2027, 3, 29), date(2027, 3, 25)),  # Easter Monday: day 38 is the last working day
    ],
)
def test_the_last_working_day_steps_back_over_weekends_and_holidays(last, working):
    assert last_working_day(last, HOLIDAYS) == working


@pytest.mark.parametrize(
    ("last", "working"),
    [
        (date(2026, 12, 28), date(2026, 12, 24)),
        (date(2027, 12, 28), date(2027, 12, 24)),
        (date(2028, 1, 3), date(2027, 12, 31)),
    ],
)
def test_the_last_working_day_before_a_holiday_kept_twice_lies_before_both_days(last, working):
    assert last_working_day(last, bank_holidays()) == working
    assert all(day in bank_holidays() for day in (date(2026, 12, 26), date(2027, 12, 25), date(2028, 1, 1)))


@given(BIRTHS)
def test_advice_never_moves_the_lawful_day(born):
    last = last_lawful_day(born)

    assert last_working_day(last, HOLIDAYS) <= last
    assert preferred_by(last, 3) == last - timedelta(days=3)
    assert preferred_by(last, 0) == last


@pytest.mark.parametrize(
    ("on", "urgent"), [(date(2026, 12, 23), False), (date(2026, 12, 24), True), (date(2027, 1, 9), True)]
)
def test_urgent_is_seven_days_left_or_fewer(on, urgent):
    assert is_urgent(date(2026, 12, 31), on, 7) is urgent


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Adak", "Europe/London"])
def test_the_servers_time_zone_changes_nothing(zone):
    program = (
        "from datetime import date; from registration.booking.rules.deadline import deadline;"
        "print(deadline([date(2026, 2, 16)], date(2026, 3, 30)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | {"TZ": zone}, check=True, capture_output=True, text=True
    )

    assert "last_lawful_day=datetime.date(2026, 3, 30)" in said.stdout
    assert "days_left=0" in said.stdout


def test_the_rules_load_neither_flask_nor_sqlalchemy():
    program = (
        "import sys; import registration.booking.rules.deadline, registration.booking.rules.slots, "
        "registration.booking.rules.choices, registration.booking.rules.journey;"
        "print([name for name in ('flask', 'sqlalchemy', 'pydantic') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert said.stdout.strip() == "[]"


def test_a_baby_born_today_has_all_its_days_and_one_born_tomorrow_is_refused():
    today = date(2026, 11, 22)
    found = deadline([today], today)
    assert (found.born, found.day_number, found.days_left) == (today, 0, 42)
    with pytest.raises(NotBornYet):
        deadline([today + timedelta(days=1)], today)
