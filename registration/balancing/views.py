"""Plans of the rota: asked for, watched while they are worked on, held against the rota as it stands, and made a draft."""

from datetime import date
from http import HTTPStatus

from flask import Blueprint, Flask, Response, abort, after_this_request, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.balancing.births import views as births
from registration.balancing.forms import MoveForm, PlanForm
from registration.balancing.plans import actions
from registration.balancing.plans.models import BalancePlan
from registration.balancing.plans.page import Page
from registration.balancing.plans.queries import plan_by_id, plan_names, plans_asked
from registration.balancing.rules.half_days import Calendar
from registration.balancing.rules.rota import OFFICE
from registration.balancing.what_ifs.comparison import change_lines
from registration.balancing.what_ifs.queries import what_ifs_counted
from registration.balancing.what_ifs.showing import show, span_of
from registration.balancing.what_ifs.views import bp as what_ifs
from registration.balancing.wording import STAGES, STATES, day_in_words
from registration.common import audit
from registration.common.access import current_actor, has_role, keep_private, roles
from registration.common.clock import london, today
from registration.common.errors import Refused
from registration.common.forms import Form
from registration.common.transaction import commits, undo
from registration.rota.rules.patterns import HALVES as HALF_NAMES
from registration.rota.rules.planning import WEEK, monday_of
from registration.staff import views as staff
from registration.staff.rules import ROTA_MANAGERS, Door

READERS = (*ROTA_MANAGERS, "auditor")
AT_WORK = ("waiting", "running")
#: Weeks that the form offers: what was measured and what a manager can take in.
USUAL_WEEKS = 6
LARGEST = 2147483647

bp = Blueprint("balance", __name__, url_prefix="/balance")
bp.after_request(keep_private)


@bp.get("/")
@roles(*READERS)
def plans() -> str:
    """List the plans, and offer to ask for the next one."""
    return _list()


def _list(form: PlanForm | None = None) -> str:
    found = plans_asked()
    counted = what_ifs_counted([each.id for each in found])
    listed = [
        (each, day_in_words(each.first_day), STATES[each.state], london(each.asked_at), counted.get(each.id, 0))
        for each in found
    ]
    return render_template(
        "balance/plans.html",
        plans=listed,
        form=form or PlanForm(formdata=None, first=monday_of(today()) + WEEK, weeks=str(USUAL_WEEKS)),
        may_plan=has_role(*ROTA_MANAGERS),
    )


@bp.post("/")
@roles(*ROTA_MANAGERS)
@commits
def ask() -> ResponseReturnValue:
    """Ask for a plan: what is known now is kept with it, and the worker solves it."""
    form = PlanForm()
    if form.accepted():
        name = " ".join((form.name.data or "").split())
        try:
            made = actions.ask_plan(form.first.data, int(form.weeks.data), name, today(), current_actor())
            return _to(made.id)
        except Refused as refusal:
            undo()
            form.first.errors = (refusal.sentence,)
    return _list(form), HTTPStatus.UNPROCESSABLE_ENTITY


def _to(plan_id: int, fragment: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("balance.plan", plan_id=plan_id, _anchor=fragment), HTTPStatus.SEE_OTHER)


def _plan(plan_id: int) -> BalancePlan:
    found = plan_by_id(plan_id)
    if found is None or found.is_for_cover:
        abort(HTTPStatus.NOT_FOUND)
    return found


@bp.get(f"/<int(max={LARGEST}):plan_id>")
@roles(*READERS)
def plan(plan_id: int) -> str:
    """Show how far a plan is, what came of it, or why nothing can."""
    return _page(_plan(plan_id))


