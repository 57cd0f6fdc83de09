"""A new plan, and what is wanted of one half-day in it."""

from collections.abc import Iterable

from wtforms import IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from registration.balancing.plans.actions import MOST_WEEKS
from registration.common.forms import Form
from registration.rota.forms.drafts import LONGEST_NAME
from registration.rota.forms.fields import DayField


class PlanForm(Form):
    """The weeks of a plan, and what it is called."""

    first = DayField("First day, a Monday", [InputRequired("Enter the first day")])
    weeks = IntegerField(
        "Weeks",
        [
            InputRequired(f"Enter a number of weeks from 1 to {MOST_WEEKS}"),
            NumberRange(1, MOST_WEEKS, f"Enter a number of weeks from 1 to {MOST_WEEKS}"),
        ],
    )
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
