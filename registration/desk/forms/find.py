"""The form of the desk's search, in English only."""

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from registration.common.forms import Form


class FindBooking(Form):
    """The reference a family reads out."""

    reference = StringField(
        "Booking reference", validators=[DataRequired("Enter a booking reference"), Length(max=200)]
    )
