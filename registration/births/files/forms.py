"""The form that brings a file of live births."""

from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from registration.births.files.rules.columns import Kind
from registration.common.forms import Form

KINDS = {
    Kind.BIRTHS: "Live births, one row for each baby",
    Kind.LOSSES: "Babies who were stillborn or died",
    Kind.COUNTS: "Numbers of births, by month and area",
}


class TakeForm(Form):
    """The word of whoever takes in a file that tells of losses."""

    checked = BooleanField("I have checked that these babies were stillborn or have died")


class FileForm(Form):
    """A file, who sends it, and what it tells of."""

    source = SelectField("Who sends it?", [InputRequired("Choose who sends it")])
    kind = RadioField(
        "What does it tell of?",
        [InputRequired("Choose what it tells of")],
        choices=[SelectChoice(kind.value, title) for kind, title in KINDS.items()],
        default=Kind.BIRTHS.value,
    )
    file: Any = FileField("The file (CSV)", [FileRequired("Choose the file")])

    def offer(self, sources: Sequence[str]) -> "FileForm":
        """List the sources with an agreement in force."""
        self.source.choices = [SelectChoice(source, source) for source in sources]
        return self
