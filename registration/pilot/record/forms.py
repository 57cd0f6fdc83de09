"""What the lot is drawn from, and from when one centre is in the pilot."""

from collections.abc import Iterable

from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from registration.common.forms import Form
from registration.pilot.record.rules.lot import Draw
from registration.rota.forms.fields import DayField
from registration.rota.forms.people import number, reads

LONGEST_SEED = LONGEST_REASON = 200
MOST_STEPS, MOST_WEEKS = 50, 52
_STEPS = f"Enter a number of steps from 1 to {MOST_STEPS}"
_WEEKS = f"Enter a number of weeks from 1 to {MOST_WEEKS}"
_steps, _weeks = number(1, MOST_STEPS), number(1, MOST_WEEKS)


class LotForm(Form):
    """A lot that is still to be drawn."""

    seed = StringField(
        "Seed",
        [
            DataRequired("Enter the seed"),
            Length(max=LONGEST_SEED, message=f"This must be {LONGEST_SEED} letters or fewer"),
        ],
        description="Words or numbers nobody could choose to their liking, like the numbers of a public lottery named beforehand.",
    )
    unit = RadioField(
        "What begins together?",
        [InputRequired("Choose what begins together")],
        choices=[
            SelectChoice("cluster", "All centres of a cluster"),
            SelectChoice("centre", "Each centre on its own"),
        ],
    )
    steps = StringField("Steps", [DataRequired(_STEPS), reads(_steps, _STEPS)])
    first = DayField("First day of the first step", [InputRequired("Enter the first day of the first step")])
    weeks = StringField("Weeks from one step to the next", [DataRequired(_WEEKS), reads(_weeks, _WEEKS)])
    last_stays_out = BooleanField("The last step stays out of the pilot, to compare with")

    def read(self) -> Draw:
        """Give what was said, once the form is accepted."""
        return Draw(
            seed=" ".join(self.seed.data.split()),
            unit=str(self.unit.data),
            steps=_steps(self.steps.data.strip()),
            first=self.first.data,
            weeks=_weeks(self.weeks.data.strip()),
            last_stays_out=bool(self.last_stays_out.data),
        )


class BeginningForm(Form):
    """From which day a centre is in the pilot; no day is a centre to compare with."""

    centre = SelectField("Centre", [InputRequired("Choose a centre")])
    begins = DayField("First day (empty: it is not in the pilot)")
    reason = StringField(
        "Why, where a lot drew another day for it?",
        [Length(max=LONGEST_REASON, message=f"This must be {LONGEST_REASON} letters or fewer")],
        description="It stays in the history and stands beside the centre.",
    )
    certain = BooleanField("The pilot did begin there on that day, before today")

    def offer(self, centres: Iterable[tuple[int, str]]) -> "BeginningForm":
        """Offer these centres by their numbers."""
        rows = [SelectChoice(str(number), name) for number, name in centres]
        self.centre.choices = [SelectChoice("", "Choose a centre"), *rows]
        return self
