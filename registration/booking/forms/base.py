"""What the forms of the journey share."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, StopValidation, ValidationError

from registration.booking.rules.journey import Answers
from registration.common.characters import never_in_a_name
from registration.common.forms import Form

Choices = Sequence[tuple[str, Any]]
Check = Callable[[Any, Any], None]

YES, NO = "yes", "no"
YES_NO: Choices = ((YES, _l("Yes")), (NO, _l("No")))
LONGEST_TEXT = 500


def offered(choices: Choices) -> list[SelectChoice]:
    """Write values and their words as the choices of a field."""
    return [SelectChoice(value, words) for value, words in choices]


class OneOf(RadioField):
    """One of a few; `missing` is said where none, or one that we did not offer, was chosen."""

    def __init__(self, label: Any, missing: Any, choices: Choices = (), **options: Any) -> None:  # noqa: ANN401 -- lazy texts
        super().__init__(label, choices=offered(choices), **options)  # type: ignore[no-untyped-call]
        self.missing = missing

    def pre_validate(self, form: Form) -> None:  # noqa: ARG002 -- WTForms' own signature
        """Refuse what is no choice of ours; StopValidation is raised."""
        if self.data not in {choice[0] for choice in self.iter_choices()}:  # type: ignore[no-untyped-call]
            raise StopValidation(str(self.missing))


class StepForm(Form):
    """The form of one page of the journey."""

    def prepare(self, answers: Answers) -> None:
        """Set what depends on earlier answers or on what the council has."""

    @classmethod
    def shown(cls, answers: Answers) -> Mapping[str, Any]:  # noqa: ARG003 -- for those that show something
        """Give the fields' values for answers given before."""
        return {}

    def answer(self, answers: Answers) -> Answers:
        """Take the page's answer in; CallInstead where it leads to the telephone."""
        return answers


def yes_or_no(answer: bool | None) -> str | None:  # noqa: FBT001 -- the answer itself
    """Give the choice that stands for an answer given before."""
    return None if answer is None else YES if answer else NO


def passes(check: Callable[[str], object]) -> Check:
    """Make a form check of a function that raises ValueError with the sentence to show; an empty field passes."""

    def validate(_form: Any, field: Any) -> None:  # noqa: ANN401 -- WTForms is untyped
        """Run the check on what was typed; ValidationError is raised with its sentence."""
        try:
            check(field.data.strip()) if field.data and field.data.strip() else None
        except ValueError as error:
            raise ValidationError(str(error)) from error

    return validate


def own_name(text: str) -> None:
    """Refuse what stands in no person’s name, as files of births are refused for it; ValueError is raised with the sentence."""
    if never_in_a_name(text):
        raise ValueError(_("Your name must only have letters, spaces, hyphens, apostrophes and full stops"))


def their_name(text: str) -> None:
    """Refuse the same where staff type the name of a family; ValueError is raised with the sentence."""
    if never_in_a_name(text):
        raise ValueError("The name must only have letters, spaces, hyphens, apostrophes and full stops")


def at_most(letters: int) -> Check:
    """Give a form check of a text's length."""
    return Length(max=letters, message=_l("This must be %(max)d letters or fewer"))


def as_kept(check: Callable[[str], str], text: str | None) -> str:
    """Give a text in its usual form, empty where nothing was typed; ValueError as the check raises it."""
    return check(text.strip()) if text and text.strip() else ""
