"""The history of everything, for the auditor and the administrator: who did what, when, and who looked."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement
from wtforms import SelectChoice

from registration.common.access import roles
from registration.common.audit import AuditEvent, Line, days, keys_of, known_events, lines
from registration.common.events import in_words
from registration.common.files import written
from registration.staff.forms import HistoryForm
from registration.staff.queries import accounts
from registration.staff.rules import HISTORY

PAGE = 100
#: The newest lines that one file holds: what a table program opens without trouble.
FILE = 50_000
COLUMNS = ("number", "when", "who", "event", "what", "about", "before and after")
#: The largest number PostgreSQL keeps for a line.
LAST_LINE = 2**63 - 1

#: Who acts besides the people who sign in.
WHO = {"": "Anyone", "family": "Families themselves", "service": "The service itself"}

bp = Blueprint("history", __name__)


@bp.get("/history")
@roles(*HISTORY)
def show() -> ResponseReturnValue:
    """Show the newest lines that meet what was asked, a page at a time."""
    form = _asked()
    if not form.usable():
        return _page(form, []), HTTPStatus.UNPROCESSABLE_ENTITY
    before = max(0, min(request.args.get("before", LAST_LINE, type=int), LAST_LINE))
    return _page(form, lines(AuditEvent.id < before, *_conditions(form), most=PAGE + 1))


@bp.get("/history.csv")
@roles(*HISTORY)
def export() -> ResponseReturnValue:
    """Give the same lines as a file, the newest first, at most FILE of them."""
    form = _asked()
    if not form.usable():
        return _page(form, []), HTTPStatus.UNPROCESSABLE_ENTITY
    rows = (_row(line) for line in lines(*_conditions(form), most=FILE))
    return Response(
        written(COLUMNS, rows),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=history.csv"},
    )


def _asked() -> HistoryForm:
    form = HistoryForm(request.args, meta={"csrf": False})  # it changes nothing
    people = {f"staff:{user.id}": user.name for user in accounts()}
    form.who.choices = _choices(WHO | people)
    form.event.choices = _choices({"": "Anything"} | {event: in_words(event) for event in known_events()})
    return form


def _choices(words: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]


def _conditions(form: HistoryForm) -> list[ColumnElement[bool]]:
    asked = days(form.first.data, form.last.data)
    if form.who.data:
        asked.append(AuditEvent.actor == form.who.data)
    if form.event.data:
        asked.append(AuditEvent.event == form.event.data)
    if form.about.data:
        asked.append(AuditEvent.about.in_(keys_of(form.about.data)))
    return asked


def _page(form: HistoryForm, found: Sequence[Line]) -> str:
    filters: dict[str, Any] = {name: value for name, value in request.args.items() if name in form and value}
    older = url_for("history.show", **filters, before=found[PAGE - 1].id) if len(found) > PAGE else ""
    return render_template(
        "staff/history.html",
        form=form,
        lines=found[:PAGE],
        older=older,
        newest=url_for("history.show", **filters) if "before" in request.args else "",
        file=url_for("history.export", **filters),
    )


def _row(line: Line) -> tuple[object, ...]:
    changes = "; ".join(f"{what}: {before} > {after}" for what, before, after in line.changes)
    return line.id, line.at.isoformat(), line.who.text, line.event, line.what, line.thing.text, changes
