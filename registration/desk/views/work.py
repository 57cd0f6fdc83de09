"""The work lists: families somebody has to look after, and days without outcomes."""

from collections.abc import Callable
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registration.booking.wording import clock_time, day_and_month
from registration.common.access import current_actor, has_role, roles
from registration.common.clock import london, now, today
from registration.common.errors import Refused
from registration.common.forms import Form
from registration.common.transaction import commits, undo
from registration.desk import marks
from registration.desk.forms.work import Done, Take
from registration.desk.today import registrar_of
from registration.desk.views.frame import bp
from registration.desk.worklists import UNANSWERED, WITHOUT_TIME, Row, rows, unmarked_days
from registration.staff.rules import DAY_MARKERS, DESK, DESK_READERS, EVERY_CENTRE
from registration.staff.security import person

#: Who reads what is missing of the day: numbers, and no family.
OUTCOME_READERS = (*DAY_MARKERS, "auditor")

TITLES = {WITHOUT_TIME: "Families without a time", UNANSWERED: "Offers not answered"}
INTRODUCTIONS = {
    WITHOUT_TIME: "Each of these families needs a time, or has to tell us that they need none. Those with the fewest days "
    "left of their 42 come first.",
    UNANSWERED: "These families’ registrar is away, or their centre closes, and they have not answered the time we keep for "
    "them. Ring those whose answer is due soon: once it lapses, the time is gone.",
}
#: What happened, and what to do next.
WHY = {
    "away": ("Registrar away at {start}; no other time is offered", "Ring and agree another time"),
    "closed": ("Centre closed by {start}; no other time is offered", "Ring and agree another time"),
    "declined": ("Cannot be seen at {start}; the other time was declined", "Ring and agree another time"),
    "lapsed": ("Cannot be seen at {start}; the other time was not answered", "Ring and agree another time"),
    "cancelled": ("Cancelled {start} and did not book again", "Ask whether they need a time"),
    "did_not_attend": ("Did not come on {start}", "Ask what happened and book another time"),
    "unable": ("Could not be registered on {start}", "Book another time, with what was missing"),
    "unanswered": ("Cannot be seen at {start}; {offered} is kept until {answer_by}", "Ring and ask for an answer"),
}


def own_registrar() -> int | None:
    """Give the registrar whose outcomes alone the person signed in looks after; None for whoever looks after all.

    A registrar whose account is tied to no name in the rota marks for all: nobody can say which outcomes are theirs.
    """
    user = person()
    return None if user.role_names & (EVERY_CENTRE - {"registrar"}) else registrar_of(user.id)


@bp.get("/lists/without-a-time", defaults={"work": WITHOUT_TIME}, endpoint="without_time")
@bp.get("/lists/offers", defaults={"work": UNANSWERED}, endpoint="unanswered")
@roles(*DESK_READERS)
def families(work: str) -> str:
    """Show the families of a list, and what to do next for each."""
    return _families(work)


def _families(work: str, fault: str = "") -> str:
    shown = [_shown(row) for row in rows(work, now())]
    return render_template(
        "desk/work_families.html",
        work=work,
        title=TITLES[work],
        introduction=INTRODUCTIONS[work],
        rows=shown,
        form=Form(),
        fault=fault,
        me=current_actor(),
        may_change=has_role(*DESK),
    )


def _shown(row: Row) -> dict[str, Any]:
    happened, to_do = WHY[row.why]
    words = {"start": row.begins_at, "offered": row.offered_at, "answer_by": row.answer_by}
    left = (row.last_lawful_day - today()).days
    return {
        "row": row,
        "happened": happened.format(**{name: at(moment) for name, moment in words.items() if moment}),
        "to_do": to_do,
        "left": left,
        "left_words": days_left(left),
        "since": at(row.claimed_at) if row.claimed_at else "",
        "may_be_done": row.why in marks.MAY_BE_DONE,
    }


def at(moment: datetime) -> str:
    """Write a moment for a table: Tue 24 Nov, 9:30am."""
    return f"{london(moment):%a} {london(moment).day} {london(moment):%b}, {clock_time(moment)}"


def days_left(left: int) -> str:
    """Say how many of the 42 days are left: '5 days', 'last day', '2 days late'."""
    if left < 0:
        return "1 day late" if left == -1 else f"{-left} days late"
    return {0: "last day", 1: "1 day"}.get(left, f"{left} days")


@bp.post("/lists/<work>/take")
@roles(*DESK)
@commits
def take(work: str) -> ResponseReturnValue:
    """Take a family to look after."""
    form = Take()
    return _changed(
        work, form, lambda: marks.claim(work, form.fact.data, form.had.data or "", actor=current_actor(), now=now())
    )


@bp.post("/lists/<work>/give-back")
@roles(*DESK)
@commits
def give_back(work: str) -> ResponseReturnValue:
    """Give back a family one has taken."""
    form = Take()
    return _changed(work, form, lambda: marks.release(work, form.fact.data, actor=current_actor(), now=now()))


@bp.post("/lists/<work>/done")
@roles(*DESK)
@commits
def done(work: str) -> ResponseReturnValue:
    """Say that nothing more is to be done for a family, and why."""
    form = Done()
    return _changed(
        work, form, lambda: marks.finish(work, form.fact.data, form.note.data or "", actor=current_actor(), now=now())
    )


def _changed(work: str, form: Form, change: Callable[[], None]) -> ResponseReturnValue:
    """Make a change and show the list; where that is refused, show it with the sentence that says why."""
    if work not in TITLES:
        abort(HTTPStatus.NOT_FOUND)
    if not form.accepted():
        fault = next((str(errors[0]) for errors in form.errors.values()), "Choose a family from the list")
        return _families(work, fault), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        change()
    except Refused as refusal:
        undo()
        return _families(work, refusal.sentence), HTTPStatus.CONFLICT
    return redirect(url_for(f"desk.{'without_time' if work == WITHOUT_TIME else 'unanswered'}"), HTTPStatus.SEE_OTHER)


@bp.get("/lists/outcomes")
@roles(*OUTCOME_READERS)
def outcomes_missing() -> str:
    """Show the days of which nobody has said what became of an appointment."""
    days = [(each, _day(each.day)) for each in unmarked_days(now(), own_registrar())]
    return render_template("desk/work_outcomes.html", days=days)


def _day(day: date) -> str:
    return f"{day:%A} {day_and_month(day)}"
