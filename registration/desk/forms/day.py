"""Forms of the pages of a centre's day, in English only."""

import re
from uuid import UUID

from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Regexp, ValidationError

from registration.booking.forms.base import offered
from registration.booking.rules.outcomes import REASONS, Marking, Outcome
from registration.common.forms import Form

LONGEST_NOTE = 300
UNDO = "undo"
_HEX = "[0-9a-f]"
_NUMBER = f"{_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}"
_BUTTON = re.compile(rf"{_NUMBER}\.(?:{'|'.join([UNDO, *Outcome])})\.[0-9]{{1,18}}", re.ASCII)


def _is_a_button(_form: Form, field: StringField) -> None:
    """Refuse what no button of ours says; ValidationError is raised."""
    if not _BUTTON.fullmatch(str(field.data or "")):
        raise ValidationError("Choose what to mark")


class Mark(Form):
    """A button of a row: the booking, what is marked, and the number of the marking that stood there."""

    mark = StringField("What to mark", [_is_a_button])

    def read(self) -> tuple[UUID, Marking, int]:
        """Give the booking, the marking and the number, once the form is accepted."""
        number, outcome, seen = str(self.mark.data).split(".")
        return UUID(number), Marking(None if outcome == UNDO else Outcome(outcome)), int(seen)


class Unable(Form):
    """Why a birth could not be registered although the family came."""

    reason = RadioField(
        "Why could it not be registered?", [InputRequired("Choose why")], choices=offered(list(REASONS.items()))
    )
    note = TextAreaField(
        "In a few words, if it is another reason (no names)",
        [Length(max=LONGEST_NOTE, message="Write 300 letters or fewer")],
    )
    seen = StringField(validators=[Regexp(r"[0-9]{1,18}\Z", message="Open the day list again")])

    def read(self) -> Marking:
        """Give the marking, once the form is accepted."""
        return Marking(Outcome.UNABLE, str(self.reason.data), " ".join((self.note.data or "").split()))
