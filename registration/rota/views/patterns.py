"""How registrars work by the week: versions that follow one another, and single half-days that are otherwise."""

from datetime import date, timedelta
from http import HTTPStatus

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.common.access import current_actor, has_role, roles
from registration.common.clock import today
from registration.common.errors import Refused
from registration.common.forms import Form
from registration.common.transaction import commits, undo
from registration.rota.actions import patterns as actions
from registration.rota.forms.patterns import FREE, RESUME, ExceptionForm, LastDay, PatternForm, shown
from registration.rota.models import Registrar
from registration.rota.queries import people as registrars
from registration.rota.queries.planning import exceptions_between, patterns_between
from registration.rota.rules.conflicts import in_words
from registration.rota.rules.patterns import DAY, Pattern, contract_of, turn_of
from registration.rota.rules.planning import WEEK, monday_of
from registration.rota.views.frame import bp, tab
from registration.rota.views.words import Names
from registration.staff.rules import ROTA_MANAGERS, ROTA_READERS

#: How far a registrar's page looks back on versions and ahead on exceptions.
BACK, AHEAD = timedelta(days=365), timedelta(days=731)


@bp.get("/patterns")
@roles(*ROTA_READERS)
def patterns() -> str:
    """List how everybody works by the week now, and what comes next."""
    day, names = today(), Names()
    versions = patterns_between(day, None).values()
    here = [each for each in registrars.every_registrar() if each.left_on is None or each.left_on > day]
    lines = []
    for person in here:
        theirs = [each for each in versions if each.registrar == person.id]
        current = next((each for each in theirs if each.holds_on(day)), None)
        later = next((each for each in theirs if each.valid_from > day), None)
        lines.append((person, _shown(current, names), contract_of(current.half_days) if current else 0, later))
    return render_template("rota/patterns.html", lines=lines, in_words=in_words, may_change=has_role(*ROTA_MANAGERS))


def _shown(pattern: Pattern | None, names: Names) -> list[tuple[str, str]]:
    return names.week(pattern) if pattern else []


def _registrar(registrar_id: int) -> Registrar:
    registrar = registrars.registrar(registrar_id)
    if registrar is None:
        abort(HTTPStatus.NOT_FOUND)
    return registrar


@bp.get("/patterns/<int(max=2147483647):registrar_id>")
@roles(*ROTA_READERS)
def pattern(registrar_id: int) -> str:
    """Show a registrar's weeks: what was, what is and what comes, with the half-days that are otherwise."""
    return _page(_registrar(registrar_id))


def _page(registrar: Registrar, fault: str = "", form: ExceptionForm | None = None) -> str:
    day, names = today(), Names()
    versions = patterns_between(day - BACK, None, registrar.id)
    exceptions = exceptions_between(day - timedelta(weeks=1), day + AHEAD, registrar.id)
    asked = form or ExceptionForm(formdata=None)
    asked.place.offer(names.seats, FREE)
    return render_template(
        "rota/pattern.html",
        registrar=registrar,
        versions=[
            (key, each, actions.span_of(each), names.week(each), contract_of(each.half_days))
            for key, each in versions.items()
        ],
        exceptions=[
            (key, each, in_words(each.day), names.half_day(each.place) if each.place else FREE)
            for key, each in exceptions.items()
        ],
        form=asked,
        ending=LastDay(formdata=None),
        fault=fault,
        today=day,
        turn=turn_of(day),
        may_know_why=has_role(*ROTA_MANAGERS, "auditor"),
        may_change=has_role(*ROTA_MANAGERS),
    )


@bp.get("/patterns/<int(max=2147483647):registrar_id>/new")
@roles(*ROTA_MANAGERS)
def ask_pattern(registrar_id: int) -> str:
    """Ask for a new version of a registrar's week, which begins as the one in force."""
    registrar, day = _registrar(registrar_id), today()
    current = next((each for each in patterns_between(day, day, registrar_id).values()), None)
    return _pattern_form(PatternForm(formdata=None, **shown(current)), registrar)


@bp.post("/patterns/<int(max=2147483647):registrar_id>/new")
@roles(*ROTA_MANAGERS)
@commits
def add_pattern(registrar_id: int) -> ResponseReturnValue:
    """Keep a new version of a registrar's week."""
    registrar, names = _registrar(registrar_id), Names()
    form = PatternForm().prepare(names.seats)
    if form.accepted():
        half_days = form.half_days()
        if not form.faulty():
            new = Pattern(registrar_id, form.valid_from.data, form.valid_to.data, tuple(half_days))
            ended = _ends(form, registrar, new)
            if ended:
                return _pattern_form(form, registrar, names, ended), HTTPStatus.UNPROCESSABLE_ENTITY
            try:
                actions.add_pattern(new, current_actor(), resume=form.then.data == RESUME)
                return redirect(url_for("rota.pattern", registrar_id=registrar_id), HTTPStatus.SEE_OTHER)
            except Refused as refusal:
                undo()
                form.valid_from.errors = (refusal.sentence,)
    return _pattern_form(form, registrar, names), HTTPStatus.UNPROCESSABLE_ENTITY


