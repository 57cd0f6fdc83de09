"""Pages of the timetable of a centre's services: see it, change it, cancel once, print it, as a file."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, Flask, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registration.centres.queries import centre_card, participating_centres
from registration.centres.rules import CentreCard
from registration.centres.services import actions
from registration.centres.services.files import timetable_file
from registration.centres.services.queries import cancellations, service_names, timetables
from registration.centres.services.rules import Weekly
from registration.common import audit
from registration.common.access import current_actor, has_role, keep_private, roles
from registration.common.clock import today
from registration.common.errors import Refused
from registration.common.files import NOT_READ, FileRefused
from registration.common.forms import Form
from registration.common.transaction import commits, undo
from registration.reach.services.forms import CancelForm, DayForm, ServiceForm, TimetableFile
from registration.reach.services.wording import days_in_words, week_in_words
from registration.staff import views as staff
from registration.staff.rules import SERVICE_READERS, SERVICES, Door
from registration.staff.scope import may_see_centre, own_centres

LARGEST = 2147483647
CENTRE, ONE = f"/<int(max={LARGEST}):centre_id>", f"/<int(max={LARGEST}):number>"
A_WEEK = timedelta(days=7)
MOST_LINES = 50

bp = Blueprint("services", __name__, url_prefix="/reach/services")
bp.after_request(keep_private)


def _centre(centre_id: int) -> CentreCard:
    """Give the centre of an address; 404 where there is none, 403 where it is not theirs to see."""
    card = centre_card(centre_id)
    if card is None:
        abort(HTTPStatus.NOT_FOUND)
    if not may_see_centre(centre_id):
        abort(HTTPStatus.FORBIDDEN)
    return card


def _own_centres() -> list[CentreCard]:
    own = own_centres()
    return [card for card in participating_centres(today()) if own is None or card.id in own]


@bp.get("")
@roles(*SERVICE_READERS)
def centres() -> str:
    """List one's centres with how much happens there each week."""
    return _listed(TimetableFile(formdata=None))


def _listed(form: TimetableFile, faults: Sequence[str] = ()) -> str:
    if faults:
        form.file.errors = (NOT_READ,)
    cards = _own_centres()
    found = timetables([card.id for card in cards])
    rows = [(card, len(found.get(card.id, ()))) for card in cards]
    may_read_in = has_role("administrator")
    return render_template("reach/services.html", rows=rows, form=form, file_faults=faults, may_read_in=may_read_in)


@bp.get("/timetables.csv")
@roles(*SERVICE_READERS)
def timetables_csv() -> Response:
    """Give the timetables of one's centres as a file."""
    cards = _own_centres()
    found = timetables([card.id for card in cards])
    content = timetable_file((card.name, found.get(card.id, ())) for card in cards)
    attached = {"Content-Disposition": 'attachment; filename="timetables.csv"'}
    return Response(content, mimetype="text/csv", headers=attached)


