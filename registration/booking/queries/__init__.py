"""Questions about free times and bookings."""

from registration.booking.queries.appointments import (
    Given,
    JourneyState,
    KeptUntil,
    appointment_by_id,
    appointment_by_link,
    appointment_by_reference,
    appointment_live_for,
    given_with,
    journey_by_token,
    kept_until,
    live_holds,
)
from registration.booking.queries.free import FreeDay, free_days, free_places
from registration.booking.queries.openings import (
    MINUTE,
    Opening,
    midnight,
    moment,
    need,
    openings,
    openings_around,
    wall_clock,
)

__all__ = [
    "MINUTE",
    "FreeDay",
    "Given",
    "JourneyState",
    "KeptUntil",
    "Opening",
    "appointment_by_id",
    "appointment_by_link",
    "appointment_by_reference",
    "appointment_live_for",
    "free_days",
    "free_places",
    "given_with",
    "journey_by_token",
    "kept_until",
    "live_holds",
    "midnight",
    "moment",
    "need",
    "openings",
    "openings_around",
    "wall_clock",
]
