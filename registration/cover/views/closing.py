"""Close a centre for good, and open it again while no family was offered another time."""

from http import HTTPStatus
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice

from registration.centres.queries import participating_centres
from registration.common.access import current_actor, roles
from registration.common.clock import now, today
from registration.common.transaction import commits, undo
from registration.cover import actions
from registration.cover.forms import NewClosing
from registration.cover.views.plans import bp, done, plan_or_404, to_plan
from registration.staff.rules import COVER


@bp.get("/close")
@roles(*COVER)
def close() -> str:
    """Ask which centre closes, from when on, and what it is merged into."""
    return render_template(
        "cover/close.html", form=_centres(NewClosing(formdata=None, centre=request.args.get("centre", "")))
    )


def _centres(form: NewClosing) -> NewClosing:
    known = [SelectChoice(str(card.id), card.name) for card in participating_centres(today())]
    form.centre.choices = [SelectChoice("", "Choose"), *known]
    form.successor.choices = [SelectChoice("", "None"), *known]
    return form


@bp.post("/close")
@roles(*COVER)
@commits
def begin_closing() -> ResponseReturnValue:
    """Draw up what happens when a centre closes: nobody is told and nothing is changed, but the times proposed are kept."""
    form = _centres(NewClosing())
    if not form.accepted():
        return render_template("cover/close.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        made = actions.start_closing(form.closing(), form.note.data or "", now(), current_actor())
    except actions.CannotClose as refusal:
        undo()
        form.first.errors = (refusal.sentence,)
        return render_template("cover/close.html", form=form), HTTPStatus.CONFLICT
    return to_plan(made.public_id)


@bp.post("/<uuid:public_id>/open")
@roles(*COVER)
@commits
def open_again(public_id: UUID) -> ResponseReturnValue:
    """Open a centre again that closed, while no family was offered another time."""
    plan_or_404(public_id)
    return done(public_id, lambda: actions.open_again(public_id, now(), current_actor()))
