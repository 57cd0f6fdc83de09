"""Rounding, quarters, and when a count can change no more."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.pilot.disclosure.rules import (
    ALL,
    BIRTHS,
    COUNT,
    DEN,
    FAMILIES,
    FIRST_KNOWN,
    IN_TIME,
    KNOWN,
    NUM,
    Settings,
    Spot,
    counted,
    inner_counts,
    outer_counts,
    percentage,
    quarter_of,
    quarters,
    stands_still,
)


@given(st.integers(10, 10_000), st.integers(1, 10), st.integers(1, 10))
def test_what_is_told_says_of_a_count_just_which_it_can_have_been(count, base, threshold):
    settings = Settings(threshold, base)
    told = settings.rounded(count)
    least, greatest = settings.behind(told)

    assert abs(told - count) <= base / 2
    assert least <= count <= greatest
    assert {settings.rounded(each) for each in range(least, greatest + 1)} == {told}
    assert settings.rounded(greatest + 1) != told


def test_a_told_count_is_known_not_to_be_small():
    assert Settings(10, 5).behind(10) == (10, 12)


@pytest.mark.parametrize("wrong", [(0, 5), (10, 0)])
def test_settings_that_mean_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match="at least 1"):
        Settings(*wrong)


def test_quarters_are_named_and_listed():
    assert quarter_of(date(2026, 12, 31)) == "2026-Q4"
    assert quarters(date(2026, 9, 30), date(2027, 4, 1)) == ["2026-Q3", "2026-Q4", "2027-Q1", "2027-Q2"]


@pytest.mark.parametrize(
    ("count", "quarter", "as_of", "still"),
    [
        (BIRTHS, "2026-Q4", date(2026, 12, 30), False),
        (BIRTHS, "2026-Q4", date(2026, 12, 31), True),
        (f"{IN_TIME}/num", "2026-Q4", date(2027, 2, 10), False),
        (f"{IN_TIME}/num", "2026-Q4", date(2027, 2, 11), True),
        (f"{KNOWN}/num", "2020-Q1", date(2026, 12, 31), False),
        (BIRTHS, ALL, date(2026, 12, 31), False),
    ],
)
def test_counts_of_a_quarter_stand_still_when_it_is_over_and_ripe(count, quarter, as_of, still):
    assert stands_still(count, quarter, as_of) is still


def test_a_percentage_of_small_parts_is_not_told():
    assert percentage(20, 48, Settings()) == 40.0
    assert percentage(9, 48, Settings()) is percentage(39, 48, Settings()) is None


def test_one_count_has_one_name_in_every_table():
    assert counted(KNOWN, DEN) == counted(FIRST_KNOWN, DEN) == FAMILIES
    names = [FAMILIES, f"{KNOWN}/num", f"{FIRST_KNOWN}/num"]
    assert set(inner_counts(names)[FAMILIES]) == set(names[1:])
    assert Spot("cluster", ALL, "imd_decile", ALL, "2026-Q1").meaning == Spot("authority", ALL, "none", ALL, "2026-Q1")


@pytest.mark.parametrize(
    ("num", "den", "told"), [(9, 100, None), (91, 100, None), (10, 20, 50.0), (100, 300, 33.3), (90, 100, 90.0)]
)
def test_a_percentage_is_told_to_one_decimal_from_the_threshold_on(num, den, told):
    assert percentage(num, den, Settings(10, 5)) == told


def test_a_count_is_named_once_by_whatever_measure_it_comes():
    assert counted(BIRTHS, COUNT) == BIRTHS
    assert counted(KNOWN, DEN) == counted(FIRST_KNOWN, DEN) == FAMILIES
    assert counted(IN_TIME, NUM) == f"{IN_TIME}/num"


def test_everybody_of_a_numerator_is_in_its_denominator_and_no_count_lies_within_itself():
    names = [BIRTHS, FAMILIES, *(counted(metric, measure) for metric in (IN_TIME, KNOWN) for measure in (NUM, DEN))]
    outer, inner = outer_counts(names), inner_counts(names)
    assert counted(IN_TIME, DEN) in outer[counted(IN_TIME, NUM)]
    assert [name for name in names if name in outer[name] or name in inner[name]] == []
    assert set(inner[BIRTHS]) == {counted(IN_TIME, DEN), counted(IN_TIME, NUM)}
