"""The form of the desk's search, in English only."""

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from registration.common.forms import Form

LONGEST = 200


class FindBooking(Form):
    """Anything a family says that it can be found by, in one line."""

    line = StringField(
        "Reference, name, telephone, email or date of birth",
        validators=[
            DataRequired("Enter a reference, a name, a telephone number, an email address or a date of birth"),
            Length(max=LONGEST, message="This must be 200 letters or fewer"),
        ],
    )
