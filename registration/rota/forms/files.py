"""Files of registrars, weekly patterns and sessions that a manager brings."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from registration.common.forms import Form

WHAT = {"registrars": "Registrars", "patterns": "Weekly patterns", "sessions": "Sessions"}


class FileForm(Form):
    """A file, and what it tells of."""

    what = RadioField(
        "What does the file tell of?",
        [InputRequired("Choose what the file tells of")],
        choices=[SelectChoice(name, title) for name, title in WHAT.items()],
    )
    file: Any = FileField("The file (CSV)", [FileRequired("Choose the file")])
