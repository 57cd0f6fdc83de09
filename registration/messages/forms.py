"""Forms of the messages pages."""

from registration.common.forms import Form


class Press(Form):
    """A button that changes something; it asks nothing."""
