"""Pages of files of live births: bring one, see what each column becomes, take it in; what came, and what was deleted."""

from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from registration.births.agreements.queries import sources_in_force
from registration.births.files import actions
from registration.births.files.forms import KINDS, FileForm, TakeForm
from registration.births.files.looking import FileTakenBefore
from registration.births.files.models import WaitingFile
from registration.births.files.queries import deletions, file_names, files_taken, outside_of, waiting_file, was_taken_in
from registration.births.files.rules.columns import Kind
from registration.births.files.rules.sheet import MOST_BYTES, TOO_LARGE
from registration.births.files.showing import preview, said_by
from registration.births.models import BirthFile
from registration.centres.homes import reach_areas
from registration.common import audit
from registration.common.access import current_actor, has_role, keep_private, roles
from registration.common.clock import now, today
from registration.common.errors import Refused
from registration.common.files import NOT_READ, FileRefused
from registration.common.transaction import commits, undo
from registration.staff import views as staff
from registration.staff.rules import BIRTH_FILE_READERS, BIRTH_FILES, Door

MOST_SHOWN = 36
#: The longest name of a file that is kept.
LONGEST_NAME = 100
EVENTS = (
    "births.imported",
    "births.counts_imported",
    "births.erased",
    "births.blanked",
    "births.uploaded",
    "births.upload_dropped",
)
MOST_LINES = 20
#: What stands around a file in what is sent. A file a little too large is refused by its own check, in the same words.
_AROUND = 64 * 1024

bp = Blueprint("birth_files", __name__, url_prefix="/births/files")
bp.after_request(keep_private)


@bp.url_value_preprocessor
def let_a_file_in(_endpoint: str | None, _values: object) -> None:
    """Let those who may bring files send one that is larger than other pages take."""
    if request.method == "POST" and has_role(*BIRTH_FILES):
        request.max_content_length = MOST_BYTES + _AROUND


