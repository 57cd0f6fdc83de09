"""A new plan, and what is wanted of one half-day in it."""

from collections.abc import Iterable

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from registration.balancing.plans.actions import MOST_WEEKS
from registration.common.forms import Form
from registration.rota.forms.drafts import LONGEST_NAME
from registration.rota.forms.fields import DayField
from registration.rota.forms.people import number, reads

_HOW_MANY = f"Enter a number of weeks from 1 to {MOST_WEEKS}"


class PlanForm(Form):
    """The weeks of a plan, and what it is called."""

    first = DayField("First day, a Monday", [InputRequired("Enter the first day")])
    weeks = StringField("Weeks", [InputRequired(_HOW_MANY), reads(number(1, MOST_WEEKS), _HOW_MANY)])
    name = StringField(
        "Name (optional)", [Length(max=LONGEST_NAME, message=f"This must be {LONGEST_NAME} letters or fewer")]
    )


class MoveForm(Form):
    """The centre a registrar is to be at."""

    centre = SelectField("Centre", [InputRequired("Choose a centre")])

    def offer(self, centres: Iterable[tuple[int, str]]) -> "MoveForm":
        """Offer these centres."""
        self.centre.choices = [
            SelectChoice("", "Choose a centre"),
            *(SelectChoice(str(number), name) for number, name in centres),
        ]
        return self
