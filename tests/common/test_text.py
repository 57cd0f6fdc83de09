"""What the database cannot keep is refused with a sentence, in every field of every form, and what was typed stays."""

import importlib
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import literal, select
from wtforms import SelectField, StringField

import registration
from registration.common.characters import is_storable
from registration.common.forms import Form
from registration.common.text import storable
from registration.staff.forms import SignInForm
from tests.staff.people import new_person

SENTENCE = "This has a character we cannot keep. Type it again without copying and pasting."
UNSTORABLE = ["\x00", "\x01", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\ud800", "\udfff", "\ufffe", "\uffff"]
KEPT = ["", "Aoife O’Brien-Nowak", "two\nlines\r\nand\ta tab", "اردو", "👶🏽", "\u200f\u2066", "\x80", "\U0010fffd"]


@pytest.mark.parametrize("letter", UNSTORABLE, ids=ascii)
def test_what_nobody_types_on_purpose_is_refused_with_a_sentence(app, letter):
    for text in (letter, f"before{letter}after"):
        assert not is_storable(text)
        with app.test_request_context(), pytest.raises(ValueError, match=SENTENCE):
            storable(text)


@pytest.mark.parametrize("text", KEPT, ids=ascii)
def test_what_people_write_is_given_back_as_it_is(app, text):
    with app.test_request_context():
        assert storable(text) == text


@given(text=st.text(st.characters(exclude_categories=()), max_size=20))
def test_what_passes_can_be_sent_and_comes_back_the_same(text):
    if is_storable(text):
        assert text.encode().decode() == text
        assert "\x00" not in text


@pytest.mark.parametrize("text", KEPT, ids=ascii)
def test_what_passes_is_kept_by_the_database_letter_by_letter(database, text):
    assert database.scalar(select(literal(text))) == text


def forms():
    """Find every form of the service; one that others are made of is met in them."""
    for module in pkgutil.walk_packages(registration.__path__, "registration."):
        if ".forms" in module.name:
            importlib.import_module(module.name)
    found, waiting = set(), [Form]
    while waiting:
        below = waiting.pop().__subclasses__()
        found.update(below)
        waiting += below
    return sorted(
        (form for form in found if form.__module__.startswith("registration.") and not form.__subclasses__()),
        key=lambda form: form.__name__,
    )


def drawn(form, person):
    """Make a form as its page does: lists that the page fills are empty here."""
    made = form(user=person)
    for field in made:
        if isinstance(field, SelectField) and field.choices is None:
            field.choices = []
    return made


def test_every_text_field_of_every_form_refuses_it_and_keeps_the_rest_of_what_was_typed(app, database):
    tried, wrong = 0, []
    person = new_person("registrar")  # some forms of the sign-in are about somebody
    for form in forms():
        with app.test_request_context("/", method="POST"):
            names = [field.name for field in drawn(form, person) if isinstance(field, StringField)]
        for name in names:
            with app.test_request_context("/", method="POST", data={name: "Zo\x00ë"}):
                made = drawn(form, person)
                accepted = made.accepted()
                field = made[name]
                tried += 1
                unsaid = form is SignInForm  # signing in never says which of the two was wrong
                if accepted or field.data != "Zoë" or not (unsaid or SENTENCE in field.errors):
                    wrong.append((form.__name__, name, field.errors, field.data))

    assert tried > 15
    assert wrong == []


def test_a_family_reads_the_sentence_beside_what_it_typed(client):
    answer = client.post("/find-booking", data={"reference": "BCD\x0cFGH", "given": "O’Brien"})

    assert answer.status_code == 422
    assert SENTENCE in answer.text
    assert 'value="BCDFGH"' in answer.text
    assert 'value="O’Brien"' in answer.text


def test_a_text_beside_a_bad_one_is_accepted(app):
    from wtforms.validators import InputRequired

    class Two(Form):
        good = StringField("Good", [InputRequired("Enter something")])
        bad = StringField("Bad")

    with app.test_request_context("/", method="POST", data={"good": "fine", "bad": "not\x00"}):
        form = Two()
        assert not form.accepted()
        assert (form.good.errors, list(form.bad.errors)) == ([], [SENTENCE])
    with app.test_request_context("/", method="POST", data={"good": "fine", "bad": ""}):
        assert Two().accepted()
