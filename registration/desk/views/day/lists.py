"""The list of a centre's appointments on a day, and the buttons in its rows."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from registration.booking.actions import outcomes
from registration.booking.forms.needs import language_name
from registration.booking.queries import midnight
from registration.booking.queries.day import DayRow, centres_of_registrar, centres_on, starts_from
from registration.booking.queries.day import day_list as appointments
from registration.booking.rules.outcomes import TITLES, Outcome, choices
from registration.booking.wording import long_day, short_day
from registration.centres.queries import centre_card
from registration.common.access import current_actor, has_role, roles
from registration.common.clock import civil_date, london, now, today
from registration.common.errors import Refused
from registration.common.times import spoken, spoken_span
from registration.common.transaction import commits, undo
from registration.desk.forms.day import Mark, Unable
from registration.desk.rules.day import NAMELESS, Line, for_centre_worker, papers_in_short, state_in_words, who_in_short
from registration.desk.views.day.frame import Place, bp, civil_day, place_of
from registration.desk.views.day.rows import rows_of
from registration.desk.views.work import own_registrar
from registration.desk.worklists import unmarked_days
from registration.families.queries import reachable, rulings, who_wants_to_join
from registration.families.rules import Ruling
from registration.staff.rules import DAY_ANSWERS, DAY_MARKERS, DAY_READERS
from registration.staff.scope import centres_on_day, own_centres
from registration.staff.security import person
from registration.staff.turns import Turn, turns

A_DAY = timedelta(days=1)
#: What a worker of a centre does not change: the family itself, a registrar or the desk does.
SETTLED = {Ruling.SAID_NO, Ruling.LOST, Ruling.DOUBTFUL}


@bp.get("/")
@roles(*DAY_READERS)
def today_here() -> ResponseReturnValue:
    """Lead to today's list of one's own centre, or to every centre of the day; ?centre= and ?on= lead to another."""
    day = civil_day(request.args.get("on") or today().isoformat())
    wanted = request.args.get("centre", "")
    here = [int(wanted)] if wanted.isdecimal() else _own(day)
    if len(here) == 1:
        return redirect(url_for("day.day_list", centre_id=here[0], day=day.isoformat()))
    return redirect(url_for("day.centres", day=day.isoformat()))


def _own(day: date) -> list[int]:
    own = own_centres()
    return centres_of_registrar(person().id, day) if own is None else sorted(centres_on_day(day) or own)


@bp.get("/<day>")
@roles(*DAY_READERS)
def centres(day: str) -> str:
    """List the centres that have a session or an appointment on a day."""
    on = civil_day(day)
    shown = centres_on(on, now(), centres_on_day(on))
    return render_template("desk/day_centres.html", centres=shown, day=on, title_day=long_day(on), **_around(on))


@bp.get("/<int:centre_id>/<day>")
@roles(*DAY_READERS)
def day_list(centre_id: int, day: str) -> str:
    """Show who comes to a centre on a day, and what came of it."""
    return _drawn(place_of(centre_id, day), Mark(formdata=None))


@bp.post("/<int:centre_id>/<day>")
@roles(*DAY_MARKERS)
@commits
def mark(centre_id: int, day: str) -> ResponseReturnValue:
    """Mark what came of one appointment, or take back what was marked."""
    place, form = place_of(centre_id, day), Mark()
    if not form.accepted():
        abort(HTTPStatus.BAD_REQUEST)
    public_id, marking, seen = form.read()
    row_here(place, public_id)
    try:
        outcomes.mark(public_id, marking, seen, current_actor(), now())
    except Refused as refusal:
        undo()
        form.form_errors.append(refusal.sentence)
        return _drawn(place, form), HTTPStatus.UNPROCESSABLE_ENTITY
    return place.back(f"b-{public_id}")


@bp.get("/<int:centre_id>/<day>/<uuid:public_id>/unable")
@roles(*DAY_MARKERS)
def ask_why(centre_id: int, day: str, public_id: UUID) -> str:
    """Ask why a birth could not be registered."""
    place = place_of(centre_id, day)
    row = row_here(place, public_id)
    form = Unable(formdata=None, seen=str(row.standing.marked), reason=row.standing.reason, note=row.standing.note)
    return _asked_why(place, row, form)


@bp.post("/<int:centre_id>/<day>/<uuid:public_id>/unable")
@roles(*DAY_MARKERS)
@commits
def unable(centre_id: int, day: str, public_id: UUID) -> ResponseReturnValue:
    """Mark that a birth could not be registered, and why."""
    place, form = place_of(centre_id, day), Unable()
    row = row_here(place, public_id)
    if form.accepted():
        try:
            outcomes.mark(public_id, form.read(), int(form.seen.data), current_actor(), now())
            return place.back(f"b-{public_id}")
        except Refused as refusal:
            undo()
            form.form_errors.append(refusal.sentence)
    return _asked_why(place, row, form), HTTPStatus.UNPROCESSABLE_ENTITY


def _asked_why(place: Place, row: DayRow, form: Unable) -> str:
    return render_template("desk/day_unable.html", place=place, line=line_of(row, now()), form=form)


def row_here(place: Place, public_id: UUID) -> DayRow:
    """Give the appointment of this list that an address names; 404 where it is on another, or cancelled."""
    row = next((row for row in _rows_of(place) if row.public_id == public_id), None)
    if row is None:
        abort(HTTPStatus.NOT_FOUND)
    return row


def _rows_of(place: Place) -> list[DayRow]:
    """List the appointments of a place that are theirs to see who asks."""
    return [row for row in appointments(place.centre.id, place.day) if place.shows(row.standing.start)]


def _drawn(place: Place, form: Mark) -> str:
    marks, at = has_role(*DAY_MARKERS), now()
    rows = _rows_of(place)
    joining = who_wants_to_join([row.family_id for row in rows])
    lines = lines_of(rows, at, marks=marks, joining=joining, asked=_asked(place, rows))
    if own_centres() is not None:
        lines = _left_for_the_centre(place, rows, lines, own_centres() or ())
    missing = unmarked_days(at, own_registrar(), place.centre.id) if marks else []
    return render_template(
        "desk/day.html",
        place=place,
        form=form,
        lines=lines,
        rows_of=rows_of,
        titles=TITLES,
        pressed=any(line.marks for line in lines),
        marks=marks,
        opens=place.opens,
        earlier=[(each, short_day(each.day)) for each in missing if each.day < place.day],
        helpers=_helpers(place),
        missing=sum(each.count for each in missing if each.day == place.day),
        **_around(place.day),
    )


def _asked(place: Place, rows: Sequence[DayRow]) -> set[int]:
    """Give the families whose answer may be written down by who looks: a worker of a centre asks on the day, and none SETTLED."""
    families = [row.family_id for row in rows]
    if own_centres() is None:
        return set(families) if has_role(*DAY_ANSWERS) else set()
    if place.day != today() or not has_role(*DAY_ANSWERS):
        return set()
    ruled = rulings(place.centre.id, families, today())
    return {number for number in families if ruled[number] not in SETTLED}


def _may_know(here: int, own: Collection[int], family_ids: Sequence[int]) -> set[int]:
    """Give the families that a worker may know of: those of the centre, and at an office those of the worker's own centres."""
    return {number for centre in {here, *own} for number in reachable(centre, family_ids, today())}


