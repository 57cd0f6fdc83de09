"""Which of the places that are kept back a family may have, by the days left of its 42."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from registration.booking.rules.deadline import is_urgent


class Admission(NamedTuple):
    """What opens to a family: `urgent` everything, else the protected places of days up to `protected_to`, that day included."""

    urgent: bool
    protected_to: date


#: For staff, and for a family that stands at the centre.
EVERYTHING = Admission(urgent=True, protected_to=date.max)


@dataclass(frozen=True, slots=True)
class Releases:
    """By when places kept back are released: the desk's to a family with `urgent_days` left or fewer.

    Protected ones to a family with `near_days` left or fewer, and to everybody so many days (`opens_days`) before their own day.
    """

    urgent_days: int
    near_days: int
    opens_days: int


def admission(last: date, on: date, releases: Releases, *, desk: bool = False) -> Admission:
    """Say what opens on a day to a family with this last lawful day; everything to the telephone desk."""
    if desk or is_urgent(last, on, releases.urgent_days):
        return EVERYTHING
    near = (last - on).days <= releases.near_days
    return Admission(urgent=False, protected_to=date.max if near else on + timedelta(days=releases.opens_days))


def with_nothing_else_left(opens: Admission, last: date) -> Admission:
    """Open the protected places up to its last lawful day to a family that finds no other place in time in the whole authority.

    They are protected to keep families in time (1953 Act s.2), not to turn one away to lateness.
    """
    return opens._replace(protected_to=max(opens.protected_to, last))
