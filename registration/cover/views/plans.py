"""A registrar is absent or a centre closes: whom that hits, what each family is to have instead, and how far each has come."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from http import HTTPStatus
from itertools import groupby, islice
from uuid import UUID

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice

from registration.booking.queries import midnight, moment
from registration.booking.queries.displaced import Hit
from registration.booking.wording import long_day
from registration.centres.queries import centre_card
from registration.common import audit
from registration.common.access import current_actor, has_role, keep_private, roles
from registration.common.clock import civil_date, now, today
from registration.common.errors import Refused
from registration.common.forms import Form
from registration.common.transaction import commits, undo
from registration.cover import actions, queries
from registration.cover.forms import CALL, NOBODY, ChangeRow, ChangeSession, NewPlan
from registration.cover.models import CoverPlan
from registration.cover.queries import Able, Away, Closing, LineCard, PlanCard, cause_of, hit_by
from registration.cover.rules import Way, choices
from registration.cover.views.after_closing import about_closing, rota_after, successor_of
from registration.cover.wording import (
    able_words,
    away_sentence,
    closed,
    closing_sentence,
    counted,
    effects,
    rows,
    sent,
    summary,
    to_ask,
    when,
)
from registration.rota.rules.absences import ABSENCE_REASONS, span_text
from registration.staff import views as staff
from registration.staff.rules import COVER, COVER_READERS, DESK, Door

#: So many times are shown to choose from for one family.
MOST_CHOICES = 40
#: Plans that ended are listed so long.
SHOWN = timedelta(days=14)

bp = Blueprint("cover", __name__, url_prefix="/cover")
bp.after_request(keep_private)


@bp.get("/")
@roles(*COVER_READERS)
def plans() -> str:
    """List the plans at work, and those that ended lately."""
    listed = [(each, _span(each)) for each in queries.plans(now() - SHOWN)]
    return render_template("cover/plans.html", plans=listed, may_plan=has_role(*COVER), when=when)


def _span(card: PlanCard) -> str:
    if card.ends is None:
        return f"closed from {long_day(civil_date(card.begins))} on"
    return span_text(card.begins, card.ends)


# ---- who is away, and which centre closes


@bp.get("/new")
@roles(*COVER)
def new() -> str:
    """Ask who is away, from when to when; another page may have said so already."""
    return _ask(
        NewPlan(
            formdata=None,
            registrar=request.args.get("registrar", ""),
            first=_day("from"),
            last=_day("to"),
            reason=request.args.get("reason", "sickness"),
        )
    )


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return today()


def _ask(form: NewPlan) -> str:
    form.registrar.choices = [SelectChoice("", "Choose"), *_registrars()]
    return render_template("cover/new.html", form=form)


def _registrars() -> list[SelectChoice]:
    return [SelectChoice(str(number), name) for number, name in queries.registrars()]


@bp.post("/new")
@roles(*COVER)
@commits
def begin() -> ResponseReturnValue:
    """Draw up the plan: nobody is told and nothing is changed, but the times proposed are kept."""
    form = NewPlan()
    form.registrar.choices = _registrars()
    if not form.accepted():
        return _ask(form), HTTPStatus.UNPROCESSABLE_ENTITY
    away = Away(int(form.registrar.data), *form.span())
    made = actions.start_plan(away, form.reason.data, form.note.data or "", now(), current_actor())
    return to_plan(made.public_id)


def to_plan(public_id: UUID) -> ResponseReturnValue:
    """Lead to the page of a plan."""
    return redirect(url_for("cover.plan", public_id=public_id), HTTPStatus.SEE_OTHER)


# ---- the plan, and afterwards how far it has come


@bp.get("/<uuid:public_id>")
@roles(*COVER_READERS)
def plan(public_id: UUID) -> str:
    """Show a draft row by row, and a plan that was sent by how far each family has come."""
    changed = actions.PlanChanged().sentence if "changed" in request.args else ""
    return _page(plan_or_404(public_id), changed)


def plan_or_404(public_id: UUID) -> CoverPlan:
    """Give a plan by its public number; 404 where there is none."""
    found = queries.plan_by_id(public_id)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


def _page(found: CoverPlan, fault: str = "") -> str:
    lines, whom = queries.lines(found.id), queries.whom(found)
    page = {actions.DRAFT: "draft", actions.UNDONE: "undone"}.get(found.state, "progress")
    return render_template(
        f"cover/{page}.html",
        plan=found,
        registrar=whom,
        reason=ABSENCE_REASONS.get(found.reason, ""),
        **_about(found, whom),
        rows=rows(lines, now(), _able(found, lines)),
        to_ask=to_ask(lines),
        summary=summary(lines, today()),
        counted=counted(lines),
        effects=effects(lines),
        kept_until=when(found.kept_until),
        first_day=civil_date(found.begins_at),
        may_plan=has_role(*COVER),
        may_call=has_role(*DESK),
        history=audit.history_of(f"cover:{found.id}"),
        form=Form(),
        fault=fault,
    )


def _able(found: CoverPlan, lines: Sequence[LineCard]) -> dict[int, list[Able]]:
    """Give who could take over each session that somebody is proposed for, while that can be changed."""
    cause = cause_of(found)
    if found.state != actions.DRAFT or isinstance(cause, Closing):
        return {}
    taken = {line.session_id for line in lines if line.way == Way.TAKE_OVER and line.session_id is not None}
    return {session_id: queries.takers(session_id, cause) for session_id in sorted(taken)}


def _about(found: CoverPlan, whom: str) -> dict[str, object]:
    """Give what is said of the absence, or of the centre that closes and what that touches besides its families."""
    cause = cause_of(found)
    if isinstance(cause, Away):
        taken_back = queries.is_taken_back(found.absence_id)
        last_day = civil_date(cause.ends - timedelta(microseconds=1))
        return {
            "away": away_sentence(found, whom, now(), taken_back=taken_back),
            "last_day": last_day,
            "closing": False,
            "stands": found.state != actions.UNDONE
            and not taken_back
            and cause.ends > midnight(today() + timedelta(days=1)),
        }
    return {
        "away": closing_sentence(found, whom, successor_of(cause), today()),
        "closing": True,
        **about_closing(found, cause),
    }


def done(public_id: UUID, change: Callable[[], object]) -> ResponseReturnValue:
    """Make a change and show the plan; where it is refused, undo all of it and say why."""
    try:
        change()
    except actions.PlanChanged:
        undo()
        actions.refresh(public_id, now())  # what is up to date is kept
        return redirect(url_for("cover.plan", public_id=public_id, changed=1), HTTPStatus.SEE_OTHER)
    except Refused as refusal:
        undo()
        return _page(plan_or_404(public_id), refusal.sentence), HTTPStatus.CONFLICT
    return to_plan(public_id)


@bp.post("/<uuid:public_id>/send")
@roles(*COVER)
@commits
def send(public_id: UUID) -> ResponseReturnValue:
    """Record the absence, and do for every family what the plan says, all of it or nothing."""
    plan_or_404(public_id)
    return done(public_id, lambda: _send(public_id))


def _send(public_id: UUID) -> None:
    made = actions.send_plan(public_id, now(), current_actor())
    said = sent if made.centre_id is None else closed
    flash(" ".join([said(queries.lines(made.id), queries.whom(made)), *rota_after(made)]), "success")


@bp.post("/<uuid:public_id>/undo")
@roles(*COVER)
@commits
def put_away(public_id: UUID) -> ResponseReturnValue:
    """Put a draft away: the times it kept are free again."""
    plan_or_404(public_id)
    return done(public_id, lambda: actions.undo_plan(public_id, now(), current_actor()))


@bp.post("/<uuid:public_id>/refresh")
@roles(*COVER)
@commits
def refresh(public_id: UUID) -> ResponseReturnValue:
    """Bring a draft up to date and keep its times for another half-hour."""
    plan_or_404(public_id)
    return done(public_id, lambda: actions.refresh(public_id, now()))


@bp.post("/<uuid:public_id>/family/<int:line_id>/called")
@roles(*DESK)
@commits
def called(public_id: UUID, line_id: int) -> ResponseReturnValue:
    """Note that a person has rung a family and settled it."""
    plan_or_404(public_id)
    return done(public_id, lambda: actions.mark_called(public_id, line_id, now(), current_actor()))


# ---- another row


@bp.get("/<uuid:public_id>/family/<int:line_id>")
@roles(*COVER)
def row(public_id: UUID, line_id: int) -> ResponseReturnValue:
    """Show what one family could have instead."""
    found, line, hit = _row(public_id, line_id)
    if line.way == Way.TAKE_OVER:  # of an absence alone
        return redirect(url_for("cover.session", public_id=public_id, session_id=hit.session_id), HTTPStatus.SEE_OTHER)
    return _row_page(found, line, hit, ChangeRow(formdata=None))


@bp.post("/<uuid:public_id>/family/<int:line_id>")
@roles(*COVER)
@commits
def change_row(public_id: UUID, line_id: int) -> ResponseReturnValue:
    """Propose another time to one family, or a call; where the time has gone, show what is left."""
    found, line, hit = _row(public_id, line_id)
    form = ChangeRow()
    if not form.accepted():
        return _row_page(found, line, hit, form), HTTPStatus.UNPROCESSABLE_ENTITY
    centre_id, start = form.time
    try:
        actions.change_row(public_id, line_id, centre_id, start, now())
    except Refused as refusal:
        undo()
        form.instead.errors = (refusal.sentence,)
        return _row_page(found, line, hit, form), HTTPStatus.CONFLICT
    return to_plan(public_id)


def _row(public_id: UUID, line_id: int) -> tuple[CoverPlan, LineCard, Hit]:
    """Give a row of a draft with its family as it stands; 404 where there is none."""
    found = plan_or_404(public_id)
    line = next((each for each in queries.lines(found.id) if each.id == line_id), None)
    theirs = hit_by(cause_of(found), now())
    hit = next((each for each in theirs if line is not None and each.booking_id == line.booking_id), None)
    if found.state != actions.DRAFT or line is None or hit is None:
        abort(HTTPStatus.NOT_FOUND)
    return found, line, hit


def _row_page(found: CoverPlan, line: LineCard, hit: Hit, form: ChangeRow) -> str:
    return render_template(
        "cover/row.html",
        plan=found,
        row=rows([line], now())[0],
        form=form,
        groups=_choices(found, hit),
        call=CALL,
    )


def _choices(found: CoverPlan, hit: Hit) -> list[tuple[str, list[tuple[str, str]]]]:
    """List what a family could have, centre by centre, the best first."""
    [family] = queries.families([hit])
    times = islice(choices(family, queries.ground([hit], cause_of(found), now())), MOST_CHOICES)
    groups = []
    for centre_id, group in groupby(times, key=lambda time: time[2].centre_id):
        card = centre_card(centre_id)
        starts = [(f"{centre_id}.{start}", _time(moment(start), hit.start)) for _, start, _ in group]
        groups.append((card.name if card else "", starts))
    return groups


def _time(start: datetime, own: datetime) -> str:
    return f"{when(start)}{', earlier than theirs' if start < own else ''}"


@bp.get("/<uuid:public_id>/session/<int:session_id>")
@roles(*COVER)
def session(public_id: UUID, session_id: int) -> str:
    """Show who could take a whole session over."""
    found, away, there = _session(public_id, session_id)
    return _session_page(found, there, _takers(away, session_id, ChangeSession(formdata=None)))


@bp.post("/<uuid:public_id>/session/<int:session_id>")
@roles(*COVER)
@commits
def change_session(public_id: UUID, session_id: int) -> ResponseReturnValue:
    """Have another registrar take a session over, or nobody."""
    found, away, there = _session(public_id, session_id)
    form = _takers(away, session_id, ChangeSession())
    if not form.accepted():
        return _session_page(found, there, form), HTTPStatus.UNPROCESSABLE_ENTITY
    return done(public_id, lambda: actions.change_session(public_id, session_id, form.registrar_id, now()))


def _session(public_id: UUID, session_id: int) -> tuple[CoverPlan, Away, list[Hit]]:
    """Give the draft for an absence and its families of one session; 404 where there are none."""
    found = plan_or_404(public_id)
    cause = cause_of(found)
    there = [hit for hit in hit_by(cause, now()) if hit.session_id == session_id]
    if found.state != actions.DRAFT or isinstance(cause, Closing) or not there:
        abort(HTTPStatus.NOT_FOUND)
    return found, cause, there


def _takers(away: Away, session_id: int, form: ChangeSession) -> ChangeSession:
    able = [SelectChoice(str(each.registrar_id), able_words(each)) for each in queries.takers(session_id, away)]
    form.taker.choices = [*able, SelectChoice(NOBODY, "Nobody: propose each family another time")]
    return form


def _session_page(found: CoverPlan, there: list[Hit], form: ChangeSession) -> str:
    first = min(there, key=lambda hit: hit.start)
    return render_template("cover/session.html", plan=found, families=len(there), first=first, form=form, when=when)


def init_app(app: Flask) -> None:
    """Give the application the pages of cover, and staff the door to them."""
    app.register_blueprint(bp)
    audit.call(app, "cover", queries.plan_names)
    staff.offer(
        app,
        Door(
            "cover.plans", "Cover", "A registrar is absent or a centre closes: plan what their families have instead."
        ),
    )
