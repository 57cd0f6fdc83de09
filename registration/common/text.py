"""The one gate for text from outside: what the database cannot keep is refused with a sentence."""

from typing import Any

from flask_babel import gettext as _
from wtforms import Field, Form
from wtforms.validators import ValidationError

from registration.common.characters import UNSTORABLE, is_storable


def storable(text: str) -> str:
    """Give the text back when it can be kept; raise ValueError with the sentence to show otherwise."""
    if not is_storable(text):
        raise ValueError(_("This has a character we cannot keep. Type it again without copying and pasting."))
    return text


class Storable:
    """A form check: every text of the field can be kept."""

    def __call__(self, _form: Form, field: Field) -> None:
        """Refuse the field with a sentence where it cannot be kept; ValidationError is raised."""
        values: list[Any] = [*(field.raw_data or ()), field.data]
        for value in values:
            if isinstance(value, str):
                try:
                    storable(value)
                except ValueError as error:
                    if isinstance(field.data, str):
                        field.data = UNSTORABLE.sub("", field.data)
                    raise ValidationError(str(error)) from error
