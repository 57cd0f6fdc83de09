"""Joining the centre, as staff ask it of a family: never a condition of anything."""

from collections.abc import Mapping
from typing import Any

from wtforms import SelectField, TextAreaField
from wtforms.validators import ValidationError

from registration.booking.forms.base import LONGEST_TEXT, NO, YES, YES_NO, OneOf, at_most, offered
from registration.booking.forms.contact import PREFERENCES
from registration.booking.rules.requests import SignUp
from registration.common.forms import Form

#: A yes keeps the wish; the centre itself takes the family in.
JOINS = "Do they want to join the centre?"


class Joining(Form):
    """Whether the centre may have a family's details, whether it wants to join, and what the centre needs then."""

    share = OneOf("May the centre have their details?", "Choose what the family said", YES_NO)
    join = OneOf(JOINS, "Choose whether they want to join", YES_NO)
    address = TextAreaField("Their address, with the postcode", [at_most(LONGEST_TEXT)])
    preference = SelectField(
        "How should the centre contact them?", choices=offered(list(PREFERENCES.items())), validate_choice=False
    )
    visit_needs = TextAreaField("Anything that would make visiting easier (optional)", [at_most(LONGEST_TEXT)])

    #: Whether a wish to join was dropped, for the family said no to sharing.
    dropped = False

    def accepted(self, extra: Mapping[str, Any] | None = None) -> bool:
        """Say whether every answer is usable. A no to sharing is one to joining too, whatever stands there: it counts at once."""
        if self.share.data == NO:
            self.dropped = self.join.data == YES
            self.join.data, self.address.data, self.visit_needs.data = NO, "", ""
        return super().accepted(extra)

    def validate_address(self, field: TextAreaField) -> None:
        """Ask for it where a family joins; ValidationError is raised."""
        if self.join.data == YES and not (field.data or "").strip():
            raise ValidationError("Enter their address")

    def validate_preference(self, field: SelectField) -> None:
        """Ask for one of the ways where a family joins; ValidationError is raised."""
        if self.join.data == YES and field.data not in PREFERENCES:
            raise ValidationError("Choose how the centre should contact them")

    @property
    def sign_up(self) -> SignUp | None:
        """Give the wish to join, once the form is accepted; None where there is none."""
        if self.join.data != YES:
            return None
        return SignUp(self.address.data.strip(), str(self.preference.data), (self.visit_needs.data or "").strip())