@bp.errorhandler(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
def say_how_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Name the limit; whoever may bring no file is refused before anything is read."""
    return _page(FileForm(formdata=None), wrong=TOO_LARGE), HTTPStatus.REQUEST_ENTITY_TOO_LARGE


@bp.get("")
@roles(*BIRTH_FILE_READERS)
def files() -> str:
    """Show what came, what was deleted and when, and offer to bring a file."""
    return _page(FileForm(formdata=None))


def _page(form: FileForm, faults: Sequence[str] = (), wrong: str = "") -> str:
    sources = sources_in_force(today())
    if faults or wrong:
        form.file.errors = (wrong or NOT_READ,)
    came = files_taken(MOST_SHOWN)
    return render_template(
        "births/files/files.html",
        form=form.offer(sources),
        file_faults=faults,
        sources=sources,
        files=came,
        outside=outside_of([file.id for file in came]),
        deleted=deletions(MOST_SHOWN),
        areas=reach_areas(),
        lines=audit.lines(audit.AuditEvent.event.in_(EVENTS), most=MOST_LINES),
        may_bring=has_role(*BIRTH_FILES),
    )


@bp.post("")
@roles(*BIRTH_FILES)
@commits
def bring() -> ResponseReturnValue:
    """Keep a file to be looked at, and go on to its page; one that is no table is refused in words."""
    sources = sources_in_force(today())
    if not sources:
        return _page(FileForm(formdata=None)), HTTPStatus.CONFLICT
    form = FileForm().offer(sources)
    if not form.accepted():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    file = form.file.data
    try:
        with file.stream as stream:
            content = stream.read()
        name = str(file.filename or "file")[:LONGEST_NAME]
        kind = Kind(form.kind.data)
        kept = actions.bring(content, str(form.source.data), kind, name, current_actor(), now())
    except FileTakenBefore as refusal:
        undo()
        return _page(form, wrong=refusal.sentence), HTTPStatus.UNPROCESSABLE_ENTITY
    except Refused as refusal:
        undo()
        lines = refusal.lines() if isinstance(refusal, FileRefused) else [refusal.sentence]
        return _page(form, lines), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(url_for("birth_files.look_at", public_id=kept.id), HTTPStatus.SEE_OTHER)


def _waiting(number: UUID) -> WaitingFile:
    """Give a file that waits; of one that was taken in say so, where what came is listed."""
    file = waiting_file(number, now())
    if file is None and was_taken_in(number):
        flash("This file was taken in already. What came of it is listed here.")
        abort(redirect(url_for("birth_files.files"), HTTPStatus.SEE_OTHER))
    return file or abort(HTTPStatus.NOT_FOUND)


@bp.get("/<uuid:public_id>")
@roles(*BIRTH_FILES)
def look_at(public_id: UUID) -> str:
    """Show what each column of a file becomes, its first rows, and what taking it in would do."""
    return _preview(_waiting(public_id))


def _preview(file: WaitingFile, fault: str = "", unchecked: str = "") -> str:
    form = TakeForm(formdata=None)
    form.checked.errors = (unchecked,) if unchecked else ()
    brought = actions.brought(file)
    return render_template(
        "births/files/preview.html",
        file=file,
        kind=KINDS[brought.kind],
        rows=len(brought.sheet.lines),
        shown=preview(brought, now()),
        fault=fault,
        form=form,
    )


@bp.post("/<uuid:public_id>/columns")
@roles(*BIRTH_FILES)
@commits
def say_columns(public_id: UUID) -> ResponseReturnValue:
    """Let columns become what was chosen, and show the file again."""
    file = _waiting(public_id)
    chosen = {name.removeprefix("column-"): value for name, value in request.form.items()}
    actions.say_columns(file, said_by(chosen, actions.brought(file)))
    return redirect(url_for("birth_files.look_at", public_id=public_id), HTTPStatus.SEE_OTHER)


@bp.post("/<uuid:public_id>/take-in")
@roles(*BIRTH_FILES)
@commits
def take_in(public_id: UUID) -> ResponseReturnValue:
    """Take a file in, keep what was said of its columns for the next, and forget its text."""
    file = _waiting(public_id)
    try:
        checked = TakeForm().checked.data
        taken, found = actions.take_in(actions.brought(file), current_actor(), now(), checked=checked)
    except actions.NotChecked as refusal:
        undo()
        return _preview(_waiting(public_id), unchecked=refusal.sentence), HTTPStatus.UNPROCESSABLE_ENTITY
    except Refused as refusal:
        undo()
        return _preview(_waiting(public_id), refusal.sentence), HTTPStatus.CONFLICT
    actions.keep_columns(file, current_actor(), now())
    actions.settle(file, current_actor())
    flash(_done(taken, found.outside), "success")
    return redirect(url_for("birth_files.files"), HTTPStatus.SEE_OTHER)


def _done(file: BirthFile, outside: int) -> str:
    left = f", {file.removed} {'family' if file.removed == 1 else 'families'} left for a loss" if file.removed else ""
    out = f", {outside} outside the area" if outside else ""
    return f"{file.name}: {file.added} added, {file.changed} changed, {file.unchanged} as before{left}{out}."


@bp.post("/<uuid:public_id>/throw-away")
@roles(*BIRTH_FILES)
@commits
def throw_away(public_id: UUID) -> ResponseReturnValue:
    """Throw a file away that waits to be taken in."""
    actions.drop(_waiting(public_id), current_actor(), now())
    flash("The file was thrown away. Nothing of it is kept.", "success")
    return redirect(url_for("birth_files.files"), HTTPStatus.SEE_OTHER)


def init_app(app: Flask) -> None:
    """Give the application the pages of files, and the history their names."""
    app.register_blueprint(bp)
    audit.call(app, "birth_file", file_names)
    staff.offer(app, Door("birth_files.files", "Birth files", "Bring live birth data, and see what was deleted when."))
