"""Why families cannot be seen as they were booked: somebody is away, or a centre closes. And whom that hits."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from registration.booking.queries.displaced import Hit, hits, hits_at
from registration.common.clock import civil_date
from registration.cover.models import CoverPlan


@dataclass(frozen=True, slots=True)
class Away:
    """Who is away, and when."""

    registrar_id: int
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Closing:
    """A centre that closes for good, from the first moment of a day on, and the one it is merged into."""

    centre_id: int
    begins: datetime
    successor_id: int | None = None

    @property
    def last_day(self) -> date:
        """Give the last day on which the centre takes part."""
        return civil_date(self.begins) - timedelta(days=1)


#: Why families cannot be seen as they were booked.
Cause = Away | Closing


def cause_of(made: CoverPlan) -> Cause:
    """Give what a plan is for."""
    if made.centre_id is not None:
        return Closing(made.centre_id, made.begins_at, made.successor_id)
    return Away(cast("int", made.registrar_id), made.begins_at, cast("datetime", made.ends_at))


def hit_by(cause: Cause, now: datetime) -> list[Hit]:
    """List the bookings still to come that a cause falls on, by the day they have to be settled."""
    if isinstance(cause, Closing):
        return hits_at(cause.centre_id, cause.begins, now)
    return hits([cause.registrar_id], cause.begins, cause.ends, now)
