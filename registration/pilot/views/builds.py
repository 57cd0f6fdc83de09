"""Figures as of a day: asked for, watched while they are made, looked at, and let go to others."""

from http import HTTPStatus

from flask import Response, abort, after_this_request, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.common.access import current_actor, has_role, roles
from registration.common.clock import london, now, today
from registration.common.errors import Refused
from registration.common.transaction import commits, undo
from registration.pilot.building import actions
from registration.pilot.building.apart import zipped
from registration.pilot.building.models import PilotBuild
from registration.pilot.building.queries import (
    RESTRICTED,
    build_by_id,
    builds,
    file_of,
    is_overtaken,
    latest_done,
    protocols,
    published_files,
    released,
)
from registration.pilot.forms import BuildForm, ReleaseForm
from registration.pilot.record.queries import centres
from registration.pilot.views.frame import LARGEST, PILOT, PILOT_READERS, bp, found_build, named, taken
from registration.pilot.views.showing import STATES, Shown, kind_of, title_of

NO_PROTOCOL = "None: the built-in one"
AT_WORK = ("waiting", "running")


@bp.get("/")
@roles(*PILOT_READERS)
def overview() -> str:
    """Show the latest figures, offer to make newer ones, and list what was made and released."""
    return _overview()


def _overview(form: BuildForm | None = None) -> str:
    form = form or BuildForm(formdata=None, as_of=today())
    latest = latest_done()
    titles = {
        each.id: f"{title_of(each.words)}, {london(each.registered_at):%-d %B %Y} ({each.sha256[:8]})"
        for each in protocols()
    }
    made = builds()
    who = named(each.asked_by for each in made)
    return render_template(
        "pilot/overview.html",
        latest=latest,
        shown=Shown(latest) if latest else None,
        by=titles.get(latest.protocol_id or 0, NO_PROTOCOL) if latest else "",
        made_at=london(latest.ended_at) if latest and latest.ended_at else None,
        builds=[
            (each, STATES[each.state], london(each.asked_at), titles.get(each.protocol_id or 0, NO_PROTOCOL), name)
            for each, name in zip(made, who, strict=True)
        ],
        releases=[(each, london(each.released_at)) for each in released() if each.released_at],
        form=form.offer(list(titles.items())),
        may_build=has_role(*PILOT),
    )


@bp.post("/")
@roles(*PILOT)
@commits
def ask() -> ResponseReturnValue:
    """Ask for the figures as of a day; the worker makes them."""
    form = BuildForm().offer([(each.id, "") for each in protocols()])
    if form.accepted():
        protocol = int(form.protocol.data) if form.protocol.data else None
        try:
            made = actions.ask(form.as_of.data, protocol, today(), current_actor())
        except Refused as refusal:
            undo()
            form.as_of.errors = (refusal.sentence,)
        else:
            return _to(made.id)
    return _overview(form), HTTPStatus.UNPROCESSABLE_ENTITY


def _to(build_id: int) -> ResponseReturnValue:
    return redirect(url_for("pilot.build", build_id=build_id), HTTPStatus.SEE_OTHER)


@bp.get(f"/builds/<int(max={LARGEST}):build_id>")
@roles(*PILOT_READERS)
def build(build_id: int) -> str:
    """Show how far figures are, why they could not be made, or the figures themselves."""
    return _page(found_build(build_id), ReleaseForm(formdata=None))


def _page(found: PilotBuild, form: ReleaseForm) -> str:
    known = {"build": found, "state": STATES[found.state], "form": form, "may_build": has_role(*PILOT)}
    if found.state == "done":
        overtaken = found.released_at is None and is_overtaken(found)
        return render_template("pilot/figures.html", shown=Shown(found), overtaken=overtaken, **known)
    silent = actions.WORKS.has_died(found)
    at_work = found.state in AT_WORK
    if at_work and not silent and "still" not in request.args:
        after_this_request(_ask_again)
    return render_template("pilot/progress.html", silent=silent, at_work=at_work, **known)


def _ask_again(response: Response) -> Response:
    """Let the browser ask again by itself after some seconds, with or without scripts."""
    response.headers["Refresh"] = "3"
    return response


@bp.post(f"/builds/<int(max={LARGEST}):build_id>/stop")
@roles(*PILOT)
@commits
def stop(build_id: int) -> ResponseReturnValue:
    """Ask for figures not to be made any further."""
    found_build(build_id)
    try:
        actions.ask_to_stop(build_id, current_actor())
    except Refused:
        undo()
    return _to(build_id)


@bp.post(f"/builds/<int(max={LARGEST}):build_id>/release")
@roles(*PILOT)
@commits
def release(build_id: int) -> ResponseReturnValue:
    """Let figures go to others: they are entered in the ledger, and their files can be taken from then on."""
    found = found_build(build_id)
    if found.state != "done" or found.released_at is not None or is_overtaken(found):
        return _to(build_id)
    form = ReleaseForm()
    if form.accepted():
        try:
            actions.release(build_id, " ".join((form.purpose.data or "").split()), now(), current_actor())
        except Refused:  # by somebody else, or others, meanwhile: the page says so
            undo()
        return _to(build_id)
    return _page(found_build(build_id), form), HTTPStatus.UNPROCESSABLE_ENTITY


@bp.get(f"/builds/<int(max={LARGEST}):build_id>/files/<path:name>")
@roles(*PILOT_READERS)
def file(build_id: int, name: str) -> Response:
    """Give one file of released figures, or a chart to be seen on the page; never the exact figures."""
    found = build_by_id(build_id)
    seen = name.startswith("charts/") and name.endswith(".svg")
    if found is None or name.startswith(RESTRICTED) or not (found.released_at or seen):
        abort(HTTPStatus.NOT_FOUND)
    content = file_of(found, name)
    if content is None:
        abort(HTTPStatus.NOT_FOUND)
    if seen:
        return Response(content, content_type=kind_of(name))
    return taken(content, kind_of(name), f"pilot-{found.as_of.isoformat()}-{name.rsplit('/', 1)[-1]}")


@bp.get(f"/builds/<int(max={LARGEST}):build_id>/everything.zip")
@roles(*PILOT_READERS)
def everything(build_id: int) -> Response:
    """Give all that was released of figures, in one file."""
    found = build_by_id(build_id)
    if found is None or not found.released_at:
        abort(HTTPStatus.NOT_FOUND)
    return taken(zipped(published_files(found)), "application/zip", f"pilot-{found.as_of.isoformat()}.zip")


@bp.get(f"/builds/<int(max={LARGEST}):build_id>/tables/<name>")
@roles(*PILOT_READERS)
def table(build_id: int, name: str) -> str:
    """Show one table of the fixed catalogue."""
    found = found_build(build_id)
    places = {place.extract_id: place.name for place in centres()}
    laid = Shown(found).table(name, places) if found.state == "done" else None
    if laid is None:
        abort(HTTPStatus.NOT_FOUND)
    return render_template("pilot/table.html", build=found, laid=laid, name=name)
