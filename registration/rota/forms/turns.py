"""The form that puts a centre worker on the rota."""

from collections.abc import Iterable
from datetime import time

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from registration.common.clock import today
from registration.common.forms import Form
from registration.rota.forms.fields import ClockField, DayField
from registration.rota.queries.days import open_days
from registration.rota.rules.turns import Turning, day_refused, times_refused


class TurnForm(Form):
    """Who, where, when."""

    worker = SelectField("Centre worker", [InputRequired("Choose a centre worker")])
    centre = SelectField("Where", [InputRequired("Choose where")])
    day = DayField("Day", [InputRequired("Enter the day")])
    begins = ClockField("From", [InputRequired("Enter from when")], default=time(9))
    ends = ClockField("To", [InputRequired("Enter until when")], default=time(13))

    def offer(self, workers: Iterable[tuple[int, str]], centres: Iterable[tuple[int, str]]) -> "TurnForm":
        """Offer these people and places by their numbers."""
        for field, nothing, rows in (
            (self.worker, "Choose a centre worker", workers),
            (self.centre, "Choose where", centres),
        ):
            field.choices = [SelectChoice("", nothing), *(SelectChoice(str(number), name) for number, name in rows)]
        return self

    def validate_day(self, field: DayField) -> None:
        """Refuse a day that is over or far off, or on which the place is closed; raises ValidationError."""
        if field.data:
            place = int(self.centre.data) if str(self.centre.data).isdecimal() else 0
            _refuse(day_refused(place, field.data, today(), open_days(field.data, field.data)))

    def validate_ends(self, field: ClockField) -> None:
        """Refuse times that are no half-day; raises ValidationError."""
        if self.begins.data is not None and field.data is not None:
            _refuse(times_refused(self.begins.data, field.data))

    def turning(self) -> Turning:
        """Give what was said, once the form is accepted."""
        return Turning(int(self.worker.data), int(self.centre.data), self.day.data, self.begins.data, self.ends.data)


def _refuse(sentence: str) -> None:
    if sentence:
        raise ValidationError(sentence)