@bp.post("")
@roles("administrator")
@commits
def read_in() -> ResponseReturnValue:
    """Read a timetable in, whole or not at all, and say what that did."""
    form = TimetableFile()
    if not form.accepted():
        return _listed(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        read = actions.import_services(form.file.data.stream, current_actor(), today())
    except FileRefused as refusal:
        undo()
        return _listed(form, refusal.lines()), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(f"{read.added} added, {read.changed} changed, {read.unchanged} as before.", "success")
    return redirect(url_for("services.centres"), HTTPStatus.SEE_OTHER)


@bp.get(CENTRE)
@roles(*SERVICE_READERS)
def timetable(centre_id: int) -> str:
    """Show what happens at a centre each week, and offer to add to it."""
    return _drawn(_centre(centre_id), ServiceForm(formdata=None))


def _drawn(card: CentreCard, form: ServiceForm, fault: str = "", refused: tuple[int, CancelForm] | None = None) -> str:
    """Draw a centre's timetable; `refused` is a form of cancelling once that was refused, with its service's number."""
    services = timetables([card.id]).get(card.id, ())
    titles = {service.id: service.details.title for service in services}
    return render_template(
        "reach/timetable.html",
        centre=card,
        week=week_in_words(services, today()),
        cancelled=days_in_words(cancellations(card.id, today()), titles),
        form=refused[1] if refused else form,
        adding=form,
        bare=Form(formdata=None),
        cancels=_cancel_forms(titles, refused),
        fault=fault,
        may_change=has_role(*SERVICES),
        lines=_history(card.id, titles),
    )


def _cancel_forms(numbers: Iterable[int], refused: tuple[int, CancelForm] | None) -> dict[int, CancelForm]:
    fresh = {number: CancelForm(formdata=None).about(number) for number in numbers}
    return fresh | dict([refused] if refused else [])


def _history(centre_id: int, numbers: Collection[int]) -> list[audit.Line]:
    abouts = [f"centre:{centre_id}", *(f"service:{number}" for number in numbers)]
    event = audit.AuditEvent
    return audit.lines(event.event.startswith("service."), event.about.in_(abouts), most=MOST_LINES)


@bp.post(CENTRE)
@roles(*SERVICES)
@commits
def add(centre_id: int) -> ResponseReturnValue:
    """Put something into the timetable."""
    card, form = _centre(centre_id), ServiceForm()
    if not form.accepted():
        return _drawn(card, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        actions.keep_service(centre_id, None, form.details(), current_actor())
    except Refused as refusal:
        undo()
        form.title.errors = (refusal.sentence,)
        return _drawn(card, form), HTTPStatus.CONFLICT
    return _back(centre_id)


def _back(centre_id: int) -> ResponseReturnValue:
    return redirect(url_for("services.timetable", centre_id=centre_id), HTTPStatus.SEE_OTHER)


def _service(card: CentreCard, number: int) -> Weekly:
    found = next((each for each in timetables([card.id]).get(card.id, ()) if each.id == number), None)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


@bp.get(f"{CENTRE}{ONE}")
@roles(*SERVICES)
def one(centre_id: int, number: int) -> str:
    """Show one service, to change it."""
    card = _centre(centre_id)
    said = asdict(_service(card, number).details)
    shown = said | {"weekday": str(said["weekday"]), "kind": said["kind"].value}
    return _asked(card, number, ServiceForm(formdata=None, **shown))


def _asked(card: CentreCard, number: int, form: ServiceForm) -> str:
    return render_template("reach/service.html", centre=card, number=number, form=form)


@bp.post(f"{CENTRE}{ONE}")
@roles(*SERVICES)
@commits
def change(centre_id: int, number: int) -> ResponseReturnValue:
    """Change what is said of one service."""
    card, form = _centre(centre_id), ServiceForm()
    if not form.accepted():
        return _asked(card, number, form), HTTPStatus.UNPROCESSABLE_ENTITY
    return _done(card, lambda: actions.keep_service(centre_id, number, form.details(), current_actor()))


@bp.get(f"{CENTRE}{ONE}/remove")
@roles(*SERVICES)
def ask_remove(centre_id: int, number: int) -> str:
    """Ask whether a service is really to be taken out, and say what goes with it."""
    card = _centre(centre_id)
    service = _service(card, number)
    days = [each for each in cancellations(card.id, today()) if each.service_id == number]
    return render_template(
        "reach/service_remove.html",
        centre=card,
        number=number,
        week=week_in_words([service], today()),
        cancelled=days_in_words(days, {number: service.details.title}),
        form=Form(formdata=None),
    )


@bp.post(f"{CENTRE}{ONE}/remove")
@roles(*SERVICES)
@commits
def remove(centre_id: int, number: int) -> ResponseReturnValue:
    """Take a service out of the timetable."""
    card = _centre(centre_id)
    if not Form().accepted():
        return _drawn(card, ServiceForm(formdata=None)), HTTPStatus.UNPROCESSABLE_ENTITY
    return _done(card, lambda: actions.remove_service(centre_id, number, current_actor()))


@bp.post(f"{CENTRE}{ONE}/cancel")
@roles(*SERVICES)
@commits
def cancel(centre_id: int, number: int) -> ResponseReturnValue:
    """Cancel a service on one day."""
    card, form = _centre(centre_id), CancelForm().about(number)
    if not form.accepted():
        return _not_cancelled(card, number, form), HTTPStatus.UNPROCESSABLE_ENTITY
    reason = (form.reason.data or "").strip()
    try:
        actions.cancel_once(centre_id, number, form.day.data, reason, current_actor())
    except actions.NotThatDay as refusal:
        undo()
        form.day.errors = (refusal.sentence,)
        return _not_cancelled(card, number, form), HTTPStatus.CONFLICT
    except Refused as refusal:
        undo()
        return _drawn(card, ServiceForm(formdata=None), refusal.sentence), HTTPStatus.CONFLICT
    return _back(centre_id)


def _not_cancelled(card: CentreCard, number: int, form: CancelForm) -> str:
    return _drawn(card, ServiceForm(formdata=None), refused=(number, form))


@bp.post(f"{CENTRE}{ONE}/takes-place")
@roles(*SERVICES)
@commits
def takes_place(centre_id: int, number: int) -> ResponseReturnValue:
    """Let what was cancelled on one day take place after all."""
    card, form = _centre(centre_id), DayForm()
    day = form.on if form.accepted() else None
    if day is None:
        return _drawn(card, ServiceForm(formdata=None)), HTTPStatus.UNPROCESSABLE_ENTITY
    return _done(card, lambda: actions.take_back(centre_id, number, day, current_actor()))


def _done(card: CentreCard, action: Callable[[], object]) -> ResponseReturnValue:
    """Do it and show the timetable again; a refusal stands on it in words."""
    try:
        action()
    except Refused as refusal:
        undo()
        return _drawn(card, ServiceForm(formdata=None), refusal.sentence), HTTPStatus.CONFLICT
    return _back(card.id)


@bp.get(f"{CENTRE}/sheet")
@roles(*SERVICE_READERS)
def sheet(centre_id: int) -> str:
    """Show the timetable as one sheet of A4 for the centre's wall."""
    card, now = _centre(centre_id), today()
    services = [each for each in timetables([centre_id]).get(centre_id, ()) if (each.details.last_on or now) >= now]
    days = [day for day in cancellations(centre_id, now) if day.day < now + 4 * A_WEEK]
    titles = {service.id: service.details.title for service in services}
    return render_template(
        "reach/services_sheet.html",
        centre=card,
        week=week_in_words(services, now),
        cancelled=days_in_words(days, titles),
    )


def init_app(app: Flask) -> None:
    """Give the application the pages of timetables, the history their names, and staff the door."""
    app.register_blueprint(bp)
    audit.call(app, "service", service_names)
    staff.offer(app, Door("services.centres", "Services", "What happens at the centres each week, and a sheet of it."))
