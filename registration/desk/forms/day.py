"""Forms of the pages of a centre's day, in English only."""

import json
import re
from collections.abc import Iterable
from uuid import UUID

from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Regexp, ValidationError

from registration.booking.forms.base import YES, YES_NO, OneOf, offered
from registration.booking.rules.outcomes import REASONS, Marking, Outcome, SheetRow
from registration.booking.rules.reference import canonical
from registration.booking.rules.requests import SignUp
from registration.common.forms import Form
from registration.common.text import storable
from registration.desk.forms.joining import Joining

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


class SheetIn(Form):
    """A sheet that comes back."""

    file = FileField("The sheet, filled in (CSV)", [FileRequired("Choose the file")])


class SheetDecided(Form):
    """What a person decides of the rows of a sheet: `rows` are the sheet's own, `shown` what stood beside each on the page."""

    rows = StringField(validators=[InputRequired()])
    shown = SelectMultipleField(validate_choice=False)
    take = SelectMultipleField(validate_choice=False)

    def read(self) -> list[SheetRow]:
        """Give the rows, once the form is accepted; ValueError where they are not as the page before sent them."""
        try:
            return [_sheet_row(*cells) for cells in json.loads(str(self.rows.data))]
        except (TypeError, AttributeError) as error:
            raise ValueError("no rows of ours") from error


def rows_as_text(rows: Iterable[SheetRow]) -> str:
    """Write rows as the page that asks for decisions carries them."""
    return json.dumps(
        [
            [
                row.line,
                row.reference,
                row.version,
                row.marked,
                row.marking.outcome,
                row.marking.reason,
                row.marking.note,
            ]
            for row in rows
        ]
    )


def _sheet_row(line: int, reference: str, version: int, marked: int, outcome: str, reason: str, note: str) -> SheetRow:
    if len(note) > LONGEST_NOTE or (reason and reason not in REASONS) or canonical(reference) != reference:
        raise ValueError("no row of ours")
    marking = Marking(Outcome(outcome), reason, storable(note), "sheet")
    return SheetRow(int(line), reference, int(version), int(marked), marking)


class _IfAsked(OneOf):
    """A question that may stay open, where nobody asked it."""

    def pre_validate(self, form: Form) -> None:
        """Refuse what is no choice of ours; StopValidation is raised."""
        if self.data is not None:
            super().pre_validate(form)


class Visit(Joining):
    """What a family says at its appointment: may the centre have its details, does it want to join, are other services told."""

    tell = _IfAsked("Shall we tell them?", "Choose what the family said", YES_NO)

    def read(self) -> tuple[bool, SignUp | None]:
        """Give the answer on sharing and the wish to join, once the form is accepted."""
        return self.share.data == YES, self.sign_up

    @property
    def tells(self) -> bool | None:
        """Give the answer on telling other services; None where it stayed open, or the centre itself may not know."""
        return self.tell.data == YES if self.tell.data is not None and self.share.data == YES else None


class HealthVisitor(Form):
    """Whether a health visitor was at the centre at the time of a visit."""

    there = OneOf(
        "Was a health visitor at the centre at that time?", "Choose whether a health visitor was there", YES_NO
    )
