"""Registrars, weekly patterns and sessions as files: taken out, and read in whole or not at all."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import BinaryIO

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from registration.centres.actions import Outcome
from registration.common.access import current_actor, has_role, roles
from registration.common.authority import current_authority
from registration.common.clock import today
from registration.common.errors import Refused
from registration.common.files import NOT_READ, FileRefused
from registration.common.transaction import commits, undo
from registration.rota import actions
from registration.rota.forms.fields import YEARS
from registration.rota.forms.files import WHAT, FileForm
from registration.rota.queries.exports import patterns_file, registrars_file, sessions_file
from registration.rota.views.frame import bp, seen, tab
from registration.staff.rules import ROTA_MANAGERS

READERS = (*ROTA_MANAGERS, "auditor")


@bp.get("/files")
@roles(*READERS)
def files() -> str:
    """Offer the files to take out, and to read one in."""
    return _page(FileForm(formdata=None))


def _page(form: FileForm, faults: Sequence[str] = (), outcome: Outcome | None = None) -> str:
    if faults:
        form.file.errors = (NOT_READ,)
    return render_template(
        "rota/files.html",
        form=form,
        file_faults=faults,
        outcome=outcome,
        what=WHAT.get(form.what.data or "", ""),
        may_change=has_role(*ROTA_MANAGERS),
    )


@bp.post("/files")
@roles(*ROTA_MANAGERS)
@commits
def read_file() -> ResponseReturnValue:
    """Read a file in, whole or not at all, and say what that did."""
    form = FileForm()
    if not form.accepted():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        outcome = _read(str(form.what.data), form.file.data.stream)
    except Refused as refusal:
        undo()
        lines = refusal.lines() if isinstance(refusal, FileRefused) else [refusal.sentence]
        return _page(form, lines), HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(form, outcome=outcome)


def _read(what: str, stream: BinaryIO) -> Outcome:
    if what == "registrars":
        return actions.import_registrars(stream, current_actor())
    if what == "patterns":
        return actions.import_patterns(stream, today(), current_actor())
    kept = current_authority().kept_for_desk_minutes
    return actions.import_sessions(stream, current_actor(), kept, seen().taken_in)


def _file(name: str, content: bytes) -> Response:
    attached = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(content, mimetype="text/csv", headers=attached)


@bp.get("/files/registrars.csv")
@roles(*READERS)
def registrars_csv() -> Response:
    """Give every registrar as a file."""
    return _file("registrars", registrars_file())


@bp.get("/files/patterns.csv")
@roles(*READERS)
def patterns_csv() -> Response:
    """Give every weekly pattern as a file."""
    return _file("patterns", patterns_file())


@bp.get("/files/sessions.csv")
@roles(*READERS)
def sessions_csv() -> Response:
    """Give the published sessions from today on as a file."""
    return _file("sessions", sessions_file(today(), date(YEARS[-1], 12, 31)))


tab("rota.files", "Files")
