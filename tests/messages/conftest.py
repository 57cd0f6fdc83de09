"""What tests of messages share: a family's booking as messages know it, and a worker in this very process."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from registration.common.ics import CalendarEvent

NOON = datetime(2026, 4, 1, 11, 0, tzinfo=UTC)  # 12:00 in England
START = datetime(2026, 4, 14, 9, 30, tzinfo=UTC)  # 10:30am in England


def details(about, **changes):
    """Give what a message tells of an appointment; change some to tell another."""
    return {
        "when": START.isoformat(),
        "end": (START + timedelta(minutes=30)).isoformat(),
        "centre": "Sunshine Children’s Centre",
        "address": "1 High Street, Halifax, HX1 1AA",
        "directions": "Bus 576 stops outside.",
        "entrance": "The blue door beside the nursery.",
        "who_must_come": "One parent must come. You may both come if you like.",
        "bring": ["photo ID for each parent who comes", "your baby’s red book"],
        "reference": "7K4-XWM",
        "link_for": str(about),
        "last_lawful_day": "Tuesday 26 May 2026",
        "in_time": True,
        "telephone": "01632 960100",
        "council": "Calder Valley Council",
        "declaration": False,
        "services": ["Weighing clinic, 9:30am to 11am"],
        "family": 7,
    } | changes


@pytest.fixture
def about():
    """Give the number of a booking that messages are about."""
    return uuid4()


@pytest.fixture
def ask(about):
    """Make a request for a message: ask(template, channel, ...)."""
    from registration.messages.actions import MessageRequest
    from registration.messages.rules import Recipient

    addresses = {"sms": "+447700900123", "email": "parent@example.com", "letter": "A Smith\n1 High Street\nHX1 1AA"}

    def make(template="booking_confirmed", channel="sms", address=None, told=None, **changes):
        event = CalendarEvent(
            uid=f"{about}@right-start",
            sequence=1,
            start=START,
            end=START + timedelta(minutes=30),
            summary="Register your baby’s birth",
            organizer_name="Calder Valley Council",
            organizer_email="registrars@calder-valley.example",
        )
        values = {
            "template": template,
            "about": about,
            "version": 1,
            "to": Recipient(channel, address or addresses[channel]),
            "locale": "en",
            "details": details(about, **(told or {})),
            "use_until": START,
            "calendar": event if channel == "email" else None,
        }
        return MessageRequest(**(values | changes))

    return make


@pytest.fixture
def sheet(app, about):
    """Make a draft without a database: sheet(template, channel, locale, **details)."""
    from registration.messages.writing import Draft

    base = Draft(
        id=UUID(int=7),
        template="reminder_week",
        channel="sms",
        address="+447700900123",
        locale="en",
        details=details(about),
        calendar=None,
        calendar_method="REQUEST",
        created=NOON,
        use_until=START,
    )

    def make(template="reminder_week", channel="sms", told=None, **changes):
        kept = replace(base, template=template, channel=channel, details=details(about, **(told or {})))
        if channel != "sms":
            kept = replace(kept, address="parent@example.com" if channel == "email" else "A <Smith>\nHX1 1AA")
        return replace(kept, **changes)

    return make


@pytest.fixture
def message(database):
    """Read a message anew: message(id)."""
    from registration.messages.models import Message

    def read(message_id):
        database.expire_all()
        return database.get(Message, message_id)

    return read


@pytest.fixture
def jobs(database):
    """List the delivery jobs waiting in the queue: (ids of messages, when)."""
    from sqlalchemy import text

    def listed():
        rows = database.execute(
            text(
                "SELECT args->'message_ids' AS ids, scheduled_at FROM procrastinate_jobs"
                " WHERE task_name = 'messages.deliver' ORDER BY id"
            )
        )
        return [(tuple(row.ids), row.scheduled_at) for row in rows]

    return listed


@pytest.fixture
def tasks(database):
    """List what staff are asked to do: (kind, sentence), only what is open."""
    from registration.messages.queries import open_tasks

    return lambda: [(task.kind, task.sentence) for task in open_tasks()]
