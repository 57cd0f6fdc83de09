"""Registrars: who they are, what is theirs soon, and the day they leave."""

from collections import defaultdict
from datetime import date, timedelta
from http import HTTPStatus

from babel import Locale
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.common.access import current_actor, has_role, roles
from registration.common.audit import history_of
from registration.common.authority import current_authority
from registration.common.clock import london, now
from registration.common.errors import Refused
from registration.common.forms import Form
from registration.common.transaction import commits, undo
from registration.rota.actions import people as actions
from registration.rota.actions.absences import FamiliesBooked
from registration.rota.actions.restoring import CannotBringBack
from registration.rota.forms.people import GRADE_TITLES, Leaving, Person, shown
from registration.rota.models import Registrar
from registration.rota.queries import people as queries
from registration.rota.queries.absences import Away, away_between, sessions_in
from registration.rota.views.absences import hit_lines, may_know_why, said
from registration.rota.views.frame import bp, seen, tab
from registration.rota.views.words import NONE_BACK, sessions_told
from registration.staff.rules import ROTA_MANAGERS, ROTA_READERS

#: How far ahead a registrar's own page looks.
SOON = timedelta(weeks=6)
A_YEAR = timedelta(days=365)
ENGLISH = Locale("en")
#: Languages that Unicode's list of names leaves out.
NAMED = {"bfi": "British Sign Language"}


@bp.get("/registrars")
@roles(*ROTA_READERS)
def registrars() -> str:
    """List who registers, who is away, and those who left."""
    moment = now()
    away: defaultdict[int, list[Away]] = defaultdict(list)
    for each in away_between(moment, moment + A_YEAR):
        away[each.registrar_id].append(each)
    everybody = queries.every_registrar()
    return render_template(
        "rota/people.html",
        here=[each for each in everybody if not _gone(each)],
        gone=[each for each in everybody if _gone(each)],
        away={who: said(those[0]) for who, those in away.items()},
        grades=GRADE_TITLES,
        usual=current_authority().minutes_per_baby,
        languages=languages_in_words,
        may_change=has_role(*ROTA_MANAGERS),
    )


def _gone(registrar: Registrar) -> bool:
    return registrar.left_on is not None and registrar.left_on <= london(now()).date()


def languages_in_words(tags: list[str]) -> str:
    """Name languages in English: 'English, Urdu'."""
    return ", ".join(str(NAMED.get(tag.lower()) or ENGLISH.languages.get(tag.lower(), tag)) for tag in tags)


@bp.get("/registrars/<int(max=2147483647):registrar_id>")
@roles(*ROTA_READERS)
def person(registrar_id: int) -> str:
    """Show one registrar: the facts, the sessions and absences to come, and what was changed."""
    registrar, moment = _registrar(registrar_id), now()
    sessions = sessions_in([registrar_id], moment, moment + SOON)
    booked = seen().booked_minutes([session.id for session in sessions])
    knows = may_know_why()
    return render_template(
        "rota/person.html",
        registrar=registrar,
        grade=GRADE_TITLES.get(registrar.grade, registrar.grade),
        languages=languages_in_words(registrar.languages),
        usual=current_authority().minutes_per_baby,
        sessions=[
            (session, london(session.begins), london(session.ends), booked.get(session.id, 0)) for session in sessions
        ],
        away=[said(each) for each in away_between(moment, moment + A_YEAR, [registrar_id])],
        history=history_of(f"registrar:{registrar_id}") if knows else None,
        knows=knows,
        may_change=has_role(*ROTA_MANAGERS),
    )


def _registrar(registrar_id: int) -> Registrar:
    registrar = queries.registrar(registrar_id)
    if registrar is None:
        abort(HTTPStatus.NOT_FOUND)
    return registrar


@bp.get("/registrars/add")
@roles(*ROTA_MANAGERS)
def ask_registrar() -> str:
    """Ask for the facts of a new registrar."""
    form = Person(formdata=None, may_register_births=True, grade="registrar", languages="en")
    return _person_form(form, None)


@bp.post("/registrars/add")
@roles(*ROTA_MANAGERS)
@commits
def add_registrar() -> ResponseReturnValue:
    """Add a registrar."""
    form = Person()
    if form.accepted():
        try:
            made = actions.add_registrar(form.facts(), current_actor())
            return redirect(url_for("rota.person", registrar_id=made.id))
        except Refused as refusal:
            undo()
            form.name.errors = (refusal.sentence,)
    return _person_form(form, None), HTTPStatus.UNPROCESSABLE_ENTITY


