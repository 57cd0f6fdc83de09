"""A new draft of the rota, and one of its sessions."""

from collections.abc import Iterable, Mapping

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from registration.common.forms import Form
from registration.rota.forms.fields import ClockField, DayField, PlaceField, half_day
from registration.rota.queries.planning import Seats
from registration.rota.rules.conflicts import Person
from registration.rota.rules.patterns import HalfDay

LONGEST_NAME = 80


class DraftForm(Form):
    """The days of a draft, and what it is called."""

    first = DayField("First day", [InputRequired("Enter the first day")])
    last = DayField("Last day", [InputRequired("Enter the last day")])
    name = StringField(
        "Name (optional)", [Length(max=LONGEST_NAME, message=f"This must be {LONGEST_NAME} letters or fewer")]
    )


class SessionForm(Form):
    """A session of a draft: who, where, on which day, from when to when."""

    registrar = SelectField("Registrar", [InputRequired("Choose a registrar")])
    place = PlaceField("Where", [InputRequired("Choose a centre")])
    day = DayField("Day", [InputRequired("Enter the day")])
    begins = ClockField("From", [InputRequired("Enter a time like 9:30 or 16:00")])
    ends = ClockField("To", [InputRequired("Enter a time like 9:30 or 16:00")])

    def prepare(self, centres: Iterable[Seats], people: Mapping[int, Person]) -> "SessionForm":
        """Offer the centres and the registrars."""
        self.place.offer(centres, "Choose a centre")
        self.registrar.choices = [
            SelectChoice("", "Choose a registrar"),
            *(SelectChoice(str(number), person.name) for number, person in people.items()),
        ]
        return self

    def half_day(self) -> HalfDay | None:
        """Give where and when, once accepted."""
        return half_day(self.day.data.isoweekday(), self.place, self.begins, self.ends)
