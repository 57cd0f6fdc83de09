"""What a family is told about its booking: written in the booking's own transaction."""

from datetime import date, datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _

from registration.booking.rules.reminders import Reminder, use_until
from registration.booking.rules.requests import Appointment
from registration.booking.wording import (
    bring_sentences,
    long_day,
    time_of_day,
    weekday_and_day,
    who_must_come_sentence,
)
from registration.centres.memory import services_at, week_at
from registration.common.authority import current_authority
from registration.common.clock import civil_date
from registration.common.ics import CalendarEvent
from registration.messages import actions as messages
from registration.messages.actions import MessageRequest
from registration.messages.rules import Recipient

#: A cancellation is told once the minute for undoing it is over.
UNDO = timedelta(seconds=60)


def recipients(appointment: Appointment) -> list[Recipient]:
    """List where a family is told: e-mail, mobile, the second contact it gave, else by letter."""
    found = _own(appointment)
    if appointment.second_contact:
        second = Recipient("email" if "@" in appointment.second_contact else "sms", appointment.second_contact)
        found += [second] if second not in found else []
    if not found and appointment.letter_address:
        found.append(Recipient("letter", f"{appointment.name}\n{appointment.letter_address}"))
    return found


def for_reminding(appointment: Appointment) -> list[Recipient]:
    """List where a family is reminded: its mobile, or its e-mail where it gave no mobile, and the second contact.

    A letter would come too late to be of use.
    """
    own = _own(appointment)
    texts = [r for r in own if r.channel == "sms"]
    return [*(texts or own), *(r for r in recipients(appointment) if r not in own and r.channel != "letter")]


def _own(appointment: Appointment) -> list[Recipient]:
    """List the family's own e-mail and mobile."""
    found = []
    if appointment.email:
        found.append(Recipient("email", appointment.email))
    if appointment.mobile:
        found.append(Recipient("sms", appointment.mobile))
    return found


def event(appointment: Appointment, *, attendee: str = "", url: str = "") -> CalendarEvent:
    """Give the calendar entry of a booking: the same uid for life, a growing sequence."""
    authority = current_authority()
    place = ", ".join(part for part in (appointment.centre, appointment.address, appointment.postcode) if part)
    lines = [who_must_come_sentence(appointment.parents), _("Bring:"), *_bring(appointment)]
    known = appointment.latitude is not None and appointment.longitude is not None
    return CalendarEvent(
        uid=f"{appointment.public_id}@right-start",
        sequence=appointment.version,
        start=appointment.start,
        end=appointment.end,
        summary=_("Register your baby’s birth"),
        location=place,
        description="\n".join([*lines, _("Reference: %(reference)s", reference=appointment.reference)]),
        organizer_name=authority.name,
        organizer_email=authority.email,
        attendee=attendee,
        url=url,
        geo=(appointment.latitude, appointment.longitude) if known else None,  # type: ignore[arg-type]
    )


def _bring(appointment: Appointment) -> list[str]:
    return bring_sentences(appointment.parents, declaration=appointment.kind == "declaration")


def details(appointment: Appointment) -> dict[str, object]:
    """Give the values of the messages' templates, in the language now in force."""
    authority = current_authority()
    day = civil_date(appointment.start)
    return {
        "when": appointment.start.isoformat(),
        "end": appointment.end.isoformat(),
        "centre": appointment.centre,
        "address": ", ".join(part for part in (appointment.address, appointment.postcode) if part),
        "directions": appointment.directions,
        "entrance": appointment.entrance,
        "who_must_come": who_must_come_sentence(appointment.parents),
        "bring": _bring(appointment),
        "reference": appointment.reference,
        "link_for": str(appointment.public_id),
        "last_lawful_day": long_day(appointment.last_lawful_day),
        "in_time": day <= appointment.last_lawful_day,
        "telephone": authority.telephone,
        "council": authority.name,
        "declaration": appointment.kind == "declaration",
        "services": while_you_are_there(appointment.centre_id, day),
    }


