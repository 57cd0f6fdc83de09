"""What a line typed on the telephone is understood to say."""

from datetime import date, time

import pytest

from registration.booking.rules.reference import check_character, shown
from registration.desk.rules.seeking import Sought, coming_day, past_day, time_of_day, understand

TODAY = date(2026, 11, 22)
BORN = date(2026, 11, 19)


def said(line, today=TODAY):
    return understand(line, today)


RIGHT = shown("BRB7K4XW" + check_character("BRB7K4XW"))


@pytest.mark.parametrize("line", [RIGHT, RIGHT.lower().replace("-", " "), f" {RIGHT.replace('-', '')} "])
def test_a_whole_reference_is_looked_for_and_nothing_beside_it(line):
    assert said(line) == Sought(reference=RIGHT)
    assert said(line).kinds == ["reference"]


@pytest.mark.parametrize(
    "line",
    [
        "19/11/2026",
        "19.11.26",
        "19-11-2026",
        "2026-11-19",
        "19 / 11 / 2026",
        "19 11 2026",
        "19 Nov 2026",
        "19th November 2026",
        "19nov26",
        "19 november",
        "19/11",
    ],
)
def test_a_birth_date_is_understood_however_it_is_written(line):
    assert said(line) == Sought(born=BORN)


def test_a_day_without_a_year_is_the_last_one_that_has_been():
    assert said("24 december").born == date(2025, 12, 24)
    assert said("22 nov").born == TODAY
    assert said("29/2", date(2026, 1, 5)).born is None


@pytest.mark.parametrize("line", ["31/2/2026", "2026-13-01", "40 babies", "0/0/2026", "30 foo"])
def test_what_is_no_day_is_no_birth_date(line):
    assert said(line).born is None


@pytest.mark.parametrize(
    ("line", "no_day"),
    [
        ("31/2/2026", "31/2/2026"),
        ("31/2", "31/2"),
        ("O’Brien 31 / 13 / 2026", "31 / 13 / 2026"),
        ("2026-13-01", "2026-13-01"),
        ("31 feb", "31 feb"),
        ("0/0/2026", "0/0/2026"),
        ("29/2/2026", "29/2/2026"),
    ],
)
def test_what_is_written_as_a_day_and_is_none_is_said_so(line, no_day):
    assert said(line) == Sought(no_day=no_day)


@pytest.mark.parametrize("line", ["29/2", "40 babies", "01632 96 0100", "07-70-0900", "44.77.0090", "1.70"])
def test_what_may_be_a_day_or_a_telephone_number_is_not_called_no_day(line):
    assert said(line).no_day == ""


@pytest.mark.parametrize(
    ("line", "figures"),
    [
        ("07700 900 982", "7700900982"),
        ("+44 7700 900982", "7700900982"),
        ("0044 (0)7700 900982", "7700900982"),
        ("900982", "900982"),
        ("0982", "982"),
        ("+48 601 234 567", "48601234567"),
        ("123", ""),
    ],
)
def test_a_telephone_number_is_its_last_figures(line, figures):
    assert said(line) == Sought(figures=figures)


def test_an_email_address_is_taken_as_far_as_it_was_said():
    assert said("Aoife@Example.org") == Sought(email="aoife@example.org")
    assert said("aoife@") == Sought(email="aoife@")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("O’Brien", ("obrien",)),
        ("o'brien aoife", ("obrien", "aoife")),
        ("Łucja Müller-Ståhl", ("lucja", "muller", "stahl")),
        ("Ó h-Éanaigh", ("eanaigh",)),
    ],
)
def test_names_are_looked_for_without_accents_marks_or_single_letters(line, words):
    assert said(line) == Sought(words=words)


def test_everything_said_together_is_looked_for_together():
    found = said("O'Brien 19/11/2026 07700 900982 aoife@example.org")
    assert found == Sought(None, BORN, "aoife@example.org", "7700900982", ("obrien",))
    assert found.kinds == ["birth", "email", "telephone", "name"]


@pytest.mark.parametrize("line", ["", "   ", "-", "a", "12", "'"])
def test_where_nothing_is_said_nothing_is_looked_for(line):
    assert said(line).is_empty


def test_a_day_alone_is_read_as_past_or_as_coming():
    assert past_day(" 24 dec ", TODAY) == date(2025, 12, 24)
    assert coming_day("24 dec", TODAY) == date(2026, 12, 24)
    assert coming_day("3/1", TODAY) == date(2027, 1, 3)
    assert coming_day("3/1/2026", TODAY) == date(2026, 1, 3)
    assert past_day("3 Jan or so", TODAY) is None
    assert coming_day("soon", TODAY) is None
    assert coming_day("30/2", TODAY) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("14:30", time(14, 30)),
        ("9.15", time(9, 15)),
        ("2pm", time(14)),
        ("2:30 p.m.", time(14, 30)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("14", None),
        ("24:00", None),
        ("9:60", None),
        ("13pm", None),
        ("Midday", time(12)),
        (" noon ", time(12)),
        ("midnight", None),
    ],
)
def test_a_time_of_day_is_read_as_people_write_it(written, read):
    assert time_of_day(written) == read
