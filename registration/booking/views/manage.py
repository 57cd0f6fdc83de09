"""What a family does with its booking: see it, print it, put it in a calendar, move it, cancel it, change its mind.

Whoever has the secret link has the booking: there is no sign-in. A wrong link costs us the same work as a right one.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from registration.booking.actions import changes
from registration.booking.actions.notices import coming_back, event, while_you_are_there
from registration.booking.actions.refusals import BookingRefused, CannotChange
from registration.booking.forms.manage import ChangeTime, Sharing, value_of
from registration.booking.other_times import other_times
from registration.booking.queries import appointment_by_link, asked_about
from registration.booking.queries.displaced import has_closed, is_displaced
from registration.booking.queries.offers import latest_offer
from registration.booking.queries.wishes import wish_of
from registration.booking.rules.requests import Appointment
from registration.booking.wording import (
    bring_sentences,
    clock_time,
    clock_time_to_the_second,
    day_and_time,
    long_day,
    who_must_come_sentence,
    with_commas,
)
from registration.centres.queries import centre_card
from registration.common.access import current_actor, public
from registration.common.clock import civil_date, now, today
from registration.common.forms import Form
from registration.common.i18n import text_direction
from registration.common.ics import Method, calendar
from registration.common.links import digest, external
from registration.common.transaction import commits, undo
from registration.families.actions import change_answer
from registration.families.queries import answer_of, wants_to_join
from registration.families.rules import SHARING_WORDING, Answer
from registration.families.tell_once.actions import settle
from registration.families.tell_once.queries import standing_for, was_asked

View = Callable[..., ResponseReturnValue]

A_DAY = timedelta(days=1)
#: Under this a page of ours says first what was saved.
SAVED = "your-answer"
#: The confirmation fits one page with so many reasons to come back.
MOST_ON_PAPER = 3

bp = Blueprint("manage", __name__, url_prefix="/booking")


@bp.after_request
def keep_private(response: Response) -> Response:
    """Let no cache, no search engine and no other site see a page whose address is a secret.

    The address itself goes to no other site: every page of ours says `Referrer-Policy: same-origin`. A stricter one
    would keep it from our own forms too, whose check against forgery needs it.
    """
    response.cache_control.no_store = True
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def with_booking(view: View) -> View:
    """Give the view the booking of the secret link; 404 where there is none, one quiet page to a bereaved family."""

    @wraps(view)
    def found(token: str, **values: str) -> ResponseReturnValue:
        """Look the booking up by its secret before the view is asked."""
        appointment = appointment_by_link(digest(token))
        if appointment is None:
            abort(HTTPStatus.NOT_FOUND)
        if appointment.cancel_reason == "bereavement":
            return render_template("booking/manage/quiet.html")
        return view(appointment, token, **values)

    return found


def _facts(appointment: Appointment) -> dict[str, object]:
    """Give what every page about a booking may say, in the language of the page."""
    day, asked = civil_date(appointment.start), asked_about(appointment, today())
    shares = answer_of(appointment.family_id, asked.id, today())
    return {
        "appointment": appointment,
        "day": long_day(day),
        "begins": clock_time(appointment.start),
        "ends": clock_time(appointment.end),
        "good_to_know": _good_to_know(appointment.centre_id),
        "who_must_come": who_must_come_sentence(appointment.parents),
        "bring": bring_sentences(appointment.parents, declaration=appointment.kind == "declaration"),
        "last_lawful_day": long_day(appointment.last_lawful_day),
        "in_time": day <= appointment.last_lawful_day,
        "still_in_time": today() <= appointment.last_lawful_day,
        "services": while_you_are_there(appointment.centre_id, day),
        "asked": asked,
        "shares": shares,
        "no_others": shares is False and was_asked(appointment.family_id),
        "to_come": not _is_past(appointment),
        "coming_back": coming_back(appointment.centre_id, max(day, today()) + A_DAY),
        "on_paper": coming_back(appointment.centre_id, day + A_DAY, known_on=day)[:MOST_ON_PAPER],
        "telling": standing_for(appointment.family_id),
    }


def _good_to_know(centre_id: int) -> str:
    """Say what makes coming to a centre easier: "Step-free, parking. Bus: 577 and 579"."""
    centre = centre_card(centre_id)
    if centre is None:
        return ""
    known = {
        _("step-free"): centre.step_free,
        _("parking"): centre.parking,
        _("a room to feed your baby"): centre.feeding_room,
    }
    listed = with_commas(name for name, there in known.items() if there)
    facts = listed[:1].upper() + listed[1:]
    buses = _("Bus: %(bus)s", bus=_in_its_own_direction(centre.bus)) if centre.bus else ""
    return _("%(facts)s. %(buses)s", facts=facts, buses=buses) if facts and buses else facts or buses


def _in_its_own_direction(text: str) -> str:
    """Keep what a centre wrote in English from being turned round within a sentence that runs right to left (Unicode FSI, PDI)."""
    return f"\u2068{text}\u2069" if text_direction() == "rtl" else text


def _is_past(appointment: Appointment) -> bool:
    return appointment.start <= now()


def _to(endpoint: str, token: str, **values: str) -> ResponseReturnValue:
    asked: dict[str, Any] = {"token": token, **values}
    return redirect(url_for(f"manage.{endpoint}", **asked), HTTPStatus.SEE_OTHER)


def _can_change(appointment: Appointment) -> bool:
    return appointment.state == "booked" and not _is_past(appointment)


# ---- seeing it


@bp.get("/<token>/booked", defaults={"how": "booked"})
@bp.get("/<token>/moved", defaults={"how": "moved"})
@bp.get("/<token>/kept", defaults={"how": "kept"})
@public
@with_booking
def confirmation(appointment: Appointment, token: str, how: str) -> ResponseReturnValue:
    """Confirm a booking just made, moved or taken back, with everything a family needs, on one printed page."""
    if appointment.state != "booked":
        return _to("show", token)
    page = "booking/manage/confirmation.html"
    return render_template(page, token=token, how=how, form=Form(), **_facts(appointment))


@bp.get("/<token>")
@public
@with_booking
def show(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Show a booking as it stands: to change it, or after it was cancelled or its time has passed."""
    if appointment.state != "booked":
        return _cancelled(appointment, token)
    page = "past" if _is_past(appointment) else "show"
    return render_template(f"booking/manage/{page}.html", token=token, **_facts(appointment), **_notice(appointment))