def while_you_are_there(centre_id: int, day: date) -> list[str]:
    """List what else happens at a centre on a day: "Weighing clinic, 9:30am to 11am"."""
    services = services_at(centre_id, day)
    return [
        _("%(title)s, %(begins)s to %(ends)s", title=s.title, begins=time_of_day(s.starts), ends=time_of_day(s.ends))
        for s in services
    ]


def coming_back(centre_id: int, first: date, known_on: date | None = None) -> list[str]:
    """List what a family may come back for in seven days: "Thursday 26 November, 10am to 11:30am: Stay and play".

    What is on at the centre on the day `known_on` is left out: on paper, where it stands already, room is short.
    """
    known = {service.title for service in services_at(centre_id, known_on)} if known_on else set()
    return [
        _(
            "%(day)s, %(begins)s to %(ends)s: %(title)s",
            day=weekday_and_day(day),
            begins=time_of_day(service.starts),
            ends=time_of_day(service.ends),
            title=service.title,
        )
        for day, service in week_at(centre_id, first)
        if service.title not in known
    ]


def _tell(
    template: str,
    appointment: Appointment,
    now: datetime,
    to: list[Recipient],
    *,
    first: bool = False,
    **more: object,
) -> None:
    with force_locale(appointment.locale):
        told = details(appointment)
        requests = [
            MessageRequest(
                template=template,
                about=appointment.public_id,
                version=appointment.version,
                to=each,
                locale=appointment.locale,
                details=told,  # type: ignore[arg-type]
                calendar=event(appointment, attendee=each.address) if each.channel == "email" else None,
                **({"use_until": appointment.start} | more),  # type: ignore[arg-type]
            )
            for each in to
        ]
    messages.send_all(requests, now=now, first=first)


def confirm(appointment: Appointment, now: datetime) -> None:
    """Tell a family that its booking is made."""
    _tell("booking_confirmed", appointment, now, recipients(appointment), first=appointment.version == 0)


def confirm_to(appointment: Appointment, to: list[Recipient], now: datetime) -> None:
    """Confirm a booking to addresses that it has not been confirmed to."""
    _tell("booking_confirmed", appointment, now, to)


def tell_moved(appointment: Appointment, now: datetime) -> None:
    """Call back what was said of the old time and tell the new one."""
    messages.withdraw(appointment.public_id, now=now)
    _tell("booking_moved", appointment, now, recipients(appointment))


def tell_cancelled(appointment: Appointment, now: datetime) -> None:
    """Call back everything waiting; tell the cancellation once it can no longer be undone."""
    messages.withdraw(appointment.public_id, now=now)
    to = recipients(appointment)
    _tell("booking_cancelled", appointment, now, to, calendar_method="CANCEL", not_before=now + UNDO)


def tell_kept_after_all(appointment: Appointment, now: datetime) -> None:
    """Call the cancellation back and confirm the booking anew, for the first confirmation may not have gone out."""
    messages.withdraw(appointment.public_id, now=now)
    _tell("booking_confirmed", appointment, now, recipients(appointment))


def remind(appointment: Appointment, kind: Reminder, now: datetime) -> None:
    """Remind a family of its appointment."""
    _tell(kind.template, appointment, now, for_reminding(appointment), use_until=use_until(kind, appointment.start))


def send_link_again(appointment: Appointment, now: datetime) -> None:
    """Send a family that tries to book the same birth again the link of the booking it has, once an hour at most."""
    own = _own(appointment)
    hour = int(now.timestamp()) // 3600
    with force_locale(appointment.locale):
        told = details(appointment)
    requests = [
        MessageRequest("your_link", appointment.public_id, hour, each, appointment.locale, told)  # type: ignore[arg-type]
        for each in own
    ]
    messages.send_all(requests, now=now)


def silence(appointment: Appointment, now: datetime) -> None:
    """Stop every message, now and later."""
    messages.silence(appointment.public_id, now=now)
