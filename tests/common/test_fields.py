import html5lib
import pytest
from bs4 import BeautifulSoup
from flask import render_template_string
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields import FieldList, FormField
from wtforms.validators import InputRequired

from registration.common.dates import CivilDateField
from registration.common.fields import choice_items, problems
from registration.common.forms import Form


class BabyForm(PlainForm):
    born = CivilDateField("Date of birth", missing="Enter the date of birth", noun="Date of birth")


class WholeForm(Form):
    name = StringField("Full name", [InputRequired("Enter your full name")], description="As on your passport")
    share = RadioField(
        "May we tell the centre?", [InputRequired("Choose yes or no")], choices={"yes": "Yes", "no": "No"}
    )
    help = SelectMultipleField(
        "Help", [InputRequired("Choose what helps")], choices={"ramp": "No steps", "none": "None"}
    )
    needs = TextAreaField("Anything else?", [InputRequired("Tell us")])
    language = SelectField("Language", choices={"en": "English", "pl": "Polish"})
    sure = BooleanField("I am sure", [InputRequired("Tick the box")])
    babies = FieldList(FormField(BabyForm), min_entries=2)
    step = HiddenField(default="3")


PAGE = """{% extends "base.html" %}
{% from "common/fields.html" import radios, checkboxes, checkbox, date_input, text, textarea, select, hidden, submit,
   button_link, held %}
{% set title = "Everything" %}{% set back = "/before" %}
{% block content %}<form method="post" novalidate>{{ hidden(form) }}
{{ radios(form.share, hints={"no": "Your appointment stays the same"}, divider="or") }}
{{ text(form.name, autocomplete="name", width=20, spellcheck=false) }}
{{ checkboxes(form.help, legend_is_h1=false) }}{{ textarea(form.needs) }}{{ select(form.language) }}
{{ checkbox(form.sure) }}
{% for baby in form.babies %}{{ date_input(baby.born, hint="For example, 27 3 2026", legend_is_h1=false) }}{% endfor %}
{{ submit("Continue") }}{{ submit("Delete", warning=true, name="act", value="delete") }}
{{ button_link("Start now", "/book/", start=true) }}</form>
{% call held("We are keeping 9:30am for you until 11:42.", 600, "2 minutes left.", "The time has run out.") %}
<form method="post"><button type="submit" class="govuk-button">Keep it longer</button></form>{% endcall %}
{% endblock %}"""


@pytest.fixture
def drawn(app):
    def draw(sent=None, template=PAGE, language="en"):
        with app.test_request_context(f"/?lang={language}", method="GET" if sent is None else "POST"):
            form = WholeForm(MultiDict(sent) if sent is not None else None)
            if sent is not None:
                form.validate()
            page = render_template_string(template, form=form)
        html5lib.HTMLParser(strict=True).parse(page)
        soup = BeautifulSoup(page, "html.parser")
        ids = [element["id"] for element in soup.find_all(id=True)]
        assert sorted(set(ids)) == sorted(ids)
        return soup

    return draw


def test_every_sentence_of_the_summary_leads_to_its_own_input(drawn):
    page = drawn({"babies-0-born-day": "9", "babies-0-born-year": "2026"})

    links = {link.text: link["href"] for link in page.select(".govuk-error-summary a")}
    assert links == {
        "Enter your full name": "#name",
        "Choose yes or no": "#share",
        "Choose what helps": "#help",
        "Tell us": "#needs",
        "Choose one of those offered": "#language",
        "Tick the box": "#sure",
        "Date of birth must include a month": "#babies-0-born-month",
        "Enter the date of birth": "#babies-1-born-day",
    }
    assert all(page.select_one(href).name in {"input", "textarea", "select"} for href in links.values())
    assert page.title.text.startswith("Error: Everything – ")


def test_a_page_without_a_fault_has_no_summary(drawn):
    page = drawn()

    assert not page.select(".govuk-error-summary")
    assert page.title.text == "Everything – Register your baby’s birth"
    assert page.select_one(".govuk-back-link")["href"] == "/before"


