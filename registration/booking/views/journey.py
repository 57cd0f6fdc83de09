"""The start page, the questions that are asked one after the other, and the pages that ask a family to call instead."""

from datetime import timedelta
from http import HTTPStatus

from flask import current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadRequest

from registration.booking.actions.journeys import Walk, answer, keep_longer, locked, renew, start_again
from registration.booking.forms.birth import Babies, call_for_more, district_of, place_items
from registration.booking.rules.attendance import Attending
from registration.booking.rules.deadline import last_lawful_day
from registration.booking.rules.journey import (
    Answers,
    CallInstead,
    End,
    Step,
    mother_is_missing,
    next_step,
    step_after,
)
from registration.booking.rules.requests import MOST_BABIES
from registration.booking.views.frame import (
    FORMS,
    SESSION_KEY,
    Seen,
    bp,
    carried_answers,
    chosen_again,
    facts_for,
    is_after_time,
    is_changing,
    refuses_cookies,
    render,
    restored,
    seen,
    shown,
    too_early,
    url_of,
    walked,
)
from registration.booking.wording import papers, weekday_and_day
from registration.centres.queries import district_choices
from registration.common.access import forgotten_here, public
from registration.common.clock import now, today
from registration.common.forms import Form
from registration.common.i18n import forget_language
from registration.common.limits import client
from registration.common.origin import from_other_site
from registration.common.transaction import commits

#: Pages whose answers are taken in elsewhere.
OF_THEIR_OWN = frozenset({Step.TIME, Step.CHECK})
#: What a page that is sent once more leaves behind: a key that is no longer right, and that it was shown again.
TO_LEAVE = frozenset({"csrf_token", "shown_again"})


@bp.get("/")
@public
def start() -> str:
    """Say what the service is for, how long it takes and by when a birth must be registered."""
    example = weekday_and_day(last_lawful_day(today()))
    state = seen()
    begun = state.booked is None and state.answers != Answers()
    onward = url_of(next_step(state.answers) if begun else Step.WHERE_BORN)
    return render_template(
        "booking/start.html", example=example, begun=begun, onward=onward, again=Form() if begun else None
    )


@bp.get("/book")
@public
def book() -> ResponseReturnValue:
    """Lead to the first question."""
    return redirect(url_of(Step.WHERE_BORN))


@bp.post("/book/start-again")
@public
@commits
def begin_again() -> ResponseReturnValue:
    """Forget the answers so far, on a telephone that somebody else used before, say."""
    walk = locked(str(session.get(SESSION_KEY, "")), client())
    if walk is not None and walk.row.booking_id is None:
        start_again(walk)
    session.pop(SESSION_KEY, None)
    return redirect(url_of(Step.WHERE_BORN))


@bp.post("/book/finish")
@public
def clear_device() -> ResponseReturnValue:
    """Forget the browser of a family that has booked: the next one may sit down at the same computer."""
    session.clear()
    response = redirect(url_for("booking.cleared"), HTTPStatus.SEE_OTHER)
    forget_language(response)
    return forgotten_here(response)


@bp.get("/book/finished")
@public
def cleared() -> str:
    """Say that nothing is left on the device but its own list of pages, and what to do about that."""
    return render_template("booking/journey/finished.html")


@public
def call_us(end: str) -> str:
    """End kindly, with the number: this is not for a page of questions."""
    return render_template(f"booking/call_us/{end}.html", end=end)


for _end in End:
    bp.add_url_rule(f"/book/call-us/{_end.value}", "call_us", call_us, defaults={"end": _end.value})


# -- questions


def taken(step: Step) -> ResponseReturnValue:
    """Take one page's answer in and lead on; show the page again with what was typed where it cannot be used."""
    walk = walked(step)
    if not isinstance(walk, Walk):
        return walk
    form = FORMS[step]()
    form.prepare(walk.answers)
    resized = isinstance(form, Babies) and form.resize(request.form.get("add"), request.form.get("remove"))
    if "keep" in request.form:
        keep_longer(walk, now())
    elif not resized and form.accepted():
        try:
            answer(walk, form.answer(walk.answers), now())
        except CallInstead as call:
            return redirect(url_for("booking.call_us", end=call.end.value))
        return _onward(step, walk)
    return chosen_again(step, walk) or render(step, form, walk.answers)


def _onward(step: Step, walk: Walk) -> ResponseReturnValue:
    """Lead on; on the pages after the time, make sure first that it is still kept, or let the family choose again."""
    if is_after_time(step, walk.answers):
        renew(walk, now())
    following = step_after(step, walk.answers, changing=is_changing())
    return chosen_again(step, walk) or redirect(url_of(following, changing=is_changing()))


def _add_page(step: Step) -> None:
    @public
    def show() -> ResponseReturnValue:
        """Show the page, with what was answered before."""
        return shown(step)

    @public
    @commits
    def take() -> ResponseReturnValue:
        """Take the answer and lead to the next page."""
        return taken(step)

    name = step.name.lower()
    bp.add_url_rule(f"/book/{step.value}", name, show, methods=["GET"])
    bp.add_url_rule(f"/book/{step.value}", f"answer_{name}", take, methods=["POST"])


for _step in Step:
    if _step not in OF_THEIR_OWN:
        _add_page(_step)


# -- a session that is gone


@bp.errorhandler(CSRFError)
def lapsed(_error: CSRFError) -> ResponseReturnValue:
    """Show the page again with everything on it to a family that was away longer than its session lasted.

    A browser that keeps no cookies would send it back here for ever: its family is told so instead.
    """
    if from_other_site():
        refused: ResponseReturnValue = current_app.handle_http_exception(BadRequest())
        return refused
    if refuses_cookies():
        sent = [(name, text) for name, text in request.form.items(multi=True) if name not in TO_LEAVE]
        return render_template("booking/journey/cookies.html", sent=sent), HTTPStatus.BAD_REQUEST
    return commits(_lapsed)()


def _lapsed() -> ResponseReturnValue:
    name = request.path.rpartition("/")[2]
    if name not in set(Step):
        return redirect(url_for("booking.start"))
    step, walk = Step(name), locked(str(session.get(SESSION_KEY, "")), client())
    if walk is None:
        return restored(step, carried_answers())
    if walk.row.booking_id is not None:
        return shown(step)
    return too_early(step, Seen(walk.answers)) or render(step, FORMS[step](), walk.answers, away=True)


# -- what some pages show beside their question


@facts_for(Step.WHERE_BORN)
def _where_born(_answers: Answers) -> dict[str, object]:
    return {"places": place_items()}


@facts_for(Step.BABIES)
def _babies(_answers: Answers) -> dict[str, object]:
    recent = today() - timedelta(days=9)
    return {
        "example": f"{recent.day} {recent.month} {recent.year}",
        "most_babies": MOST_BABIES,
        "for_more": call_for_more(),
    }


@facts_for(Step.OTHER_DISTRICT)
def _other_district(answers: Answers) -> dict[str, object]:
    return {"district": district_of(answers.place, district_choices())}


@facts_for(Step.PAPERS)
def _papers(answers: Answers) -> dict[str, object]:
    return {
        "papers": papers(),
        "mother_is_missing": mother_is_missing(answers),
        "mother_comes": answers.attending is Attending.MOTHER,
    }
