"""What families and staff are told of offers: written in the offer's own transaction."""

from dataclasses import replace
from datetime import datetime

from flask_babel import force_locale

from registration.booking.actions.notices import details, recipients
from registration.booking.queries.displaced import Hit, has_closed
from registration.booking.queries.offers import OfferCard
from registration.booking.rules.offers import COVER
from registration.booking.rules.requests import Appointment
from registration.booking.wording import day_and_time
from registration.centres.queries import centre_card
from registration.centres.rules import CentreCard
from registration.common.clock import civil_date
from registration.messages import actions as messages
from registration.messages.actions import MessageRequest
from registration.messages.rules import TEMPLATES

#: What staff are asked for when a family has no time that stands.
CALL = "call_about_cover"
OFFERED = "offer_cover"
_TEMPLATES = {True: OFFERED, False: "offer_earlier"}


def tell_offer(family: Appointment, offer: OfferCard, now: datetime) -> None:
    """Tell a family which time is kept for it, until when, and where it answers. Each offer is told once."""
    template = _TEMPLATES[offer.cause == COVER]
    to = [each for each in recipients(family) if each.channel in TEMPLATES[template]]
    with force_locale(family.locale):
        told = details(as_offered(family, offer)) | {
            "was": family.start.isoformat(),
            "was_centre": family.centre,
            "closed": has_closed(family.id),
            "until": day_and_time(offer.answer_by),
            "until_at": offer.answer_by.isoformat(),
            "link_then": "/offer",
        }
    requests = [
        MessageRequest(
            template=template,
            about=family.public_id,
            version=offer.id,
            to=each,
            locale=family.locale,
            details=told,  # type: ignore[arg-type]
            use_until=offer.answer_by,
        )
        for each in to
    ]
    messages.send_all(requests, now=now)


def as_offered(family: Appointment, offer: OfferCard) -> Appointment:
    """Give a family's appointment as it would be at the time offered."""
    card = centre_card(offer.centre_id)
    place = _where(card) if card else {}
    return replace(family, start=offer.start, end=offer.end, centre_id=offer.centre_id, **place)  # type: ignore[arg-type]


def _where(card: CentreCard) -> dict[str, object]:
    return {
        "centre": card.name,
        "address": card.address or "",
        "postcode": card.postcode or "",
        "directions": card.directions or "",
        "entrance": card.entrance or "",
        "latitude": card.latitude,
        "longitude": card.longitude,
    }


def call_back(family: Appointment, now: datetime) -> None:
    """Call back what was written of an offer and has not gone out."""
    messages.withdraw(family.public_id, now=now, templates=_TEMPLATES.values())


def ask_for_a_call(family: Appointment | Hit, why: str, now: datetime) -> None:
    """Ask staff to ring a family whose time does not stand, before its last lawful day; once, however often it is asked.

    One that gave nothing but a postal address cannot be rung: the sentence says so, and why is said the same way.
    """
    with force_locale("en"):
        lost, last = day_and_time(family.start), family.last_lawful_day
        when = f"by {last:%-d %B}" if civil_date(now) <= last else "soon, for their 42 days are over"
    act = "Reach" if _by_post_only(family) else "Call"
    known = ", known by their postal address alone" if act == "Reach" else ""
    booking_id = family.booking_id if isinstance(family, Hit) else family.id
    whose = "their centre has closed by" if has_closed(booking_id) else "their registrar is away on"
    sentence = (
        f"{act} the family of appointment {family.reference}{known}: {whose} {lost} and they {why}. "
        f"Find them a time {when}."
    )
    messages.ask_staff(CALL, sentence, now=now, about=family.public_id)


def _by_post_only(family: Appointment | Hit) -> bool:
    if isinstance(family, Hit):
        return family.by_post_only
    return not (family.email or family.mobile or family.second_contact)


def nobody_need_call(family: Appointment, now: datetime) -> None:
    """Take such a request back: the family has a time that stands, or needs none."""
    messages.settle(CALL, family.public_id, now=now)