@bp.get("/registrars/<int(max=2147483647):registrar_id>/change")
@roles(*ROTA_MANAGERS)
def ask_change(registrar_id: int) -> str:
    """Ask what is different about a registrar."""
    registrar = _registrar(registrar_id)
    return _person_form(Person(formdata=None, **shown(registrar)), registrar)


@bp.post("/registrars/<int(max=2147483647):registrar_id>/change")
@roles(*ROTA_MANAGERS)
@commits
def change_registrar(registrar_id: int) -> ResponseReturnValue:
    """Change what is known of a registrar."""
    registrar, form = _registrar(registrar_id), Person()
    hits: list[str] = []
    if form.accepted():
        try:
            actions.change_registrar(registrar_id, form.facts(), current_actor(), now(), seen().taken_in)
            return redirect(url_for("rota.person", registrar_id=registrar_id))
        except FamiliesBooked as refusal:
            undo()
            hits = hit_lines(refusal.hits)
            form.may_register_births.errors = ("Families are booked with this registrar: settle them first.",)
        except Refused as refusal:
            undo()
            form.name.errors = (refusal.sentence,)
    return _person_form(form, registrar, hits), HTTPStatus.UNPROCESSABLE_ENTITY


def _person_form(form: Person, registrar: Registrar | None, hits: list[str] | None = None) -> str:
    return render_template(
        "rota/person_form.html",
        form=form,
        registrar=registrar,
        hits=hits or [],
        usual=current_authority().minutes_per_baby,
    )


@bp.get("/registrars/<int(max=2147483647):registrar_id>/leave")
@roles(*ROTA_MANAGERS)
def ask_leaving(registrar_id: int) -> str:
    """Ask for the first day a registrar no longer works here."""
    registrar = _registrar(registrar_id)
    return render_template(
        "rota/person_leave.html", form=Leaving(formdata=None, day=registrar.left_on), registrar=registrar
    )


@bp.post("/registrars/<int(max=2147483647):registrar_id>/leave")
@roles(*ROTA_MANAGERS)
@commits
def see_off(registrar_id: int) -> ResponseReturnValue:
    """Note the day and withdraw the sessions from then on; refused, with names, where families are booked in them."""
    registrar, form = _registrar(registrar_id), Leaving()
    hits: list[str] = []
    if form.accepted():
        try:
            return _leave(registrar_id, form.day.data)
        except FamiliesBooked as refusal:
            undo()
            hits = hit_lines(refusal.hits)
            form.day.errors = (refusal.sentence,)
        except CannotBringBack as refusal:
            undo()
            return _not_back(registrar, form, refusal)
    page = render_template("rota/person_leave.html", form=form, registrar=registrar, hits=hits)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY


def _leave(registrar_id: int, day: date | None) -> ResponseReturnValue:
    """Note the day of leaving, or that there is none, and say what became of the sessions."""
    publish = NONE_BACK not in request.form
    done = actions.see_off(registrar_id, day, current_actor(), seen().taken_in, now(), publish=publish)
    told = "The day of leaving is noted." if day else "The day of leaving is taken back."
    parts = [told, sessions_told(done.withdrawn, "withdrawn"), sessions_told(done.brought_back, "published again")]
    flash(" ".join(part for part in parts if part), "success")
    return redirect(url_for("rota.person", registrar_id=registrar_id))


def _not_back(registrar: Registrar, form: Leaving, refusal: CannotBringBack) -> ResponseReturnValue:
    page = render_template(
        "rota/person_leave.html", form=form, registrar=registrar, fault=refusal.sentence, reasons=refusal.reasons
    )
    return page, HTTPStatus.CONFLICT


@bp.post("/registrars/<int(max=2147483647):registrar_id>/stay")
@roles(*ROTA_MANAGERS)
@commits
def stay(registrar_id: int) -> ResponseReturnValue:
    """Take the day of leaving back."""
    registrar = _registrar(registrar_id)
    if not Form().accepted():
        abort(HTTPStatus.BAD_REQUEST)
    try:
        return _leave(registrar_id, None)
    except CannotBringBack as refusal:
        undo()
        return _not_back(registrar, Leaving(formdata=None), refusal)


tab("rota.registrars", "Registrars")
