"""When a family is reminded of its appointment, and until when a reminder is of use."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class Reminder:
    """One kind of reminder: its template, how many days before and at what time in England, and its latest use.

    `quiet` is how long before it falls due a family must have booked or moved; sooner, that message said it all.
    """

    template: str
    days_before: int
    at: time
    of_use: timedelta
    quiet: timedelta


WEEK = Reminder("reminder_week", 7, time(10), timedelta(days=3), timedelta(days=3))
TWO_DAYS = Reminder("reminder_two_days", 2, time(10), timedelta(days=1), timedelta(days=1))
MORNING = Reminder("reminder_morning", 0, time(8), timedelta(hours=12), timedelta(hours=12))
REMINDERS = (WEEK, TWO_DAYS, MORNING)


def due_at(kind: Reminder, start: datetime) -> datetime:
    """Give when a reminder falls due: so many civil days before the appointment, at its time on an English clock."""
    day = start.astimezone(LONDON).date() - timedelta(days=kind.days_before)
    return datetime.combine(day, kind.at, LONDON)


def use_until(kind: Reminder, start: datetime) -> datetime:
    """Give when a reminder is of no use any more: never later than the appointment itself."""
    return min(due_at(kind, start) + kind.of_use, start)


def is_due(kind: Reminder, start: datetime, changed_at: datetime, now: datetime) -> bool:
    """Say whether a reminder should go out now, to a family that booked or moved at `changed_at`."""
    due = due_at(kind, start)
    return due <= now < use_until(kind, start) and changed_at <= due - kind.quiet


def days_to_look_at(now: datetime) -> dict[str, tuple[date, date]]:
    """Give, for each reminder, the civil days on which appointments may be that are to be reminded of now."""
    today = now.astimezone(LONDON).date()
    return {
        kind.template: (
            today + timedelta(days=kind.days_before - kind.of_use.days - 1),
            today + timedelta(days=kind.days_before),
        )
        for kind in REMINDERS
    }