def _page(plan: BalancePlan, fault: str = "") -> str:
    if plan.is_what_if and (plan.state == "open" or plan.rota is not None):
        return show(plan, fault)
    known = {
        "plan": plan,
        "fault": fault,
        "state": STATES[plan.state],
        "stage": STAGES.get(plan.stage, plan.stage.capitalize()),
        "span": span_of(plan),
        "form": Form(formdata=None),
        "may_plan": has_role(*ROTA_MANAGERS),
        "page": Page(plan),
    }
    if plan.rota is not None:
        return render_template("balance/result.html", **known, what_ifs=what_ifs_counted([plan.id]))
    silent = actions.WORKS.has_died(plan)
    lines = change_lines(plan) if plan.is_what_if else []
    at_work = plan.state in AT_WORK
    if at_work and not silent and "still" not in request.args:
        after_this_request(_ask_again)
    return render_template("balance/progress.html", silent=silent, at_work=at_work, lines=lines, **known)


def _ask_again(response: Response) -> Response:
    """Let the browser ask again by itself after some seconds, with or without scripts."""
    response.headers["Refresh"] = "4"
    return response


def _done(plan_id: int, refused: Refused) -> ResponseReturnValue:
    """Undo what was begun, and show the plan with the sentence."""
    undo()
    return _page(_plan(plan_id), refused.sentence), HTTPStatus.CONFLICT


@bp.post(f"/<int(max={LARGEST}):plan_id>/stop")
@roles(*ROTA_MANAGERS)
@commits
def stop(plan_id: int) -> ResponseReturnValue:
    """Ask for a plan to be ended with the best found so far."""
    _plan(plan_id)
    try:
        actions.ask_to_stop(plan_id, current_actor())
    except Refused as refusal:
        return _done(plan_id, refusal)
    return _to(plan_id)


@bp.post(f"/<int(max={LARGEST}):plan_id>/again")
@roles(*ROTA_MANAGERS)
@commits
def run_again(plan_id: int) -> ResponseReturnValue:
    """Have a plan that failed worked on once more."""
    _plan(plan_id)
    try:
        actions.run_again(plan_id, current_actor())
    except Refused as refusal:
        return _done(plan_id, refusal)
    return _to(plan_id)


@bp.post(f"/<int(max={LARGEST}):plan_id>/solve")
@roles(*ROTA_MANAGERS)
@commits
def solve_again(plan_id: int) -> ResponseReturnValue:
    """Ask for another plan with the wishes of this one, as little different from it as may be."""
    _plan(plan_id)
    try:
        made = actions.solve_again(plan_id, today(), current_actor())
    except Refused as refusal:
        return _done(plan_id, refusal)
    return _to(made.id)


@bp.post(f"/<int(max={LARGEST}):plan_id>/draft")
@roles(*ROTA_MANAGERS)
@commits
def make_draft(plan_id: int) -> ResponseReturnValue:
    """Make a draft of the rota from a plan, and lead to it: there it is judged and published."""
    _plan(plan_id)
    try:
        draft = actions.make_draft(plan_id, today(), current_actor())
    except Refused as refusal:
        return _done(plan_id, refusal)
    return redirect(url_for("rota.draft", draft_id=draft.id), HTTPStatus.SEE_OTHER)


# ---- week by week, and one session


@bp.get(f"/<int(max={LARGEST}):plan_id>/weeks")
@roles(*READERS)
def weeks(plan_id: int) -> str:
    """Show one week of a plan cell by cell beside the rota as it stood."""
    found = _plan(plan_id)
    if found.rota is None:
        abort(HTTPStatus.NOT_FOUND)
    number = request.args.get("week", "1")
    week = int(number) if number.isascii() and number.isdigit() and len(number) < 3 else 1  # noqa: PLR2004 -- 99 at most
    return render_template(
        "balance/weeks.html",
        plan=found,
        page=Page(found),
        week=min(max(week, 1), found.weeks),
        halves=HALF_NAMES[:2],
        may_plan=has_role(*ROTA_MANAGERS) and not found.is_what_if,
    )


@bp.get(f"/<int(max={LARGEST}):plan_id>/sessions/<int(max={LARGEST}):registrar_id>/<int(max=259):half_day>")
@roles(*ROTA_MANAGERS)
def session(plan_id: int, registrar_id: int, half_day: int) -> str:
    """Ask what is wanted of one registrar's half-day: to stay, to go elsewhere, or not to be there."""
    return _session(_plan(plan_id), registrar_id, half_day, MoveForm(formdata=None))


