"""What the desk says to a family that hears from us by letter alone, where a letter would come too late."""

from registration.booking.actions.notices import recipients
from registration.booking.rules.offers import answer_by_post
from registration.booking.rules.requests import Appointment
from registration.booking.wording import bring_sentences
from registration.common.clock import now
from registration.common.holidays import bank_holidays
from registration.desk.wording import read_out_who


def too_late_by_post(appointment: Appointment) -> str:
    """Say what to read out now to a family whose letter would not be there, and read, before its time; else nothing."""
    by_letter = [recipient.channel for recipient in recipients(appointment)] == ["letter"]
    read_by = answer_by_post(appointment.start, now(), bank_holidays()).moment
    if not by_letter or appointment.start > read_by:
        return ""
    bring = bring_sentences(appointment.parents, declaration=appointment.kind == "declaration")
    return (
        "A letter would come too late: read the details out now. "
        f"{read_out_who(appointment.parents)} What to bring: {'; '.join(bring)}."
    )
