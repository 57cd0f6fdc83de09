"""Weekly patterns: half-days, versions that follow one another, and what is wrong in one."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.rota.rules import patterns
from tests.rota.rules.plans import half, pattern

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
SPANS = st.tuples(DAYS, st.one_of(st.none(), DAYS)).filter(lambda span: span[1] is None or span[0] <= span[1])


@pytest.mark.parametrize(
    ("begins", "expected"),
    [
        (time(6), "morning"),
        (time(11, 59), "morning"),
        (time(12), "afternoon"),
        (time(16, 59), "afternoon"),
        (time(17), "evening"),
    ],
)
def test_a_session_belongs_to_the_half_of_the_day_it_begins_in(begins, expected):
    assert patterns.half_of(begins) == expected


def test_a_half_day_is_named_as_people_do():
    assert half(2, "13:00", "16:00").named == "Tuesday afternoon"


@pytest.mark.parametrize(("minutes", "expected"), [(60, 1), (270, 1), (271, 2), (420, 2)])
def test_more_than_four_and_a_half_hours_fill_two_half_days_of_a_contract(minutes, expected):
    assert patterns.half_days_of(timedelta(minutes=minutes)) == expected


def test_a_week_counts_its_half_days():
    assert patterns.contract_of([half(1), half(2, "9:00", "16:00")]) == 3


@pytest.mark.parametrize(
    ("half_days", "sentences"),
    [
        ([half(1), half(1, "12:30", "16:00"), half(2)], []),
        ([half(1, "5:59", "9:00")], ["Sessions lie between 6:00 and 22:00"]),
        ([half(1, "18:00", "22:01")], ["Sessions lie between 6:00 and 22:00"]),
        ([half(1, "9:00", "9:00")], ["The end must be after the beginning"]),
        (
            [half(1, "9:00", "13:00"), half(1, "12:30", "16:00")],
            ["Monday afternoon overlaps the session from 9am to 1pm on the same day"],
        ),
        (
            [half(1, "9:00", "10:00"), half(1, "10:00", "12:00")],
            ["There are two sessions on Monday morning: write them as one"],
        ),
    ],
)
def test_what_is_wrong_in_a_week_is_a_sentence(half_days, sentences):
    assert [sentence for _, sentence in patterns.half_day_faults(half_days)] == sentences


def test_a_version_until_further_notice_ends_the_day_before_the_next_begins():
    first, new = pattern(half(), first=date(2026, 1, 1)), pattern(half(), first=date(2026, 3, 1))
    assert patterns.succeeded([first], new) == pattern(half(), first=date(2026, 1, 1), last=date(2026, 2, 28))
    assert patterns.overlapping([first], new) is None


@pytest.mark.parametrize(
    ("theirs", "clashes"),
    [
        ((date(2026, 1, 1), date(2026, 2, 28)), False),
        ((date(2026, 1, 1), date(2026, 3, 1)), True),
        ((date(2026, 3, 1), None), True),
        ((date(2026, 3, 31), None), True),
        ((date(2026, 4, 1), None), False),
        ((date(2026, 4, 1), date(2026, 5, 1)), False),
    ],
)
def test_two_versions_at_once_are_found(theirs, clashes):
    there = pattern(half(), first=theirs[0], last=theirs[1])
    new = pattern(half(), first=date(2026, 3, 1), last=date(2026, 3, 31))
    assert patterns.overlapping([there], new) is (there if clashes else None)
    assert patterns.succeeded([there], new) is None


@settings(deadline=None)
@given(SPANS, SPANS)
def test_versions_at_once_are_those_with_a_day_in_common(one, other):
    def days(span):
        last = span[1] or date(2027, 1, 31)
        return {span[0] + timedelta(days=number) for number in range((last - span[0]).days + 1)}

    there = pattern(half(), first=one[0], last=one[1])
    assert patterns.in_force_between(there, *other) is bool(days(one) & days(other))
    assert all(there.holds_on(day) is (day in days(one)) for day in days(other))


@pytest.mark.parametrize(("text", "expected"), [("Monday", 1), ("mon", 1), ("THURS", 4), ("7", 7)])
def test_a_day_of_the_week_is_read_as_people_write_it(text, expected):
    assert patterns.weekday(text) == expected


@pytest.mark.parametrize("text", ["mo", "8", "0", "Someday", "montag"])
def test_what_is_no_day_of_the_week_is_refused(text):
    with pytest.raises(ValueError, match="is not a day of the week like Monday"):
        patterns.weekday(text)


def test_nothing_is_resumed_after_a_pattern_without_a_last_day():
    with pytest.raises(ValueError, match="no day after it"):
        patterns.resumed(pattern(half(1)), pattern(half(1)))


# ---- weeks that take turns


def test_weeks_take_turns_over_every_year_end():
    assert patterns.turn_of(date(2026, 1, 5)) == patterns.turn_of(date(2026, 1, 11)) == "a"
    assert patterns.turn_of(date(2026, 1, 4)) == patterns.turn_of(date(2026, 1, 12)) == "b"
    # 2026 has 53 weeks by ISO 8601: the week of 28 December and the next still differ.
    assert patterns.turn_of(date(2026, 12, 28)) != patterns.turn_of(date(2027, 1, 4))


@settings(max_examples=50)
@given(st.dates(date(2000, 1, 3), date(2100, 1, 1)))
def test_a_half_day_of_every_second_week_falls_on_every_fourteenth_day(day):
    one = replace(half(day.isoweekday()), weeks=patterns.turn_of(day))
    falls = [n for n in range(29) if one.falls_on(day + timedelta(days=n))]
    assert falls == [0, 14, 28]
    assert [n for n in range(15) if half(day.isoweekday()).falls_on(day + timedelta(days=n))] == [0, 7, 14]


def test_weeks_are_read_in_either_case():
    assert [patterns.read_weeks(text) for text in ("every", "A", "b")] == ["every", "a", "b"]
    with pytest.raises(ValueError, match="neither every, A nor B"):
        patterns.read_weeks("odd")


def in_turns(first, second):
    return [replace(first, weeks="a"), replace(second, weeks="b")]


def test_the_same_half_day_may_be_worked_elsewhere_in_the_other_weeks_at_the_same_time():
    assert patterns.half_day_faults(in_turns(half(1), half(1, centre=2))) == []
    assert patterns.half_day_faults(in_turns(half(1, "9:00", "14:00"), half(1, "13:00", "16:00"))) == []
    [(_, said)] = patterns.half_day_faults(in_turns(half(1), half(1, "10:00", "12:00")))
    assert said == "Monday morning in weeks B has other times than in the other weeks: write the same"
    [(_, said)] = patterns.half_day_faults([half(1), replace(half(1, "10:00", "12:00"), weeks="a")])
    assert said.startswith("Monday morning in weeks A overlaps the session")


def test_a_contract_is_held_against_the_fuller_of_two_weeks():
    assert patterns.contract_of([half(2), *in_turns(half(1), half(1, "9:00", "16:00"))]) == 3


def test_what_is_resumed_is_as_it_was_from_the_day_after_on_without_an_end():
    before = pattern(half(1), half(2, "13:00", "16:00"), first=date(2026, 1, 5), last=date(2026, 6, 30))
    new = pattern(half(3), first=date(2026, 7, 1), last=date(2026, 7, 31))
    assert patterns.resumed(before, new) == replace(before, valid_from=date(2026, 8, 1), valid_to=None)