def _session(plan: BalancePlan, registrar: int, half_day: int, form: MoveForm, fault: str = "") -> str:
    page = Page(plan)
    if (
        plan.is_what_if
        or plan.rota is None
        or registrar not in page.instance.registrar
        or half_day not in page.instance.half_days
    ):
        abort(HTTPStatus.NOT_FOUND)
    was, now = page.place(registrar, half_day)
    cluster = page.instance.cluster_of.get(now, OFFICE) if now is not None else None
    reach = page.instance.registrar[registrar].reach
    near = [(int(one.id), page.called.centre(one.id)) for one in page.instance.centres if one.cluster in reach]
    return render_template(
        "balance/session.html",
        plan=plan,
        registrar=registrar,
        half_day=half_day,
        who=page.called.registrars.get(registrar, str(registrar)),
        when=page.calendar.in_words(half_day),
        was=page.called.centre(was),
        now=page.called.centre(now),
        at=now if now != OFFICE else None,
        cluster=page.called.clusters.get(cluster) if cluster is not None else None,
        form=form.offer(sorted(near, key=lambda each: each[1])),
        fault=fault,
    )


@bp.post(f"/<int(max={LARGEST}):plan_id>/sessions/<int(max={LARGEST}):registrar_id>/<int(max=259):half_day>")
@roles(*ROTA_MANAGERS)
@commits
def wish(plan_id: int, registrar_id: int, half_day: int) -> ResponseReturnValue:
    """Keep what is wanted of one registrar's half-day for the next solution."""
    found, form = _plan(plan_id), MoveForm()
    page = Page(found)
    here = page.place(registrar_id, half_day)[1] if half_day in page.instance.half_days else None
    wanted = _wanted(found, registrar_id, half_day)
    what = request.form.get("what", "")
    sent = form.offer([(int(one.id), "") for one in page.instance.centres]).accepted()
    if what == "move" and sent:
        wanted = actions.Wish(wanted.registrar, wanted.day, wanted.half, centre=int(form.centre.data))
    elif what == "pin" and here in page.instance.centre:
        wanted = actions.Wish(wanted.registrar, wanted.day, wanted.half, centre=int(here or 0))
    elif what == "forbid" and here in page.instance.centre:
        cluster = int(page.instance.cluster_of[here or 0])
        wanted = actions.Wish(wanted.registrar, wanted.day, wanted.half, cluster=cluster)
    else:
        return _session(found, registrar_id, half_day, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        actions.wish(plan_id, wanted, current_actor())
    except Refused as refusal:
        undo()
        shown = _session(_plan(plan_id), registrar_id, half_day, MoveForm(formdata=None), refusal.sentence)
        return shown, HTTPStatus.CONFLICT
    return _to(plan_id, "wishes")


def _wanted(plan: BalancePlan, registrar: int, half_day: int) -> actions.Wish:
    day: date = Calendar(plan.first_day, plan.weeks).day(half_day)
    return actions.Wish(registrar, day, HALF_NAMES[half_day % 2])


@bp.post(f"/<int(max={LARGEST}):plan_id>/wishes/<int(max={LARGEST}):wish_id>/remove")
@roles(*ROTA_MANAGERS)
@commits
def drop_wish(plan_id: int, wish_id: int) -> ResponseReturnValue:
    """Take a wish back."""
    _plan(plan_id)
    try:
        actions.drop_wish(plan_id, wish_id, current_actor())
    except Refused as refusal:
        return _done(plan_id, refusal)
    return _to(plan_id, "wishes")


def init_app(app: Flask) -> None:
    """Give the application the pages of plans."""
    app.register_blueprint(bp)
    app.register_blueprint(what_ifs)
    births.init_app(app)
    audit.call(app, "balance", plan_names)
    staff.offer(app, Door("balance.plans", "Balance", "Plan where registrars sit so that every cluster is served."))
