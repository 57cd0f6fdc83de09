"""Appointments as the calendar of a registrar or a centre: the least that lets somebody be there, ready and in time."""

from collections.abc import Iterable
from datetime import timedelta

from registration.booking.queries.feeds import Entry, Feed
from registration.common.ics import CalendarEvent, feed

#: How often a calendar is asked to look again.
EVERY = timedelta(hours=1)


def written(of: Feed, entries: Iterable[Entry]) -> bytes:
    """Write a feed's calendar file; the same appointments give the same bytes."""
    return feed(f"Birth registration: {of.name}", ((event_of(entry), entry.changed_at) for entry in entries), EVERY)


def event_of(entry: Entry) -> CalendarEvent:
    """Give the calendar entry of an appointment, under another uid than the family's own."""
    what = "Birth declaration" if entry.declaration else "Birth registration"
    babies = "" if entry.babies == 1 else f", {entry.babies} babies"
    return CalendarEvent(
        uid=f"{entry.public_id}@staff.right-start",
        sequence=entry.version,
        start=entry.start,
        end=entry.end,
        summary=f"{what}{babies}",
        location=", ".join(part for part in (entry.centre, entry.address, entry.postcode) if part),
        description=f"Reference: {entry.reference}",
    )