def _ends(form: PatternForm, registrar: Registrar, new: Pattern) -> str:
    """Say which pattern a new one would end for good, until somebody has chosen what comes after it; else nothing."""
    ended = actions.would_end(new)
    if ended is None or new.valid_to is None:
        return ""
    since, after = in_words(ended.valid_from), in_words(new.valid_to + DAY)
    resumes = f"The pattern that runs from {since} goes on, from {after} until further notice"
    if form.ask_what_then(f"Nothing: from {after} {registrar.name} has no pattern", resumes):
        return ""
    return (
        f"This ends the pattern that runs from {since} without an end. "
        f"From {after} {registrar.name} would have no pattern, and no session would be drafted."
    )


def _pattern_form(form: PatternForm, registrar: Registrar, names: Names | None = None, ended: str = "") -> str:
    form.prepare((names or Names()).seats)
    day = today()
    following = {turn_of(on): in_words(monday_of(on)) for on in (day, day + WEEK)}
    in_turns = "weeks" in request.values or any(line.other.data for line in form.lines())
    return render_template(
        "rota/pattern_form.html", form=form, registrar=registrar, ended=ended, in_turns=in_turns, following=following
    )


@bp.post("/patterns/versions/<int(max=2147483647):pattern_id>/end")
@roles(*ROTA_MANAGERS)
@commits
def end_pattern(pattern_id: int) -> ResponseReturnValue:
    """Say the last day a version is in force."""
    registrar, form = _owner(pattern_id), LastDay()
    fault = "Enter the last day it is in force"
    if form.accepted():
        try:
            actions.end_pattern(pattern_id, form.last_day.data, current_actor())
            return redirect(url_for("rota.pattern", registrar_id=registrar.id), HTTPStatus.SEE_OTHER)
        except Refused as refusal:
            undo()
            fault = refusal.sentence
    return _page(registrar, fault), HTTPStatus.UNPROCESSABLE_ENTITY


def _owner(pattern_id: int) -> Registrar:
    """Give the registrar whose version it is, or answer that there is none."""
    found = patterns_between(date.min, None).get(pattern_id)
    return _registrar(found.registrar if found else 0)


@bp.post("/patterns/versions/<int(max=2147483647):pattern_id>/remove")
@roles(*ROTA_MANAGERS)
@commits
def remove_pattern(pattern_id: int) -> ResponseReturnValue:
    """Take out a version that has not begun."""
    registrar, form = _owner(pattern_id), Form()
    if not form.accepted():
        return _page(registrar), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        actions.remove_pattern(pattern_id, today(), current_actor())
    except Refused as refusal:
        undo()
        return _page(registrar, refusal.sentence), HTTPStatus.CONFLICT
    return redirect(url_for("rota.pattern", registrar_id=registrar.id), HTTPStatus.SEE_OTHER)


@bp.post("/patterns/<int(max=2147483647):registrar_id>/exceptions")
@roles(*ROTA_MANAGERS)
@commits
def add_exception(registrar_id: int) -> ResponseReturnValue:
    """Keep what a registrar does otherwise on one half-day."""
    registrar, form = _registrar(registrar_id), ExceptionForm()
    form.place.offer(Names().seats, FREE)
    if form.accepted():
        new = form.exceptional(registrar_id)
        try:
            if new is not None:
                actions.add_exception(new, current_actor())
                return redirect(url_for("rota.pattern", registrar_id=registrar_id), HTTPStatus.SEE_OTHER)
        except Refused as refusal:
            undo()
            form.begins.errors = (refusal.sentence,)
    return _page(registrar, form=form), HTTPStatus.UNPROCESSABLE_ENTITY


@bp.post("/patterns/<int(max=2147483647):registrar_id>/exceptions/<int(max=2147483647):exception_id>/remove")
@roles(*ROTA_MANAGERS)
@commits
def remove_exception(registrar_id: int, exception_id: int) -> ResponseReturnValue:
    """Take an exception out, so that the pattern counts again."""
    registrar, form = _registrar(registrar_id), Form()
    if not form.accepted():
        return _page(registrar), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        actions.remove_exception(registrar_id, exception_id, current_actor())
    except Refused as refusal:
        undo()
        return _page(registrar, refusal.sentence), HTTPStatus.CONFLICT
    return redirect(url_for("rota.pattern", registrar_id=registrar_id), HTTPStatus.SEE_OTHER)


tab("rota.patterns", "Weekly patterns")
