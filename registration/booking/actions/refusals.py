"""Why a family cannot have what it asked for, in its own words."""

from uuid import UUID

from flask_babel import lazy_gettext as _l

from registration.common.errors import Refused


class BookingRefused(Refused):
    """We cannot do that."""

    said = _l("We cannot do that.")

    def __init__(self) -> None:
        super().__init__(str(self.said))


class SlotTaken(BookingRefused):
    """Someone else has just taken this time."""

    said = _l("Someone else has just taken this time. Choose another time.")


class NotOffered(BookingRefused):
    """The centre has no session then, or the family may not book it."""

    said = _l("We do not offer this time. Choose another time.")


class HoldRanOut(BookingRefused):
    """The ten minutes are over."""

    said = _l("We could only keep your time for a few minutes, and those have run out. Your answers are still here.")


class TooManyHolds(BookingRefused):
    """One client keeps more times than a busy centre could need."""

    said = _l("Too many times are being kept from where you are. Wait a few minutes, or call us.")


class TooManyThere(TooManyHolds):
    """One client keeps its share of a centre's day."""

    said = _l(
        "Too many times at this centre on this day are being kept from where you are. Choose another day or another "
        "centre, wait a few minutes, or call us."
    )


class NeedsRegistrarGeneral(BookingRefused):
    """More than twelve months after the birth (1953 Act s.7)."""

    said = _l(
        "Your baby was born more than 12 months ago. Call us: we will help you ask for the permission the law needs."
    )


class MotherNeeded(BookingRefused):
    """An unmarried father cannot register alone when he is not to be named."""

    said = _l("The mother must come to the appointment if only she will be on the birth certificate.")


class CannotChange(BookingRefused):
    """The booking is cancelled or its time has passed."""

    said = _l("This booking can no longer be changed. Call us if you need help.")


class AlreadyOffered(BookingRefused):
    """Another time is already kept for this family."""

    said = _l("Another time is already being kept for this family.")


class OfferOver(BookingRefused):
    """The offer was answered, taken back or has run out."""

    said = _l("We are not keeping this time any more. Choose another time, or call us if you need help.")


class AlreadyBooked(BookingRefused):
    """The same births and the same e-mail or mobile have a live booking: its link goes there, nothing is told here."""

    said = _l("You may already have a booking. We have sent its link to the email address or mobile number you gave.")

    def __init__(self, public_id: UUID) -> None:
        super().__init__()
        self.public_id = public_id


class KeyUsedOtherwise(BookingRefused):
    """The same Idempotency-Key came with different content."""

    said = _l("This request key was already used for something else.")
