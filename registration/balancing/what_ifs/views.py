"""What-ifs of a plan: put together, solved, listed, and held beside the plan and the rota as it stands."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.balancing.plans.models import BalancePlan
from registration.balancing.plans.page import Page
from registration.balancing.plans.queries import plan_by_id
from registration.balancing.what_ifs import actions
from registration.balancing.what_ifs.comparison import MOST_COLUMNS, TODAY, Comparison, change_lines
from registration.balancing.what_ifs.forms import FORMS, TITLES, ChangeForm, WhatIfForm
from registration.balancing.what_ifs.queries import origin_of, what_ifs_of
from registration.balancing.what_ifs.showing import show, span_of
from registration.balancing.wording import STATES, called
from registration.common.access import current_actor, has_role, keep_private, roles
from registration.common.clock import london
from registration.common.errors import Refused
from registration.common.forms import Form
from registration.common.transaction import commits, undo
from registration.staff.rules import ROTA_MANAGERS

READERS = (*ROTA_MANAGERS, "auditor")
LARGEST = 2147483647
#: The kinds of change as a part of an address.
KINDS = ",".join(f'"{kind}"' for kind in FORMS)

bp = Blueprint("what_ifs", __name__, url_prefix="/balance")
bp.after_request(keep_private)


def _plan(plan_id: int) -> BalancePlan:
    found = plan_by_id(plan_id)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


def _what_if(plan_id: int) -> BalancePlan:
    found = _plan(plan_id)
    if not found.is_what_if:
        abort(HTTPStatus.NOT_FOUND)
    return found


# ---- the what-ifs of a plan


@bp.get(f"/<int(max={LARGEST}):plan_id>/what-ifs")
@roles(*READERS)
def listed(plan_id: int) -> str:
    """List the what-ifs of a plan, and offer to begin one."""
    return _list(origin_of(_plan(plan_id)), WhatIfForm(formdata=None))


def _usual(origin: BalancePlan, found: Sequence[BalancePlan]) -> list[str]:
    """Give what stands side by side where nobody has chosen: as it stands, the plan, and the latest that were solved."""
    solved = [str(each.id) for each in found if each.figures]
    return ["today", str(origin.id), *solved[: MOST_COLUMNS - 2]]


def _list(origin: BalancePlan, form: WhatIfForm, fault: str = "") -> str:
    found = what_ifs_of(origin.id)
    return render_template(
        "balance/what_ifs.html",
        plan=origin,
        what_ifs=[(each, STATES[each.state], london(each.asked_at), change_lines(each)) for each in found],
        choices=[("today", TODAY), (str(origin.id), "The plan"), *((str(each.id), each.name) for each in found)],
        chosen=_usual(origin, found),
        most=MOST_COLUMNS,
        form=form,
        fault=fault,
        may_plan=has_role(*ROTA_MANAGERS),
    )


@bp.post(f"/<int(max={LARGEST}):plan_id>/what-ifs")
@roles(*ROTA_MANAGERS)
@commits
def begin(plan_id: int) -> ResponseReturnValue:
    """Begin a what-if beside a plan, with the changes of another where it is begun from there."""
    found, form = _plan(plan_id), WhatIfForm()
    if not form.accepted():
        return _list(origin_of(found), form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        made = actions.begin(plan_id, " ".join((form.name.data or "").split()), current_actor())
    except Refused as refusal:
        undo()
        return _list(origin_of(_plan(plan_id)), form, refusal.sentence), HTTPStatus.CONFLICT
    return _to(made.id)


def _to(plan_id: int) -> ResponseReturnValue:
    return redirect(url_for("balance.plan", plan_id=plan_id), HTTPStatus.SEE_OTHER)


# ---- one what-if, while it is open


@bp.get(f"/<int(max={LARGEST}):plan_id>/changes/<any({KINDS}):kind>")
@roles(*ROTA_MANAGERS)
def ask_change(plan_id: int, kind: str) -> str:
    """Ask for one change of a kind."""
    return _change(_what_if(plan_id), kind, _form(_what_if(plan_id), kind, fresh=True))


def _form(plan: BalancePlan, kind: str, *, fresh: bool) -> ChangeForm:
    form = FORMS[kind](formdata=None) if fresh else FORMS[kind]()
    form.offer(Page(plan).instance, called())
    return form


def _change(plan: BalancePlan, kind: str, form: ChangeForm) -> str:
    return render_template("balance/change.html", plan=plan, kind=kind, title=TITLES[kind], form=form)


@bp.post(f"/<int(max={LARGEST}):plan_id>/changes/<any({KINDS}):kind>")
@roles(*ROTA_MANAGERS)
@commits
def add_change(plan_id: int, kind: str) -> ResponseReturnValue:
    """Add one change to a what-if that is still open."""
    plan = _what_if(plan_id)
    form = _form(plan, kind, fresh=False)
    if form.accepted():
        try:
            actions.add_change(plan_id, form.making(plan), current_actor())
            return _to(plan_id)
        except actions.NotThatChange as refusal:
            undo()
            at_fault = "day" if isinstance(refusal, actions.NotThatDay) else form.refusable
            form[at_fault].errors = (refusal.sentence,)
        except Refused as refusal:
            return _refused(plan_id, refusal)
    return _change(_what_if(plan_id), kind, form), HTTPStatus.UNPROCESSABLE_ENTITY


def _refused(plan_id: int, refusal: Refused) -> ResponseReturnValue:
    """Undo what was begun, and show the what-if with the sentence."""
    undo()
    return show(_what_if(plan_id), refusal.sentence), HTTPStatus.CONFLICT


@bp.post(f"/<int(max={LARGEST}):plan_id>/changes/<int(max={LARGEST}):number>/remove")
@roles(*ROTA_MANAGERS)
@commits
def drop_change(plan_id: int, number: int) -> ResponseReturnValue:
    """Take a change out of a what-if that is still open."""
    _what_if(plan_id)
    try:
        actions.drop_change(plan_id, number, current_actor())
    except Refused as refusal:
        return _refused(plan_id, refusal)
    return _to(plan_id)


@bp.post(f"/<int(max={LARGEST}):plan_id>/name")
@roles(*ROTA_MANAGERS)
@commits
def rename(plan_id: int) -> ResponseReturnValue:
    """Call a what-if that is still open otherwise."""
    _what_if(plan_id)
    form = WhatIfForm()
    if not form.accepted():
        return show(_what_if(plan_id), name=form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        actions.rename(plan_id, " ".join((form.name.data or "").split()), current_actor())
    except Refused as refusal:
        return _refused(plan_id, refusal)
    return _to(plan_id)


@bp.get(f"/<int(max={LARGEST}):plan_id>/throw-away")
@roles(*ROTA_MANAGERS)
def ask_throw_away(plan_id: int) -> ResponseReturnValue:
    """Ask whether an open what-if is really to be thrown away."""
    found = _what_if(plan_id)
    if found.state != "open":
        return show(found, actions.NotOpen().sentence), HTTPStatus.CONFLICT
    return render_template("balance/throw_away.html", plan=found, lines=change_lines(found), form=Form(formdata=None))


@bp.post(f"/<int(max={LARGEST}):plan_id>/throw-away")
@roles(*ROTA_MANAGERS)
@commits
def throw_away(plan_id: int) -> ResponseReturnValue:
    """Throw an open what-if away, once that was confirmed."""
    _what_if(plan_id)
    try:
        origin = actions.throw_away(plan_id, current_actor())
    except Refused as refusal:
        return _refused(plan_id, refusal)
    return redirect(url_for("what_ifs.listed", plan_id=origin), HTTPStatus.SEE_OTHER)


@bp.post(f"/<int(max={LARGEST}):plan_id>/start")
@roles(*ROTA_MANAGERS)
@commits
def start(plan_id: int) -> ResponseReturnValue:
    """Have a what-if solved."""
    _what_if(plan_id)
    try:
        actions.start(plan_id, current_actor())
    except Refused as refusal:
        return _refused(plan_id, refusal)
    return _to(plan_id)


# ---- side by side


@bp.get(f"/<int(max={LARGEST}):plan_id>/compare")
@roles(*READERS)
def compare(plan_id: int) -> str:
    """Show up to four rotas of a plan side by side: `column` names them, `today` being the rota as it stands."""
    origin = origin_of(_plan(plan_id))
    found = what_ifs_of(origin.id)
    wanted = list(dict.fromkeys(request.args.getlist("column"))) or _usual(origin, found)
    return render_template(
        "balance/compare.html",
        plan=origin,
        comparison=Comparison(origin, wanted, found),
        left_out=max(0, len(wanted) - MOST_COLUMNS),
        most=MOST_COLUMNS,
        span=span_of(origin),
    )