def _notice(appointment: Appointment) -> dict[str, object]:
    """Give what a family must know first: that its time does not stand, or that another is kept for it."""
    kept = latest_offer(appointment.id)
    standing = kept if kept is not None and kept.stands else None
    return {
        "displaced": is_displaced(appointment.id),
        "closed": has_closed(appointment.id),
        "offer": standing,
        "until": day_and_time(standing.answer_by) if standing else "",
        "was": day_and_time(appointment.start),
        "waits": wish_of(appointment.id) is not None,
    }


@bp.get("/<token>/calendar.ics")
@public
@with_booking
def calendar_file(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Give the appointment for a family's own calendar, or take it out of there once it is cancelled."""
    method: Method = "PUBLISH" if appointment.state == "booked" else "CANCEL"
    entry = event(appointment, url=external(url_for("manage.show", token=token)))
    name = f"appointment-{appointment.reference}.ics"
    headers = {
        "Content-Type": f"text/calendar; charset=utf-8; method={method}",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return Response(calendar(entry, method), headers=headers)


# ---- another time


@bp.get("/<token>/move")
@public
@with_booking
def choose_time(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Show the times a booking can be moved to."""
    if not _can_change(appointment):
        return _to("show", token)
    return _times(appointment, token, ChangeTime(time=request.args.get("time")))


@bp.post("/<token>/move")
@public
@commits
@with_booking
def move(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Move a booking to the time chosen; where that is refused, say why and what is free instead.

    A booking that was moved since the page was drawn is shown as it stands first, and the family presses once more.
    """
    form = ChangeTime()
    if not form.accepted():
        return _times(appointment, token, form), HTTPStatus.UNPROCESSABLE_ENTITY
    centre_id, start = form.offer
    now_stands = (appointment.centre_id, appointment.start)
    if form.was not in {None, now_stands} and now_stands != form.offer and _can_change(appointment):
        return _times(appointment, token, form, moved_meanwhile=True), HTTPStatus.CONFLICT
    try:
        changes.move(appointment.public_id, centre_id, start, now())
    except CannotChange:
        return _to("show", token)
    except BookingRefused as refusal:
        undo()
        form.time.errors = (refusal.sentence,)
        form.time.data = None
        return _times(appointment, token, form, instead_of=(centre_id, start)), HTTPStatus.CONFLICT
    return _to("confirmation", token, how="moved")


def _times(
    appointment: Appointment,
    token: str,
    form: ChangeTime,
    instead_of: tuple[int, datetime] | None = None,
    *,
    moved_meanwhile: bool = False,
) -> str:
    """Show the times to choose from; of one `moved_meanwhile`, every time of the day that was chosen, so that it stays chosen."""
    day = civil_date(form.offer[1]) if moved_meanwhile else _day_asked_for()
    times = other_times(appointment, now(), day, instead_of)
    form.standing.data = value_of(appointment.centre_id, appointment.start)
    values = {"token": token, "form": form, "times": times, "day_asked": day and day.isoformat()}
    return render_template("booking/manage/move.html", moved_meanwhile=moved_meanwhile, **values, **_facts(appointment))


def _day_asked_for() -> date | None:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None


# ---- cancelling, and a minute to think again


@bp.get("/<token>/cancel")
@public
@with_booking
def ask_cancel(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Ask once whether a booking is really to be cancelled."""
    if not _can_change(appointment):
        return _to("show", token)
    return render_template("booking/manage/cancel.html", token=token, form=Form(), **_facts(appointment))


@bp.post("/<token>/cancel")
@public
@commits
@with_booking
def cancel(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Cancel a booking; one that is over or cancelled already is shown as it stands."""
    if appointment.state == "booked" and not _is_past(appointment):
        changes.cancel(appointment.public_id, now())
    return _to("show", token)


@bp.post("/<token>/undo")
@public
@commits
@with_booking
def undo_cancel(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Take a cancellation back within its minute; after that say kindly that it is over, and offer to book again."""
    try:
        changes.undo_cancel(appointment.public_id, now())
    except CannotChange:
        return _cancelled(appointment, token, minute_is_over=True), HTTPStatus.CONFLICT
    return _to("confirmation", token, how="kept")


def _cancelled(appointment: Appointment, token: str, *, minute_is_over: bool = False) -> str:
    until = None if minute_is_over else appointment.undo_until
    return render_template(
        "booking/manage/cancelled.html",
        token=token,
        form=Form(),
        undo_until=until and clock_time_to_the_second(until),
        minute_is_over=minute_is_over,
        **_facts(appointment),
    )


# ---- may the centre have the family's details


@bp.get("/<token>/sharing")
@public
@with_booking
def sharing(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Show a family its answer on sharing, to change it."""
    answered = answer_of(appointment.family_id, asked_about(appointment, today()).id, today())
    given = {True: "yes", False: "no", None: None}[answered]
    return _sharing(appointment, token, Sharing(share=request.args.get("share", given)))


@bp.post("/<token>/sharing")
@public
@commits
@with_booking
def answer_sharing(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Keep a family's new answer on sharing."""
    form = Sharing()
    if not form.accepted():
        return _sharing(appointment, token, form), HTTPStatus.UNPROCESSABLE_ENTITY
    asked = asked_about(appointment, today())
    answer = Answer(form.share.data == "yes", SHARING_WORDING, "online", current_actor(), asked.id)
    change_answer(appointment.family_id, answer)
    settle(now(), [appointment.family_id])
    flash(_("Your answer is saved."), SAVED)
    return _to("show", token)


def _sharing(appointment: Appointment, token: str, form: Sharing) -> str:
    joining = wants_to_join(appointment.family_id)
    return render_template(
        "booking/manage/sharing.html", token=token, form=form, joining=joining, asked=asked_about(appointment, today())
    )


# ---- a page that lay open too long


@bp.errorhandler(CSRFError)
def lapsed(_error: CSRFError) -> ResponseReturnValue:
    """Show the page again to a family whose browser session has lapsed: nothing was changed, what it chose is kept."""
    asked = {
        "manage.answer_offer": "offer",
        "manage.move": "choose_time",
        "manage.cancel": "ask_cancel",
        "manage.answer_sharing": "sharing",
        "manage.answer_telling": "telling",
    }
    given = request.args.to_dict() | request.form.to_dict()
    kept = {name: given[name] for name in ("day", "time", "share", "tell") if name in given}
    token = str((request.view_args or {})["token"])
    session["away"] = True  # brings a cookie to the page that follows; where it does not arrive, the browser refuses it
    return _to(asked.get(str(request.endpoint), "show"), token, away="1", **kept)
