"""Who is away, from when to when, and why."""

from datetime import datetime

from wtforms import BooleanField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from registration.common.dates import CivilDateField
from registration.common.forms import Form
from registration.rota.rules.absences import ABSENCE_REASONS, away

LONGEST_NOTE = 200


class AwayFor:
    """What every form that asks for an absence makes of its days: the span, or a sentence why it is none."""

    first: CivilDateField
    last: CivilDateField
    from_midday: BooleanField
    to_midday: BooleanField

    def span(self) -> tuple[datetime, datetime]:
        """Give the moments it begins and ends; ValueError with a sentence where they are none."""
        return away(
            self.first.data,
            self.last.data,
            from_midday=bool(self.from_midday.data),
            to_midday=bool(self.to_midday.data),
        )

    def validate_last(self, field: CivilDateField) -> None:
        """Refuse a span that is none; ValidationError is raised."""
        if self.first.data is not None and field.data is not None:
            try:
                self.span()
            except ValueError as error:
                raise ValidationError(str(error)) from error


class NewAbsence(AwayFor, Form):
    """One absence of one or several registrars, by whole days or halves of them."""

    registrars = SelectMultipleField(
        "Who is away?", [DataRequired("Choose at least one registrar")], coerce=int, validate_choice=True
    )
    first = CivilDateField("First day", missing="Enter the first day", noun="First day")
    from_midday = BooleanField("Only from midday on the first day")
    last = CivilDateField("Last day", missing="Enter the last day", noun="Last day")
    to_midday = BooleanField("Only to midday on the last day")
    reason = SelectField(
        "Why",
        [DataRequired("Choose why")],
        choices=[SelectChoice("", "Choose why"), *(SelectChoice(*each) for each in ABSENCE_REASONS.items())],
    )
    note = StringField(
        "Note (optional)",
        [Length(max=LONGEST_NOTE, message=f"This must be {LONGEST_NOTE} letters or fewer")],
        description="Nothing about anybody’s health.",
    )
