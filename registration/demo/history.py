"""What invented families did, written as the service would have left it: bookings, answers, messages, the record."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from flask_babel import force_locale

from registration.booking.actions import notices
from registration.booking.actions.bookings import identity_keys
from registration.booking.models import Booking, Occupancy, Outcome
from registration.booking.rules.attendance import Attending, Parents
from registration.booking.rules.deadline import last_lawful_day
from registration.booking.rules.reference import make_reference
from registration.booking.rules.reminders import REMINDERS, due_at, is_due, use_until
from registration.booking.rules.requests import Appointment
from registration.centres.memory import centre_asked_about
from registration.centres.rules import CentreCard
from registration.common.audit import AuditEvent
from registration.common.clock import today
from registration.common.links import digest, keyed, secret
from registration.demo.bulk import copy, reserve
from registration.demo.outcomes import marking_of, outcome_row
from registration.demo.people import InventedFamily
from registration.families.models import CentreSignUp, Family, SharingAnswer
from registration.families.rules import SHARING_WORDING, lexemes
from registration.messages import rules
from registration.messages.models import Message, Silenced
from registration.messages.rules import Recipient, State

A_DAY = timedelta(days=1)
LETTERS_TAKE = timedelta(days=3)  # until a person has printed and posted them


@dataclass(frozen=True, slots=True)
class Seat:
    """The time an appointment fills: of which session and registrar, at which centre."""

    session_id: int
    registrar_id: int
    centre: CentreCard
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """One family's booking from beginning to end; each moment is None where it did not happen."""

    family: InventedFamily
    births: tuple[date, ...]
    interpreter: bool
    seat: Seat
    booked_at: datetime
    moved_at: datetime | None = None
    cancelled_at: datetime | None = None
    lost: bool = False

    @property
    def version(self) -> int:
        """Give the number of changes since it was booked."""
        return (self.moved_at is not None) + (self.cancelled_at is not None)

    @property
    def state(self) -> str:
        """Give where the booking stands now."""
        return "booked" if self.cancelled_at is None else "cancelled"


@dataclass(frozen=True, slots=True)
class Told:
    """One thing a family was told: by which template, when, and whether a later change called it back first."""

    template: str
    appointment: Appointment
    at: datetime
    to: Sequence[Recipient]
    use_until: datetime
    changed_at: datetime | None = None


