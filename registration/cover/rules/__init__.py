"""Decisions about families whose registrar is away or whose centre closes: standard library only."""

from registration.cover.rules.going import Whole, goes_to
from registration.cover.rules.moments import TRAVEL_MINUTES, day_of
from registration.cover.rules.proposing import (
    COMFORTABLE_MINUTES,
    MARGIN_DAYS,
    OPEN,
    QUIET,
    SOONEST_MINUTES,
    Family,
    Ground,
    Proposal,
    Seat,
    Standing,
    Way,
    choices,
    goes_along,
    plan,
    spoken_in,
    standing,
    way_to,
)
from registration.cover.rules.takers import Sitting, Taker, take_overs

__all__ = [
    "COMFORTABLE_MINUTES",
    "MARGIN_DAYS",
    "OPEN",
    "QUIET",
    "SOONEST_MINUTES",
    "TRAVEL_MINUTES",
    "Family",
    "Ground",
    "Proposal",
    "Seat",
    "Sitting",
    "Standing",
    "Taker",
    "Way",
    "Whole",
    "choices",
    "day_of",
    "goes_along",
    "goes_to",
    "plan",
    "spoken_in",
    "standing",
    "take_overs",
    "way_to",
]
