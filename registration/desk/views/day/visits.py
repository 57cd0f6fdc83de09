"""What a family says at its appointment: may the centre have its details, does it join, are other services told."""

from datetime import date
from http import HTTPStatus
from uuid import UUID

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from registration.booking.actions import outcomes
from registration.booking.actions.refusals import CannotChange
from registration.booking.actions.visits import write_down_answer, write_down_telling
from registration.booking.forms.base import NO, YES, yes_or_no
from registration.booking.queries.day import DayRow, health_visitor_at
from registration.centres.memory import centre_asked_about
from registration.centres.rules import CentreCard
from registration.common.access import current_actor, has_role, roles
from registration.common.clock import now, today
from registration.common.transaction import commits, undo
from registration.desk.forms.day import HealthVisitor, Visit
from registration.desk.views.day.frame import Place, bp, place_of
from registration.desk.views.day.lists import SETTLED, as_listed, line_of, row_here
from registration.desk.wording import refusal_sentence
from registration.families.queries import answer_of, member_since, postcode_of, reachable, rulings, who_wants_to_join
from registration.families.tell_once.queries import Standing, standing_for
from registration.staff.rules import DAY_ANSWERS, DAY_MARKERS
from registration.staff.scope import own_centres

_ANSWERING = {"day.visit", "day.answer_visit"}


@bp.before_request
def _only_at_the_visit() -> ResponseReturnValue | None:
    """Let a centre's own worker write an answer down on the day itself, and never against what the family said elsewhere.

    Else who may not know a family could let themselves know it.
    """
    if request.endpoint not in _ANSWERING or not has_role(*DAY_ANSWERS) or own_centres() is None:
        return None
    values = dict(request.view_args or {})
    place = place_of(values["centre_id"], values["day"])
    row = row_here(place, values["public_id"])
    ruling = rulings(place.centre.id, [row.family_id], today())[row.family_id]
    if place.day == today() and ruling not in SETTLED:
        return None
    flash("The registrar writes this family’s answer down.", "error")
    return place.back(f"b-{row.public_id}")


@bp.get("/<int:centre_id>/<day>/<uuid:public_id>/visit")
@roles(*DAY_ANSWERS)
def visit(centre_id: int, day: str, public_id: UUID) -> str:
    """Ask what the family answers now; what it answered before is filled in, but for centre workers, who may not know that."""
    place = place_of(centre_id, day)
    row = row_here(place, public_id)
    return _drawn(place, row, _filled(place, row))


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
        write_down_answer(public_id, wish, current_actor(), today(), share=share)
        if form.tells is not None and _telling(row):
            write_down_telling(public_id, "visit", current_actor(), now(), tell=form.tells)
        flash("The family’s answer is kept.", "info")
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
        return _drawn(place, row, _filled(place, row), form), HTTPStatus.UNPROCESSABLE_ENTITY
    outcomes.say_health_visitor(public_id, current_actor(), there=form.there.data == YES)
    return place.back(f"b-{public_id}")


def _filled(place: Place, row: DayRow) -> Visit:
    """Make the form with what the family answered before, but for centre workers, who may not know that."""
    if own_centres() is not None:
        return Visit(formdata=None)
    filled, telling = answered_before(row.family_id, asked_at(place, row).id), _telling(row)
    filled.tell.data = yes_or_no(telling.share) if telling else None
    return filled


def _telling(row: DayRow) -> Standing | None:
    """Give where a family stands with other services; None where nobody is to be told, and for a centre's own workers.

    What a family said of other services is no centre's to know.
    """
    return standing_for(row.family_id) if own_centres() is None else None


def _drawn(place: Place, row: DayRow, form: Visit, visitor: HealthVisitor | None = None) -> str:
    known, line = health_visitor_at(row.public_id), line_of(row, now())
    there = HealthVisitor(formdata=None, there=yes_or_no(known.there if known else None))
    telling = _telling(row)
    return render_template(
        "desk/day_visit.html",
        place=place,
        asked=asked_at(place, row),
        line=as_listed(place, row, line),
        form=form,
        services=telling.services if telling else (),
        since=_member_since(place, row),
        asked_before=own_centres() is None and asked_to_join(row.family_id),
        visitor=visitor or there,
        by_timetable=known is not None and not known.said,
        marks=has_role(*DAY_MARKERS),
    )


def _member_since(place: Place, row: DayRow) -> date | None:
    """Give since when a family is a member of the centre it is asked about; centre workers learn it of families they may know."""
    if own_centres() is not None and not reachable(place.centre.id, [row.family_id], today()):
        return None
    return member_since(row.family_id, asked_at(place, row).id, today())


def asked_at(place: Place, row: DayRow) -> CentreCard:
    """Give the centre that the question on sharing names to a family of the list."""
    return centre_asked_about(place.centre.id, postcode_of(row.family_id), today()) or place.centre


def answered_before(family_id: int, centre_id: int) -> Visit:
    """Make the form with what a family answered of a centre before; nothing is chosen where it was not asked.

    Joining is never chosen beforehand: that somebody joins is for the family to say each time.
    """
    shares = answer_of(family_id, centre_id, today())
    return Visit(formdata=None, share=yes_or_no(shares), join=NO if shares and not asked_to_join(family_id) else None)


def asked_to_join(family_id: int) -> bool:
    """Say whether a family asked to join before: told in words beside the question, which it answers anew."""
    return family_id in who_wants_to_join([family_id])
