"""Find the booking of a family on the telephone."""

from http import HTTPStatus

from flask import render_template
from flask.typing import ResponseReturnValue

from registration.booking.queries import appointment_by_reference
from registration.booking.wording import clock_time, long_day, short_day
from registration.common import audit
from registration.common.access import current_actor, roles
from registration.common.clock import civil_date, now, today
from registration.common.forms import Form
from registration.common.transaction import commits
from registration.desk import finding
from registration.desk.finding import MOST_FOUND, Found
from registration.desk.forms.find import FindBooking
from registration.desk.rules.seeking import Sought, understand
from registration.desk.views.frame import bp, to_booking
from registration.desk.views.looks import note_look
from registration.staff.rules import DESK_READERS


@bp.get("/find")
@roles(*DESK_READERS)
def find() -> str:
    """Ask for anything a family can be found by."""
    return render_template("desk/find.html", form=FindBooking())


@bp.post("/find")
@roles(*DESK_READERS)
@commits
def found() -> ResponseReturnValue:
    """Lead to the booking of a reference, or list those that fit; what is typed stands in no address and no log."""
    form = FindBooking()
    if not form.accepted():
        return _refused(form)
    sought = understand(form.line.data, today())
    if sought.no_day:
        return _refused(form, f"{sought.no_day} is not a real date. Check it with the family.")
    if sought.is_empty:
        return _refused(
            form, "Enter more than that: 2 letters of a name, or 4 figures of a telephone number, are the least."
        )
    if sought.reference:
        return _by_reference(form, sought.reference)
    rows = finding.find(sought, now())
    audit.record("searched", about="bookings", actor=current_actor(), after={"by": sought.kinds, "found": len(rows)})
    if not rows:
        return _refused(form, "There is no booking like this. Check the spelling, or look by something else.")
    return render_template(
        "desk/find.html",
        form=form,
        rows=[listed(row) for row in rows[:MOST_FOUND]],
        more=len(rows) > MOST_FOUND,
        narrower=narrower(sought),
        press=Form(formdata=None),
    )


def narrower(sought: Sought) -> str:
    """Say what more to type: nothing that was typed already."""
    if not sought.born:
        return "Add a date of birth." if sought.words else "Add a date of birth, or part of the name."
    return "Add more of the name." if sought.words else "Add part of the name."


def _by_reference(form: FindBooking, reference: str) -> ResponseReturnValue:
    appointment = appointment_by_reference(reference)
    if appointment is None:
        return _refused(form, "There is no booking with this reference. Check it with the family.")
    note_look(appointment)
    return to_booking(appointment.public_id)


def _refused(form: FindBooking, sentence: str = "") -> ResponseReturnValue:
    if sentence:
        form.line.errors = (sentence,)
    return render_template("desk/find.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY


def listed(row: Found) -> dict[str, object]:
    """Give a booking as a list of them shows it."""
    return {
        "public_id": row.public_id,
        "reference": row.reference,
        "name": row.name,
        "born": " and ".join(dict.fromkeys(long_day(day) for day in row.births)),
        "when": f"{short_day(civil_date(row.start))} {row.start.year}, {clock_time(row.start)}",
        "centre": row.centre,
        "state": "Cancelled" if row.state == "cancelled" else "Booked" if row.to_come else "Past",
    }
