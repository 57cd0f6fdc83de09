"""What a family says at its appointment: may the centre have its details, and does it join."""

from http import HTTPStatus
from uuid import UUID

from flask import flash, render_template
from flask.typing import ResponseReturnValue

from registration.booking.actions import outcomes
from registration.booking.actions.refusals import CannotChange
from registration.booking.actions.visits import answer_at_visit
from registration.booking.forms.base import NO, YES, yes_or_no
from registration.booking.queries.day import DayRow, health_visitor_at
from registration.common.access import current_actor, roles
from registration.common.clock import now
from registration.common.transaction import commits, undo
from registration.desk.forms.day import HealthVisitor, Visit
from registration.desk.views.day.frame import Place, bp, place_of
from registration.desk.views.day.lists import line_of, row_here
from registration.desk.wording import refusal_sentence
from registration.staff.rules import DAY_MARKERS


@bp.get("/<int:centre_id>/<day>/<uuid:public_id>/visit")
@roles(*DAY_MARKERS)
def visit(centre_id: int, day: str, public_id: UUID) -> str:
    """Ask what the family answers now; what it answered before is filled in."""
    place = place_of(centre_id, day)
    row = row_here(place, public_id)
    return _drawn(place, row, _filled(row))


@bp.post("/<int:centre_id>/<day>/<uuid:public_id>/visit")
@roles(*DAY_MARKERS)
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


@bp.post("/<int:centre_id>/<day>/<uuid:public_id>/health-visitor")
@roles(*DAY_MARKERS)
@commits
def say_health_visitor(centre_id: int, day: str, public_id: UUID) -> ResponseReturnValue:
    """Keep whether a health visitor was at the centre at the time of this visit."""
    place, form = place_of(centre_id, day), HealthVisitor()
    row = row_here(place, public_id)
    if not form.accepted():
        return _drawn(place, row, _filled(row), form), HTTPStatus.UNPROCESSABLE_ENTITY
    outcomes.say_health_visitor(public_id, current_actor(), there=form.there.data == YES)
    return place.back(f"b-{public_id}")


def _filled(row: DayRow) -> Visit:
    return Visit(formdata=None, share=yes_or_no(row.shares), join=YES if row.joins else NO if row.shares else None)


def _drawn(place: Place, row: DayRow, form: Visit, visitor: HealthVisitor | None = None) -> str:
    known = health_visitor_at(row.public_id)
    there = HealthVisitor(formdata=None, there=yes_or_no(known.there if known else None))
    return render_template(
        "desk/day_visit.html",
        place=place,
        centre=place.centre,
        line=line_of(row, now()),
        form=form,
        visitor=visitor or there,
        by_timetable=known is not None and not known.said,
    )
