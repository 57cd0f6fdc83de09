"""Times of day as people in England say them."""

from datetime import time
from functools import lru_cache

NOON = 12


@lru_cache(maxsize=1440)  # the minutes of a day: a list of two hundred appointments asks for the same few
def spoken(at: time) -> str:
    """Give a time of day without its seconds: 9am, 9:30am, midday, 2:30pm, midnight."""
    if at.minute == 0 and at.hour in {0, NOON}:
        return "midday" if at.hour else "midnight"
    hour, half = at.hour % 12 or 12, "am" if at.hour < NOON else "pm"
    return f"{hour}:{at.minute:02}{half}" if at.minute else f"{hour}{half}"


def spoken_span(begins: time, ends: time) -> str:
    """Give a span of a day: 9am to 12:30pm."""
    return f"{spoken(begins)} to {spoken(ends)}"
