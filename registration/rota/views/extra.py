"""Open a session outside the rota, with a reason."""

from datetime import date
from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from registration.centres.queries import participating_centres
from registration.common.access import current_actor, roles
from registration.common.asked import asked_number
from registration.common.clock import civil_date, london, now
from registration.common.errors import Refused
from registration.common.transaction import commits, undo
from registration.rota.actions.extra import add_extra_session
from registration.rota.forms.extra import LONGEST_REASON, NewExtra
from registration.rota.queries.week import colleagues
from registration.rota.rules.planning import monday_of
from registration.rota.views.frame import bp, tab
from registration.staff.rules import ROTA_MANAGERS


@bp.get("/extra")
@roles(*ROTA_MANAGERS)
def ask_extra() -> str:
    """Ask who, where, when, and why; a link from elsewhere may have said some of it."""
    return render_template("rota/extra.html", form=_prepared(NewExtra(formdata=None, **_said())))


def _said() -> dict[str, object]:
    """Read what a link says: registrar and centre by number, the day as 2026-12-03, times as 12:30, and why."""
    said = request.args
    texts = {name: said.get(name, "")[:LONGEST_REASON] for name in ("begins", "ends", "reason")}
    numbers = {name: asked_number(name) for name in ("registrar", "centre")}
    return {**texts, **numbers, "day": said.get("day", type=date.fromisoformat)}


@bp.post("/extra")
@roles(*ROTA_MANAGERS)
@commits
def add_extra() -> ResponseReturnValue:
    """Open an extra session, within every constraint; lead to its week."""
    form = _prepared(NewExtra())
    if form.accepted():
        begins, ends = form.span()
        try:
            add_extra_session(
                form.registrar.data, form.centre.data, None, begins, ends, form.reason.data, current_actor()
            )
            return redirect(url_for("rota.week") + f"?from={monday_of(london(begins).date())}")
        except Refused as refusal:
            undo()
            form.form_errors.append(refusal.sentence)
    return render_template("rota/extra.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY


def _prepared(form: NewExtra) -> NewExtra:
    day = civil_date(now())
    form.registrar.choices = [
        SelectChoice("", "Choose a registrar"),
        *(SelectChoice(str(p.id), p.name) for p in colleagues(day)),
    ]
    form.centre.choices = [
        SelectChoice("", "Choose a centre"),
        *(SelectChoice(str(c.id), c.name) for c in participating_centres(day)),
    ]
    return form


tab("rota.ask_extra", "Extra session")
