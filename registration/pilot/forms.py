"""What an evaluator says: the day the figures are as of, a protocol, what a release is for."""

from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from registration.common.forms import Form
from registration.pilot.disclosure.actions import MOST_DAYS, USUAL_DAYS
from registration.rota.forms.fields import DayField
from registration.rota.forms.people import number, reads

LONGEST_PURPOSE = 200
#: Bytes of a protocol: far more than the longest takes.
LARGEST_PROTOCOL = 100_000
_HOW_LONG = f"Enter a number of days from 1 to {MOST_DAYS}"


def _short(most: int) -> Length:
    return Length(max=most, message=f"This must be {most} letters or fewer")


class BuildForm(Form):
    """The day that figures are as of, and the protocol they follow."""

    as_of = DayField("As of", [InputRequired("Enter a day")])
    protocol = SelectField("Protocol")

    def offer(self, protocols: Sequence[tuple[int, str]]) -> "BuildForm":
        """Offer these protocols by their numbers, the newest first, and none."""
        self.protocol.choices = [
            *(SelectChoice(str(number), name) for number, name in protocols),
            SelectChoice("", "None: the built-in one"),
        ]
        return self


class ProtocolForm(Form):
    """A protocol, as the file it was written in."""

    file: Any = FileField("The protocol (TOML)", [FileRequired("Choose the file")])


class RowsForm(Form):
    """Who is to have rows, and what for."""

    evaluator = StringField("Who will use them?", [DataRequired("Say who will use them"), _short(120)])
    purpose = StringField("What for?", [DataRequired("Say what they are for"), _short(LONGEST_PURPOSE)])
    days = StringField(
        f"For how many days, at most {MOST_DAYS}?",
        [InputRequired(_HOW_LONG), reads(number(1, MOST_DAYS), _HOW_LONG)],
        default=str(USUAL_DAYS),
    )


class RefuseForm(Form):
    """Why rows are refused."""

    reason = StringField("Why not?", [DataRequired("Say why not"), _short(LONGEST_PURPOSE)])


class ReleaseForm(Form):
    """What figures are let go for: it stands in the ledger."""

    purpose = StringField(
        "What is this release for?",
        [DataRequired("Say what the release is for"), _short(LONGEST_PURPOSE)],
    )
