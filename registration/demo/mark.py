"""By what a database is known to hold the demonstration."""

from registration.common.errors import Refused

#: The kind of file as which the demonstration stands among what was imported.
MARK = "demonstration"


class InUse(Refused):
    """Families have booked here already, so this is no demonstration: start with DEMO=0."""
