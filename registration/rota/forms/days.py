"""Days of centres, and their rooms."""

from collections.abc import Iterable

from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from registration.common.forms import Form
from registration.rota.forms.fields import DayField
from registration.rota.queries.planning import Seats
from registration.rota.rules.days import LONGEST_ROOM_NAME

LONGEST_REASON = 120
EVERY = "Every centre"


class DayForm(Form):
    """A day on which a centre, or every centre, is open or closed otherwise than usual."""

    centre = SelectField("Centre", default="")
    day = DayField("Day", [InputRequired("Enter the day")])
    state = RadioField(
        "That day",
        [InputRequired("Choose open or closed")],
        choices=[SelectChoice("closed", "Closed"), SelectChoice("open", "Open")],
    )
    reason = StringField(
        "Why (optional)",
        [Length(max=LONGEST_REASON, message=f"This must be {LONGEST_REASON} letters or fewer")],
        description="Staff read it wherever the day is named.",
    )

    def prepare(self, centres: Iterable[Seats]) -> "DayForm":
        """Offer the centres."""
        self.centre.choices = [
            SelectChoice("", EVERY),
            *(SelectChoice(str(each.id), each.name) for each in centres),
        ]
        return self


class RoomName(Form):
    """A room's name."""

    name = StringField(
        "Name of the room",
        [
            InputRequired("Enter the name of the room"),
            Length(max=LONGEST_ROOM_NAME, message=f"This must be {LONGEST_ROOM_NAME} letters or fewer"),
        ],
    )


class NewRoom(RoomName):
    """A new room at a centre."""

    centre = SelectField("Centre", [InputRequired("Choose a centre")])

    def prepare(self, centres: Iterable[Seats]) -> "NewRoom":
        """Offer the centres."""
        self.centre.choices = [
            SelectChoice("", "Choose a centre"),
            *(SelectChoice(str(each.id), each.name) for each in centres),
        ]
        return self
