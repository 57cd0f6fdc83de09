"""Whose calendar is opened."""

from wtforms import SelectField
from wtforms.validators import DataRequired

from registration.common.forms import Form


class NewFeed(Form):
    """A registrar or a centre, as `registrar:12` or `centre:3`."""

    of = SelectField("Whose calendar?", [DataRequired("Choose a registrar or a centre")])

    def subject(self) -> dict[str, int]:
        """Give the choice as open_feed takes it, once the form is accepted."""
        kind, _, number = str(self.of.data).partition(":")
        return {f"{kind}_id": int(number)}
