"""What a family's record shows beside the booking itself: what was sent, offered, wished for and marked."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from registration.booking.models import Booking, Outcome, Wish
from registration.booking.queries.offers import offers_of
from registration.booking.rules.outcomes import REASONS, TITLES
from registration.booking.wording import clock_time, short_day
from registration.common.audit import Named
from registration.common.clock import civil_date
from registration.common.db import db
from registration.messages.actions import subject
from registration.messages.models import Message
from registration.messages.rules import State
from registration.messages.views import STATES, stamp

_OFFERS = {
    "kept": "kept, not sent yet",
    "sent": "sent, not answered",
    "accepted": "accepted",
    "declined": "declined",
    "lapsed": "not answered in time",
    "withdrawn": "taken back",
}
_CAUSES = {"cover": "because the registrar is away or the centre closes", "waiting_list": "from the waiting list"}
_WISHES = {"waiting": "waiting", "met": "met", "ended": "ended"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: when, what, and how it stands. `letter` is one that can be printed."""

    when: str
    what: str
    state: str
    letter: UUID | None = None


def messages_about(public_id: UUID) -> Iterator[Entry]:
    """Give what was sent about a booking, the newest first."""
    wanted = select(Message).where(Message.about == public_id).order_by(Message.created.desc(), Message.channel)
    for message in db.session.scalars(wanted):
        printable = message.channel == "letter" and message.state in {State.QUEUED, State.SENT}
        state = str(STATES[State(message.state)]) + (f": {message.problem}" if message.problem else "")
        yield Entry(
            stamp(message.settled_at or message.due), subject(message), state, message.id if printable else None
        )


def booking_names(numbers: Collection[str]) -> dict[str, Named]:
    """Name bookings in the record by their references, with their pages."""
    known = [int(number) for number in numbers if number.isdecimal()]
    wanted = select(Booking.id, Booking.reference, Booking.public_id).where(Booking.id.in_(known))
    return {
        str(number): Named(f"booking {reference}", "desk.booking", {"public_id": public_id})
        for number, reference, public_id in db.session.execute(wanted)
    }


def settled_of(booking_id: int) -> list[Entry]:
    """Give the offers made, the places taken on the waiting list and the outcomes marked, in this order."""
    return [*_offers(booking_id), *_wishes(booking_id), *_outcomes(booking_id)]


def _offers(booking_id: int) -> Iterator[Entry]:
    for offer in offers_of(booking_id):
        when = f"{short_day(civil_date(offer.start))}, {clock_time(offer.start)}"
        yield Entry("", f"Offered {when} at {offer.centre}, {_CAUSES[offer.cause]}", _OFFERS[offer.state])


def _wishes(booking_id: int) -> Iterator[Entry]:
    for wish in db.session.scalars(select(Wish).where(Wish.booking_id == booking_id).order_by(Wish.id.desc())):
        what = "Waiting list: an earlier time" if wish.earlier else "Waiting list: another centre"
        yield Entry(stamp(wish.ended_at or wish.made_at), what, _WISHES[wish.state])


def _outcomes(booking_id: int) -> Iterator[Entry]:
    wanted = select(Outcome).where(Outcome.booking_id == booking_id).order_by(Outcome.id.desc())
    for marked in db.session.scalars(wanted):
        reason = REASONS.get(marked.reason, marked.reason)
        words = [reason, marked.note]
        what = TITLES[marked.outcome] if marked.outcome else "Marking taken back"  # type: ignore[index]
        yield Entry(stamp(marked.recorded_at), f"Marked: {what}", ". ".join(word for word in words if word))
