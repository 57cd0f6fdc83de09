"""The roll-out of the pilot: which centre begins when, and the lot by which that was drawn. No page names a family."""

from collections.abc import Collection, Mapping
from datetime import date
from http import HTTPStatus

from flask import Blueprint, Flask, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registration.common import audit
from registration.common.access import current_actor, has_role, keep_private, roles
from registration.common.clock import london, now, today
from registration.common.errors import Refused
from registration.common.times import spoken
from registration.common.transaction import commits, undo
from registration.pilot.record.actions import draw_lot, set_beginning
from registration.pilot.record.forms import BeginningForm, LotForm
from registration.pilot.record.models import PilotLot
from registration.pilot.record.queries import CentreInPilot, centres, days_drawn, first_begun, lots, reasons
from registration.pilot.record.rules.lot import ReasonWanted, steps_of
from registration.staff import views as staff
from registration.staff.rules import PILOT, PILOT_READERS, Door

EVENTS = ("pilot.lot_drawn", "pilot.beginning_set")
MOST_LINES = 100

bp = Blueprint("roll_out", __name__, url_prefix="/pilot/roll-out")
bp.after_request(keep_private)


def init_app(app: Flask) -> None:
    """Give the application the page, the history the names of lots, and staff the door."""
    app.register_blueprint(bp)
    audit.call(app, "pilot_lot", _names)
    staff.offer(
        app, Door("roll_out.show", "Roll-out of the pilot", "Which centre begins when, and the lot that says so.")
    )


def _names(keys: Collection[str]) -> Mapping[str, audit.Named]:
    return {key: audit.Named(f"lot {key} of the pilot", "roll_out.show") for key in keys}


@bp.get("")
@roles(*PILOT_READERS)
def show() -> str:
    """Show every centre with its first day in the pilot, and the lots that were drawn."""
    return _page()


def _page(lot: LotForm | None = None, beginning: BeginningForm | None = None) -> str:
    places = centres()
    days, said = days_drawn(places), reasons([place.id for place in places])
    return render_template(
        "pilot/roll_out.html",
        places=[(place, _standing(place, today()), _otherwise(place, days), said.get(place.id)) for place in places],
        begun=first_begun(today()),
        lots=[_told(each) for each in lots()],
        form=lot or beginning,
        lot=lot or LotForm(formdata=None),
        beginning=_offered(beginning or BeginningForm(formdata=None), places),
        lines=audit.lines(audit.AuditEvent.event.in_(EVENTS), most=MOST_LINES),
        may_set=has_role(*PILOT),
    )


def _offered(form: BeginningForm, places: Collection[CentreInPilot]) -> BeginningForm:
    return form.offer((place.id, place.name) for place in places)


def _standing(place: CentreInPilot, on: date) -> str:
    """Say in words how a centre stands in the pilot."""
    if place.pilot_from is None:
        return "To compare with" if place.said else "Not in the pilot"
    return f"{'Since' if place.pilot_from <= on else 'From'} {place.pilot_from:%-d %B %Y}"


def _otherwise(place: CentreInPilot, days: Mapping[int, date | None]) -> str:
    """Say what a lot drew for a centre that begins otherwise; empty where it begins as drawn, or was never drawn."""
    if place.id not in days or days[place.id] == place.pilot_from:
        return ""
    day = days[place.id]
    return f"drawn to begin on {day:%-d %B %Y}" if day else "drawn to stay out"


def _told(lot: PilotLot) -> dict[str, object]:
    """Give a lot in words: its steps with what was drawn for each."""
    at = london(lot.drawn_at)
    days = [f"{day:%-d %B %Y}" if day else "Stays out" for day in lot.begins]
    return {
        "row": lot,
        "at": f"{at:%-d %B %Y}, {spoken(at.time())}",
        "steps": list(zip(days, steps_of(lot.drawn, lot.steps), strict=True)),
    }


@bp.post("/lot")
@roles(*PILOT)
@commits
def draw() -> ResponseReturnValue:
    """Draw the order in which centres begin."""
    form = LotForm()
    if not form.accepted():
        return _page(lot=form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        draw_lot(form.read(), current_actor(), now())
    except Refused as refusal:
        undo()
        form.form_errors.append(refusal.sentence)
        return _page(lot=form), HTTPStatus.CONFLICT
    return redirect(url_for("roll_out.show"), HTTPStatus.SEE_OTHER)


def _is_certain(form: BeginningForm) -> bool:
    """Say whether a day that has been was confirmed, and ask for that where it was not; a lot's centre is refused one anyway."""
    day = form.begins.data
    drawn = {str(place.id) for place in centres() if place.lot_id is not None}
    if day is None or day >= today() or form.certain.data or form.centre.data in drawn:
        return True
    births = "Births since then count as births with the pilot."
    what = f"{day:%-d %B %Y} has been, and cannot be changed once it is kept. {births}"
    form.certain.errors = (f"{what} Tick the box if the pilot did begin there on that day",)
    return False


@bp.post("/beginning")
@roles(*PILOT)
@commits
def begin() -> ResponseReturnValue:
    """Say from which day a centre is in the pilot."""
    form = _offered(BeginningForm(), centres())
    if not form.accepted() or not _is_certain(form):
        return _page(beginning=form), HTTPStatus.UNPROCESSABLE_ENTITY
    reason = " ".join((form.reason.data or "").split())
    try:
        set_beginning(int(form.centre.data), form.begins.data, current_actor(), now(), reason)
    except ReasonWanted as refusal:
        undo()
        form.reason.errors = (refusal.sentence,)
        return _page(beginning=form), HTTPStatus.UNPROCESSABLE_ENTITY
    except Refused as refusal:
        undo()
        form.form_errors.append(refusal.sentence)
        return _page(beginning=form), HTTPStatus.CONFLICT
    return redirect(url_for("roll_out.show"), HTTPStatus.SEE_OTHER)
