"""Write down what a family says at its appointment or on the telephone: may the centre have its details, does it join.

And whether other services are told too.
"""

from datetime import date, datetime
from uuid import UUID

from registration.booking.actions.refusals import CannotChange
from registration.booking.queries import appointment_by_id, asked_about
from registration.booking.rules.requests import SignUp
from registration.common import audit
from registration.families import actions as families
from registration.families.queries import answer_of, shares
from registration.families.rules import SHARING_WORDING, Answer
from registration.families.tell_once import actions as tell_once
from registration.families.tell_once.queries import standing_for
from registration.families.tell_once.rules import TELLING_WORDING

#: What the record says of an answer that was given by each route.
EVENTS = {
    "visit": "wrote down the family’s answer at its visit",
    "telephone": "wrote down the family’s answer by telephone",
}


def write_down_answer(
    public_id: UUID, wish: SignUp | None, actor: str, today: date, *, share: bool, route: str = "visit"
) -> None:
    """Keep a family's answer and its wish to join, or that it has none.

    Neither is a condition of the registration, and a "no" takes an earlier wish back. A booking that is cancelled ends
    neither: on the telephone a family may still answer. CannotChange where there is no such booking, it is cancelled and the
    family would be at its visit, or its baby died.
    """
    appointment = appointment_by_id(public_id)
    if appointment is None or appointment.cancel_reason == "bereavement":
        raise CannotChange
    if route == "visit" and appointment.state != "booked":
        raise CannotChange
    family_id, centre_id = appointment.family_id, asked_about(appointment, today).id
    before = answer_of(family_id, centre_id, today)
    families.change_answer(family_id, Answer(share, SHARING_WORDING, route, actor, centre_id))
    if share and wish is not None:
        families.ask_to_join(family_id, centre_id, wish.address, wish.contact_preference, wish.visit_needs)
    else:
        families.forget_wish(family_id)
    audit.record(
        EVENTS[route],
        about=f"booking:{appointment.id}",
        actor=actor,
        before={"share": before},
        after={"share": share, "joins": share and wish is not None},
    )


def write_down_telling(public_id: UUID, route: str, actor: str, now: datetime, *, tell: bool) -> None:
    """Keep what a family says of the services that are told besides its centre, and do at once what follows.

    CannotChange where there is no such booking, there is nobody to tell, or the family has not said yes to its centre.
    """
    appointment = appointment_by_id(public_id)
    standing = None
    if appointment is not None and shares(appointment.family_id):
        standing = standing_for(appointment.family_id)
    if appointment is None or standing is None:
        raise CannotChange
    services = tuple(service.id for service in standing.services)
    said = tell_once.AnswerOnTelling(tell, services, TELLING_WORDING, route, actor)
    tell_once.answer(appointment.family_id, said, now)
    about, before = f"booking:{appointment.id}", {"tell": standing.share}
    audit.record("telling.answered", about=about, actor=actor, before=before, after={"tell": tell})
