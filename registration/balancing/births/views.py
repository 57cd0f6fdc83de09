"""The births to expect, cluster by cluster and week by week, and what managers say of them."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from flask import Blueprint, Flask, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registration.balancing.actions import adjust_demand, withdraw_adjustment
from registration.balancing.births.forms import BirthsForm
from registration.balancing.births.queries import demand_names, weeks_in_words
from registration.balancing.queries import Standing, adjustments, demand
from registration.balancing.rules.demand import ExpectedWeek
from registration.common import audit
from registration.common.access import current_actor, has_role, roles
from registration.common.clock import now, today
from registration.common.errors import Refused
from registration.common.forms import Form
from registration.common.transaction import commits, undo
from registration.rota.queries.planning import cluster_names
from registration.rota.rules.planning import WEEK, monday_of
from registration.staff.rules import ROTA_MANAGERS

READERS = (*ROTA_MANAGERS, "auditor")
LARGEST = 2147483647
#: Weeks that are shown, this one first.
WEEKS = 8
#: So many weeks after this one the form offers as the last.
LAST = 5
EVENTS, MOST_LINES = ("demand.adjusted", "demand.withdrawn"), 50

bp = Blueprint("births", __name__, url_prefix="/balance/births")


@bp.after_request
def keep_private(response: Response) -> Response:
    """Let no browser or proxy keep what is known of families."""
    response.cache_control.no_store = True
    return response


@bp.get("")
@roles(*READERS)
def births() -> str:
    """Show the births to expect and what managers say of them, and offer to say more."""
    return _page()


def _page(form: BirthsForm | None = None, fault: str = "") -> str:
    names, this = cluster_names(), monday_of(today())
    ahead = demand(today()).ahead(this, WEEKS)
    usual = BirthsForm(formdata=None, first=this, last=this + LAST * WEEK)
    return render_template(
        "balance/births.html",
        weeks=[f"{this + number * WEEK:%-d %B}" for number in range(WEEKS)],
        rows=[(name, [_cell(week) for week in ahead[number]]) for number, name in names.items()],
        words=[(each.number, _said(each, names), each.said.reason) for each in adjustments(this)],
        lines=audit.lines(audit.AuditEvent.event.in_(EVENTS), most=MOST_LINES),
        form=(form or usual).offer(names),
        stop=Form(formdata=None),
        fault=fault,
        may_plan=has_role(*ROTA_MANAGERS),
    )


def _cell(week: ExpectedWeek) -> tuple[str, bool]:
    """Say the births of a week with their range, and whether a manager has said something of them."""
    found = week.births
    return f"{found.value:.0f} ({found.lo:.0f} to {found.hi:.0f})", week.adjustment is not None


def _said(word: Standing, names: Mapping[int, str]) -> str:
    """Say a manager's word: Upper Valley, the week of 7 December 2026: 1.25 times the births expected."""
    said = word.said
    much = f"{said.births} births a week" if said.factor is None else f"{said.factor:g} times the births expected"
    return f"{names[said.cluster]}, {weeks_in_words(said.first, said.last)}: {much}"


@bp.post("")
@roles(*ROTA_MANAGERS)
@commits
def adjust() -> ResponseReturnValue:
    """Let a manager's word of some weeks count from now on."""
    form = BirthsForm().offer(cluster_names())
    if not form.accepted():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    return _done(lambda: adjust_demand(form.to_adjustment(), now(), current_actor()))


@bp.post(f"/<int(max={LARGEST}):number>/remove")
@roles(*ROTA_MANAGERS)
@commits
def withdraw(number: int) -> ResponseReturnValue:
    """Take a manager's word back."""
    return _done(lambda: withdraw_adjustment(number, now(), current_actor()))


def _done(action: Callable[[], object]) -> ResponseReturnValue:
    """Do it and show the page again; a refusal stands on it in words."""
    try:
        action()
    except Refused as refusal:
        undo()
        return _page(fault=refusal.sentence), HTTPStatus.CONFLICT
    return redirect(url_for("births.births"), HTTPStatus.SEE_OTHER)


def init_app(app: Flask) -> None:
    """Give the application the page of births, and the history their names."""
    app.register_blueprint(bp)
    audit.call(app, "demand", demand_names)