def _left_for_the_centre(place: Place, rows: list[DayRow], lines: list[Line], own: Collection[int] = ()) -> list[Line]:
    """Leave of each line what the centre may know of the family, or at an office the `own` centres of who looks."""
    may_know = _may_know(place.centre.id, own, [row.family_id for row in rows])
    return [for_centre_worker(line, known=row.family_id in may_know) for row, line in zip(rows, lines, strict=True)]


def as_listed(place: Place, row: DayRow, line: Line) -> Line:
    """Leave of one line what the list leaves of it for who looks, for a page about it alone."""
    own = own_centres()
    return line if own is None else _left_for_the_centre(place, [row], [line], own)[0]


def named_on_lists(centre_id: int, today: date) -> set[int]:
    """Give the families whose names a centre's own workers read on its lists of today and the days to come."""
    days = sorted({civil_date(start) for start in starts_from(centre_id, midnight(today))})
    return {number for day in days for number in _named_on(centre_id, day)}


def _named_on(centre_id: int, day: date) -> set[int]:
    card = centre_card(centre_id)
    if card is None:
        return set()
    rows = appointments(centre_id, day)
    lines = _left_for_the_centre(Place(card, day), rows, [line_of(row, now()) for row in rows])
    return {row.family_id for row, line in zip(rows, lines, strict=True) if line.name != NAMELESS}


