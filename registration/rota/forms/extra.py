"""A session outside the rota: who, where, when, and why."""

from datetime import datetime
from typing import Any

from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from registration.common.clock import now
from registration.common.dates import CivilDateField
from registration.common.forms import Form
from registration.rota.rules import clock_time, moment

LONGEST_REASON = 200


def _chosen(text: str) -> int | None:
    return int(text) if text else None


class NewExtra(Form):
    """An extra session: its room is any that is free."""

    registrar = SelectField("Registrar", [DataRequired("Choose a registrar")], coerce=_chosen)
    centre = SelectField("Centre", [DataRequired("Choose a centre")], coerce=_chosen)
    day = CivilDateField("Day", missing="Enter the day", noun="The day")
    begins = StringField("From", [DataRequired("Enter when it begins"), Length(max=5)])
    ends = StringField("To", [DataRequired("Enter when it ends"), Length(max=5)])
    reason = StringField(
        "Why it is needed", [DataRequired("Say why this session is needed"), Length(max=LONGEST_REASON)]
    )

    def validate_begins(self, field: StringField) -> None:
        """Refuse what is no time of that day, or over; ValidationError is raised."""
        begins = self._moment(field)
        if begins is not None and begins <= now():
            raise ValidationError("This time is over")

    def validate_ends(self, field: StringField) -> None:
        """Refuse what is no time of that day, or not after the beginning; ValidationError is raised."""
        ends = self._moment(field)
        if ends is not None and not self.begins.errors and ends <= (self._moment(self.begins) or ends):
            raise ValidationError("The session must end after it begins")

    def _moment(self, field: Any) -> datetime | None:  # noqa: ANN401 -- WTForms is untyped
        try:
            at = clock_time((field.data or "").strip())
            return moment(self.day.data, at) if self.day.data else None
        except ValueError as error:
            raise ValidationError("Enter a time of that day, like 9:30 or 16:00") from error

    def span(self) -> tuple[datetime, datetime]:
        """Give the moments it begins and ends, once the form is accepted."""
        begins, ends = (moment(self.day.data, clock_time(f.data.strip())) for f in (self.begins, self.ends))
        return begins, ends
