"""Minutes and civil days, and how far apart two sessions of one registrar must lie."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from registration.booking.rules.slots import Minute
from registration.rota.rules.times import LONDON

DAY = timedelta(days=1)
#: A registrar needs so long to come from a session at another centre.
TRAVEL_MINUTES = 30


@lru_cache(maxsize=65536)
def day_of(minute: Minute) -> date:
    """Give the civil day in England of a minute."""
    return datetime.fromtimestamp(minute * 60, LONDON).date()


def first_minute(day: date) -> Minute:
    """Give the minute at which a civil day in England begins."""
    return int(datetime.combine(day, time(), LONDON).timestamp()) // 60
