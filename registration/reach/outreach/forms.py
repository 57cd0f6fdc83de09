"""A contact as it is written down: one button in the list, or all of it on the family’s page."""

from collections.abc import Iterable
from datetime import date

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Regexp, ValidationError

from registration.booking.forms.base import Check, OneOf, at_most, offered
from registration.common.clock import today
from registration.common.forms import Form
from registration.reach.outreach.rules import AS_USUAL, RESULTS, ROUTES, Try
from registration.rota.forms.fields import DayField

LONGEST_NOTE = 300
MOST_CONTACTS = 2**63 - 1
#: What stands first in a row: each button then writes down what is usual for it.
USUAL = {"": "Spoke or sent", **RESULTS}
NEXT = {"": "Nothing", **{route: name for route, name in ROUTES.items()}}  # noqa: C416 -- a copy with one before


class QuickContact(Form):
    """What a row of the list sends: the button that was pressed, and what came of it."""

    route = StringField(validators=[InputRequired("Press one of the buttons")])
    result = SelectField("What came of it", choices=offered(list(USUAL.items())))
    next_on = DayField("Again on")

    def validate_route(self, field: StringField) -> None:
        """Refuse what is none of the buttons; ValidationError is raised."""
        if field.data not in ROUTES:
            raise ValidationError("Press one of the buttons")

    def validate_next_on(self, field: DayField) -> None:
        """Refuse a day that is over, and any for a family that wants no contact; ValidationError is raised."""
        _not_over(field)
        _wanted(field, self.result.data)

    def refused(self, family_id: int, name: str) -> None:
        """Name its boxes after a family, whose row keeps what was typed, and its sentences with the family’s name."""
        for field, box in ((self.route, "f"), (self.result, "result"), (self.next_on, "again")):
            field.id = f"{box}-{family_id}"
            field.errors = tuple(f"{name}: {sentence}" for sentence in field.errors)

    def to_try(self, on: date) -> Try:
        """Give the contact, of today; whoever is to be called on again is so by the same route."""
        again = self.route.data if self.next_on.data else ""
        result = self.result.data or AS_USUAL[self.route.data]
        return Try(on, self.route.data, result, again, self.next_on.data)


class ContactForm(Form):
    """All that is kept of a contact."""

    on = DayField("Day", [InputRequired("Enter the day")])
    route = OneOf("How", "Choose how", list(ROUTES.items()))
    result = OneOf("What came of it", "Choose what came of it", list(RESULTS.items()))
    next_step = SelectField("Next step", choices=offered(list(NEXT.items())))
    next_on = DayField("On")
    note = TextAreaField("Note (optional)", [at_most(LONGEST_NOTE)])

    def validate_on(self, field: DayField) -> None:
        """Refuse a day that is to come; ValidationError is raised."""
        if field.data and field.data > today():
            raise ValidationError("The day must be today or in the past")

    def validate_next_on(self, field: DayField) -> None:
        """Refuse a day that is over, one for who wants no contact, and one without the other; ValidationError is raised."""
        _not_over(field)
        _wanted(field, self.result.data)
        if bool(field.data) != bool(self.next_step.data):
            raise ValidationError("Give the next step with its day, or neither")

    def to_try(self) -> Try:
        """Give the contact."""
        note = (self.note.data or "").strip()
        return Try(self.on.data, self.route.data, self.result.data, self.next_step.data or "", self.next_on.data, note)


class TakeBack(Form):
    """Which contact is taken back."""

    contact = StringField(validators=[Regexp(r"[0-9]{1,18}\Z", message="Press the button beside the contact")])


def since_birth(births: Iterable[date]) -> Check:
    """Give a check that a contact is not of a day before the first of these births; it raises ValidationError."""
    first = min(births)

    def check(_form: Form, field: DayField) -> None:
        """Refuse a day before the birth; ValidationError is raised."""
        if field.data and field.data < first:
            raise ValidationError(f"The baby was not born yet: the day must be {first:%-d %B %Y} or later")

    return check


def _wanted(field: DayField, result: str | None) -> None:
    if field.data and result == "not_wanted":
        raise ValidationError("Leave the day of the next step empty: the family wants no contact now")


def _not_over(field: DayField) -> None:
    if field.data and field.data < today():
        raise ValidationError("The next step must be today or later")
