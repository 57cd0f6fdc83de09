"""Forms of the timetable of services."""

from calendar import day_name
from datetime import date
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from registration.centres.services.rules import KIND_TITLES, MOST_NOTE, MOST_TITLE, Details, Kind, never_happens
from registration.common.clock import today
from registration.common.forms import Form
from registration.rota.forms.fields import ClockField, DayField


def _at_most(letters: int) -> Length:
    return Length(max=letters, message=f"This must be {letters} letters or fewer")


class ServiceForm(Form):
    """What happens, when, and when it does not."""

    title = StringField("Name", [DataRequired("Enter what it is called"), _at_most(MOST_TITLE)])
    kind = SelectField("Kind", choices=[SelectChoice(kind.value, title) for kind, title in KIND_TITLES.items()])
    weekday = SelectField(
        "Day", choices=[SelectChoice(str(number), name) for number, name in enumerate(day_name, 1)], default="1"
    )
    starts = ClockField("From", [InputRequired("Enter when it begins")])
    ends = ClockField("To", [InputRequired("Enter when it ends")])
    first_on = DayField("First day (optional)")
    last_on = DayField("Last day (optional)")
    term_time = BooleanField("In term time only")
    on_holidays = BooleanField("On bank holidays too")
    note = StringField("Note (optional)", [_at_most(MOST_NOTE)], description="For example, book on 01422 496 099.")

    def validate_ends(self, field: ClockField) -> None:
        """Refuse an end that is not after the start; raises ValidationError."""
        if self.starts.data and field.data and field.data <= self.starts.data:
            raise ValidationError("It must end after it begins")

    def validate_last_on(self, field: DayField) -> None:
        """Refuse a last day before the first, one that is over, and days between which it never happens; raises ValidationError."""
        if self.first_on.data and field.data and field.data < self.first_on.data:
            raise ValidationError("The last day must not be before the first")
        if field.data and field.data < today():
            raise ValidationError("The last day must be today or a day to come")
        weekday = 0 if self.weekday.errors else int(self.weekday.data)
        if weekday and never_happens(weekday, self.first_on.data, field.data):
            raise ValidationError(f"No {day_name[weekday - 1]} lies between the first and the last day")

    def details(self) -> Details:
        """Give what was said, once the form is accepted."""
        return Details(
            title=" ".join(self.title.data.split()),
            kind=Kind(self.kind.data),
            weekday=int(self.weekday.data),
            starts=self.starts.data,
            ends=self.ends.data,
            first_on=self.first_on.data,
            last_on=self.last_on.data,
            term_time=bool(self.term_time.data),
            on_holidays=bool(self.on_holidays.data),
            note=(self.note.data or "").strip(),
        )


class CancelForm(Form):
    """One day on which a service does not happen."""

    day = DayField("Day", [InputRequired("Enter the day")])
    reason = StringField("Why (optional)", [_at_most(MOST_NOTE)])

    def about(self, service_id: int) -> "CancelForm":
        """Name its boxes after a service, for a page has such a form of each."""
        for field in (self.day, self.reason):
            field.id = f"{field.name}-{service_id}"
        return self

    def validate_day(self, field: DayField) -> None:
        """Refuse a day that is over; raises ValidationError."""
        if field.data and field.data < today():
            raise ValidationError("Enter today or a day to come")


class DayForm(Form):
    """The day of which something is taken back."""

    day = StringField(validators=[InputRequired()])

    @property
    def on(self) -> date | None:
        """Give the day; None where what was sent is none."""
        try:
            return date.fromisoformat(str(self.day.data))
        except ValueError:
            return None


class TimetableFile(Form):
    """A timetable that comes as a file."""

    file: Any = FileField("The timetable (CSV)", [FileRequired("Choose the file")])