class History:
    """Writes stories into the tables; `brief` leaves out what only a reader of messages needs."""

    def __init__(self, chance: Random, now: datetime, *, brief: bool = False) -> None:
        self._chance = chance
        self._now = now
        self._brief = brief
        self._references: set[str] = set()

    def write(self, stories: Sequence[Story]) -> int:
        """Add every story's rows; give how many bookings that made."""
        family_ids, booking_ids = reserve(Family, len(stories)), reserve(Booking, len(stories))
        made = [
            (story, self._appointment(story, booking, family))
            for story, booking, family in zip(stories, booking_ids, family_ids, strict=True)
        ]
        copy(Family, [_family_row(story, appointment.family_id) for story, appointment in made])
        copy(SharingAnswer, [_answer_row(story, appointment) for story, appointment in made])
        copy(CentreSignUp, [_sign_up_row(*each) for each in made if each[0].family.joins and not each[0].lost])
        copy(Booking, [_booking_row(*each) | self._outcome_now(each[1]) for each in made])
        copy(Occupancy, [_occupancy_row(*each) for each in made if each[1].state == "booked"])
        copy(Outcome, [row for each in made for row in self._outcome_rows(each[1])])
        copy(Silenced, [_silenced_row(*each) for each in made if each[0].lost])
        copy(Message, [row for each in made for row in self._message_rows(*each)])
        copy(AuditEvent, [row for each in made for row in _audit_rows(*each)])
        return len(made)

    def _outcome_now(self, appointment: Appointment) -> dict[str, Any]:
        marking = marking_of(appointment, self._now)
        return {"outcome": str(marking.outcome) if marking else None}

    def _outcome_rows(self, appointment: Appointment) -> Iterator[dict[str, Any]]:
        marking = marking_of(appointment, self._now)
        if marking is not None:
            yield dict(outcome_row(appointment, marking))

    def _appointment(self, story: Story, booking_id: int, family_id: int) -> Appointment:
        family, seat = story.family, story.seat
        return Appointment(
            id=booking_id,
            public_id=self._number(),
            reference=self._reference(),
            family_id=family_id,
            start=seat.begins,
            end=seat.ends,
            centre_id=seat.centre.id,
            centre=seat.centre.name,
            address=seat.centre.address,
            postcode=seat.centre.postcode,
            directions=seat.centre.directions,
            entrance=seat.centre.entrance,
            latitude=seat.centre.latitude,
            longitude=seat.centre.longitude,
            kind="declaration" if family.declaration else "registration",
            parents=Parents(family.married, family.both_named, Attending(family.attending)),
            births=story.births,
            last_lawful_day=last_lawful_day(min(story.births)),
            name=family.name,
            email=family.email,
            mobile=family.mobile,
            second_contact=family.second_contact,
            letter_address=story.family.letter_address,
            language=family.language,
            locale=family.locale,
            interpreter=story.interpreter,
            access_needs=family.access_needs,
            state=story.state,
            version=story.version,
            channel=family.channel,
            session_id=seat.session_id,
            cancel_reason=None if story.cancelled_at is None else "bereavement" if story.lost else "family",
            undo_until=None,
        )

    def _number(self) -> UUID:
        return UUID(int=self._chance.getrandbits(128), version=4)

    def _reference(self) -> str:
        while (reference := make_reference(self._chance.choice)) in self._references:
            pass
        self._references.add(reference)
        return reference

    # ---- messages

    def _message_rows(self, story: Story, appointment: Appointment) -> Iterator[dict[str, Any]]:
        with force_locale(appointment.locale):
            for told in self._told(story, appointment):
                details = self._details(told.appointment)
                yield from (self._message_row(told, to, details) for to in told.to)

    def _told(self, story: Story, last: Appointment) -> Iterator[Told]:
        to = notices.recipients(last)
        first = last
        if story.moved_at:
            first = replace(last, version=0, start=last.start - A_DAY, end=last.end - A_DAY)
        changed = story.moved_at or story.cancelled_at
        yield Told("booking_confirmed", replace(first, version=0), story.booked_at, to, last.start, changed)
        if story.moved_at:
            moved = replace(last, version=1)
            yield Told("booking_moved", moved, story.moved_at, to, last.start, story.cancelled_at)
        if story.cancelled_at and not story.lost:
            yield Told("booking_cancelled", last, story.cancelled_at + notices.UNDO, to, last.start)
        if last.state == "booked" and last.start > self._now:
            yield from self._reminders(last, story.moved_at or story.booked_at)

    def _reminders(self, appointment: Appointment, changed_at: datetime) -> Iterator[Told]:
        to = notices.for_reminding(appointment)
        for kind in REMINDERS:
            due = due_at(kind, appointment.start)
            if due <= self._now and is_due(kind, appointment.start, changed_at, due):
                yield Told(kind.template, appointment, due, to, use_until(kind, appointment.start))

    def _details(self, appointment: Appointment) -> dict[str, object]:
        return {"reference": appointment.reference} if self._brief else notices.details(appointment)

    def _message_row(self, told: Told, to: Recipient, details: dict[str, object]) -> dict[str, Any]:
        with_event = to.channel == "email" and not told.template.startswith("reminder") and not self._brief
        due = rules.due(told.template, to.channel, told.at)
        state, settled = self._outcome(told, to, due)
        sent = state == State.SENT
        return {
            "id": self._number(),
            "about": told.appointment.public_id,
            "template": told.template,
            "version": told.appointment.version,
            "channel": to.channel,
            "address": to.address,
            "address_digest": keyed(to.channel, to.address.casefold()),
            "locale": told.appointment.locale,
            "details": details,
            "calendar": notices.event(told.appointment, attendee=to.address).as_json() if with_event else None,
            "calendar_method": ("CANCEL" if told.appointment.state == "cancelled" else "REQUEST")
            if with_event
            else None,
            "state": str(state),
            "created": told.at,
            "due": due,
            "use_until": told.use_until,
            "handed_at": settled if sent else None,
            "claimed_at": settled if sent else None,
            "settled_at": settled,
            "withdrawn_at": told.changed_at if state == State.WITHDRAWN else None,
            "attempts": int(sent),
            "maybe_sent": False,
            "carrier": "screen" if sent and to.channel != "letter" else None,
        }

    def _outcome(self, told: Told, to: Recipient, due: datetime) -> tuple[State, datetime | None]:
        """Give what became of a message by now, and when that was settled."""
        ready = due + LETTERS_TAKE if to.channel == "letter" else due
        if told.changed_at and told.changed_at < ready:
            return State.WITHDRAWN, told.changed_at
        if ready > self._now:
            return State.QUEUED, None
        return (State.SENT, ready) if ready < told.use_until else (State.EXPIRED, told.use_until)


