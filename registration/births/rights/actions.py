"""What a family does with what is held about it: answers, objects, corrects, and asks without a link."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from registration.births.rights.twice import tie_to_earlier
from registration.booking.actions.contacts import correct_contact
from registration.booking.models import Booking
from registration.centres.memory import Home, home_of, welcoming_home_of
from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.families import actions as families
from registration.families.rules import SHARING_WORDING, Answer, Contact, FamilyDetails, Source

#: What a family asks for by the slip of the red book, or by a health visitor's form.
SLIP = "slip"
DOUBT = "said no without a link"
_LIVE = select(Booking.public_id).where(Booking.state == "booked").order_by(Booking.id.desc()).limit(1)


class OutsideOurArea(Refused):
    """No children’s centre of ours is near this postcode."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a family without a link says of itself, and its answer of a centre: None names the centre of its own area."""

    contact: Contact
    births: tuple[date, ...]
    postcode: str | None
    locale: str
    share: bool


def answer(family_id: int, centre_id: int | None, actor: str, *, share: bool) -> None:
    """Keep a family's answer of a centre, given online; a no is to every centre."""
    families.change_answer(family_id, Answer(share, SHARING_WORDING, "online", actor, centre_id))
    audit.record(
        "answered whether a centre may have its details",
        about=f"family:{family_id}",
        actor=actor,
        after={"share": share} | ({"centres": [centre_id]} if centre_id else {}),
    )


def correct(family_id: int, contact: Contact, postcode: str | None, actor: str, now: datetime, today: date) -> None:
    """Keep what a family corrects of itself.

    Of one with an appointment the addresses that are new are told of it. Raises AlreadyBooked, CannotChange as a correction of
    the booking does.
    """
    public_id = db.session.scalar(_LIVE.where(Booking.family_id == family_id))
    if public_id is not None:
        correct_contact(public_id, contact, now, tell=True)
    else:
        families.correct_contact(family_id, contact, now)
    if postcode:  # left empty it stays as it was: where a family lives may be known without it
        home = home_of(postcode, today)
        families.correct_place(family_id, postcode, home.centre_id, home.imd_decile)
    audit.record("corrected what is held about it", about=f"family:{family_id}", actor=actor)


def ask(asked: Asked, actor: str, today: date) -> int:
    """Keep a family that came without a link, and its answer; give its number.

    With a no, every record that may be the same family's is put before a person, and until one has decided, no centre is
    told of it: nobody has to be found before their no counts. Raises OutsideOurArea for a yes from where no children's centre of
    ours is near: nothing is kept.
    """
    home = welcoming_home_of(asked.postcode, today) if asked.postcode else Home()
    if asked.share and home.centre_id is None:
        raise OutsideOurArea
    contact = asked.contact
    details = FamilyDetails(
        name=contact.name,
        births=asked.births,
        email=contact.email,
        mobile=contact.mobile,
        second_contact=None,
        language=asked.locale,
        locale=asked.locale,
        interpreter=False,
        access_needs="",
        postcode=asked.postcode,
        home_centre_id=home.centre_id,
        imd_decile=home.imd_decile,
        source=Source.MOVED_IN,
    )
    named = details.home_centre_id if asked.share else None
    family_id = families.add_family(details, Answer(asked.share, SHARING_WORDING, SLIP, actor, named), DOUBT)
    audit.record(
        "told of itself without a link", about=f"family:{family_id}", actor=actor, after={"share": asked.share}
    )
    if asked.share:
        tie_to_earlier(family_id)
    return family_id
