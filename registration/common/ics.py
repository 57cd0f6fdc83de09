"""Calendar files (RFC 5545, and RFC 5546 for what a calendar does with them): the one place that knows icalendar.

Times are written in UTC. A VTIMEZONE made by icalendar is misread by vobject, ical.js and libical; a moment with a Z
is read alike by every reader, on both sides of a clock change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Self

from icalendar import Alarm, Calendar, Event, vCalAddress, vDuration, vText, vUri

from registration.common.clock import now

#: What the receiving calendar is asked to do (RFC 5546).
Method = Literal["PUBLISH", "REQUEST", "CANCEL"]
ALARMS = (timedelta(days=2), timedelta(hours=3))


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One appointment for a calendar. The uid stays the same for life; the sequence grows with every change.

    Raises ValueError where a time has no zone or the end is not after the start.
    """

    uid: str
    sequence: int
    start: datetime
    end: datetime
    summary: str
    location: str = ""
    description: str = ""
    organizer_name: str = ""
    organizer_email: str = ""
    attendee: str = ""
    url: str = ""
    geo: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("A calendar event needs times with a zone.")
        # Python compares two times of one zone by the wall clock, which goes back an hour each October.
        if self.end.astimezone(UTC) <= self.start.astimezone(UTC):
            raise ValueError("A calendar event must end after it starts.")

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values that JSON can hold."""
        return asdict(self) | {"start": self.start.isoformat(), "end": self.end.isoformat()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Take back what as_json gave."""
        geo = kept.get("geo")
        times = {name: datetime.fromisoformat(kept[name]) for name in ("start", "end")}
        return cls(**dict(kept) | times | {"geo": (geo[0], geo[1]) if geo else None})


def calendar(event: CalendarEvent, method: Method = "PUBLISH", *, stamped: datetime | None = None) -> bytes:
    """Give the bytes of a calendar file with one event: PUBLISH to download, REQUEST and CANCEL to send.

    `stamped` is the moment the event was last changed, by default the present one.
    """
    whole = _empty(method)
    made = _component(event, method, (stamped or now()).astimezone(UTC))
    if method != "CANCEL":
        for before in ALARMS:
            made.add_component(_alarm(event.summary, before))
    whole.add_component(made)
    written: bytes = whole.to_ical()
    return written


def feed(name: str, events: Iterable[tuple[CalendarEvent, datetime]], every: timedelta) -> bytes:
    """Give the bytes of a whole calendar to subscribe to, to be asked for anew `every` so often, without alarms.

    Each event comes with the moment it was last changed, so that the same events are always the same bytes.
    """
    whole = _empty("PUBLISH")
    for key in ("name", "x-wr-calname"):  # RFC 7986, and what calendars knew before it
        whole.add(key, name)
    whole.add("refresh-interval", every, parameters={"VALUE": "DURATION"})
    whole.add("x-published-ttl", vDuration(every).to_ical().decode())  # type: ignore[no-untyped-call]
    for event, stamped in events:
        whole.add_component(_component(event, "PUBLISH", stamped.astimezone(UTC)))
    written: bytes = whole.to_ical()
    return written


def _empty(method: Method) -> Calendar:
    whole = Calendar()
    whole.add("prodid", "-//Right Start//Birth registration appointments//EN")
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", method)
    return whole


def _component(event: CalendarEvent, method: Method, stamped: datetime) -> Event:
    made = Event()
    made.add("uid", event.uid)
    made.add("sequence", event.sequence)
    made.add("dtstamp", stamped)
    made.add("last-modified", stamped)
    made.add("dtstart", event.start.astimezone(UTC))
    made.add("dtend", event.end.astimezone(UTC))
    made.add("summary", event.summary)
    made.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    made.add("transp", "TRANSPARENT" if method == "CANCEL" else "OPAQUE")
    made.add("class", "PRIVATE")
    _add_where(made, event)
    _add_people(made, event)
    return made


def _add_where(made: Event, event: CalendarEvent) -> None:
    for name in ("location", "description"):
        if value := getattr(event, name):
            made.add(name, value)
    if event.url:
        made.add("url", vUri(event.url))
    if event.geo:
        made.add("geo", event.geo)


def _add_people(made: Event, event: CalendarEvent) -> None:
    if event.organizer_email:
        organizer = vCalAddress(f"mailto:{event.organizer_email}")
        organizer.params["CN"] = vText(event.organizer_name or event.organizer_email)
        made.add("organizer", organizer)
    if event.attendee:
        attendee = vCalAddress(f"mailto:{event.attendee}")
        # The family chose this time itself: nothing is left to accept.
        attendee.params.update(
            {"PARTSTAT": vText("ACCEPTED"), "RSVP": vText("FALSE"), "ROLE": vText("REQ-PARTICIPANT")}
        )
        made.add("attendee", attendee)


def _alarm(summary: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", -before)
    return alarm