# ---- the other rows


def _family_row(story: Story, family_id: int) -> dict[str, Any]:
    family = story.family
    return {
        "id": family_id,
        "name": family.name,
        "name_words": lexemes(family.name),
        "born": sorted(story.births),
        "email": family.email,
        "mobile": family.mobile,
        "second_contact": family.second_contact,
        "letter_address": family.letter_address,
        "language": family.language,
        "locale": family.locale,
        "interpreter": story.interpreter,
        "access_needs": family.access_needs,
        "lost_at": story.cancelled_at if story.lost else None,
        "created_at": story.booked_at,
    }


def _centre_named(appointment: Appointment) -> int:
    """Give the centre the question on sharing named: a children's centre, also where the appointment is at an office."""
    asked = centre_asked_about(appointment.centre_id, None, today())
    return asked.id if asked else appointment.centre_id


def _answer_row(story: Story, appointment: Appointment) -> dict[str, Any]:
    return {
        "family_id": appointment.family_id,
        "centre_id": _centre_named(appointment),
        "share": story.family.share,
        "wording_version": SHARING_WORDING,
        "route": story.family.channel,
        "recorded_by": _actor(story),
        "at": story.booked_at,
    }


def _sign_up_row(story: Story, appointment: Appointment) -> dict[str, Any]:
    return {
        "family_id": appointment.family_id,
        "centre_id": _centre_named(appointment),
        "address": story.family.home,
        "contact_preference": "text" if appointment.mobile else "email" if appointment.email else "letter",
        "visit_needs": "",
        "at": story.booked_at,
    }


def _booking_row(story: Story, appointment: Appointment) -> dict[str, Any]:
    email_key, mobile_key = identity_keys(appointment.births, appointment.email, appointment.mobile)
    return {
        "id": appointment.id,
        "public_id": appointment.public_id,
        "reference": appointment.reference,
        "link_digest": digest(secret("booking", str(appointment.public_id))),
        "family_id": appointment.family_id,
        "session_id": appointment.session_id,
        "centre_id": appointment.centre_id,
        "begins_at": appointment.start,
        "ends_at": appointment.end,
        "kind": appointment.kind,
        "married_or_civil_partners": appointment.parents.married_or_civil_partners,
        "both_parents_named": appointment.parents.both_parents_named,
        "attending": appointment.parents.attending.value,
        "last_lawful_day": appointment.last_lawful_day,
        "state": appointment.state,
        "version": appointment.version,
        "channel": appointment.channel,
        "email_key": email_key,
        "mobile_key": mobile_key,
        "created_at": story.booked_at,
        "changed_at": story.cancelled_at or story.moved_at or story.booked_at,
        "cancelled_at": story.cancelled_at,
        "cancel_reason": appointment.cancel_reason,
    }


def _occupancy_row(story: Story, appointment: Appointment) -> dict[str, Any]:
    return {
        "session_id": appointment.session_id,
        "registrar_id": story.seat.registrar_id,
        "begins_at": appointment.start,
        "ends_at": appointment.end,
        "kind": "booking",
        "booking_id": appointment.id,
    }


def _silenced_row(story: Story, appointment: Appointment) -> dict[str, Any]:
    return {"about": appointment.public_id, "since": story.cancelled_at}


def _audit_rows(story: Story, appointment: Appointment) -> Iterable[dict[str, Any]]:
    now = {"start": appointment.start.isoformat(), "centre": appointment.centre, "state": "booked"}
    was = now | {"start": (appointment.start - A_DAY).isoformat()} if story.moved_at else now
    yield _event(story, appointment, "booked", story.booked_at, None, was)
    if story.moved_at:
        yield _event(story, appointment, "moved", story.moved_at, was, now)
    if story.cancelled_at:
        event = "cancelled for bereavement" if story.lost else "cancelled"
        yield _event(story, appointment, event, story.cancelled_at, now, now | {"state": "cancelled"})


def _event(
    story: Story,
    appointment: Appointment,
    event: str,
    at: datetime,
    before: Mapping[str, object] | None,
    after: Mapping[str, object],
) -> dict[str, Any]:
    about = f"booking:{appointment.id}"
    return {"at": at, "event": event, "about": about, "actor": _actor(story), "before": before, "after": after}


def _actor(story: Story) -> str:
    return "family" if story.family.channel == "online" else "service"
