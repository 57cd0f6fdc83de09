"""Records that may be one family: the list of pairs, one pair side by side, and what people decide of it."""

from datetime import datetime, timedelta
from http import HTTPStatus

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    after_this_request,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from registration.births.linking.matching import may_weigh
from registration.births.same_families import actions, queries
from registration.births.same_families.forms import DecisionForm
from registration.births.same_families.rules.links import Method, State
from registration.births.same_families.rules.rates import Rate, shown
from registration.births.same_families.rules.sides import only_one, side_by_side
from registration.births.same_families.wording import METHODS, RUN_STATES, SOURCES, STATES, kinds, likely
from registration.common import audit
from registration.common.access import current_actor, has_role, keep_private, roles
from registration.common.clock import london, now
from registration.common.errors import Refused
from registration.common.forms import Form
from registration.common.transaction import commits, undo
from registration.families.models import FamilyLink, LinkRun
from registration.families.rules import Source
from registration.staff import views as staff
from registration.staff.rules import LINK_READERS, LINKS, Door

LARGEST = 2**63 - 1
LINK = f"/<int(max={LARGEST}):link_id>"
#: So many pairs, decisions, runs and lines of history one page shows.
MOST_PAIRS, MOST_DECIDED, MOST_RUNS, MOST_LINES = 50, 20, 10, 50
EVENTS = ("same.decided", "same.taken_back", "same.looked", "same.run_asked")
#: So long one look lasts.
LOOK_LASTS = timedelta(minutes=15)
_SEEN = "same_families_looked"

bp = Blueprint("same_families", __name__, url_prefix="/births/same-families")
bp.after_request(keep_private)


# ---- all of them


@bp.get("")
@roles(*LINK_READERS)
def overview() -> str:
    """Show what waits for a person, how many records are linked, and the runs that compared them; no family is named."""
    runs = queries.last_runs(MOST_RUNS)
    at_work = any(run.state in ("waiting", "running") for run in runs)
    if at_work and "still" not in request.args:
        after_this_request(_ask_again)
    done = next((run for run in runs if run.state == "done"), None)
    pairs, decided = queries.waiting(MOST_PAIRS), queries.decided(MOST_DECIDED)
    sources = queries.sources_of([*pairs, *decided])
    return render_template(
        "births/same_families/overview.html",
        number=queries.waiting_count(),
        pairs=[(link, kinds(link, sources), likely(link), london(link.made_at)) for link in pairs],
        decided=[(link, kinds(link, sources), STATES[link.state], london(link.made_at)) for link in decided],
        runs=[(run, RUN_STATES[run.state], METHODS[run.method], london(run.asked_at)) for run in runs],
        at_work=next((run for run in runs if run.state == "running"), runs[0]) if at_work else None,
        exact_only=done is not None and done.method == Method.EXACT,
        may_weigh=may_weigh(),
        done_at=london(done.ended_at) if done and done.ended_at else None,
        rates=_rates(done),
        lines=audit.lines(audit.AuditEvent.event.in_(EVENTS), most=MOST_LINES),
        form=Form(formdata=None),
        may_decide=has_role(*LINKS),
    )


def _ask_again(response: Response) -> Response:
    """Let the browser ask again by itself after some seconds, with or without scripts."""
    response.headers["Refresh"] = "4"
    return response


def _rates(run: LinkRun | None) -> dict[str, list[object]]:
    """Give what the last run that ended found linked, as it may be told, by what the groups are told apart by."""
    told: dict[str, list[object]] = {}
    for rate in shown([Rate(**each) for each in ((run and run.result) or {}).get("rates", [])]):
        told.setdefault(rate.by, []).append(rate)
    return told


@bp.post("/run")
@roles(*LINKS)
@commits
def run() -> ResponseReturnValue:
    """Ask for all records to be compared."""
    actions.ask_run(current_actor())
    return redirect(url_for("same_families.overview"), HTTPStatus.SEE_OTHER)


# ---- one pair after another


@bp.post("/begin")
@roles(*LINK_READERS)
@commits
def begin() -> ResponseReturnValue:
    """Open the first pair that waits."""
    return _on(queries.next_waiting())


def _on(link: FamilyLink | None, done: FamilyLink | None = None) -> ResponseReturnValue:
    """Lead to a pair, the look at it noted; where none waits, to the list. `done` is what was just decided."""
    number = done and done.id
    if link is None:
        return redirect(url_for("same_families.overview", done=number), HTTPStatus.SEE_OTHER)
    _note_look(link)
    return redirect(url_for("same_families.pair", link_id=link.id, done=number), HTTPStatus.SEE_OTHER)


