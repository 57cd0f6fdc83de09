"""Who is away or which centre closes, and what a family is to have instead."""

import re
from datetime import datetime, timedelta

from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from registration.booking.queries import midnight, moment
from registration.common.clock import today
from registration.common.dates import CivilDateField
from registration.common.forms import Form
from registration.cover.queries import Closing
from registration.rota.forms.absences import AwayFor
from registration.rota.rules.absences import ABSENCE_REASONS

LONGEST_NOTE = 200
#: So far ahead cover is planned.
FARTHEST = timedelta(days=366)
CALL, NOBODY = "call", "nobody"

#: A centre and a start in minutes since 1970, as the value of a radio button.
_TIME = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})")


class NewPlan(AwayFor, Form):
    """One registrar's absence, by whole days or halves of them."""

    registrar = SelectField("Who is away?", [DataRequired("Choose who is away")])
    first = CivilDateField("First day", missing="Enter the first day", noun="First day")
    from_midday = BooleanField("Only from midday on the first day")
    last = CivilDateField("Last day", missing="Enter the last day", noun="Last day")
    to_midday = BooleanField("Only to midday on the last day")
    reason = SelectField(
        "Why", [DataRequired("Choose why")], choices=[SelectChoice(*each) for each in ABSENCE_REASONS.items()]
    )
    note = StringField(
        "Note (optional)",
        [Length(max=LONGEST_NOTE, message=f"This must be {LONGEST_NOTE} letters or fewer")],
        description="Nothing about anybody’s health.",
    )

    def validate_last(self, field: CivilDateField) -> None:
        """Refuse an absence that is over, that begins far off, or that is no span; ValidationError is raised."""
        if field.data is not None and field.data < today():
            raise ValidationError("The last day must be today or a day to come")
        if self.first.data is not None and self.first.data > today() + FARTHEST:
            raise ValidationError("An absence must begin within a year from today")
        super().validate_last(field)


class NewClosing(Form):
    """The closing of one centre for good, from a day on."""

    centre = SelectField("Which centre closes?", [DataRequired("Choose the centre")])
    first = CivilDateField(
        "First day on which it is closed", missing="Enter the first day on which it is closed", noun="The day"
    )
    successor = SelectField(
        "Which centre is it merged into? (optional)", description="Weekly patterns that name it then name this one."
    )
    note = StringField(
        "Note (optional)",
        [Length(max=LONGEST_NOTE, message=f"This must be {LONGEST_NOTE} letters or fewer")],
    )

    def validate_first(self, field: CivilDateField) -> None:
        """Refuse a day that has begun: what is booked today is settled by hand; ValidationError is raised."""
        if field.data is not None and field.data <= today():
            raise ValidationError("Choose a day after today")

    def validate_successor(self, field: SelectField) -> None:
        """Refuse a centre merged into itself; ValidationError is raised."""
        if field.data and field.data == self.centre.data:
            raise ValidationError("Choose another centre than the one that closes")

    def closing(self) -> Closing:
        """Give what closes, and when, once the form is accepted."""
        return Closing(int(self.centre.data), midnight(self.first.data), int(self.successor.data or 0) or None)


class ChangeRow(Form):
    """Another time for one family, or a call. Times may have gone since they were shown, so the action decides."""

    instead = RadioField(
        "What instead?", choices=[], validators=[InputRequired("Choose a time, or a call")], validate_choice=False
    )

    def validate_instead(self, field: RadioField) -> None:
        """Refuse what no button of ours says; ValidationError is raised."""
        if field.data != CALL and not _TIME.fullmatch(str(field.data)):
            raise ValidationError("Choose a time from the list, or a call")

    @property
    def time(self) -> tuple[int | None, datetime | None]:
        """Give the centre and the start that were chosen, once the form is accepted; nothing for a call."""
        if self.instead.data == CALL:
            return None, None
        centre_id, minute = str(self.instead.data).split(".")
        return int(centre_id), moment(int(minute))


class ChangeSession(Form):
    """Who takes a whole session over, or that nobody does."""

    taker = RadioField("Who takes this session over?", validators=[InputRequired("Choose a registrar, or nobody")])

    @property
    def registrar_id(self) -> int | None:
        """Give the registrar chosen, once the form is accepted; None for nobody."""
        return None if self.taker.data == NOBODY else int(self.taker.data)
