"""Each cell as a value, or the reason why it is none."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.births.files.rules import cells

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-05",
        "05/11/2026",
        "5.11.2026",
        "5-11-2026",
        "05 11 2026",
        "20261105",
        "5 November 2026",
        "5th Nov 2026",
        "05-NOV-2026",
        "2026-11-05T08:15:00Z",
        "05/11/2026 08:15",
        "5 Nov 2026, 08:15",
    ],
)
def test_days_are_read_as_registers_write_them(written):
    assert cells.day(written) == date(2026, 11, 5)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("11/22/2026", "has the month first: give the day first, like 22/11/2026, in the whole file"),
        ("05/11/26", "has two digits for the year: write all four, like 22/11/2026"),
        ("5 Nov 26", "has two digits for the year: write all four, like 22/11/2026"),
        ("46331", "is a table program’s number for a day"),
        ("46331.34", "is a table program’s number for a day"),
        ("31/02/2026", "is no day of the calendar"),
        ("13/13/2026", "is no day of the calendar"),
        ("5 Foo 2026", "is no day of the calendar"),
        ("yesterday", "is not a date like 22/11/2026 or 2026-11-22"),
        ("", "is not a date like 22/11/2026 or 2026-11-22"),
        ("٠٥/١١/٢٠٢٦", "is not a date like 22/11/2026 or 2026-11-22"),
    ],
)
def test_other_days_are_refused_each_in_its_words(written, reason):
    with pytest.raises(ValueError, match="^" + reason):
        cells.day(written)


@given(st.dates(min_value=date(1920, 1, 1), max_value=date(2090, 1, 1)))
def test_every_day_is_read_back_however_it_is_written(day):
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%Y%m%d", "%d-%b-%Y 23:59"):
        assert cells.day(day.strftime(form)) == day


def test_a_birth_is_not_to_come_and_not_long_ago():
    assert cells.birth_day("22/11/2026", TODAY) == TODAY
    assert cells.birth_day("01/01/2020", TODAY) == date(2020, 1, 1)
    with pytest.raises(ValueError, match="is still to come"):
        cells.birth_day("23/11/2026", TODAY)
    with pytest.raises(ValueError, match="is more than 6 years ago"):
        cells.birth_day("31/12/2019", TODAY)


def test_a_mother_is_of_an_age_to_have_a_baby():
    assert cells.mothers_birth_day("01/01/1996", TODAY) == date(1996, 1, 1)
    assert cells.mothers_birth_day("01/01/2020", None) == date(2020, 1, 1)
    for year in (1955, 2017):
        with pytest.raises(ValueError, match="is no day that a mother of this baby was born"):
            cells.mothers_birth_day(f"01/01/{year}", TODAY)


@pytest.mark.parametrize(("written", "order"), [("1", 1), ("7", 7), ("8", None), ("9", None)])
def test_birth_orders_as_the_nhs_numbers_them(written, order):
    assert cells.birth_order(written) == order


@pytest.mark.parametrize("written", ["0", "10", "x", "١", "1.0", "-1"])
def test_other_birth_orders_are_refused(written):
    with pytest.raises(ValueError, match="is not a birth order"):
        cells.birth_order(written)


@pytest.mark.parametrize(
    ("written", "sex"),
    [
        ("F", "F"),
        ("female", "F"),
        ("2", "F"),
        ("Girl", "F"),
        ("M", "M"),
        ("1", "M"),
        ("unknown", None),
        ("9", None),
        ("I", None),
    ],
)
def test_sex_as_letters_words_and_the_numbers_of_the_nhs(written, sex):
    assert cells.sex(written) == sex


def test_another_sex_is_refused():
    with pytest.raises(ValueError, match="is neither female nor male nor unknown"):
        cells.sex("q")


@pytest.mark.parametrize("written", ["Zoë O’Brien-Lee", "D'Arcy, Ann (née Lee)", "Mary St. John", "Łucja 3rd", "محمد"])
def test_names_may_be_of_any_script_with_the_marks_that_names_have(written):
    assert cells.name(written) == written


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("<b>Ann</b>", "'<', '>'"),
        ("Ann\u202elee", "right-to-left override"),
        ("Ann = Lee", "'='"),
        ("Ann 😀 Lee", "grinning face"),
        ("Ann\ue000", "'\\ue000'"),
    ],
)
def test_what_stands_in_no_name_is_refused_in_words(written, told):
    for read in (cells.name, cells.baby_name, cells.whole_name):
        with pytest.raises(ValueError, match=re.escape(f"has {told}, which stands in no name")):
            read(written)


def test_names_have_a_letter():
    assert cells.name("  Anne   Marie ") == "Anne Marie"
    assert cells.name("李") == "李"
    with pytest.raises(ValueError, match="is too long: a name has 100 letters at most"):
        cells.name("x" * 101)
    for written in ("12", "-"):
        with pytest.raises(ValueError, match="is no name"):
            cells.name(written)


@pytest.mark.parametrize(
    "written", ["Baby", "BABY GIRL", "Twin 2", "Unnamed", "Not known", "N/K", "N/A", "-", "Infant", "Not yet named"]
)
def test_what_stands_where_a_baby_has_no_name_yet_is_no_name(written):
    assert cells.baby_name(written) is None


@pytest.mark.parametrize("written", ["Nota", "Una", "Boyd", "Giles", "Ofelia", "Kana"])
def test_names_that_look_like_it_are_names(written):
    assert cells.baby_name(written) == written


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Ann Mary Lee", ("Ann Mary", "Lee")),
        ("LEE, Ann", ("Ann", "LEE")),
        ("Lee,", (None, "Lee")),
        ("Lee", (None, "Lee")),
    ],
)
def test_whole_names_are_parted(written, parts):
    assert cells.whole_name(written) == parts


def test_a_whole_name_without_a_surname_is_refused():
    with pytest.raises(ValueError, match="is no name"):
        cells.whole_name(", Ann")


def test_postcodes_and_the_codes_that_stand_for_none():
    assert cells.postcode("hx11aa") == "HX1 1AA"
    assert cells.postcode("zz99 3vz") is None
    with pytest.raises(ValueError, match="is not a UK postcode"):
        cells.postcode("HX1")


def test_addresses_stand_on_one_line():
    assert cells.address("1  High Street,\n\nHalifax ") == "1 High Street, Halifax"
    with pytest.raises(ValueError, match="is longer than 300 letters"):
        cells.address("x" * 301)


@pytest.mark.parametrize(
    ("heading", "written", "lost"),
    [
        ("Live or Still Born Indicator", "1", False),
        ("Live or Still Born Indicator", "2", True),
        ("Live or Still Born Indicator", "4", True),
        ("Status", "Live-born", False),
        ("Status", "STILLBORN", True),
        ("Status", "stilborn", True),
        ("Status", "neonatal death", True),
        ("Status", "Died 3 days old", True),
        ("Stillborn", "Y", True),
        ("Stillborn", "no", False),
        ("Live birth", "Yes", False),
        ("Live birth", "N", True),
        ("Stillborn", "1", True),
        ("Stillborn", "0", False),
        ("Live birth", "1", False),
        ("Live birth", "0", True),
        ("Neonatal death", "yes", True),
    ],
)
def test_live_and_lost_are_told_apart(heading, written, lost):
    assert cells.lost(written, heading) is lost


def test_what_says_neither_is_refused():
    for heading, written in (("Status", "maybe"), ("Status", "yes"), ("Live or stillborn", "no"), ("Status", "0")):
        with pytest.raises(ValueError, match="says neither live nor stillborn"):
            cells.lost(written, heading)


def test_whatever_stands_for_a_day_of_death_tells_of_one():
    assert [cells.death(text) for text in ("05/11/2026", "garbled", "yes")] == [True, True, True]
    assert [cells.death(text) for text in ("No", "N/A", "-", "false")] == [False] * 4


@pytest.mark.parametrize("written", ["2026-10", "10/2026", "Oct 2026", "October 2026", "2026-10-31", "01/10/2026"])
def test_months_are_read_as_their_first_day(written):
    assert cells.month(written) == date(2026, 10, 1)


@pytest.mark.parametrize("written", ["13/2026", "2026", "x", "2026-13"])
def test_what_is_no_month_is_refused(written):
    with pytest.raises(ValueError, match="is not a month like October 2026"):
        cells.month(written)


def test_births_are_counted_in_whole_numbers():
    assert [cells.births(text) for text in ("0", "12", "99999")] == [0, 12, 99999]
    for written in ("-1", "1.5", "<5", "*", "100000", "١"):
        with pytest.raises(ValueError, match="is not a number of births"):
            cells.births(written)


@given(st.text(max_size=30))
def test_no_text_raises_anything_but_a_reason(text):
    for read in (
        cells.day,
        cells.birth_order,
        cells.sex,
        cells.name,
        cells.baby_name,
        cells.whole_name,
        cells.month,
        cells.births,
    ):
        reason = ""
        try:
            read(text)
        except ValueError as refusal:
            reason = str(refusal)
        assert reason == "" or reason.startswith(("is ", "has ", "says "))
    assert cells.day((TODAY - timedelta(1)).isoformat()) < TODAY
