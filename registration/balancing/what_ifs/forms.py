"""What a manager is asked of a what-if: its name, and each kind of change."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from registration.balancing.plans.models import BalancePlan
from registration.balancing.rules.rota import Id, Instance
from registration.balancing.rules.scenarios import Change, HalfDayChanged, OfficeChanged, RoomAdded
from registration.balancing.what_ifs.actions import Making, another_registrar, closing
from registration.balancing.what_ifs.wording import SLOTS
from registration.balancing.wording import Called
from registration.common.authority import BALANCE_RANGES
from registration.common.forms import Form
from registration.rota.forms.drafts import LONGEST_NAME
from registration.rota.forms.fields import DayField
from registration.rota.forms.people import GRADE_TITLES, number, reads
from registration.rota.rules import languages

MOST_FAMILIES = 30
_MOST_AT_OFFICE = BALANCE_RANGES["office_staff"][1]
_HALF_DAYS = [SelectChoice(str(slot), name) for slot, name in enumerate(SLOTS)]


class WhatIfForm(Form):
    """What a what-if is called."""

    name = StringField(
        "Name",
        [
            DataRequired("Enter a name, like “Without Elland”"),
            Length(max=LONGEST_NAME, message=f"This must be {LONGEST_NAME} letters or fewer"),
        ],
    )


class _ChangeForm(Form):
    """A change of some kind. `refusable` is the field beside which a refusal of the change stands, but for that of a day."""

    refusable = ""

    def offer(self, instance: Instance, called: Called) -> None:
        """List the people and places of the plan, where the form asks for one."""


def _named(ids: Iterable[Id], names: Mapping[Id, str], nothing: str) -> list[SelectChoice]:
    rows = sorted((names.get(one, str(one)), str(one)) for one in ids)
    return [SelectChoice("", nothing), *(SelectChoice(one, name) for name, one in rows)]


def _always(change: Change) -> Making:
    return lambda _number: change


class _CentreForm(_ChangeForm):
    """A change to a centre."""

    refusable = "centre"
    centre = SelectField("Centre", [InputRequired("Choose a centre")])

    def offer(self, instance: Instance, called: Called) -> None:
        """List the centres of the plan."""
        self.centre.choices = _named(instance.centre, called.centres, "Choose a centre")


class CloseForm(_CentreForm):
    """Which centre closes, and when."""

    day = DayField(
        "Closed from",
        [InputRequired("Enter the first day on which it is closed")],
        description="A day in the weeks of the plan",
    )

    def making(self, plan: BalancePlan) -> Making:
        """Close the centre. Raises NotThatChange where the day is not in the plan."""
        return _always(closing(plan, int(self.centre.data), self.day.data))


class RoomForm(_CentreForm):
    """Where there is one more room."""

    def making(self, plan: BalancePlan) -> Making:  # noqa: ARG002 -- as every form
        """Add the room."""
        return _always(RoomAdded(int(self.centre.data)))


class HalfDayForm(_ChangeForm):
    """Whose half-day is more or fewer, and which."""

    refusable = "registrar"
    registrar = SelectField("Registrar", [InputRequired("Choose a registrar")])
    slot = SelectField("Half-day", [InputRequired("Choose a half-day")])
    more = RadioField(
        "Every week",
        [InputRequired("Choose whether it is one more or one fewer")],
        choices=[SelectChoice("more", "One half-day more"), SelectChoice("fewer", "One half-day fewer")],
    )

    def offer(self, instance: Instance, called: Called) -> None:
        """List the registrars of the plan and the half-days of a week."""
        self.registrar.choices = _named(instance.registrar, called.registrars, "Choose a registrar")
        self.slot.choices = [SelectChoice("", "Choose a half-day"), *_HALF_DAYS]

    def making(self, plan: BalancePlan) -> Making:  # noqa: ARG002 -- as every form
        """Add the half-day, or take it out."""
        return _always(HalfDayChanged(int(self.registrar.data), int(self.slot.data), self.more.data == "more"))


class RegistrarForm(_ChangeForm):
    """Somebody who is not there yet."""

    refusable = "name"
    name = StringField(
        "What to call them here",
        [
            DataRequired("Enter what to call them, like “a new registrar”"),
            Length(max=LONGEST_NAME, message=f"This must be {LONGEST_NAME} letters or fewer"),
        ],
    )
    grade = SelectField("Grade", choices=[SelectChoice(*each) for each in GRADE_TITLES.items()])
    home = SelectField("Sets out from", [InputRequired("Choose the cluster they set out from")])
    slots = StringField(
        "Families in a half-day",
        [
            DataRequired("Enter how many families they see in a half-day"),
            reads(number(1, MOST_FAMILIES), f"Enter a whole number from 1 to {MOST_FAMILIES}"),
        ],
    )
    languages = StringField(
        "Languages (optional)",
        [reads(languages, "Enter languages as tags parted by semicolons, like en; ur; pl"), Length(max=200)],
        description="As tags parted by semicolons, like en; ur; pl",
    )
    half_days = SelectMultipleField(
        "Half-days every week", [InputRequired("Choose at least one half-day")], choices=_HALF_DAYS
    )

    def offer(self, instance: Instance, called: Called) -> None:
        """List the clusters of the plan."""
        self.home.choices = _named([one.id for one in instance.clusters], called.clusters, "Choose a cluster")

    def making(self, plan: BalancePlan) -> Making:
        """Add the registrar."""
        said: dict[str, Any] = {
            "name": " ".join((self.name.data or "").split()),
            "grade": str(self.grade.data),
            "slots": int(self.slots.data or ""),
            "half_days": tuple(sorted(int(slot) for slot in self.half_days.data or ())),
            "languages": frozenset(languages(self.languages.data or "")),
            "home": int(self.home.data),
        }
        return lambda made: another_registrar(plan, made, said)


class OfficeForm(_ChangeForm):
    """How many the register office keeps for what is no birth."""

    refusable = "least"
    least = StringField(
        "People in every half-day",
        [
            InputRequired("Enter how many people"),
            reads(number(0, _MOST_AT_OFFICE), f"Enter a whole number from 0 to {_MOST_AT_OFFICE}"),
        ],
    )
    least_registrars = StringField(
        "Of them full registrars",
        [
            InputRequired("Enter how many full registrars"),
            reads(number(0, _MOST_AT_OFFICE), f"Enter a whole number from 0 to {_MOST_AT_OFFICE}"),
        ],
    )

    def validate_least_registrars(self, field: StringField) -> None:
        """Refuse more full registrars than people; raises ValidationError."""
        both = str(self.least.data or "").strip(), str(field.data or "").strip()
        if all(each.isascii() and each.isdecimal() for each in both) and int(both[1]) > int(both[0]):
            raise ValidationError("There cannot be more full registrars than people")

    def making(self, plan: BalancePlan) -> Making:  # noqa: ARG002 -- as every form
        """Change what the office keeps."""
        return _always(OfficeChanged(int(self.least.data or ""), int(self.least_registrars.data or "")))


ChangeForm = CloseForm | RoomForm | HalfDayForm | RegistrarForm | OfficeForm
#: The forms by the kind of change, as addresses name them.
FORMS: Mapping[str, type[ChangeForm]] = {
    "close": CloseForm,
    "room": RoomForm,
    "half-day": HalfDayForm,
    "registrar": RegistrarForm,
    "office": OfficeForm,
}
TITLES = {
    "close": "Close a centre",
    "room": "Add a room",
    "half-day": "Change a half-day",
    "registrar": "Add a registrar",
    "office": "Change office cover",
}
