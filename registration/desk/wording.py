"""What is said of the service's decisions to staff, and what they read out to a family on the telephone."""

from registration.booking.actions import refusals as no
from registration.booking.actions.wishes import CannotBeTold
from registration.booking.rules.attendance import Attending, Parents, WhoMustCome, who_must_come
from registration.common.errors import Refused

_PAPERS = (
    "one of these papers: a statutory declaration of parentage signed by the other parent, a parental responsibility "
    "agreement, or a court order"
)
#: To a caller who is one of the parents. Papers: 1953 Act s.10.
_WHO = {
    WhoMustCome.BOTH_PARENTS: "You must both come together, so that you are both on the birth certificate.",
    WhoMustCome.MOTHER: "The mother must come.",
    WhoMustCome.MOTHER_WITH_PAPERS: f"The mother must come, with {_PAPERS}. Without it, only she can be on the birth "
    "certificate, unless you both come.",
    WhoMustCome.OTHER_PARENT_WITH_PAPERS: f"The father or second parent must come, with {_PAPERS}. Without it, the mother must "
    "come too.",
}
_EITHER = {
    Attending.BOTH: "One of you must come. You may both come if you like.",
    Attending.MOTHER: "One of you must come. It can be the mother, as you said.",
    Attending.OTHER_PARENT: "One of you must come. It can be the father or second parent, as you said.",
}
#: What the service would tell a family of a refusal, told to whoever works for it.
_REFUSED = {
    no.HoldRanOut: "The time was kept for some minutes, which have run out. Choose a time again.",
    no.TooManyHolds: "You keep too many times just now. Book one or let one go, or wait a few minutes.",
    no.TooManyThere: "You keep too many times at this centre on this day. Choose another day or centre, or wait a few minutes.",
    no.NeedsRegistrarGeneral: "Born more than 12 months ago: this needs the Registrar General’s authority. Pass it to a registrar.",
    no.CannotChange: "This booking can no longer be changed: it is cancelled, or its time has begun.",
    no.OfferOver: "This time is no longer kept. Choose another.",
    CannotBeTold: "A freed time can be offered only by text or email, and this family gave neither. Correct the contact first.",
    no.AlreadyBooked: "This family has a booking already. Find that one.",
}


def read_out_who(parents: Parents) -> str:
    """Say to a caller who has to come."""
    who = who_must_come(parents)
    return _EITHER[parents.attending] if who is WhoMustCome.EITHER_PARENT else _WHO[who]


def refusal_sentence(refusal: Refused) -> str:
    """Say to staff why a thing cannot be had: the family's own sentences tell it to call us."""
    return _REFUSED.get(type(refusal), refusal.sentence)
