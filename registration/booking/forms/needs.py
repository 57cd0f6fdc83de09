"""What a family needs at its appointment, where it lives, and the time it chooses."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation, ValidationError

from registration.booking.forms.base import LONGEST_TEXT, OneOf, StepForm, at_most, offered, passes
from registration.booking.rules.journey import ENGLISH, SIGN_LANGUAGE, Answers, Interpreter
from registration.booking.rules.slots import Minute
from registration.centres.queries import locate
from registration.centres.rules import canonical_postcode

OTHER_LANGUAGE = "other"
#: Those most asked for in England and Wales (ONS, births by parents' country of birth, and the censuses), as BCP 47.
_LANGUAGES = (
    "am ar bg bn ckb cs es fa fr gu hi hu it lt lv ml ne pa pl ps pt ro ru sk so sq sw ta te ti tr uk ur vi yo yue zh"
)
UNLISTED = "und"  # BCP 47 for a language that is not determined; the family says which on the next pages
#: A centre and a start in minutes since 1970, as the value of a radio button.
OFFER = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})", re.ASCII)
LONGEST_POSTCODE = 40


def language_name(code: str) -> str:
    """Name a language in the language of the page."""
    special = {
        ENGLISH: _("English"),
        SIGN_LANGUAGE: _("British Sign Language (BSL)"),
        UNLISTED: _("A language not in this list"),
    }
    if code in special:
        return special[code]
    here = get_locale() or Locale(ENGLISH)
    return str(here.languages.get(code, code))


def language_choices() -> list[tuple[str, str]]:
    """List the languages help is offered in, each by its name here and its own name for itself."""
    named = sorted((language_name(code), code) for code in _LANGUAGES.split())
    listed = [(code, f"{name} – {Locale.parse(code).get_display_name(code)}") for name, code in named]
    return [*listed, (UNLISTED, language_name(UNLISTED))]


class Language(StepForm):
    """The language a family would like help in; never guessed from a country or a name."""

    language = OneOf(
        _l("What language would you like help in?"),
        _l("Choose a language"),
        (
            (ENGLISH, _l("English")),
            (SIGN_LANGUAGE, _l("British Sign Language (BSL)")),
            (OTHER_LANGUAGE, _l("Another language")),
        ),
    )
    other = SelectField(_l("If another language, which?"), validate_choice=False)

    def prepare(self, answers: Answers) -> None:  # noqa: ARG002 -- the base's own signature
        """List the languages by their names."""
        self.other.choices = offered([("", _("Choose a language")), *language_choices()])

    @classmethod
    def shown(cls, answers: Answers) -> Mapping[str, Any]:
        """Give the language answered before."""
        if answers.language in {"", ENGLISH, SIGN_LANGUAGE}:
            return {"language": answers.language or None}
        return {"language": OTHER_LANGUAGE, "other": answers.language}

    def validate_other(self, field: SelectField) -> None:
        """Ask which, where it is neither English nor sign language; ValidationError is raised."""
        if self.language.data == OTHER_LANGUAGE and field.data not in dict(language_choices()):
            raise ValidationError(_("Choose which language"))

    def answer(self, answers: Answers) -> Answers:
        """Note it as BCP 47 writes it."""
        chosen = self.other.data if self.language.data == OTHER_LANGUAGE else self.language.data
        return replace(answers, language=str(chosen))


class InterpreterForm(StepForm):
    """Whether an interpreter is there, which makes the appointment longer."""

    interpreter = OneOf(
        _l("Will you need an interpreter?"),
        _l("Choose whether you need an interpreter"),
        (
            (Interpreter.ARRANGE.value, _l("Yes, please arrange one for me")),
            (Interpreter.BRING.value, _l("I will bring an adult who speaks English")),
            (Interpreter.NONE.value, _l("No, I can do this in English")),
        ),
    )

    @classmethod
    def shown(cls, answers: Answers) -> Mapping[str, Any]:
        """Give the answer given before."""
        return {"interpreter": answers.interpreter and answers.interpreter.value}

    def answer(self, answers: Answers) -> Answers:
        """Note it."""
        return replace(answers, interpreter=Interpreter(self.interpreter.data))


class Access(StepForm):
    """What would make coming easier. Nothing has to be said."""

    step_free = BooleanField(_l("I need a place without steps"))
    needs = TextAreaField(_l("Anything else that would help (optional)"), [at_most(LONGEST_TEXT)])

    @classmethod
    def shown(cls, answers: Answers) -> Mapping[str, Any]:
        """Give the answer given before."""
        return {"step_free": answers.step_free, "needs": answers.access_needs or ""}

    def answer(self, answers: Answers) -> Answers:
        """Note it; nothing typed is an answer too."""
        return replace(answers, step_free=bool(self.step_free.data), access_needs=(self.needs.data or "").strip())


def _exists(text: str) -> None:
    try:
        found = locate(canonical_postcode(text))
    except ValueError:
        raise ValueError(_("Enter a full UK postcode, like HX1 1UJ")) from None
    if found is None:
        raise ValueError(_("We cannot find this postcode. Check it, or choose “Show every centre”."))


class Postcode(StepForm):
    """From where distance is measured; a family may rather see every centre."""

    postcode = StringField(_l("What is your postcode?"), [passes(_exists), at_most(LONGEST_POSTCODE)])
    skip = BooleanField()

    @classmethod
    def shown(cls, answers: Answers) -> Mapping[str, Any]:
        """Give the postcode answered before."""
        return {"postcode": answers.postcode or ""}

    def validate_postcode(self, field: StringField) -> None:
        """Ask for one, or for the button beside it; ValidationError is raised."""
        if self.skip.data:
            raise StopValidation
        if not (field.data or "").strip():
            raise ValidationError(_("Enter your postcode, or choose “Show every centre”"))

    def answer(self, answers: Answers) -> Answers:
        """Note it as the post writes it."""
        return replace(answers, postcode="" if self.skip.data else canonical_postcode(self.postcode.data))


class ChooseTime(StepForm):
    """A centre and a time there. The list may have changed since it was shown: the action decides what is free."""

    time = StringField(_l("Choose a time"))

    def validate_time(self, field: StringField) -> None:
        """Refuse what no button of ours says; ValidationError is raised."""
        if not OFFER.fullmatch(str(field.data or "")):
            raise ValidationError(_("Choose a time"))

    @property
    def offer(self) -> tuple[int, Minute]:
        """Give the centre and the start that were chosen, once the form is accepted."""
        centre_id, minute = str(self.time.data).split(".")
        return int(centre_id), int(minute)
