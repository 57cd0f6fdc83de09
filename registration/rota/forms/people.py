"""Who registers: the facts of one registrar, and the day one leaves."""

from collections.abc import Callable
from typing import Any

from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from registration.centres.rules import canonical_postcode
from registration.common.authority import RANGES
from registration.common.dates import CivilDateField
from registration.common.forms import Form
from registration.rota.models import Registrar
from registration.rota.rules import GRADES, languages
from registration.rota.rules.people import Facts

LONGEST_NAME = 120
#: Half-days of a week, two on each of seven days.
MOST_SESSIONS = 14
_MINUTES = RANGES["minutes_per_baby"]

GRADE_TITLES = {grade: grade.replace("_", " ").capitalize() for grade in GRADES}


def reads(read: Callable[[str], object], sentence: str) -> Callable[[Any, Any], None]:
    """Make a form check of a function that raises ValueError; an empty field passes."""

    def check(_form: Any, field: Any) -> None:  # noqa: ANN401 -- WTForms is untyped
        """Refuse what cannot be read, with the sentence; ValidationError is raised."""
        try:
            read(field.data.strip()) if (field.data or "").strip() else None
        except ValueError as error:
            raise ValidationError(sentence) from error

    return check


def number(least: int, most: int) -> Callable[[str], int]:
    """Make a reader of whole numbers within limits; it raises ValueError."""

    def read(text: str) -> int:
        """Read the number; ValueError is raised for anything else and outside the limits."""
        if not (text.isascii() and text.isdecimal() and len(text) < 4 and least <= int(text) <= most):  # noqa: PLR2004 -- digits
            raise ValueError(text)
        return int(text)

    return read


class Person(Form):
    """One registrar as the council knows them."""

    name = StringField("Full name", [DataRequired("Enter the registrar’s name"), Length(max=LONGEST_NAME)])
    grade = SelectField("Grade", choices=[SelectChoice(*each) for each in GRADE_TITLES.items()])
    may_register_births = BooleanField("May register births")
    languages = StringField(
        "Languages",
        [reads(languages, "Enter languages as tags parted by semicolons, like en; ur; pl"), Length(max=200)],
        description="As tags parted by semicolons, like en; ur; pl",
    )
    home_postcode = StringField(
        "Home postcode (optional)",
        [reads(canonical_postcode, "Enter a full UK postcode, like HX1 1UJ")],
        description="Where their travel begins. Only rota managers see it.",
    )
    contracted_sessions = StringField(
        "Contracted half-days a week (optional)",
        [reads(number(1, MOST_SESSIONS), f"Enter a whole number from 1 to {MOST_SESSIONS}")],
    )
    minutes_per_baby = StringField(
        "Minutes for each baby (optional)",
        [reads(number(*_MINUTES), f"Enter a whole number from {_MINUTES[0]} to {_MINUTES[1]}")],
        description="Where this registrar takes longer, or less, than the council’s usual minutes.",
    )

    def facts(self) -> Facts:
        """Give what was typed, once the form is accepted."""
        return Facts(
            name=" ".join((self.name.data or "").split()),
            grade=str(self.grade.data),
            may_register_births=bool(self.may_register_births.data),
            languages=languages(self.languages.data or ""),
            home_postcode=canonical_postcode(self.home_postcode.data) if _typed(self.home_postcode) else None,
            contracted_sessions=int(self.contracted_sessions.data) if _typed(self.contracted_sessions) else None,
            minutes_per_baby=int(self.minutes_per_baby.data) if _typed(self.minutes_per_baby) else None,
        )


def _typed(field: StringField) -> bool:
    return bool((field.data or "").strip())


def shown(registrar: Registrar) -> dict[str, Any]:
    """Give the form's values for a registrar as it stands."""
    return {
        "name": registrar.name,
        "grade": registrar.grade,
        "may_register_births": registrar.may_register_births,
        "languages": "; ".join(registrar.languages),
        "home_postcode": registrar.home_postcode or "",
        "contracted_sessions": str(registrar.contracted_sessions or ""),
        "minutes_per_baby": str(registrar.minutes_per_baby or ""),
    }


class Leaving(Form):
    """The first day a registrar no longer works here."""

    day = CivilDateField(
        "First day they no longer work here", missing="Enter the first day they no longer work here", noun="The day"
    )

    def validate_day(self, field: CivilDateField) -> None:
        """Refuse nothing at all: no day would take a day noted before back; ValidationError is raised."""
        if field.data is None and not field.errors:
            raise ValidationError("Enter the first day they no longer work here")
