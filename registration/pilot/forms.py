"""What an evaluator says: the day the figures are as of, a protocol, what a release is for."""

from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from registration.common.forms import Form
from registration.rota.forms.fields import DayField

LONGEST_PURPOSE = 200
#: Bytes of a protocol: far more than the longest takes.
LARGEST_PROTOCOL = 100_000


class BuildForm(Form):
    """The day that figures are as of, and the protocol they follow."""

    as_of = DayField("As of", [InputRequired("Enter a day")])
    protocol = SelectField("Protocol")

    def offer(self, protocols: Sequence[tuple[int, str]]) -> "BuildForm":
        """Offer these protocols, the newest first, and none."""
        self.protocol.choices = [
            *(SelectChoice(str(number), name) for number, name in protocols),
            SelectChoice("", "None: the built-in one"),
        ]
        return self


class ProtocolForm(Form):
    """A protocol, as the file it was written in."""

    file: Any = FileField("The protocol (TOML)", [FileRequired("Choose the file")])


class ReleaseForm(Form):
    """What figures are let go for: it stands in the ledger."""

    purpose = StringField(
        "What is this release for?",
        [
            DataRequired("Say what the release is for"),
            Length(max=LONGEST_PURPOSE, message=f"This must be {LONGEST_PURPOSE} letters or fewer"),
        ],
    )
