"""What day and time it is: asked here and nowhere else.

All day arithmetic is in civil dates of Europe/London (Summer Time Act 1972 s.3); all stamps are aware datetimes in UTC.
The setting CLOCK stands in for the present in demonstrations and tests. It moves civil days and what is offered, never the
expiry of a hold, which the database's own clock decides.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app, has_app_context

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """Give the present moment, in UTC."""
    if has_app_context():
        fixed: datetime | None = current_app.config.get("CLOCK")
        if fixed is not None:
            return fixed
    return datetime.now(UTC)


def today() -> date:
    """Give the civil date in England."""
    return civil_date(now())


def london(moment: datetime) -> datetime:
    """Give the same moment as the clock on an English wall shows it."""
    return moment.astimezone(LONDON)


def civil_date(moment: datetime) -> date:
    """Give the calendar day in England at a moment."""
    return london(moment).date()
