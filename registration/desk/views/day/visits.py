"""What a family says at its appointment: may the centre have its details, and does it join."""

from http import HTTPStatus
from uuid import UUID

from flask import flash, render_template
from flask.typing import ResponseReturnValue

from registration.booking.actions.refusals import CannotChange
from registration.booking.actions.visits import answer_at_visit
from registration.booking.forms.base import NO, YES, yes_or_no
from registration.booking.queries.day import DayRow
from registration.common.access import current_actor, roles
from registration.common.clock import now
from registration.common.transaction import commits, undo
from registration.desk.forms.day import Visit
from registration.desk.rules.day import for_centre_worker
from registration.desk.views.day.frame import Place, bp, place_of
from registration.desk.views.day.lists import line_of, row_here
from registration.desk.wording import refusal_sentence
from registration.staff.rules import DAY_ANSWERS
from registration.staff.scope import own_centres


@bp.get("/<int:centre_id>/<day>/<uuid:public_id>/visit")
@roles(*DAY_ANSWERS)
def visit(centre_id: int, day: str, public_id: UUID) -> str:
    """Ask what the family answers now; what it answered before is filled in, but for centre workers, who may not know that."""
    place = place_of(centre_id, day)
    row = row_here(place, public_id)
    if own_centres() is not None:
        return _drawn(place, row, Visit(formdata=None))
    form = Visit(formdata=None, share=yes_or_no(row.shares), join=YES if row.joins else NO if row.shares else None)
    return _drawn(place, row, form)


@bp.post("/<int:centre_id>/<day>/<uuid:public_id>/visit")
@roles(*DAY_ANSWERS)
@commits
def answer_visit(centre_id: int, day: str, public_id: UUID) -> ResponseReturnValue:
    """Keep the family's answer."""
    place, form = place_of(centre_id, day), Visit()
    row = row_here(place, public_id)
    if not form.accepted():
        return _drawn(place, row, form), HTTPStatus.UNPROCESSABLE_ENTITY
    share, wish = form.read()
    try:
        answer_at_visit(public_id, wish, current_actor(), share=share)
    except CannotChange as refusal:
        undo()
        flash(refusal_sentence(refusal), "error")
    return place.back(f"b-{public_id}")


def _drawn(place: Place, row: DayRow, form: Visit) -> str:
    line = line_of(row, now())
    shown = line if own_centres() is None else for_centre_worker(line)
    return render_template("desk/day_visit.html", place=place, centre=place.centre, line=shown, form=form)
