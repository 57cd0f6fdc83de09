"""Rows for a named evaluator: asked for by one person, decided by another, taken once while the approval lasts; and the ledger."""

import tempfile
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registration.common.access import current_actor, has_role, roles
from registration.common.clock import civil_date, london, now, today
from registration.common.errors import Refused
from registration.common.transaction import commits, undo
from registration.pilot.disclosure import actions
from registration.pilot.disclosure.models import RowLevelRequest
from registration.pilot.disclosure.queries import head, releases, requests, verify
from registration.pilot.extract.files import read
from registration.pilot.extract.rules import Extract
from registration.pilot.forms import RefuseForm, RowsForm
from registration.pilot.record.actions import collect
from registration.pilot.record.extracting import put
from registration.pilot.record.queries import extract_rows
from registration.pilot.views.frame import LARGEST, PILOT, PILOT_READERS, bp, named, taken
from registration.staff.rules import PILOT_APPROVERS

STATES = {"asked": "Waits for a decision", "refused": "Refused"}


@bp.get("/rows")
@roles(*PILOT_READERS)
def rows() -> str:
    """List the requests for rows, and offer to ask for some."""
    return _page()


def _page(asking: RowsForm | None = None, fault: str = "") -> str:
    form = asking or RowsForm(formdata=None)
    found = requests()
    who = named(each.asked_by for each in found)
    return render_template(
        "pilot/rows.html",
        listed=[
            Listed(each, name, london(each.asked_at), _standing(each), _may_decide(each), _may_take(each))
            for each, name in zip(found, who, strict=True)
        ],
        form=form,
        fault=fault,
        me=current_actor(),
        may_ask=has_role(*PILOT),
    )


class Listed(NamedTuple):
    """A request for rows as it is listed: who asked and when, how it stands, and what may be done with it."""

    request: RowLevelRequest
    who: str
    at: datetime
    standing: str
    may_decide: bool
    may_take: bool


def _standing(request: RowLevelRequest) -> str:
    """Say how a request stands by the clock; the hourly job throws the key of one that is over away."""
    if request.expires_at is None:
        return STATES[request.state]
    if request.file_sha256 is not None:
        return "Taken"
    over = request.state == "expired" or request.expires_at <= now()
    return f"{'Over since' if over else 'Approved, until'} {london(request.expires_at):%-d %B %Y}"


def _may_decide(request: RowLevelRequest) -> bool:
    return request.state == "asked" and request.asked_by != current_actor() and has_role(*PILOT_APPROVERS)


def _may_take(request: RowLevelRequest) -> bool:
    in_force = request.state == "approved" and request.expires_at is not None and request.expires_at > now()
    return in_force and request.asked_by == current_actor()


@bp.post("/rows")
@roles(*PILOT)
@commits
def ask_for_rows() -> ResponseReturnValue:
    """Ask for rows, for a named evaluator and a purpose."""
    form = RowsForm()
    if not form.accepted():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    actions.ask(form.evaluator.data or "", form.purpose.data or "", current_actor(), now(), int(form.days.data or 0))
    return _to_list()


def _to_list() -> ResponseReturnValue:
    return redirect(url_for("pilot.rows"), HTTPStatus.SEE_OTHER)


@bp.post(f"/rows/<int(max={LARGEST}):request_id>/approve")
@roles(*PILOT_APPROVERS)
@commits
def approve_rows(request_id: int) -> ResponseReturnValue:
    """Approve what somebody else asked for."""
    _found(request_id)
    try:
        actions.approve(request_id, current_actor(), PILOT_APPROVERS, now())
    except Refused as refusal:
        return _refused(refusal)
    return _to_list()


@bp.post(f"/rows/<int(max={LARGEST}):request_id>/refuse")
@roles(*PILOT_APPROVERS)
@commits
def refuse_rows(request_id: int) -> ResponseReturnValue:
    """Refuse what somebody else asked for, and say why."""
    _found(request_id)
    form = RefuseForm()
    if not form.accepted():
        return _page(fault=str(form.reason.errors[0])), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        actions.refuse(request_id, current_actor(), PILOT_APPROVERS, form.reason.data or "", now())
    except Refused as refusal:
        return _refused(refusal)
    return _to_list()


def _refused(refusal: Refused) -> ResponseReturnValue:
    undo()
    return _page(fault=refusal.sentence), HTTPStatus.CONFLICT


@bp.post(f"/rows/<int(max={LARGEST}):request_id>/take")
@roles(*PILOT)
@commits
def take_rows(request_id: int) -> ResponseReturnValue:
    """Give the approved rows as a file, as of the day of the approval; the ledger has them from then on."""
    found = _found(request_id)
    try:
        actions.key_in_force(found, current_actor(), now())
        collect(now())
        extract = _extract(found)
        content, end = actions.take(request_id, extract, current_actor(), now())
    except Refused as refusal:
        return _refused(refusal)
    return taken(content, "text/csv; charset=utf-8", f"rows-{request_id}-{end.count}.csv")


def _found(request_id: int) -> RowLevelRequest:
    """Give a request, or answer that there is none."""
    found = next((each for each in requests() if each.id == request_id), None)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


def _extract(request: RowLevelRequest) -> Extract:
    """Give the extract as of the day on which rows were approved."""
    day = civil_date(request.decided_at) if request.decided_at else today()
    with tempfile.TemporaryDirectory(prefix="pilot-") as folder:
        put(extract_rows(day, today()).rows, Path(folder) / "extract", day)
        return read(Path(folder) / "extract", day)


@bp.get("/ledger")
@roles(*PILOT_READERS)
def ledger() -> str:
    """Show what left the evaluation, and whether the ledger of it is whole."""
    links = releases()
    who, why = named(link.entry.who for link in links), named(link.entry.why for link in links)
    listed = list(zip((link.entry for link in links), (london(link.entry.at) for link in links), who, why, strict=True))
    return render_template("pilot/ledger.html", listed=listed, faults_found=verify(), end=head())
