"""When an agreement is to be looked at again: said 60 and 30 days before, and until it is done; written 60 and 14 days before."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

#: Days before the day of review, or the last day, from which it is said, and said with weight.
SOON, VERY_SOON = 60, 30


#: Days before the day of review on which data officers are written to, once each.
WRITTEN = (60, 14)
#: An agreement is looked at again within so many years.
REVIEW_YEARS = 3
LONGEST = timedelta(days=365 * REVIEW_YEARS + 1)


class Urgency(StrEnum):
    """How near a day is."""

    SOON = "soon"
    VERY_SOON = "very_soon"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Review:
    """A sentence about an agreement's review or end that somebody must read, and how urgent it is."""

    urgency: Urgency
    sentence: str


def review(provider: str, review_on: date, ends_on: date | None, today: date) -> Review | None:
    """Say what is due of an agreement in force: its end before its review; None while both are more than 60 days away."""
    if ends_on is not None and (ends_on - today).days <= SOON:
        return Review(_urgency(ends_on, today), _ending(provider, ends_on, today))
    if (review_on - today).days <= SOON:
        return Review(_urgency(review_on, today), _reviewing(provider, review_on, today))
    return None


def letter_due(review_on: date, today: date) -> int | None:
    """Say which of the letters before a review is due: by its days before it; None before the first and after the review.

    Where nobody was written to in time the later letter stands for both.
    """
    left = (review_on - today).days
    return min((days for days in WRITTEN if 0 <= left <= days), default=None)


def _urgency(day: date, today: date) -> Urgency:
    left = (day - today).days
    if left < 0:
        return Urgency.OVERDUE
    return Urgency.VERY_SOON if left <= VERY_SOON else Urgency.SOON


def _ending(provider: str, day: date, today: date) -> str:
    if day < today:
        return f"The agreement with {provider} ended on {_said(day)}: nothing can be imported under it."
    return f"The agreement with {provider} ends by itself on {_said(day)}, {_away((day - today).days)}."


def _reviewing(provider: str, day: date, today: date) -> str:
    if day < today:
        return f"The agreement with {provider} was to be reviewed by {_said(day)}, {_days((today - day).days)} ago."
    return f"The agreement with {provider} is to be reviewed by {_said(day)}, {_away((day - today).days)}."


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _away(days: int) -> str:
    return "today" if days == 0 else f"in {_days(days)}"


def _days(days: int) -> str:
    return f"{days} day" if days == 1 else f"{days} days"
