"""What every page of the journey has in common: the family's answers, where back and onward lead, the time being kept.

The answers stand in the journey's row, never in the browser's session, which holds only the journey's secret. Each form
carries them once more, signed, so that a family whose session is gone loses nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from flask import Blueprint, Response, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer
from markupsafe import Markup

from registration.booking.actions.journeys import Walk, begin, locked
from registration.booking.forms.base import StepForm
from registration.booking.forms.birth import Babies, BothParents, Coming, Married, OtherDistrict, Papers, WhereBorn
from registration.booking.forms.contact import Check, Contact, Join, Share, Tell
from registration.booking.forms.needs import Access, ChooseTime, InterpreterForm, Language, Postcode
from registration.booking.queries import journey_by_token, kept_until, moment
from registration.booking.rules.deadline import Deadline, deadline
from registration.booking.rules.journey import (
    MOST_KEEPS,
    Answers,
    KeptTime,
    Step,
    missing_before,
    questions,
    step_before,
)
from registration.booking.wording import (
    clock_time,
    day_and_month,
    day_and_time,
    days_from_now,
    details_in_words,
    long_day,
    minutes_in_words,
    weekday_and_day,
    with_commas,
)
from registration.common.clock import today
from registration.common.limits import client
from registration.common.links import secret
from registration.common.sessions import keeps_cookies

bp = Blueprint("booking", __name__)

SESSION_KEY = "journey"
SEVEN_DAYS = 7 * 24 * 3600
FORMS: Mapping[Step, type[StepForm]] = {
    Step.WHERE_BORN: WhereBorn,
    Step.OTHER_DISTRICT: OtherDistrict,
    Step.BABIES: Babies,
    Step.MARRIED: Married,
    Step.BOTH_PARENTS: BothParents,
    Step.COMING: Coming,
    Step.PAPERS: Papers,
    Step.LANGUAGE: Language,
    Step.INTERPRETER: InterpreterForm,
    Step.ACCESS: Access,
    Step.POSTCODE: Postcode,
    Step.TIME: ChooseTime,
    Step.CONTACT: Contact,
    Step.SHARE: Share,
    Step.JOIN: Join,
    Step.TELL: Tell,
    Step.CHECK: Check,
}
Facts = Callable[[Answers], Mapping[str, Any]]
F = TypeVar("F", bound=Callable[..., Mapping[str, Any]])
_facts: dict[Step, Facts] = {}


def facts_for(step: Step) -> Callable[[F], F]:
    """Name the function that finds what one page shows beside its question."""

    def keep(facts: F) -> F:
        """Remember the function under the page's step, and give it back."""
        _facts[step] = facts
        return facts

    return keep


@bp.after_request
def keep_private(response: Response) -> Response:
    """Let no cache keep a family's answers: many telephones and computers are shared."""
    if request.path != "/":
        response.cache_control.no_store = True
    return response


for _words in (weekday_and_day, day_and_month, days_from_now, long_day, with_commas, details_in_words):
    bp.add_app_template_filter(_words)


@bp.app_template_filter()
def lines(text: str) -> Markup:
    """Show each line of a text on a line of its own."""
    return Markup("<br>").join(text.splitlines())


@bp.app_template_filter()
def url_to_change(step: Step) -> str:
    """Give the address of a page that leads back to the last one."""
    return url_of(step, changing=True)


# -- where pages are


def url_of(step: Step, *, changing: bool = False) -> str:
    """Give the address of a page; `changing` comes from the last page and leads back there."""
    return url_for(f"booking.{step.name.lower()}", change=1 if changing and step is not Step.CHECK else None)


def is_changing() -> bool:
    """Say whether the family came from the last page to change one answer."""
    return request.args.get("change") == "1"


def booked_url(public_id: UUID) -> str:
    """Give the address of a booking's confirmation, which only its secret link opens."""
    return f"/booking/{secret('booking', str(public_id))}/booked"


def _back(step: Step, answers: Answers) -> str:
    if is_changing() and missing_before(Step.CHECK, answers) is None:
        return url_of(Step.CHECK)
    before = step_before(step, answers)
    return url_for("booking.start") if before is None else url_of(before, changing=is_changing())


# -- the family's answers


@dataclass(frozen=True, slots=True)
class Seen:
    """A journey as a page that changes nothing reads it: the answers so far, or the booking they led to."""

    answers: Answers
    booked: UUID | None = None


def seen() -> Seen:
    """Read how far this browser's family has come; nothing answered where there is no journey."""
    state = journey_by_token(str(session.get(SESSION_KEY, "")))
    return Seen(Answers()) if state is None else Seen(Answers.from_json(state.answers), state.booked)


