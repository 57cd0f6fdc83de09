"""The JSON API: the same actions as the pages, for programs."""

from registration.booking.api import bookings as _bookings  # noqa: F401 -- its calls, on the blueprint
from registration.booking.api import reading as _reading  # noqa: F401 -- its own description
from registration.booking.api import times as _times  # noqa: F401 -- its calls, on the blueprint
from registration.booking.api.answers import bp

__all__ = ["bp"]
