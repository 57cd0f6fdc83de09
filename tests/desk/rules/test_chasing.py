"""Who is written to about missing outcomes, and when."""

from datetime import date, datetime

import pytest

from registration.desk.rules.chasing import Letter, Missing, is_time_to_chase, letters, working_days_since

CHRISTMAS, BOXING_DAY_HELD = date(2026, 12, 25), date(2026, 12, 28)
HOLIDAYS = {CHRISTMAS, BOXING_DAY_HELD}
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 11, day) for day in (24, 25, 26, 27))
ANN, BO, CHIEF = 1, 2, 9


def missing(who=ANN, day=TUESDAY, count=1):
    return Missing(7, "Sunshine", day, count, who)


def written(*found, today, managers=(CHIEF,), patience=2):
    return letters(found, managers, today, HOLIDAYS, patience)


@pytest.mark.parametrize(
    ("moment", "time"),
    [
        ("2026-11-24T17:59", False),
        ("2026-11-24T18:00", True),
        ("2026-11-24T19:59", True),
        ("2026-11-24T20:00", False),
        ("2026-11-28T18:00", False),
        ("2026-11-29T18:00", False),
        ("2026-12-25T18:00", False),
        ("2026-12-28T18:00", False),
        ("2026-12-29T18:00", True),
    ],
)
def test_letters_go_out_in_the_evening_of_a_working_day(moment, time):
    assert is_time_to_chase(datetime.fromisoformat(moment), HOLIDAYS) is time


@pytest.mark.parametrize(
    ("day", "today", "count"),
    [
        (TUESDAY, TUESDAY, 0),
        (TUESDAY, WEDNESDAY, 1),
        (TUESDAY, THURSDAY, 2),
        (FRIDAY, date(2026, 11, 29), 0),
        (FRIDAY, date(2026, 12, 1), 2),
        (date(2026, 12, 24), date(2026, 12, 29), 1),
    ],
)
def test_working_days_are_counted_without_weekends_and_bank_holidays(day, today, count):
    assert working_days_since(day, today, HOLIDAYS) == count


def test_the_registrar_alone_is_told_at_first_and_the_manager_two_working_days_later():
    assert written(missing(), today=WEDNESDAY) == [Letter(ANN, (missing(),), ())]
    assert written(missing(), today=THURSDAY) == [Letter(ANN, (missing(),), ()), Letter(CHIEF, (), (missing(),))]
    assert written(missing(), today=THURSDAY, patience=3) == [Letter(ANN, (missing(),), ())]


def test_what_is_the_fault_of_nobody_with_an_account_goes_to_the_managers_at_once():
    assert written(missing(None), today=TUESDAY) == [Letter(CHIEF, (), (missing(None),))]


def test_a_manager_who_registers_too_gets_one_letter_of_both():
    own, other = missing(CHIEF, WEDNESDAY), missing(BO, TUESDAY, 3)
    chief = Letter(CHIEF, (own,), (other,))
    assert written(own, other, today=THURSDAY)[-1] == chief
    assert chief.count == 4
    assert written(missing(CHIEF), today=THURSDAY) == [Letter(CHIEF, (missing(CHIEF),), ())]


def test_nobody_gets_an_empty_letter():
    assert written(today=THURSDAY) == []
    assert written(missing(), today=THURSDAY, managers=()) == [Letter(ANN, (missing(),), ())]
