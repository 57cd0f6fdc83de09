"""What a centre invites to, and which letters were posted."""

from datetime import datetime, time, timedelta

from wtforms import SelectField, StringField
from wtforms.validators import ValidationError

from registration.booking.forms.base import OneOf
from registration.common.clock import LONDON, today
from registration.common.forms import Form
from registration.reach.letters.actions import Occasion
from registration.reach.letters.rules import KINDS
from registration.rota.forms.fields import ClockField, DayField

NUMBERS = 8000
#: How far ahead a centre invites to a party, and when families with babies are invited to come.
AHEAD, EARLIEST, LATEST = timedelta(days=365), time(7), time(21)


class InviteForm(Form):
    """A welcome, or the day and times of a party."""

    kind = OneOf("What do you send?", "Choose what you send", list(KINDS.items()))
    day = DayField("Day of the party")
    begins = ClockField("From")
    ends = ClockField("To")
    sure = StringField()  # "yes" from the page that shows the words and asks

    def validate_day(self, field: DayField) -> None:
        """Ask for the day of a party, which is to come within a year; ValidationError is raised."""
        if self.kind.data == "new_baby_party" and (field.data is None or field.data <= today()):
            raise ValidationError("Enter the day of the party, after today")
        if self.kind.data == "new_baby_party" and field.data > today() + AHEAD:
            raise ValidationError("The party must be within a year")

    def validate_begins(self, field: ClockField) -> None:
        """Ask when a party begins, not before EARLIEST; ValidationError is raised."""
        if self.kind.data == "new_baby_party" and field.data is None:
            raise ValidationError("Enter when the party begins, like 10:30")
        if self.kind.data == "new_baby_party" and field.data < EARLIEST:
            raise ValidationError("The party must not begin before 7am")

    def validate_ends(self, field: ClockField) -> None:
        """Ask when a party ends, after it began and not after LATEST; ValidationError is raised."""
        if self.kind.data == "new_baby_party" and (
            field.data is None or (self.begins.data is not None and field.data <= self.begins.data)
        ):
            raise ValidationError("Enter when the party ends, after it begins")
        if self.kind.data == "new_baby_party" and field.data > LATEST:
            raise ValidationError("The party must end by 9pm")

    def read(self) -> Occasion:
        """Give what was chosen, once the form is accepted."""
        if self.kind.data != "new_baby_party":
            return Occasion(str(self.kind.data))
        begins, ends = (datetime.combine(self.day.data, field.data, LONDON) for field in (self.begins, self.ends))
        return Occasion("new_baby_party", begins, ends)


class NoticesForm(Form):
    """Of which centre’s families the letters are made."""

    centre = SelectField("Of which centre’s families")


class PostedForm(Form):
    """Which letters were posted: the numbers of their families."""

    families = StringField()

    def validate_families(self, field: StringField) -> None:
        """Refuse what is no list of numbers; ValidationError is raised."""
        text = field.data or ""
        if len(text) > NUMBERS or not text.isascii() or not all(part.isdecimal() for part in text.split()):
            raise ValidationError("Make the letters again")

    def numbers(self) -> list[int]:
        """Give the numbers."""
        return [int(part) for part in (self.families.data or "").split() if len(part) < 19]  # noqa: PLR2004 -- bigint
