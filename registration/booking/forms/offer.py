"""What a family says to the time that is kept for it."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.validators import AnyOf

from registration.common.forms import Form

ACCEPT, DECLINE = "accept", "decline"


class AnswerOffer(Form):
    """Yes or no, by the button that was pressed, to the very offer that was seen."""

    offer = HiddenField()
    answer = StringField(validators=[AnyOf((ACCEPT, DECLINE), _l("Say whether you want this appointment"))])
