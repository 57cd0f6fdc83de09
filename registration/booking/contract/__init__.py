"""What programs send and receive: the one place that knows pydantic. The OpenAPI description is made from these."""

from registration.booking.contract.answers import (
    AvailabilityAnswer,
    BookingAnswer,
    CentreAnswer,
    DeadlineAnswer,
    HoldAnswer,
    Problem,
    ServiceAnswer,
)
from registration.booking.contract.kinds import MOST_DAYS
from registration.booking.contract.reading import Fault, from_query, from_values
from registration.booking.contract.received import (
    AvailabilityQuery,
    BookingBody,
    CentresQuery,
    DeadlineQuery,
    HoldBody,
    MoveBody,
)

__all__ = [
    "MOST_DAYS",
    "AvailabilityAnswer",
    "AvailabilityQuery",
    "BookingAnswer",
    "BookingBody",
    "CentreAnswer",
    "CentresQuery",
    "DeadlineAnswer",
    "DeadlineQuery",
    "Fault",
    "HoldAnswer",
    "HoldBody",
    "MoveBody",
    "Problem",
    "ServiceAnswer",
    "from_query",
    "from_values",
]
