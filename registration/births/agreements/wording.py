"""What pages call the states, origins, frequencies and sides of agreements."""

from datetime import date

from registration.births.agreements.rules import Frequency, Notice, Origin, State
from registration.births.agreements.rules.review import Urgency
from registration.births.agreements.rules.standing import Delivered

STATES = {"draft": "Draft", "in_force": "In force", "ended": "Ended"}
ORIGINS = {
    Origin.NHS: "An NHS trust or child health information service",
    Origin.REGISTRATION: "A council’s registration service, from the register of births",
    Origin.OTHER: "Somebody else, such as a health visiting service outside the NHS",
}
FREQUENCIES = {
    Frequency.WEEKLY: "Every week",
    Frequency.MONTHLY: "Every month",
    Frequency.QUARTERLY: "Every quarter",
    Frequency.YEARLY: "Every year",
}
NOTICES = {
    Notice.BY_SOURCE: "The sender, before it sends anything",
    Notice.BY_LETTER: "The council, by a letter before the centre is told",
}
DELIVERED = {
    Delivered.WEEKLY: "Every week",
    Delivered.MONTHLY: "Every month",
    Delivered.QUARTERLY: "Every quarter",
    Delivered.YEARLY: "Every year",
    Delivered.LATE: "Late",
    Delivered.NOW_AND_THEN: "Now and then",
    Delivered.NEVER: "Never",
    Delivered.NOT_YET: "Nothing is due yet",
}
PERIODS = {
    State.IN_TIME: "In time",
    State.LATE: "Late",
    State.MISSING: "Has not come",
    State.AWAITED: "May still come in time",
}
URGENCIES = {Urgency.SOON: "Soon", Urgency.VERY_SOON: "Within 30 days", Urgency.OVERDUE: "Overdue"}


def day_in_words(day: date) -> str:
    """Give a day as pages say it: 4 January 2027."""
    return f"{day:%-d %B %Y}"
