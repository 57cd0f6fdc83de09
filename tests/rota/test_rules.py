"""Grades, languages, times on an English clock, and people in two places at once."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.rota import rules
from registration.rota.rules import Sitting, clashes

SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)
MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "grade"),
    [
        ("registrar", "registrar"),
        ("Deputy Registrar", "deputy_registrar"),
        ("deputy-registrar", "deputy_registrar"),
        (" SUPERINTENDENT  registrar ", "superintendent_registrar"),
    ],
)
def test_a_grade_may_be_written_as_people_do(written, grade):
    assert rules.grade(written) == grade


def test_what_is_no_grade_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="is no grade: registrar, deputy registrar, superintendent registrar"):
        rules.grade("clerk")


def test_languages_are_tags_parted_by_semicolons_or_commas():
    assert rules.languages("en; ur,pt-BR;zh-Hans") == ("en", "ur", "pt-BR", "zh-Hans")
    assert rules.languages("") == ()


@pytest.mark.parametrize("written", ["English", "en;u", "en;ur ", "e n", "en_GB"])
def test_what_is_no_language_tag_is_refused(written):
    if written == "en;ur ":
        assert rules.languages(written) == ("en", "ur")
    else:
        with pytest.raises(ValueError, match="no language tag"):
            rules.languages(written)


@pytest.mark.parametrize(
    ("written", "at"),
    [("9:30", time(9, 30)), ("09.05", time(9, 5)), ("16:00:00", time(16)), ("0:00", time(0)), ("23:59", time(23, 59))],
)
def test_a_time_of_day(written, at):
    assert rules.clock_time(written) == at


@pytest.mark.parametrize("written", ["24:00", "9", "9:60", "9:3", "9am", "١٠:٠٠", "", "9:30:30"])
def test_what_is_no_time_is_refused(written):
    with pytest.raises(ValueError, match="is not a time like 9:30 or 16:00"):
        rules.clock_time(written)


def test_minutes_kept_are_a_number_up_to_eight_hours():
    assert [rules.minutes(text) for text in ("0", "030", "480")] == [0, 30, 480]
    for text in ("481", "-1", "1.5", "x", "٣٠", "1000"):
        with pytest.raises(ValueError, match="from 0 to 480"):
            rules.minutes(text)


def test_a_time_is_read_on_an_english_clock_in_winter_and_in_summer():
    assert rules.moment(date(2026, 11, 24), time(9, 30)) == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert rules.moment(date(2026, 7, 1), time(9, 30)) == datetime(2026, 7, 1, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize("at", [time(1, 0), time(1, 30), time(1, 59)])
def test_a_time_that_the_clocks_leap_over_does_not_exist(at):
    with pytest.raises(ValueError, match="does not exist that day: the clocks go forward"):
        rules.moment(SPRING, at)
    assert not rules.happens_twice(SPRING, at)


def test_the_minutes_before_and_after_the_leap_exist():
    assert rules.moment(SPRING, time(0, 59)) + timedelta(minutes=1) == rules.moment(SPRING, time(2, 0))


def test_a_time_that_happens_twice_is_the_first_of_the_two():
    assert rules.happens_twice(AUTUMN, time(1, 30))
    assert rules.moment(AUTUMN, time(1, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert not rules.happens_twice(AUTUMN, time(0, 59))
    assert not rules.happens_twice(AUTUMN, time(2, 0))


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.times().map(lambda at: at.replace(second=0, microsecond=0)))
def test_every_time_that_exists_reads_back_as_it_was_written(day, at):
    try:
        found = rules.moment(day, at)
    except ValueError:
        assert at.hour == 1
        return
    local = found.astimezone(rules.LONDON)
    assert (local.date(), local.time(), local.fold) == (day, at, 0)


def test_only_a_session_of_three_hours_or_more_keeps_minutes_for_the_desk():
    assert rules.kept_for_desk(MORNING, MORNING + timedelta(hours=3), 30) == 30
    assert rules.kept_for_desk(MORNING, MORNING + timedelta(minutes=179), 30) == 0


def test_names_are_the_same_whatever_the_case_spacing_and_apostrophe():
    assert rules.same_name("  Sunshine  Children’s Centre") == rules.same_name("sunshine children's centre")
    assert rules.same_name("Room 1") != rules.same_name("Room 2")


# ---- two places at once


def sitting(registrar, room, begin, end, line=None):
    return Sitting(registrar, room, MORNING + timedelta(minutes=begin), MORNING + timedelta(minutes=end), line)


def told(*sittings):
    return [(clash.whose, clash.later.line, clash.earlier.line) for clash in clashes(sittings)]


def test_a_registrar_on_two_lines_at_once():
    assert told(sitting(1, 1, 0, 60, 2), sitting(1, 2, 59, 120, 3)) == [("registrar", 3, 2)]


def test_a_room_on_two_lines_at_once_is_told_of_the_later_line_even_if_that_begins_sooner():
    assert told(sitting(1, 1, 30, 60, 2), sitting(2, 1, 0, 31, 3)) == [("room", 3, 2)]


def test_a_session_there_already_counts_and_the_line_is_told():
    assert told(sitting(1, 1, 0, 60), sitting(1, 1, 30, 90, 2)) == [("registrar", 2, None), ("room", 2, None)]
    assert told(sitting(1, 1, 30, 90), sitting(1, 2, 0, 60, 2)) == [("registrar", 2, None)]


def test_one_right_after_another_is_no_clash():
    assert told(sitting(1, 1, 0, 60, 2), sitting(1, 1, 60, 120, 3)) == []


def test_sessions_that_are_there_already_are_not_compared_with_each_other():
    assert told(sitting(1, 1, 0, 60), sitting(1, 1, 0, 60)) == []


def test_a_short_one_between_does_not_hide_a_long_one():
    lines = [sitting(1, 1, 0, 300, 2), sitting(1, 2, 10, 20, 3), sitting(1, 3, 200, 260, 4)]
    assert told(*lines) == [("registrar", 3, 2), ("registrar", 4, 2)]


spans = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(0, 20), st.integers(1, 6))


@given(st.lists(spans, max_size=8))
def test_there_is_a_clash_exactly_where_two_lines_overlap(rows):
    lines = [sitting(who, room, begin, begin + long, n + 2) for n, (who, room, begin, long) in enumerate(rows)]
    overlapping = {
        (whose, one.line)
        for whose in ("registrar", "room")
        for pair in combinations(lines, 2)
        for one in pair
        if getattr(pair[0], whose) == getattr(pair[1], whose)
        and pair[0].begins < pair[1].ends
        and pair[1].begins < pair[0].ends
    }
    found = clashes(lines)
    assert bool(found) == bool(overlapping)
    assert {(clash.whose, clash.later.line) for clash in found} <= overlapping


@pytest.mark.parametrize(("text", "expected"), [("1", 1), ("14", 14), ("007", 7)])
def test_a_whole_number_within_limits_is_read(text, expected):
    assert rules.whole_between(1, 14)(text) == expected


@pytest.mark.parametrize("text", ["0", "15", "-1", "1.5", "x", "0001"])
def test_any_other_number_is_refused(text):
    with pytest.raises(ValueError, match="is not a whole number from 1 to 14"):
        rules.whole_between(1, 14)(text)
