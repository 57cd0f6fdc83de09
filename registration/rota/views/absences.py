"""Who is away and who will be; putting registrars down as away, and taking that back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from registration.common.access import current_actor, has_role, roles
from registration.common.clock import civil_date, london, now
from registration.common.errors import Refused
from registration.common.forms import Form
from registration.common.times import spoken
from registration.common.transaction import commits, undo
from registration.rota.actions import absences as actions
from registration.rota.actions.absences import FamiliesBooked, Hit
from registration.rota.forms.absences import NewAbsence
from registration.rota.queries.absences import Away, away_between
from registration.rota.queries.week import colleagues
from registration.rota.rules.absences import ABSENCE_REASONS, span_text
from registration.rota.views.frame import bp, seen, tab
from registration.staff.rules import ROTA_MANAGERS, ROTA_READERS

TOLD = (
    "Families have been told not to come, and are offered other times. This absence can be taken back once each of them is "
    "settled: see Cover. If the registrar comes after all, open an extra session."
)

#: How far back the list reaches, for whoever corrects what was.
BACK, AHEAD = timedelta(weeks=4), timedelta(days=731)


@dataclass(frozen=True, slots=True)
class Said:
    """An absence as a page shows it; why is told only to those who may know."""

    id: int
    registrar_id: int
    registrar: str
    when: str
    why: str
    note: str


def may_know_why() -> bool:
    """Say whether the person signed in may know why a colleague is away: that somebody is ill is for managers."""
    return has_role(*ROTA_MANAGERS, "auditor")


def said(away: Away) -> Said:
    """Put an absence into words."""
    knows = may_know_why()
    when = span_text(away.begins, away.ends)
    why = ABSENCE_REASONS[away.reason] if knows else "Away"
    return Said(away.id, away.registrar_id, away.registrar, when, why, away.note if knows else "")


def hit_lines(hits: Sequence[Hit]) -> list[str]:
    """Say the times families have: 'Tuesday 24 November, 9am, Sunshine, BRB-7K4-XWM'."""
    return [
        f"{london(hit.taken.begins):%A %-d %B}, {spoken(london(hit.taken.begins).time())}, {hit.centre}, with {hit.registrar}: "
        + (hit.taken.reference or "a family is booking just now")
        for hit in hits
    ]


@bp.get("/absences")
@roles(*ROTA_READERS)
def absences() -> str:
    """List who is away, from four weeks ago on."""
    return _listed()


def _listed(fault: str = "") -> str:
    moment = now()
    return render_template(
        "rota/absences.html",
        absences=[said(each) for each in away_between(moment - BACK, moment + AHEAD)],
        may_change=has_role(*ROTA_MANAGERS),
        form=Form(formdata=None),
        fault=fault,
    )


@bp.get("/absences/add")
@roles(*ROTA_MANAGERS)
def ask_absence() -> str:
    """Ask who is away; ?registrar= has one chosen already."""
    return _asked(NewAbsence(formdata=None, registrars=request.args.getlist("registrar", type=int)))


@bp.post("/absences/add")
@roles(*ROTA_MANAGERS)
@commits
def add_absence() -> ResponseReturnValue:
    """Put registrars down as away; where families are booked it leads to planning cover instead."""
    form = _prepared(NewAbsence())
    hits: Sequence[Hit] = ()
    if form.accepted():
        begins, ends = form.span()
        why, note = str(form.reason.data), " ".join((form.note.data or "").split())
        try:
            actions.record_absence(
                form.registrars.data, begins, ends, why, note, current_actor(), unless_taken=seen().taken_in
            )
            return redirect(url_for("rota.absences"))
        except FamiliesBooked as refusal:
            undo()
            hits = refusal.hits
            form.form_errors.append(refusal.sentence)
    return _asked(form, hits), HTTPStatus.UNPROCESSABLE_ENTITY


def _prepared(form: NewAbsence) -> NewAbsence:
    form.registrars.choices = [SelectChoice(str(each.id), each.name) for each in colleagues(civil_date(now()))]
    return form


def _asked(form: NewAbsence, hits: Sequence[Hit] = ()) -> str:
    _prepared(form)
    names = dict.fromkeys(hit.registrar for hit in hits)
    chosen = {choice.label: int(choice.value) for choice in form.registrars.choices if choice.label in names}
    cover = [(name, _cover(chosen[name], *form.span())) for name in names]
    return render_template("rota/absence_form.html", form=form, hits=hit_lines(hits), cover=cover)


def _cover(registrar_id: int, begins: datetime, ends: datetime) -> str:
    """Give the address at which cover is planned for a registrar's absence, by its first and its last day."""
    last = civil_date(ends - timedelta(microseconds=1))
    asked = {"registrar": registrar_id, "from": civil_date(begins).isoformat(), "to": last.isoformat()}
    return f"/cover/new?{urlencode(asked)}"


@bp.post("/absences/<int(max=2147483647):absence_id>/withdraw")
@roles(*ROTA_MANAGERS)
@commits
def withdraw_absence(absence_id: int) -> ResponseReturnValue:
    """Take an absence back."""
    form = Form()
    if form.accepted() and seen().are_told(absence_id):
        return _listed(TOLD), HTTPStatus.CONFLICT
    if form.accepted():
        try:
            actions.withdraw_absence(absence_id, current_actor())
            return redirect(url_for("rota.absences"))
        except Refused as refusal:
            undo()
            return _listed(refusal.sentence), HTTPStatus.CONFLICT
    return _listed("Press the button on this page."), HTTPStatus.UNPROCESSABLE_ENTITY


tab("rota.absences", "Absences")
