"""Drafts of the rota: what they propose, what is wrong with them, what they would change for families, and publishing."""

from datetime import date
from http import HTTPStatus

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.common.access import current_actor, has_role, roles
from registration.common.authority import current_authority
from registration.common.clock import civil_date, london, now, today
from registration.common.errors import Refused
from registration.common.forms import Form
from registration.common.transaction import commits, undo
from registration.rota.actions import drafts as actions
from registration.rota.forms.drafts import DraftForm, SessionForm
from registration.rota.forms.fields import place_value, typed_day
from registration.rota.models import RotaDraft
from registration.rota.queries.drafts import draft_by_id, draft_session, drafts_made, published_counts
from registration.rota.queries.planning import people, published_to
from registration.rota.rules.conflicts import in_words
from registration.rota.rules.planning import missing_span
from registration.rota.views.draft_page import draft_facts
from registration.rota.views.frame import bp, seen, tab
from registration.rota.views.words import Names
from registration.staff.rules import ROTA_MANAGERS

READERS = (*ROTA_MANAGERS, "auditor")


@bp.get("/drafts")
@roles(*READERS)
def drafts() -> str:
    """List the drafts, and offer to make the next one, or that of the days which a link from elsewhere says."""
    return _list()


def _list(form: DraftForm | None = None) -> str:
    first, last = missing_span(today(), published_to())
    first, last = typed_day(request.args.get("first", ""), first), typed_day(request.args.get("last", ""), last)
    until = published_to()
    return render_template(
        "rota/drafts.html",
        drafts=[
            (each, in_words(each.first_day), in_words(each.last_day), london(each.made_at)) for each in drafts_made()
        ],
        form=form or DraftForm(formdata=None, first=first, last=last),
        until=in_words(until) if until else "",
        may_change=has_role(*ROTA_MANAGERS),
    )


@bp.post("/drafts")
@roles(*ROTA_MANAGERS)
@commits
def make_draft() -> ResponseReturnValue:
    """Make a draft from the weekly patterns."""
    form = DraftForm()
    if form.accepted():
        name = " ".join((form.name.data or "").split())
        try:
            made, _ = actions.make_draft(form.first.data, form.last.data, name, today(), current_actor())
            return _to(made.id)
        except Refused as refusal:
            undo()
            form.first.errors = (refusal.sentence,)
    return _list(form), HTTPStatus.UNPROCESSABLE_ENTITY


def _to(draft_id: int, week: date | None = None) -> ResponseReturnValue:
    where = url_for("rota.draft", draft_id=draft_id, week=week.isoformat() if week else None)
    return redirect(where, HTTPStatus.SEE_OTHER)


def _draft(draft_id: int) -> RotaDraft:
    draft = draft_by_id(draft_id)
    if draft is None:
        abort(HTTPStatus.NOT_FOUND)
    return draft


@bp.get("/drafts/<int(max=2147483647):draft_id>")
@roles(*READERS)
def draft(draft_id: int) -> str:
    """Show a draft: its conflicts, whom it would hit, what it can do, and the sessions of one of its weeks."""
    return _page(_draft(draft_id))


def _page(draft: RotaDraft, fault: str = "") -> str:
    week = typed_day(request.args.get("week", ""), draft.first_day)
    return render_template(
        "rota/draft.html",
        draft=draft,
        span=f"{in_words(draft.first_day)} to {in_words(draft.last_day)}",
        fault=fault,
        form=Form(formdata=None),
        counts=published_counts(draft),
        published=london(draft.published_at) if draft.published_at else None,
        may_change=has_role(*ROTA_MANAGERS) and draft.state == "draft",
        **draft_facts(draft, week, today()),
    )


@bp.post("/drafts/<int(max=2147483647):draft_id>/publish")
@roles(*ROTA_MANAGERS)
@commits
def publish(draft_id: int) -> ResponseReturnValue:
    """Publish a draft, whole or not at all; the page that was looked at must still say what it would do."""
    draft = _draft(draft_id)
    if not Form().accepted():
        return _page(draft), HTTPStatus.UNPROCESSABLE_ENTITY
    kept = current_authority().kept_for_desk_minutes
    try:
        mark, families = request.form.get("seen", ""), seen()
        actions.publish(draft_id, mark, kept, families.taken_in, now(), current_actor(), take_over=families.take_over)
    except Refused as refusal:
        undo()
        return _page(_draft(draft_id), refusal.sentence), HTTPStatus.CONFLICT
    return _to(draft_id)


