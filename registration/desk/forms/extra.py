"""The fields for a time outside the rota, on the pages where a time is chosen."""

from datetime import datetime

from wtforms import SelectField, StringField
from wtforms.validators import StopValidation, ValidationError

from registration.booking.forms.base import LONGEST_TEXT, at_most, offered
from registration.booking.forms.needs import OFFER
from registration.booking.queries import moment
from registration.common.clock import LONDON, today
from registration.common.forms import Form
from registration.desk.extra import ExtraTime, centre_choices, may_open, registrar_choices
from registration.desk.rules.seeking import coming_day, time_of_day

#: What the button of a time outside the rota says instead of a centre and a start.
EXTRA = "extra"
LONGEST_DAY = 40


class TimeOrExtra(Form):
    """A time from the list, or one outside the rota: who, where, when and why. `time` is the page's own field."""

    extra_registrar = SelectField("Registrar", validate_choice=False)
    extra_centre = SelectField("Centre", validate_choice=False)
    extra_day = StringField("Day", [at_most(LONGEST_DAY)])
    extra_at = StringField("Time", [at_most(LONGEST_DAY)])
    extra_why = StringField("Why this time is needed", [at_most(LONGEST_TEXT)])

    def offer_extra(self) -> None:
        """List who and where, for a page on which it is allowed."""
        self.extra_registrar.choices = offered([("", "Choose a registrar"), *registrar_choices(today())])
        self.extra_centre.choices = offered([("", "Choose a centre"), *centre_choices(today())])

    @property
    def wants_extra(self) -> bool:
        """Say whether a time outside the rota was asked for, by somebody who may open one."""
        return bool(self["time"].data == EXTRA) and may_open()

    def validate_time(self, field: StringField) -> None:
        """Refuse what no button of ours says; ValidationError is raised."""
        if not self.wants_extra and not OFFER.fullmatch(str(field.data or "")):
            raise ValidationError("Choose a time")

    def validate_extra_registrar(self, field: SelectField) -> None:
        """Ask who; ValidationError is raised."""
        self._asked_for(field, "Choose a registrar")

    def validate_extra_centre(self, field: SelectField) -> None:
        """Ask where; ValidationError is raised."""
        self._asked_for(field, "Choose a centre")

    def validate_extra_day(self, field: StringField) -> None:
        """Ask which day; ValidationError is raised."""
        if self.wants_extra and coming_day(field.data or "", today()) is None:
            raise ValidationError("Enter the day, like 24/11/2026")

    def validate_extra_at(self, field: StringField) -> None:
        """Ask when; ValidationError is raised."""
        if self.wants_extra and time_of_day(field.data or "") is None:
            raise ValidationError("Enter when it begins, like 2:30pm or 14:30")

    def validate_extra_why(self, field: StringField) -> None:
        """Ask for the reason; ValidationError is raised."""
        if self.wants_extra and not (field.data or "").strip():
            raise ValidationError("Say why this time is needed")

    def _asked_for(self, field: SelectField, sentence: str) -> None:
        if not self.wants_extra:
            raise StopValidation
        if not (field.data or "").isdecimal():
            raise ValidationError(sentence)

    @property
    def offer(self) -> tuple[int, datetime]:
        """Give the centre and the start that were chosen from the list, once the form is accepted."""
        centre_id, minute = str(self["time"].data).split(".")
        return int(centre_id), moment(int(minute))

    @property
    def extra(self) -> ExtraTime:
        """Give the time outside the rota that is asked for, once the form is accepted."""
        day, at = coming_day(self.extra_day.data, today()), time_of_day(self.extra_at.data)
        if day is None or at is None:
            raise ValueError("the form was not accepted")
        return ExtraTime(
            registrar_id=int(self.extra_registrar.data),
            centre_id=int(self.extra_centre.data),
            start=datetime.combine(day, at, LONDON),
            why=self.extra_why.data,
        )
