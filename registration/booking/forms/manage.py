"""Forms of the pages a family comes back to: another time, sharing, finding a booking."""

import re
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectChoice, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from registration.booking.forms.base import YES_NO, OneOf
from registration.booking.queries import MINUTE, moment
from registration.common.forms import Form

#: A centre and a start in minutes since 1970, as the value of a radio button.
_OFFER = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})")
LONGEST = 200


class ChangeTime(Form):
    """Another time for a booking. The list may have changed since it was shown, so the action decides what is free."""

    standing = HiddenField()  # the time the page was drawn with: it may be another by the time it is sent
    time = RadioField(
        _l("Choose another time"), choices=[], validators=[InputRequired(_l("Choose a time"))], validate_choice=False
    )

    def validate_time(self, field: RadioField) -> None:
        """Refuse what no button of ours says; ValidationError is raised."""
        if not _OFFER.fullmatch(str(field.data)):
            raise ValidationError(_l("Choose a time from the list"))

    @property
    def was(self) -> tuple[int, datetime] | None:
        """Give the centre and start the booking had when the page was drawn; None where the page does not say."""
        sent = str(self.standing.data or "")
        return _read(sent) if _OFFER.fullmatch(sent) else None

    @property
    def offer(self) -> tuple[int, datetime]:
        """Give the centre and the start that were chosen, once the form is accepted."""
        return _read(str(self.time.data))


def value_of(centre_id: int, start: datetime) -> str:
    """Write a centre and a start as the value of a radio button."""
    return f"{centre_id}.{int(start.timestamp()) // MINUTE}"


def _read(value: str) -> tuple[int, datetime]:
    centre_id, minute = value.split(".")
    return int(centre_id), moment(int(minute))


class Sharing(Form):
    """May the centre have the family's details: an answer that can be changed at any time."""

    share = RadioField(
        _l("May the centre have your details?"),
        choices=lambda: [SelectChoice("yes", _("Yes")), SelectChoice("no", _("No"))],
        validators=[InputRequired(_l("Choose yes if the centre may have your details"))],
    )


class Telling(Form):
    """Shall other services be told too: an answer that can be changed at any time."""

    tell = OneOf("", _l("Choose yes if we shall tell them"), YES_NO)


class FindBooking(Form):
    """A reference, and something only the family that booked would know."""

    reference = StringField(
        _l("Booking reference"), validators=[DataRequired(_l("Enter your booking reference")), Length(max=LONGEST)]
    )
    given = StringField(
        _l("The email address, mobile number or last name you gave"),
        validators=[
            DataRequired(_l("Enter the email address, mobile number or last name you gave")),
            Length(max=LONGEST),
        ],
    )
