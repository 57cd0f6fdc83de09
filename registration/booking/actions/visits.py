"""Write down what a family says at its appointment: whether the centre may have its details, and whether it joins."""

from uuid import UUID

from registration.booking.actions.refusals import CannotChange
from registration.booking.queries import appointment_by_id
from registration.booking.rules.requests import SignUp
from registration.common import audit
from registration.families import actions as families
from registration.families.queries import shares
from registration.families.rules import SHARING_WORDING, Answer

ROUTE = "visit"


def answer_at_visit(public_id: UUID, wish: SignUp | None, actor: str, *, share: bool) -> None:
    """Keep a family's answer and its wish to join, or that it has none; CannotChange where the booking is gone.

    Neither is a condition of the registration, and a "no" takes an earlier wish back.
    """
    appointment = appointment_by_id(public_id)
    if appointment is None or appointment.state != "booked":
        raise CannotChange
    family_id, before = appointment.family_id, shares(appointment.family_id)
    families.change_answer(family_id, Answer(share, SHARING_WORDING, ROUTE, actor, appointment.centre_id))
    if share and wish is not None:
        families.ask_to_join(family_id, appointment.centre_id, wish.address, wish.contact_preference, wish.visit_needs)
    else:
        families.forget_wish(family_id)
    audit.record(
        "wrote down the family’s answer at its visit",
        about=f"booking:{appointment.id}",
        actor=actor,
        before={"share": before},
        after={"share": share, "joins": share and wish is not None},
    )
