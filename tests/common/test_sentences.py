"""No form, whatever is typed into it, answers in the words of the library that reads it."""

import importlib
import pkgutil
import re
from io import BytesIO
from pathlib import Path

import pytest
import wtforms
from babel.messages.pofile import read_po
from flask_login import login_user
from flask_security import Form as SecurityForm
from flask_security import VerifyForm
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms.fields import FieldList, FormField
from wtforms.fields.choices import SelectFieldBase

import registration
from registration.booking.forms.wishes import WaitFor
from registration.common.dates import CivilDateField
from registration.common.forms import Form
from registration.common.sentences import _OTHER, Sentences
from registration.staff.forms import FORMS
from tests.staff.people import new_person

POT = Path(wtforms.__file__).parent / "locale" / "wtforms.pot"
THEIRS = [message.id for message in read_po(BytesIO(POT.read_bytes())) if message.id]
SINGLE = [said if isinstance(said, str) else said[0] for said in THEIRS]
ALL = {each for said in THEIRS for each in ([said] if isinstance(said, str) else said)}
#: Their sentences with anything where they have a gap.
GENERIC = re.compile("|".join(re.sub(r"%\\\(\w+\\\)[sd]|%s", ".*", re.escape(said)) for said in ALL))


def forms():
    """Give every form of ours, by loading all of the source."""
    for module in pkgutil.walk_packages(registration.__path__, "registration."):
        if module.name != "registration.service.__main__":
            importlib.import_module(module.name)

    def below(kind):
        return [found for each in kind.__subclasses__() for found in (each, *below(each))]

    ours = {each for each in below(wtforms.Form) if each.__module__.startswith("registration.")}
    return sorted(ours, key=lambda each: (each.__module__, each.__name__))


#: The part of a form that leans on the `time` of the forms made of it.
PART = {"TimeOrExtra"}
FORMS_OF_OURS = [kind for kind in forms() if kind.__name__ not in PART]


def inputs(field):
    """Give the names under which a field is sent."""
    if isinstance(field, FormField):
        return [name for each in field.form for name in inputs(each)]
    if isinstance(field, FieldList):
        return [name for each in (field.entries or [field.append_entry()]) for name in inputs(each)]
    if isinstance(field, CivilDateField):
        return [f"{field.name}-{part}" for part in ("day", "month", "year")]
    return [field.name]


def offer_something(fields):
    """Give choices to fields whose page sets them, so that something else can be chosen."""
    for field in fields:
        if isinstance(field, FormField):
            offer_something(field.form)
        elif isinstance(field, SelectFieldBase) and field.choices is None:
            field.choices = []


def faults(fields):
    for field in fields:
        if isinstance(field, FormField):
            yield from faults(field.form)
        elif isinstance(field, FieldList):
            yield from faults(field.entries)
        yield from (
            (field.name, str(said)) for said in field.errors if isinstance(said, str) or hasattr(said, "format")
        )


TYPED = {
    "nothing": "",
    "too much": "x" * 5000,
    "no choice": "no such choice",
    "no number": "-7.5e",
    "no day": "2026-02-31",
    "a reference": "BRB-7K4-XWM",
    "too large": "9" * 400,
}


def made(kind, formdata, user):
    """Make a form as its page does."""
    form = kind(formdata=formdata, user=user) if issubclass(kind, VerifyForm) else kind(formdata=formdata)
    form.user = user  # whose password or code the forms of the sign-in are about
    if isinstance(form, WaitFor):
        form.prepare([], own=1)
    offer_something(form)
    return form


@pytest.mark.parametrize(
    "kind", FORMS_OF_OURS, ids=lambda kind: f"{kind.__module__.removeprefix('registration.')}.{kind.__name__}"
)
def test_no_form_answers_in_the_librarys_words(app, database, kind):
    user = new_person("registrar", password=None)
    said = {}
    for what, typed in TYPED.items():
        with app.test_request_context(method="POST"):
            login_user(user)
            names = [name for field in made(kind, None, user) for name in inputs(field)]
            form = made(kind, MultiDict({name: typed for name in names if name != "csrf_token"}), user)
            form.validate()
            said[what] = [(name, words) for name, words in faults(form) if GENERIC.fullmatch(words)]
    assert said == {what: [] for what in TYPED}


@pytest.mark.parametrize(
    "kind", FORMS_OF_OURS, ids=lambda kind: f"{kind.__module__.removeprefix('registration.')}.{kind.__name__}"
)
def test_blanks_are_no_answer_to_any_question(app, database, kind):
    user = new_person("registrar", password=None)
    said = []
    for typed in ("", " ", "\u00a0\t"):
        with app.test_request_context(method="POST"):
            login_user(user)
            names = [name for field in made(kind, None, user) for name in inputs(field)]
            form = made(kind, MultiDict({name: typed for name in names if name != "csrf_token"}), user)
            said.append((form.validate(), form.errors))
    assert said[1:] == [said[0]] * 2


def test_a_file_that_is_no_file_is_told_in_our_words(app, database):
    from registration.desk.forms.day import SheetIn

    with app.test_request_context(method="POST"):
        form = SheetIn(formdata=MultiDict({"file": FileStorage(filename="")}))
        form.validate()
        assert list(faults(form)) == [("file", "Choose the file")]


def test_every_form_stands_on_ours():
    assert [kind for kind in FORMS_OF_OURS if not issubclass(kind, Form)] == []
    assert all(issubclass(kind, Form) for kind in FORMS.values())
    assert issubclass(Form, FlaskForm)
    assert issubclass(FORMS["login_form"], SecurityForm)


@pytest.mark.parametrize("theirs", SINGLE)
def test_each_of_the_librarys_sentences_has_one_of_ours(app, theirs):
    with app.test_request_context():
        ours = Sentences().ngettext(theirs, "", 2)
    assert ours not in ALL
    gaps = set(re.findall(r"%\((\w+)\)", ours))
    assert gaps <= set(re.findall(r"%\((\w+)\)", theirs))


def test_a_sentence_nobody_knows_becomes_one_that_can_be_read(app):
    with app.test_request_context():
        assert Sentences().gettext("Flux capacitor misaligned.") == str(_OTHER)
