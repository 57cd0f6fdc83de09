"""Other ways to staff the sessions of an absence: look for them, watch, choose one as a draft of the rota."""

from http import HTTPStatus
from uuid import UUID

from flask import Response, abort, after_this_request, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.balancing.building.absence import NothingLeft
from registration.balancing.plans.actions import WORKS
from registration.balancing.plans.queries import plan_by_id
from registration.common.access import current_actor, has_role, roles
from registration.common.clock import now
from registration.common.errors import Refused
from registration.common.forms import Form
from registration.common.transaction import commits, undo
from registration.cover import actions, queries
from registration.cover.models import CoverPlan
from registration.cover.staffing import StaffingPage
from registration.cover.views.plans import bp, plan_or_404
from registration.staff.rules import COVER, COVER_READERS

#: Seconds after which the browser asks again: a council’s ways are found in one or two.
SOON_AGAIN = "2"


def _absence_or_404(public_id: UUID) -> CoverPlan:
    found = plan_or_404(public_id)
    if found.registrar_id is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


@bp.get("/<uuid:public_id>/staffing")
@roles(*COVER_READERS)
def staffing(public_id: UUID) -> str:
    """Show the ways that were found to staff what an absence leaves, how far that is, or that nobody has looked."""
    return _page(_absence_or_404(public_id))


def _page(found: CoverPlan, fault: str = "") -> str:
    plan = None if found.staffing_id is None else plan_by_id(found.staffing_id)
    at_work = plan is not None and plan.state in actions.AT_WORK
    silent = plan is not None and WORKS.has_died(plan)
    stands = found.state != actions.UNDONE and not queries.is_taken_back(found.absence_id)
    covered = stands and not at_work and not actions.is_anything_left(found, now())
    if at_work and not silent and "still" not in request.args:
        after_this_request(_ask_again)
    return render_template(
        "cover/staffing.html",
        plan=found,
        registrar=queries.whom(found),
        staffing=plan,
        at_work=at_work,
        silent=silent,
        page=StaffingPage(plan) if plan is not None and plan.ways is not None else None,
        stands=stands,
        covered=covered,
        nothing_left=NothingLeft().sentence,
        may_plan=has_role(*COVER),
        form=Form(formdata=None),
        fault=fault,
    )


def _ask_again(response: Response) -> Response:
    """Let the browser ask again by itself after some seconds, with or without scripts."""
    response.headers["Refresh"] = SOON_AGAIN
    return response


@bp.post("/<uuid:public_id>/staffing")
@roles(*COVER)
@commits
def find_ways(public_id: UUID) -> ResponseReturnValue:
    """Have ways looked for: the worker finds them within seconds."""
    _absence_or_404(public_id)
    try:
        actions.find_ways(public_id, now(), current_actor())
    except Refused as refusal:
        undo()
        return _page(_absence_or_404(public_id), refusal.sentence), HTTPStatus.CONFLICT
    return redirect(url_for("cover.staffing", public_id=public_id), HTTPStatus.SEE_OTHER)


@bp.post("/<uuid:public_id>/staffing/<int:number>/draft")
@roles(*COVER)
@commits
def choose_way(public_id: UUID, number: int) -> ResponseReturnValue:
    """Make a draft of the rota from a way, and lead to it: there it is judged and published."""
    _absence_or_404(public_id)
    try:
        draft = actions.choose_way(public_id, number, now(), current_actor())
    except Refused as refusal:
        undo()
        return _page(_absence_or_404(public_id), refusal.sentence), HTTPStatus.CONFLICT
    return redirect(url_for("rota.draft", draft_id=draft.id), HTTPStatus.SEE_OTHER)