def begun(answers: Answers) -> Walk:
    """Start a journey in this browser."""
    token, walk = begin(answers, client())
    session[SESSION_KEY] = token
    return walk


def walked(step: Step) -> Walk | ResponseReturnValue:
    """Lock the family's journey for an answer on a page, or give the answer to the browser where there is none to take.

    That is the confirmation when the journey led to a booking already (Back, a double click), the same page with
    everything on it when the journey is gone, and the first question not answered when the page was opened too early.
    """
    walk = locked(str(session.get(SESSION_KEY, "")), client())
    first = step is Step.WHERE_BORN
    if walk is None:
        carried = carried_answers()
        if carried != Answers():
            return restored(step, carried)
        return begun(Answers()) if first else redirect(url_of(Step.WHERE_BORN))
    if walk.row.booking_id is not None:
        booked = seen().booked
        return begun(Answers()) if first or booked is None else redirect(booked_url(booked))
    missing = missing_before(step, walk.answers)
    return walk if missing is None else redirect(url_of(missing))


# -- a session that is gone


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="journey")


def carried_answers() -> Answers:
    """Read the signed answers a form carried; none where there are none, they are a week old, or not of our making."""
    try:
        return Answers.from_json(_serializer().loads(request.form.get("kept", ""), max_age=SEVEN_DAYS))
    except (BadData, ValueError):
        return Answers()


def refuses_cookies() -> bool:
    """Say whether a page that was shown again, with a new session's cookie, came back without it."""
    return "shown_again" in request.form and not keeps_cookies()


def restored(step: Step, answers: Answers) -> ResponseReturnValue:
    """Start the journey again from what a form carried, and show its page with what was typed; nothing else is done."""
    walk = begun(answers)
    missing = missing_before(step, walk.answers)
    if missing is not None:
        return redirect(url_of(missing))
    return render(step, FORMS[step](), walk.answers, away=True)


# -- showing a page


@dataclass(frozen=True, slots=True)
class Held:
    """The time a family has, in words; it has run out where no seconds are left."""

    when: str
    until: str
    seconds_left: int
    may_be_longer: bool

    @property
    def left(self) -> str:
        """Say how many minutes are left, the one that has begun among them: 8 minutes."""
        return minutes_in_words(-(-self.seconds_left // 60))


def _held(kept: KeptTime) -> Held:
    live = kept_until(kept.token)
    until = clock_time(live.until) if live else ""
    return Held(day_and_time(moment(kept.start)), until, live.seconds_left if live else 0, kept.keeps < MOST_KEEPS)


def is_after_time(step: Step, answers: Answers) -> bool:
    """Say whether a page comes after the time is chosen."""
    order = questions(answers)
    return step in order[order.index(Step.TIME) + 1 :]


def chosen_again(step: Step, walk: Walk) -> ResponseReturnValue | None:
    """Lead to the times where the one kept for the family is gone, and from there back to where it was."""
    lost = walk.answers.why_again is not None and is_after_time(step, walk.answers)
    return redirect(url_of(Step.TIME, changing=True)) if lost else None


def filled(step: Step, answers: Answers) -> StepForm:
    """Make a page's form with what was answered before."""
    return FORMS[step](formdata=None, data=dict(FORMS[step].shown(answers)))


def register_by(answers: Answers) -> Deadline | None:
    """Give the dates that govern the family's babies, once they are known."""
    return deadline(answers.births, today()) if answers.births else None


def render(
    step: Step,
    form: StepForm,
    answers: Answers,
    facts: Mapping[str, Any] | None = None,
    template: str | None = None,
    **more: object,
) -> str:
    """Draw a page of the journey with its question as the form has it, and the facts that stand beside it."""
    form.prepare(answers)
    common = {
        "step": step,
        "form": form,
        "answers": answers,
        "back": _back(step, answers),
        "changing": is_changing(),
        "deadline": register_by(answers),
        "carried": _serializer().dumps(answers.to_json()),
        "held": _held(answers.kept) if answers.kept and is_after_time(step, answers) else None,
    }
    if facts is None:
        facts = _facts[step](answers) if step in _facts else {}
    return render_template(f"booking/journey/{template or step.value}.html", **{**common, **facts, **more})


def too_early(step: Step, state: Seen) -> ResponseReturnValue | None:
    """Lead to what has to be answered before a page, or to the booking the journey led to."""
    if state.booked is not None and step is not Step.WHERE_BORN:
        return redirect(booked_url(state.booked))
    missing = missing_before(step, state.answers)
    return None if missing is None else redirect(url_of(missing, changing=is_changing()))


def shown(step: Step) -> ResponseReturnValue:
    """Show a page, if it may be opened yet."""
    state = seen()
    return too_early(step, state) or render(step, filled(step, state.answers), state.answers)
