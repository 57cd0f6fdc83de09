"""What a manager says of the births to come."""

from collections.abc import Mapping

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from registration.balancing.rules.demand import MOST_BIRTHS, MOST_FACTOR, Adjustment, monday_of
from registration.common.forms import Form
from registration.rota.forms.fields import DayField
from registration.rota.forms.people import reads

LONGEST_REASON = 300
_TIMES = f"Enter how many times, like 1.25: at most {MOST_FACTOR:g}"
_BIRTHS = f"Enter a whole number from 0 to {MOST_BIRTHS}"


def times(text: str) -> float:
    """Read how many times the births expected are meant: 1.25 or .8; ValueError for anything else."""
    if not (text.isascii() and len(text) <= 5 and text.replace(".", "", 1).isdecimal()):  # noqa: PLR2004 -- 1.125
        raise ValueError(text)
    if float(text) > MOST_FACTOR:
        raise ValueError(text)
    return float(text)


def births(text: str) -> int:
    """Read births a week; ValueError for what is no whole number within the limits."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 4 and int(text) <= MOST_BIRTHS):  # noqa: PLR2004 -- 1000
        raise ValueError(text)
    return int(text)


class BirthsForm(Form):
    """The cluster and the weeks, how many births, and why."""

    cluster = SelectField("Cluster", [InputRequired("Choose a cluster")])
    first = DayField("From the week of", [InputRequired("Enter a day of the first week")])
    last = DayField("To the week of", [InputRequired("Enter a day of the last week")])
    times = StringField("Times the births expected", [reads(times, _TIMES)])
    births = StringField("Or births a week", [reads(births, _BIRTHS)])
    reason = StringField(
        "Why",
        [
            DataRequired("Say why the births will be others than expected"),
            Length(max=LONGEST_REASON, message=f"This must be {LONGEST_REASON} letters or fewer"),
        ],
    )

    def offer(self, clusters: Mapping[int, str]) -> "BirthsForm":
        """Offer these clusters by their numbers."""
        rows = [SelectChoice(str(number), name) for number, name in clusters.items()]
        self.cluster.choices = [SelectChoice("", "Choose a cluster"), *rows]
        return self

    def validate_last(self, field: DayField) -> None:
        """Refuse weeks the wrong way round; raises ValidationError."""
        if self.first.data and field.data and monday_of(field.data) < monday_of(self.first.data):
            raise ValidationError("The last week must not be before the first")

    def validate_times(self, field: StringField) -> None:
        """Refuse both ways of saying it at once, and neither; raises ValidationError."""
        if bool(_said(field)) == bool(_said(self.births)):
            raise ValidationError("Give either how many times the births expected, or the births a week")

    def to_adjustment(self) -> Adjustment:
        """Give what was said, of whole weeks."""
        return Adjustment(
            cluster=int(self.cluster.data),
            first=monday_of(self.first.data),
            last=monday_of(self.last.data),
            factor=times(_said(self.times)) if _said(self.times) else None,
            births=births(_said(self.births)) if _said(self.births) else None,
            reason=str(self.reason.data),
        )


def _said(field: StringField) -> str:
    return (field.data or "").strip()
