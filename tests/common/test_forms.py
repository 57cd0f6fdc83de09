"""The form every page builds on: sent or not, usable or not."""

from wtforms import SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from registration.common.fields import choice_items
from registration.common.forms import Form


class Name(Form):
    name = StringField("Name", [InputRequired("Enter your name")])


def test_a_form_that_was_only_looked_at_is_not_accepted(app):
    with app.test_request_context("/?name=Aoife"):
        form = Name()
        assert not form.accepted()
        assert form.errors == {}


def test_a_form_that_was_sent_is_accepted_when_every_answer_is_usable(app):
    with app.test_request_context("/", method="POST", data={"name": "Aoife"}):
        assert Name().accepted()
    with app.test_request_context("/", method="POST", data={"name": ""}):
        form = Name()
        assert not form.accepted()
        assert form.errors == {"name": ["Enter your name"]}


def test_a_page_may_ask_more_of_a_field_than_the_form_does(app):
    from wtforms.validators import Length

    with app.test_request_context("/", method="POST", data={"name": "Aoife"}):
        form = Name()
        assert not form.accepted({"name": [Length(max=3, message="Shorter")]})
        assert form.errors == {"name": ["Shorter"]}


def test_a_bad_character_among_several_choices_is_refused_without_disturbing_the_page(app):
    class Many(Form):
        help = SelectMultipleField("Help", choices=[SelectChoice("ramp", "No steps"), SelectChoice("seat", "A seat")])

    with app.test_request_context("/", method="POST", data={"help": ["ramp", "se\x00at"]}):
        form = Many()
        assert not form.accepted()
        assert [item["value"] for item in choice_items(form.help, {}) if item["checked"]] == ["ramp"]


def test_a_form_sent_without_its_key_is_not_accepted(app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    with app.test_request_context("/", method="POST", data={"name": "Aoife"}):
        form = Name()
        assert not form.accepted()
        assert "csrf_token" in form.errors