def _helpers(place: Place) -> list[str]:
    """Say which centre workers are there to sign families up: Rosie from Sunshine is here for sign-ups, 9am to 1pm."""
    found = turns(place.day, place.day, place.centre.id)
    homes = {number: card.name for each in found for number in each.own_centres if (card := centre_card(number))}
    return [_helper(turn, sorted(homes[number] for number in turn.own_centres if number in homes)) for turn in found]


def _helper(turn: Turn, homes: Sequence[str]) -> str:
    whose = f" from {', '.join(homes)}" if homes else ""
    return f"{turn.name}{whose} is here for sign-ups, {spoken_span(turn.begins, turn.ends)}."


def _around(day: date) -> dict[str, object]:
    return {"before": day - A_DAY, "after": day + A_DAY, "today": today(), "short_day": short_day}


def lines_of(
    rows: Iterable[DayRow],
    at: datetime,
    *,
    marks: bool = False,
    joining: Collection[int] = (),
    asked: Collection[int] = (),
) -> list[Line]:
    """Put appointments into the words of the list; with `marks` the buttons that may be pressed at that moment.

    `joining` are the families that asked to join the centre, `asked` those whose answer may be written down.
    """
    day = civil_date(at)
    return [
        _line(
            row,
            day,
            choices(row.standing, day, at) if marks else (),
            joins=row.family_id in joining,
            asked=row.family_id in asked,
        )
        for row in rows
    ]


def line_of(row: DayRow, at: datetime) -> Line:
    """Put one appointment into the words of the list, for a page about it alone."""
    [line] = lines_of([row], at)
    return line


def _line(row: DayRow, today: date, possible: tuple[Outcome | None, ...], *, joins: bool, asked: bool) -> Line:
    standing = row.standing
    return Line(
        key=str(row.public_id),
        reference=standing.reference,
        time=_time(standing.start),
        name=row.name,
        babies=row.babies,
        declaration=standing.kind == "declaration",
        with_whom=row.registrar,
        room=row.room,
        who=who_in_short(row.parents),
        papers=_papers(row.parents),
        language="" if row.language == "en" and not row.interpreter else _language(row),
        needs=row.access_needs,
        mobile=row.mobile or "",
        email=row.email or "",
        joins=joins,
        state=state_in_words(standing, today, displaced=row.displaced),
        outcome=str(standing.outcome or ""),
        by=", ".join(filter(None, [standing.by, _time(row.happened_at)])) if row.happened_at else "",
        marked=standing.marked,
        version=standing.version,
        marks=possible,
        asked=asked,
    )


_papers = lru_cache(papers_in_short)  # there are a dozen sorts of parents, and two hundred rows of a busy day


def _time(moment: datetime) -> str:
    """Write a time of day in English, as all pages of staff are, without asking for the language in every row."""
    return spoken(london(moment).time())


def _language(row: DayRow) -> str:
    return f"{_english_name(row.language)}{', interpreter' if row.interpreter else ''}"


@lru_cache(maxsize=256)
def _english_name(language: str) -> str:
    """Name a language in English, as all pages of staff are; once, for two hundred rows ask."""
    with force_locale("en"):
        return language_name(language)
