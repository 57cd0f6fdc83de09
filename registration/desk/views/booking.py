"""One family's booking as the desk sees it: its record, cancelling it, correcting it, and a baby that has died."""

from http import HTTPStatus
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from registration.booking.actions import changes
from registration.booking.actions.contacts import contact_of, correct_contact
from registration.booking.actions.refusals import AlreadyBooked, BookingRefused, CannotChange
from registration.booking.forms.needs import language_name
from registration.booking.queries import asked_about
from registration.booking.queries.displaced import has_closed, is_displaced
from registration.booking.rules.requests import Appointment
from registration.booking.wording import clock_time, clock_time_to_the_second, long_day
from registration.common import audit
from registration.common.access import current_actor, has_role, roles
from registration.common.clock import civil_date, now, today
from registration.common.forms import Form
from registration.common.transaction import commits, undo
from registration.desk import record
from registration.desk.forms.booking import CancelBooking, CorrectContact
from registration.desk.rules.day import papers_in_short, who_in_short
from registration.desk.views.frame import booking_or_404, bp, to_booking
from registration.desk.views.looks import let_see, recorded
from registration.desk.wording import refusal_sentence
from registration.families.queries import answer_of, wants_to_join
from registration.staff.rules import DESK, DESK_READERS


@bp.get("/booking/<uuid:public_id>")
@roles(*DESK_READERS)
@recorded
def booking(appointment: Appointment) -> str:
    """Show what a family booked, what it was told, and what was done to its booking."""
    return _show(appointment)


def _show(appointment: Appointment, fault: str = "") -> str:
    return render_template(
        "desk/booking.html",
        press=Form(formdata=None),
        fault=fault,
        may_change=has_role(*DESK),
        to_come=appointment.state == "booked" and appointment.start > now(),
        undo_until=_undo_until(appointment),
        messages=list(record.messages_about(appointment.public_id)),
        settled=record.settled_of(appointment.id),
        history=audit.history_of(f"booking:{appointment.id}", str(appointment.public_id)),
        displaced=is_displaced(appointment.id),
        closed=has_closed(appointment.id),
        **facts(appointment),
    )


def _undo_until(appointment: Appointment) -> str:
    until = appointment.undo_until if appointment.state == "cancelled" else None
    return clock_time_to_the_second(until) if until else ""


@bp.get("/booking/<uuid:public_id>/cancel")
@roles(*DESK)
@recorded
def ask_cancel(appointment: Appointment) -> ResponseReturnValue:
    """Ask who wants a booking cancelled."""
    if appointment.state != "booked":
        return to_booking(appointment.public_id)
    return render_template("desk/cancel.html", form=CancelBooking(), **facts(appointment))


@bp.post("/booking/<uuid:public_id>/cancel")
@roles(*DESK)
@commits
def cancel(public_id: UUID) -> ResponseReturnValue:
    """Cancel a booking for a family, or because we must; its time can be had back for a minute."""
    appointment, form = booking_or_404(public_id), CancelBooking()
    if not form.accepted():
        return render_template("desk/cancel.html", form=form, **facts(appointment)), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        changes.cancel(public_id, now(), form.asked.data)
    except BookingRefused as refusal:
        return refused(appointment, refusal)
    say_why(appointment, form.reason)
    return to_booking(public_id)


@bp.post("/booking/<uuid:public_id>/undo")
@roles(*DESK)
@commits
def undo_cancel(public_id: UUID) -> ResponseReturnValue:
    """Take a cancellation back within its minute."""
    appointment = booking_or_404(public_id)
    try:
        changes.undo_cancel(public_id, now())
    except BookingRefused:
        return _conflict(appointment, "The minute is over, and the time may be someone else’s. Book another.")
    return to_booking(public_id)


@bp.get("/booking/<uuid:public_id>/contact")
@roles(*DESK)
@recorded
def contact(appointment: Appointment) -> ResponseReturnValue:
    """Show how a family is reached, to correct it."""
    if appointment.cancel_reason == "bereavement":
        return to_booking(appointment.public_id)
    form = CorrectContact(obj=contact_of(appointment), tell=True)
    return render_template("desk/contact.html", form=form, **facts(appointment))


@bp.post("/booking/<uuid:public_id>/contact")
@roles(*DESK)
@commits
def correct(public_id: UUID) -> ResponseReturnValue:
    """Keep a family's contact as corrected."""
    appointment, form = booking_or_404(public_id), CorrectContact()
    if form.accepted():
        try:
            correct_contact(public_id, form.contact, now(), tell=form.tell.data)
        except CannotChange as refusal:
            return refused(appointment, refusal)
        except AlreadyBooked:
            undo()
            form.form_errors.append("Another live booking has the same babies and this contact. Find it first.")
        else:
            return to_booking(public_id)
    return render_template("desk/contact.html", form=form, **facts(appointment)), HTTPStatus.UNPROCESSABLE_ENTITY


@bp.get("/booking/<uuid:public_id>/bereavement")
@roles(*DESK)
@recorded
def ask_bereavement(appointment: Appointment) -> ResponseReturnValue:
    """Ask once, and say what cancelling for a bereavement does."""
    if appointment.cancel_reason == "bereavement":
        return to_booking(appointment.public_id)
    return render_template("desk/bereavement.html", form=Form(), **facts(appointment))


@bp.post("/booking/<uuid:public_id>/bereavement")
@roles(*DESK)
@commits
def bereavement(public_id: UUID) -> ResponseReturnValue:
    """Cancel for a family whose baby has died, and silence everything about it."""
    if booking_or_404(public_id).cancel_reason != "bereavement":
        changes.cancel_for_bereavement(public_id, now())
    return to_booking(public_id)


def say_why(appointment: Appointment, reason: dict[str, str]) -> None:
    """Add to the record who asked for what was just done, and let the person see the booking again."""
    audit.record("said why", about=f"booking:{appointment.id}", actor=current_actor(), after=reason)
    let_see(appointment.public_id)


def refused(appointment: Appointment, refusal: BookingRefused) -> ResponseReturnValue:
    """Show the booking as it stands with the sentence that says why nothing was changed."""
    return _conflict(appointment, refusal_sentence(refusal))


def _conflict(appointment: Appointment, sentence: str) -> ResponseReturnValue:
    undo()
    return _show(booking_or_404(appointment.public_id), sentence), HTTPStatus.CONFLICT


def facts(appointment: Appointment) -> dict[str, object]:
    """Give what every page about a booking may say of it."""
    asked = asked_about(appointment, today())
    return {
        "appointment": appointment,
        "asked": asked,
        "language": language_name(appointment.language),
        "when": f"{long_day(civil_date(appointment.start))}, "
        f"{clock_time(appointment.start)} to {clock_time(appointment.end)}",
        "born": [long_day(day) for day in appointment.births],
        "last_lawful_day": long_day(appointment.last_lawful_day),
        "who_must_come": _who_must_come(appointment),
        "shares": answer_of(appointment.family_id, asked.id, today()),
        "joins": wants_to_join(appointment.family_id),
        "bereaved": appointment.cancel_reason == "bereavement",
    }


def _who_must_come(appointment: Appointment) -> str:
    papers = papers_in_short(appointment.parents)
    return who_in_short(appointment.parents) + (f": {papers}" if papers else "")
