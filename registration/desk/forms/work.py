"""The small forms in the rows of a work list."""

from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from registration.common.forms import Form

LONGEST = 200


class Take(Form):
    """Take a row or give it back: which one, and who had it when the page was shown."""

    fact = HiddenField(validators=[InputRequired(), Length(max=LONGEST)])
    had = HiddenField(validators=[Length(max=LONGEST)])


class Done(Form):
    """Say that nothing more is to be done for a family."""

    fact = HiddenField(validators=[InputRequired(), Length(max=LONGEST)])
    note = StringField("What was agreed", validators=[Length(max=LONGEST, message="Say it in 200 letters or fewer")])