@bp.post("/drafts/<int(max=2147483647):draft_id>/discard")
@roles(*ROTA_MANAGERS)
@commits
def discard_draft(draft_id: int) -> ResponseReturnValue:
    """Put a draft aside."""
    draft = _draft(draft_id)
    if not Form().accepted():
        return _page(draft), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        actions.discard(draft_id, current_actor())
    except Refused as refusal:
        undo()
        return _page(_draft(draft_id), refusal.sentence), HTTPStatus.CONFLICT
    return redirect(url_for("rota.drafts"), HTTPStatus.SEE_OTHER)


# ---- one session


@bp.get("/drafts/<int(max=2147483647):draft_id>/sessions/new")
@roles(*ROTA_MANAGERS)
def ask_session(draft_id: int) -> str:
    """Ask for a session to add to a draft."""
    draft = _draft(draft_id)
    day = typed_day(request.args.get("day", ""), draft.first_day)
    return _session_form(SessionForm(formdata=None, day=day), draft, None)


@bp.get("/drafts/<int(max=2147483647):draft_id>/sessions/<int(max=2147483647):key>")
@roles(*ROTA_MANAGERS)
def ask_session_change(draft_id: int, key: int) -> str:
    """Ask what is different about a session of a draft."""
    draft, row = _draft(draft_id), draft_session(draft_id, key)
    if row is None:
        abort(HTTPStatus.NOT_FOUND)
    begins, ends = london(row.begins_at), london(row.ends_at)
    form = SessionForm(
        formdata=None,
        registrar=str(row.registrar_id),
        place=place_value(row.centre_id, row.room_id),
        day=begins.date(),
        begins=begins.time(),
        ends=ends.time(),
    )
    return _session_form(form, draft, key)


def _session_form(form: SessionForm, draft: RotaDraft, key: int | None) -> str:
    form.prepare(Names().seats, people())
    return render_template("rota/draft_session.html", form=form, draft=draft, key=key)


@bp.post("/drafts/<int(max=2147483647):draft_id>/sessions/new")
@roles(*ROTA_MANAGERS)
@commits
def add_session(draft_id: int) -> ResponseReturnValue:
    """Add a session to a draft."""
    return _put(_draft(draft_id), None)


@bp.post("/drafts/<int(max=2147483647):draft_id>/sessions/<int(max=2147483647):key>")
@roles(*ROTA_MANAGERS)
@commits
def change_session(draft_id: int, key: int) -> ResponseReturnValue:
    """Change a session of a draft."""
    return _put(_draft(draft_id), key)


def _put(draft: RotaDraft, key: int | None) -> ResponseReturnValue:
    form = SessionForm().prepare(Names().seats, people())
    if form.accepted():
        half_day = form.half_day()
        try:
            if half_day is not None:
                registrar = int(form.registrar.data)
                actions.put_session(draft.id, key, registrar, form.day.data, half_day, current_actor())
                return _to(draft.id, form.day.data)
        except Refused as refusal:
            undo()
            form.day.errors = (refusal.sentence,)
    return _session_form(form, draft, key), HTTPStatus.UNPROCESSABLE_ENTITY


@bp.post("/drafts/<int(max=2147483647):draft_id>/sessions/<int(max=2147483647):key>/remove")
@roles(*ROTA_MANAGERS)
@commits
def drop_session(draft_id: int, key: int) -> ResponseReturnValue:
    """Take a session out of a draft."""
    draft, row = _draft(draft_id), draft_session(draft_id, key)
    if not Form().accepted():
        return _page(draft), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        actions.drop_session(draft_id, key, current_actor())
    except Refused as refusal:
        undo()
        return _page(draft, refusal.sentence), HTTPStatus.CONFLICT
    return _to(draft_id, civil_date(row.begins_at) if row else None)


tab("rota.drafts", "Drafts")
