"""What a centre aims at, as it is typed."""

from wtforms import SelectField, StringField
from wtforms.validators import DataRequired

from registration.booking.forms.base import offered
from registration.common.forms import Form
from registration.rota.forms.people import number, reads

FIRST = {
    "newest": "the newest baby first",
    "longest_waiting": "who waits longest first",
    "most_deprived": "the most deprived neighbourhoods first",
}
_percent, _days = number(1, 100), number(1, 90)


class TargetForm(Form):
    """The share of families a centre wants to know, whom it contacts first, and within how many days."""

    percent = StringField(
        "Of 100 families with a new baby, how many the centre wants to know",
        [DataRequired("Enter a whole number from 1 to 100"), reads(_percent, "Enter a whole number from 1 to 100")],
    )
    first = SelectField("Whom the list shows first", choices=offered(list(FIRST.items())))
    contact_days = StringField(
        "Days within which a family is contacted",
        [DataRequired("Enter a whole number from 1 to 90"), reads(_days, "Enter a whole number from 1 to 90")],
    )

    def read(self) -> tuple[int, str, int]:
        """Give percent, order and days."""
        return _percent(self.percent.data.strip()), str(self.first.data), _days(self.contact_days.data.strip())