def _note_look(link: FamilyLink) -> None:
    at = now()
    if _name(link) not in _live(at):
        actions.looked(link, current_actor())
    session[_SEEN] = {**_live(at), _name(link): int(at.timestamp())}


def _name(link: FamilyLink) -> str:
    return f"{link.a_id}-{link.b_id}"


def _live(at: datetime) -> dict[str, int]:
    oldest = (at - LOOK_LASTS).timestamp()
    return {name: since for name, since in session.get(_SEEN, {}).items() if since > oldest}


def _link(link_id: int) -> FamilyLink:
    """Give what holds now of the two records of a link; the link itself where nothing does. 404 where there was none."""
    found = queries.link_by_id(link_id)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return queries.link_now(found)


@bp.get(LINK)
@roles(*LINK_READERS)
def pair(link_id: int) -> ResponseReturnValue:
    """Show two records side by side once the look at them is noted; before that, one button that does so."""
    link = _link(link_id)
    if _name(link) not in _live(now()):
        return render_template("births/same_families/look.html", link=link, form=Form(formdata=None))
    return _page(link, DecisionForm(formdata=None))


def _page(link: FamilyLink, form: DecisionForm, fault: str = "") -> str:
    one, other = (queries.side(number) for number in (link.a_id, link.b_id))
    left, right = sorted((one, other), key=lambda side: list(SOURCES).index(Source(side.source)))
    stands = link.superseded_at is None
    may = has_role(*LINKS) and stands
    return render_template(
        "births/same_families/pair.html",
        link=link,
        form=form,
        fault=fault,
        heads=[SOURCES[Source(side.source)] for side in (left, right)],
        lines=side_by_side(left, right),
        one_sided=only_one(left, right),
        likely=likely(link),
        weighed=link.run_id is not None,
        method=link.method,
        state=STATES[link.state] if stands else "Not linked any more",
        may_decide=may and link.method != Method.PERSON,
        may_undo=may and link.method == Method.PERSON and link.run_id is not None,
        waits=link.state == State.TO_REVIEW and stands,
        number=queries.waiting_count(),
        done=_just_done(),
    )


def _just_done() -> tuple[int, str] | None:
    """Give the decision that led here, where it can be taken back: its number, and what it says."""
    number = request.args.get("done", "")
    found = queries.link_by_id(int(number)) if number.isascii() and number.isdigit() and len(number) < 19 else None  # noqa: PLR2004
    if found is None or found.superseded_at is not None or found.method != Method.PERSON or not has_role(*LINKS):
        return None
    return found.id, STATES[found.state].lower()


@bp.post(f"{LINK}/look")
@roles(*LINK_READERS)
@commits
def look(link_id: int) -> ResponseReturnValue:
    """Note a look at two records, and show them."""
    return _on(_link(link_id))


@bp.post(f"{LINK}/later")
@roles(*LINK_READERS)
@commits
def later(link_id: int) -> ResponseReturnValue:
    """Leave a pair for later, and go on to the next."""
    return _on(queries.next_waiting(_link(link_id)))


@bp.post(f"{LINK}/decide")
@roles(*LINKS)
@commits
def decide(link_id: int) -> ResponseReturnValue:
    """Keep what a person says of two records, and go on to the next pair."""
    link, form = _link(link_id), DecisionForm()
    if not form.accepted():
        return _page(link, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        made = actions.decide(link_id, same=form.same, reason=form.why, actor=current_actor(), now=now())
    except Refused as refusal:
        return _refused(link_id, refusal)
    return _on(queries.next_waiting(link), made)


def _refused(link_id: int, refusal: Refused) -> ResponseReturnValue:
    undo()
    return _page(_link(link_id), DecisionForm(formdata=None), refusal.sentence), HTTPStatus.CONFLICT


@bp.post(f"{LINK}/undo")
@roles(*LINKS)
@commits
def take_back(link_id: int) -> ResponseReturnValue:
    """Take a person’s decision back, and show the pair."""
    _link(link_id)
    try:
        return _on(actions.take_back(link_id, current_actor(), now()))
    except Refused as refusal:
        return _refused(link_id, refusal)


def init_app(app: Flask) -> None:
    """Give the application the pages of pairs, staff the door to them, and the history their names."""
    app.register_blueprint(bp)
    audit.call(app, "same", queries.link_names)
    audit.call(app, "link_run", queries.run_names)
    staff.offer(
        app,
        Door("same_families.overview", "Same families", "Records that may be one family’s, for a person to decide."),
    )