def test_only_the_wrong_box_of_a_date_is_marked(drawn):
    page = drawn({"babies-0-born-day": "9", "babies-0-born-year": "2026"})

    marked = [box["id"] for box in page.select("#babies-0-born .govuk-input--error")]
    assert marked == ["babies-0-born-month"]
    assert page.select_one("#babies-0-born-day")["value"] == "9"
    assert {box["inputmode"] for box in page.select("#babies-0-born input")} == {"numeric"}
    assert not page.select("div[required]")


def test_answers_given_are_kept_when_another_is_wrong(drawn):
    page = drawn(
        {"name": "Zoë O’Neill", "share": "no", "help": "ramp", "language": "pl", "needs": "a < b", "sure": "y"}
    )

    assert page.select_one("#name")["value"] == "Zoë O’Neill"
    assert page.select_one("input[name=share][checked]")["value"] == "no"
    assert page.select_one("input[name=help][checked]")["value"] == "ramp"
    assert page.select_one("option[selected]")["value"] == "pl"
    assert page.select_one("#needs").text.strip() == "a < b"
    assert page.select_one("#sure").has_attr("checked")


def test_the_one_question_of_a_page_is_its_heading(drawn):
    assert [heading.text.strip() for heading in drawn().find_all("h1")] == ["May we tell the centre?"]


def test_inputs_say_what_they_are_for(drawn):
    page = drawn()

    assert page.select_one("#name")["autocomplete"] == "name"
    assert page.select_one("#name")["spellcheck"] == "false"
    assert page.select_one("#name")["aria-describedby"] == "name-hint"
    assert page.select_one("#name-hint").text.strip() == "As on your passport"
    assert page.select_one("#share-2-item-hint").text.strip() == "Your appointment stays the same"
    assert page.select_one(".govuk-radios__divider").text == "or"


def test_hidden_fields_have_no_id_so_that_a_page_may_hold_several_forms(drawn):
    page = drawn(template=PAGE.replace("{{ hidden(form) }}", "{{ hidden(form) }}{{ hidden(form) }}"))

    assert [(field["name"], field["value"]) for field in page.select("input[type=hidden]")] == [("step", "3")] * 2


def test_a_second_press_of_the_button_is_caught(drawn):
    buttons = drawn().select("form button[data-module=govuk-button]")

    assert [button["data-prevent-double-click"] for button in buttons] == ["true", "true"]


def test_groups_of_choices_may_have_headings(app):
    with app.test_request_context("/"):
        field = WholeForm(data={"share": "b"}).share
        items = choice_items(
            field,
            {"b": "near"},
            items=[
                {"divider": "Soonest"},
                {"value": "a", "text": "A"},
                {"divider": "Other"},
                {"value": "b", "html": "B"},
            ],
        )

    assert items == [
        {"divider": "Soonest"},
        {"value": "a", "text": "A", "id": "share", "checked": False, "hint": None},
        {"divider": "Other"},
        {"value": "b", "html": "B", "id": "share-2", "checked": True, "hint": {"text": "near"}},
    ]


def test_a_fault_of_the_whole_form_or_list_stands_in_the_summary_too(app):
    with app.test_request_context("/", method="POST"):
        form = WholeForm(MultiDict({"name": "A"}))
        form.form_errors.append("This form is too old")
        form.babies.errors = ["Add each baby"]

        assert problems(form) == [
            {"text": "This form is too old"},
            {"text": "Add each baby", "href": "#babies-0-born-day"},
        ]
        assert problems(None) == []


def test_a_kept_time_speaks_up_only_with_its_templates(drawn):
    page = drawn()

    held = page.select_one("[data-module=rs-countdown]")
    assert held["data-seconds-left"] == "600"
    assert held.select_one("[role=status]").text == ""
    assert "Keep it longer" in str(held.select_one("template[data-soon]"))
    assert "run out" in str(held.select_one("template[data-ended]"))


def test_the_words_round_the_boxes_are_in_the_language_of_the_page(drawn):
    page = drawn(language="ur")

    assert page.html["lang"] == "ur"
    assert page.html["dir"] == "rtl"
