"""What a person says of two records."""

from wtforms import StringField
from wtforms.validators import ValidationError

from registration.booking.forms.base import at_most
from registration.common.forms import Form

LONGEST_REASON = 300
SAME, DIFFERENT = "same", "different"


class DecisionForm(Form):
    """The button that was pressed, and why."""

    reason = StringField("Why (optional)", [at_most(LONGEST_REASON)])
    decision = StringField()

    def validate_decision(self, field: StringField) -> None:
        """Refuse what is none of the two buttons; ValidationError is raised."""
        if field.data not in (SAME, DIFFERENT):
            raise ValidationError("Press “Same family” or “Different families”")

    @property
    def same(self) -> bool:
        """Say whether they are one family."""
        return bool(self.decision.data == SAME)

    @property
    def why(self) -> str:
        """Give the reason without spaces around it."""
        return " ".join((self.reason.data or "").split())
