"""Pages of tell once: which services are told of new families, and the log of what was told. No page names a family."""

from http import HTTPStatus

from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from registration.centres.queries import participating_centres
from registration.common import audit
from registration.common.access import current_actor, has_role, keep_private, roles
from registration.common.clock import london, now, today
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.forms import Form
from registration.common.times import spoken
from registration.common.transaction import commits, undo
from registration.families.tell_once import actions
from registration.families.tell_once.archive import folder_of
from registration.families.tell_once.forms import ServiceForm
from registration.families.tell_once.models import Telling, ToldService
from registration.families.tell_once.queries import counts, log, service_names, services
from registration.families.tell_once.rules import KIND_TITLES, WAY_TITLES, Kind, State, Way, told_secret
from registration.staff import views as staff
from registration.staff.rules import TELLERS, TELLING_READERS, Door

ONE = "<int(max=2147483647):number>"
MOST_LINES = 100
#: What the log may be asked for, by the end of its address, and how each line's state is called.
STATES = {
    "": "All",
    "waiting": "Waiting",
    "failing": "Tried in vain so far",
    "delivered": "Delivered",
    "dead": "Given up",
    "withdrawn": "Withdrawn",
}
#: Which new secret is still to be shown in this session: the service and the number of its secret, never the secret itself.
_TO_SHOW = "told_secret_to_show"
EVENTS = {"told": "A family is there", "forget": "Forget a family"}

bp = Blueprint("telling", __name__, url_prefix="/births/tell-once")
bp.after_request(keep_private)


@bp.get("")
@roles(*TELLING_READERS)
def overview() -> str:
    """List the services that are told, with what became of it, and the log."""
    return _overview()


def _overview(fault: str = "") -> str:
    wanted = request.args.get("state", "")
    state = wanted if wanted in STATES else ""
    numbers = counts()
    return render_template(
        "births/tell_once/overview.html",
        services=[
            (row, KIND_TITLES[Kind(row.kind)], WAY_TITLES[Way(row.way)], numbers.get(row.id)) for row in services()
        ],
        log=[_line(row, name) for row, name in log(state, MOST_LINES)],
        states=STATES,
        state=state,
        fault=fault,
        form=Form(formdata=None),
        may_change=has_role(*TELLERS),
    )


def _line(row: Telling, name: str) -> dict[str, object]:
    """Give one line of the log in words."""
    state = "failing" if row.state == State.WAITING and row.tries else row.state
    made, due = london(row.made_at), london(row.due_at)
    next_try = f"Next try {due:%-d %B}, {spoken(due.time())}." if state == "failing" else ""
    return {
        "id": row.id,
        "at": f"{made:%-d %B %Y}, {spoken(made.time())}",
        "service": name,
        "event": EVENTS[row.event],
        "reference": row.reference[:8],
        "state": STATES[state],
        "tries": row.tries,
        "problem": " ".join(filter(None, [row.problem, next_try])) if state in {"failing", "dead"} else "",
        "again": {"delivered": "Tell again", "dead": "Try again", "failing": "Try now"}.get(state, ""),
    }


@bp.post(f"/{ONE}/again")
@roles(*TELLERS)
@commits
def again(number: int) -> ResponseReturnValue:
    """Tell it once more, by hand, under the same number."""
    if not Form().accepted():
        return _overview(), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        actions.tell_again(number, current_actor(), now())
    except Refused as refusal:
        undo()
        return _overview(refusal.sentence), HTTPStatus.CONFLICT
    flash("It is told again.", "success")
    return redirect(url_for("telling.overview"), HTTPStatus.SEE_OTHER)


# ---- the services


@bp.get("/add")
@roles(*TELLERS)
def ask_add() -> str:
    """Ask what a new service is."""
    return _asked(ServiceForm(formdata=None))


def _asked(form: ServiceForm, row: ToldService | None = None) -> str:
    offered = form.offer((card.id, card.name) for card in participating_centres(today()))
    return render_template(
        "births/tell_once/service.html",
        form=offered,
        service=row,
        demonstration=current_app.config["DEMO"],
        **_around(row),
    )


def _around(row: ToldService | None) -> dict[str, object]:
    """Give what stands around the form of a service that is there already."""
    if row is None:
        return {"folder": "", "lines": [], "press": None}
    lines = audit.history_of(f"told_service:{row.id}")
    folder = folder_of(current_app.config["INSTANCE"], row.id) if row.way == Way.FILE else ""
    return {"folder": folder, "lines": lines, "press": Form(formdata=None)}


@bp.post("/add")
@roles(*TELLERS)
@commits
def add() -> ResponseReturnValue:
    """Put a service on the list."""
    return _kept(None)


def _service(number: int) -> ToldService:
    row = db.session.get(ToldService, number)
    if row is None:
        abort(HTTPStatus.NOT_FOUND)
    return row


@bp.get(f"/services/{ONE}")
@roles(*TELLERS)
def service(number: int) -> str:
    """Show one service, to change it."""
    row = _service(number)
    names = ("name", "kind", "way", "url", "items", "active")
    shown = {name: getattr(row, name) for name in names} | {"centre": str(row.centre_id or "")}
    return _asked(ServiceForm(formdata=None, **shown), row)


@bp.post(f"/services/{ONE}")
@roles(*TELLERS)
@commits
def change(number: int) -> ResponseReturnValue:
    """Change what is said of a service."""
    return _kept(_service(number))


def _kept(row: ToldService | None) -> ResponseReturnValue:
    form = ServiceForm().offer((card.id, card.name) for card in participating_centres(today()))
    if not form.accepted():
        return _asked(form, row), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        number = actions.keep_service(row.id if row else None, form.said(), current_actor())
    except Refused as refusal:
        undo()
        form.name.errors = (refusal.sentence,)
        return _asked(form, row), HTTPStatus.CONFLICT
    flash("The service is put on the list." if row is None else "The change is kept.", "success")
    return redirect(url_for("telling.service", number=number), HTTPStatus.SEE_OTHER)


@bp.post(f"/services/{ONE}/secret")
@roles(*TELLERS)
@commits
def new_secret(number: int) -> ResponseReturnValue:
    """Give a service a new secret, and lead to the page that shows it."""
    if not Form().accepted():
        return _overview(), HTTPStatus.UNPROCESSABLE_ENTITY
    row = _service(number)
    actions.renew_secret(row.id, current_actor())
    db.session.refresh(row)
    session[_TO_SHOW] = [row.id, row.secret_number]
    return redirect(url_for("telling.show_secret", number=row.id), HTTPStatus.SEE_OTHER)


@bp.get(f"/services/{ONE}/secret")
@roles(*TELLERS)
def show_secret(number: int) -> ResponseReturnValue:
    """Show the new secret of a service to whoever made it, this once; after that, and to anybody else, the service."""
    row = _service(number)
    if session.pop(_TO_SHOW, None) != [row.id, row.secret_number]:
        return redirect(url_for("telling.service", number=row.id), HTTPStatus.SEE_OTHER)
    shown = told_secret(actions.key_of(row)) if row.way == Way.WEBHOOK else actions.password_of(row)
    return render_template("births/tell_once/secret.html", service=row, secret=shown, webhook=row.way == Way.WEBHOOK)


def init_app(app: Flask) -> None:
    """Give the application the pages of tell once, the history their names, and staff the door."""
    app.register_blueprint(bp)
    audit.call(app, "told_service", service_names)
    staff.offer(
        app, Door("telling.overview", "Tell once", "Services that are told of new families, and what was told.")
    )
