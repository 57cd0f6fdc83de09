"""The sheet for a day without network: taken out as a file, filled in by hand, and read in again."""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import replace
from http import HTTPStatus

from flask import Response, abort, flash, render_template
from flask.typing import ResponseReturnValue

from registration.booking.actions.outcomes import judge_sheet, mark_sheet
from registration.booking.queries.day import day_list, names_of, standings
from registration.booking.rules.outcomes import (
    REASONS,
    TITLES,
    BookedAgain,
    Kind,
    Marking,
    SheetRow,
    Standing,
    Verdict,
    kept_apart,
)
from registration.booking.wording import clock_time, short_day
from registration.common import audit
from registration.common.access import current_actor, roles
from registration.common.clock import now
from registration.common.files import NOT_READ, FileRefused
from registration.common.forms import Form
from registration.common.transaction import commits, undo
from registration.desk.forms.day import SheetDecided, SheetIn, rows_as_text
from registration.desk.sheet import read_sheet, refuse_strangers, sheet
from registration.desk.views.day.frame import Place, bp, place_of
from registration.desk.views.day.lists import lines_of
from registration.staff.rules import DAY_MARKERS


@bp.get("/<int:centre_id>/<day>/sheet")
@roles(*DAY_MARKERS)
def sheet_page(centre_id: int, day: str) -> str:
    """Offer the sheet, and take it back."""
    return _drawn(place_of(centre_id, day), SheetIn(formdata=None))


@bp.post("/<int:centre_id>/<day>/sheet.csv")
@roles(*DAY_MARKERS)
@commits
def take_sheet_out(centre_id: int, day: str) -> ResponseReturnValue:
    """Give the list as a file; that somebody took it away is kept in the record."""
    place = place_of(centre_id, day)
    lines = lines_of(day_list(centre_id, place.day), now())
    audit.record("took a day sheet out", about=_about(place), actor=current_actor(), after=_facts(place, len(lines)))
    answer = Response(sheet(lines, place.centre.name, place.day), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{_file_name(place)}"'
    return answer


@bp.post("/<int:centre_id>/<day>/sheet")
@roles(*DAY_MARKERS)
@commits
def read_sheet_in(centre_id: int, day: str) -> ResponseReturnValue:
    """Read a sheet in: mark what nothing stands against, unless a person has to decide of some rows first."""
    place, form = place_of(centre_id, day), SheetIn()
    if not form.accepted():
        return _drawn(place, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        table, rows = read_sheet(form.file.data.stream)
        refuse_strangers(table, rows, standings([row.reference for row in rows]), centre_id, place.day)
    except FileRefused as refusal:
        return _drawn(place, form, refusal.lines()), HTTPStatus.UNPROCESSABLE_ENTITY
    return _settled(place, [row for row in rows if row.marking.outcome is not None], frozenset(), frozenset())


@bp.post("/<int:centre_id>/<day>/sheet/decided")
@roles(*DAY_MARKERS)
@commits
def decide_sheet(centre_id: int, day: str) -> ResponseReturnValue:
    """Mark a sheet's rows as decided; what changed since the page was drawn is shown again first."""
    place, form = place_of(centre_id, day), SheetDecided()
    try:
        rows = form.read() if form.accepted() else []
        known = standings([row.reference for row in rows])
        rows = [row for row in rows if row.reference in known]
        return _settled(place, rows, frozenset(form.shown.data or ()), frozenset(form.take.data or ()))
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST)


def _settled(
    place: Place, rows: Sequence[SheetRow], shown: frozenset[str], take: frozenset[str]
) -> ResponseReturnValue:
    """Mark the rows if every one that something stands against was `shown`, and `take` says which count all the same."""
    verdicts = [_as_decided(verdict, take) for verdict in judge_sheet(rows, now())]
    parted = kept_apart(verdicts)
    open_ones = [verdict for verdict in parted[Kind.CONFLICT] + parted[Kind.LOST] if _stands(verdict) not in shown]
    if open_ones:
        return _ask(place, parted)
    try:
        marked = mark_sheet(verdicts, _about(place), current_actor(), now())
    except BookedAgain as refusal:
        undo()
        return _drawn(place, SheetIn(formdata=None), [refusal.sentence]), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(_told(marked, len(rows) - marked), "success")
    return place.back()


def _as_decided(verdict: Verdict, take: frozenset[str]) -> Verdict:
    if verdict.kind is Kind.CONFLICT and _stands(verdict) in take:
        return replace(verdict, kind=Kind.MARK)
    return verdict


def _stands(verdict: Verdict) -> str:
    """Name how a booking stands at this moment, so that a decision holds only for what the person saw."""
    return f"{verdict.standing.reference}.{verdict.standing.version}.{verdict.standing.marked}"


def _told(marked: int, left: int) -> str:
    rest = f" {left} left as they were." if left else ""
    return f"{marked} {'outcome was' if marked == 1 else 'outcomes were'} read in.{rest}"


def _ask(place: Place, parted: dict[Kind, list[Verdict]]) -> str:
    form = SheetDecided(formdata=None)
    rows = [verdict.row for kind in Kind for verdict in parted[kind]]
    return render_template(
        "desk/day_sheet_conflicts.html",
        place=place,
        form=form,
        rows=rows_as_text(rows),
        conflicts=_shown(parted[Kind.CONFLICT]),
        lost=_shown(parted[Kind.LOST]),
        ready=len(parted[Kind.MARK]),
    )


def _shown(verdicts: Collection[Verdict]) -> list[dict[str, str]]:
    names = names_of([verdict.row.reference for verdict in verdicts])
    return [
        {
            "reference": verdict.row.reference,
            "name": names[verdict.row.reference],
            "at": _when(verdict.standing),
            "line": str(verdict.row.line),
            "stands": _stands(verdict),
            "sheet": _says(verdict.row.marking),
            "now": TITLES[verdict.standing.outcome] if verdict.standing.outcome else "Not marked",
            "why": verdict.why,
        }
        for verdict in verdicts
    ]


def _when(standing: Standing) -> str:
    return f"{short_day(standing.day)}, {clock_time(standing.start)}"


def _says(marking: Marking) -> str:
    """Give what a row of a sheet marks, with the reason and the note that stand there."""
    outcome = TITLES[marking.outcome] if marking.outcome else ""
    reason = "" if marking.reason == "other" and marking.note else REASONS.get(marking.reason, "")
    why = "; ".join(filter(None, (reason, marking.note)))
    return f"{outcome} ({why})" if why else outcome


def _drawn(place: Place, form: SheetIn, faults: Sequence[str] = ()) -> str:
    if faults:
        form.file.errors = (NOT_READ,)
    return render_template("desk/day_sheet.html", place=place, form=form, file_faults=faults, out=Form(formdata=None))


def _about(place: Place) -> str:
    return f"centre:{place.centre.id}"


def _facts(place: Place, rows: int) -> dict[str, object]:
    return {"day": place.day.isoformat(), "appointments": rows}


def _file_name(place: Place) -> str:
    plain = unicodedata.normalize("NFKD", place.centre.name).encode("ascii", "ignore").decode()
    words = "".join(letter if letter.isalnum() else " " for letter in plain.casefold()).split()
    return f"{'-'.join(['day', *words])}-{place.day}.csv"
