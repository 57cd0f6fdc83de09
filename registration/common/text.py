"""The one gate for text from outside: what the database cannot keep is refused with a sentence."""

import re
from typing import Any

from flask_babel import gettext as _
from wtforms import Field, Form
from wtforms.validators import ValidationError

# PostgreSQL cannot store NUL; the other control characters and lone surrogates are never typed on purpose.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def is_storable(text: str) -> bool:
    """Say whether a text has only characters that can be kept and shown."""
    return _UNSTORABLE.search(text) is None


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
                        field.data = _UNSTORABLE.sub("", field.data)
                    raise ValidationError(str(error)) from error
