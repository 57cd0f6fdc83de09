from datetime import date

import pytest
from werkzeug.datastructures import MultiDict
from wtforms.fields import FieldList
from wtforms.validators import ValidationError

from registration.common.dates import CivilDateField
from registration.common.forms import Form


def not_in_future(_form, field):
    if field.data and field.data > date(2026, 11, 22):
        raise ValidationError("Date of birth must be today or in the past")


class BornForm(Form):
    born = CivilDateField(
        "When was your baby born?",
        [not_in_future],
        missing="Enter your baby’s date of birth",
        noun="Date of birth",
    )


class TwinsForm(Form):
    born = FieldList(CivilDateField("Born", missing="Enter", noun="Date of birth"), min_entries=2)


@pytest.fixture
def typed(app):
    def fill(day="", month="", year="", language="en"):
        with app.test_request_context(f"/?lang={language}", method="POST"):
            form = BornForm(MultiDict({"born-day": day, "born-month": month, "born-year": year}))
            form.validate()
            return form.born

    return fill


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("9", "3", "2026"),
        ("09", "03", "2026"),
        (" 9 ", "March", "2026"),
        ("9", "mar", " 2026"),
        ("9", "Mar.", "2026"),
        ("۹", "۳", "۲۰۲۶"),
    ],
)
def test_a_day_may_be_written_as_people_write_it(typed, day, month, year):
    field = typed(day, month, year)

    assert field.data == date(2026, 3, 9)
    assert field.errors == []
    assert field.wrong == ()


@pytest.mark.parametrize(("language", "month"), [("pl", "marca"), ("pl", "marzec"), ("ur", "مارچ"), ("en", "Sept")])
def test_the_month_may_be_named_in_the_language_of_the_page(typed, language, month):
    assert typed("9", month, "2026", language).data == date(2026, 9 if month == "Sept" else 3, 9)


@pytest.mark.parametrize(
    ("day", "month", "year", "sentence", "wrong"),
    [
        ("", "", "", "Enter your baby’s date of birth", ("day", "month", "year")),
        ("9", "", "2026", "Date of birth must include a month", ("month",)),
        ("", "3", "2026", "Date of birth must include a day", ("day",)),
        ("9", "3", "", "Date of birth must include a year", ("year",)),
        ("", "", "2026", "Date of birth must include a day and a month", ("day", "month")),
        ("", "3", "", "Date of birth must include a day and a year", ("day", "year")),
        ("9", "", "", "Date of birth must include a month and a year", ("month", "year")),
        ("9", "3", "26", "Year must include 4 numbers", ("year",)),
        ("9", "3", "20266", "Year must include 4 numbers", ("year",)),
        ("9", "3", "202O", "Year must include 4 numbers", ("year",)),
        ("9", "3", "year", "Year must include 4 numbers", ("year",)),
        ("32", "3", "2026", "Date of birth must be a real date", ("day",)),
        ("31", "2", "2026", "Date of birth must be a real date", ("day",)),
        ("29", "2", "2026", "Date of birth must be a real date", ("day",)),
        ("9", "13", "2026", "Date of birth must be a real date", ("month",)),
        ("9", "Marsh", "2026", "Date of birth must be a real date", ("month",)),
        ("x", "y", "zzzz", "Date of birth must be a real date", ("day", "month", "year")),
        ("0", "3", "2026", "Date of birth must be a real date", ("day",)),
        ("009", "3", "2026", "Date of birth must be a real date", ("day",)),
        ("9", "3", "0000", "Date of birth must be a real date", ("year",)),
        ("²", "3", "2026", "Date of birth must be a real date", ("day",)),
        ("23", "11", "2026", "Date of birth must be today or in the past", ("day", "month", "year")),
    ],
)
def test_a_day_that_cannot_be_read_gets_one_sentence_and_only_the_wrong_boxes_are_marked(
    typed, day, month, year, sentence, wrong
):
    field = typed(day, month, year)

    assert [str(error) for error in field.errors] == [sentence]
    assert field.wrong == wrong


def test_what_was_typed_stays_in_the_boxes(typed):
    field = typed("31", " Feb", "2026")

    assert field.data is None
    assert field.typed == {"day": "31", "month": "Feb", "year": "2026"}


def test_characters_nobody_can_see_are_not_kept(typed):
    field = typed("9\x00", "3", "2026" + "x" * 50)

    assert field.typed["day"] == "9"
    assert len(field.typed["year"]) == 20


def test_a_day_known_already_stands_in_the_boxes(app):
    with app.test_request_context("/"):
        field = BornForm(data={"born": date(2026, 3, 9)}).born

    assert field.typed == {"day": "9", "month": "3", "year": "2026"}


def test_each_baby_has_boxes_of_its_own(app):
    boxes = {"born-0-day": "9", "born-0-month": "3", "born-0-year": "2026", "born-1-day": "10"}
    with app.test_request_context("/", method="POST"):
        form = TwinsForm(MultiDict(boxes))

        assert not form.validate()
        assert form.born[0].data == date(2026, 3, 9)
        assert form.born[1].wrong == ("month", "year")
