"""What the tests of cover share."""

from datetime import timedelta

from tests.booking.world import at_time


def whole_day(day):
    """Give the first moment of an English day and that of the next."""
    return at_time(day, "0:00"), at_time(day + timedelta(days=1), "0:00")
