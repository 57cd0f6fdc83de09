"""Book for a family on the telephone: one page of questions, one of times and contact, booked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from flask import flash, render_template
from flask.typing import ResponseReturnValue

from registration.booking.actions import bookings, holds
from registration.booking.actions.refusals import (
    AlreadyBooked,
    BookingRefused,
    HoldRanOut,
    KeyUsedOtherwise,
)
from registration.booking.forms.base import YES
from registration.booking.queries import MINUTE, KeptUntil, appointment_by_id, kept_until, moment
from registration.booking.rules.choices import Offer
from registration.booking.rules.deadline import deadline
from registration.booking.rules.requests import Appointment, HoldRequest, wish_of
from registration.booking.views.times import Free
from registration.booking.wording import (
    bring_sentences,
    clock_time,
    days_from_now,
    long_day,
    short_day,
)
from registration.centres.memory import centre_asked_about
from registration.centres.rules import CentreCard
from registration.common.access import current_actor, roles
from registration.common.clock import civil_date, now, today
from registration.common.forms import Form
from registration.common.transaction import commits, undo
from registration.desk import finding
from registration.desk.by_post import too_late_by_post
from registration.desk.extra import may_open, open_extra
from registration.desk.finding import Found
from registration.desk.forms.phone import PhoneBooking, Questions
from registration.desk.times import DeskTimes
from registration.desk.views.find import listed
from registration.desk.views.frame import bp, to_booking
from registration.desk.views.looks import let_see
from registration.desk.wording import read_out_who, refusal_sentence
from registration.rota.actions.extra import NoExtraSession
from registration.staff.rules import DESK

#: As many of the best times are tried before none is kept: others may take them in the same moment.
TRIES = 3


@bp.get("/phone")
@roles(*DESK)
def phone() -> str:
    """Ask everything that decides which times there are."""
    return _questions(Questions())


@bp.post("/phone/times")
@roles(*DESK)
@commits
def phone_times() -> ResponseReturnValue:
    """Show the times there are, the best of them kept already, and ask how the family is reached."""
    asked = Questions()
    if not asked.accepted():
        return _questions(asked), HTTPStatus.UNPROCESSABLE_ENTITY
    form = PhoneBooking()
    holds.release(form.hold.data or "")
    form.hold.data = ""
    best = _desk_times(form).best
    for centre, start in best[:TRIES]:
        if _keep(form, (centre, moment(start))):
            break
    form["time"].data = form["time"].data or next((f"{c}.{s}" for c, s in best), None)
    return _chosen_from(form)


@bp.post("/phone/keep")
@roles(*DESK)
@commits
def phone_keep() -> ResponseReturnValue:
    """Keep the time that is chosen while the family thinks or tells the rest; what was typed stays."""
    asked = Questions()
    if not asked.accepted():
        return _questions(asked), HTTPStatus.UNPROCESSABLE_ENTITY
    form = PhoneBooking()
    wanted = form.wanted
    if wanted is None:
        form["time"].errors = ("Choose a time",)
        return _chosen_from(form), HTTPStatus.UNPROCESSABLE_ENTITY
    if not _keep(form, wanted):
        form["time"].errors = ("This time has just gone. Choose another.",)
        return _chosen_from(form), HTTPStatus.CONFLICT
    return _chosen_from(form)


@bp.post("/phone/book")
@roles(*DESK)
@commits
def phone_book() -> ResponseReturnValue:
    """Book the time chosen; a family that seems to have a booking is shown first."""
    form = PhoneBooking()
    if not form.accepted():
        return _chosen_from(form), HTTPStatus.UNPROCESSABLE_ENTITY
    made = _booked_before(form)
    if made is not None:
        return to_booking(made.public_id)
    same = _likely_the_same(form)
    stops = any(row.cancelled_at is None for row in same) and not form.other_family.data
    made = _booked_before(form) if stops else None
    if made is not None:  # the button was pressed twice, and the other press was kept meanwhile
        return to_booking(made.public_id)
    if _named_another(form):
        return _chosen_from(form, same), HTTPStatus.CONFLICT
    if stops:
        form["other_family"].errors = (
            "Not booked yet: open the booking this family has, or tick that this is another family",
        )
        return _chosen_from(form, same), HTTPStatus.CONFLICT
    return _book(form, [] if form.other_family.data else same)


def _book(form: PhoneBooking, cancelled: Sequence[Found]) -> ResponseReturnValue:
    """Book, and tell of a booking that the family seems to have cancelled: it stops nobody from booking again."""
    try:
        return _told(_booked(form), cancelled, dropped=form.dropped)
    except KeyUsedOtherwise:  # the button was pressed twice, and the other press came first
        undo()
        made = _booked_before(form)
        return to_booking(made.public_id) if made else (_chosen_from(form), HTTPStatus.CONFLICT)
    except AlreadyBooked as refusal:
        undo()
        return _chosen_from(form, _one(refusal.public_id), must=True), HTTPStatus.CONFLICT
    except (BookingRefused, NoExtraSession) as refusal:
        undo()
        form["time"].errors = (refusal_sentence(refusal),)
        return _chosen_from(form), HTTPStatus.CONFLICT


def _booked(form: PhoneBooking) -> Appointment:
    """Make the booking, of the time that is kept where that is the one chosen."""
    token = form.hold.data or ""
    if not _is_kept_for(form):
        holds.release(token)
        centre, start = _opened(form)
        token = holds.hold(_wish(form, centre, start), now()).token
    return bookings.book(replace(form.request, hold=token), now())


def _opened(form: PhoneBooking) -> tuple[int, datetime]:
    """Give the centre and start to book, an extra session opened for it where one was asked for."""
    if not form.wants_extra:
        return form.offer
    answers = form.answers
    return open_extra(form.extra, answers.births, interpreter=answers.with_interpreter)


def _told(made: Appointment, cancelled: Sequence[Found], *, dropped: bool) -> ResponseReturnValue:
    let_see(made.public_id)
    when = f"{long_day(civil_date(made.start))}, {clock_time(made.start)}"
    flash(f"Booked. Read out to the family: {made.reference}, {when}, {made.centre}.", "success")
    if dropped:
        flash("They do not join: the family said no to the centre having its details.", "info")
    late = too_late_by_post(made)
    if late:
        flash(late, "info")
    for row in cancelled:
        flash(f"{row.reference}, with the same date of birth, was cancelled{_cancelled_on(row)}.", "info")
    return to_booking(made.public_id)


def _booked_before(form: PhoneBooking) -> Appointment | None:
    """Give the booking this very page made already."""
    try:
        return bookings.book(form.request, now())
    except HoldRanOut:
        return None


# ---- keeping a time


def _wish(form: PhoneBooking, centre: int, start: datetime) -> HoldRequest:
    answers = form.answers
    return HoldRequest(centre, start, answers.births, answers.with_interpreter, current_actor(), urgent=True)


def _keep(form: PhoneBooking, offer: tuple[int, datetime]) -> bool:
    """Keep a time instead of the one kept so far; say whether it could be had, and leave all as it was where not."""
    if form.wanted == offer and _is_kept_for(form):
        return bool(holds.extend(form.hold.data))
    try:
        made = holds.hold(_wish(form, *offer), now())
    except BookingRefused:
        return False
    holds.release(form.hold.data or "")
    form.hold.data = made.token
    return True


def _is_kept_for(form: PhoneBooking) -> bool:
    """Say whether the time chosen is kept at this moment, for these very babies."""
    kept, wanted = wish_of(form.hold.data or ""), form.wanted
    if kept is None or wanted is None or kept_until(form.hold.data) is None:
        return False
    answers = form.answers
    return (kept.centre_id, kept.start, sorted(kept.births), kept.interpreter) == (
        *wanted,
        sorted(answers.births),
        answers.with_interpreter,
    )


def _kept(form: PhoneBooking) -> tuple[Offer, KeptUntil] | None:
    kept = wish_of(form.hold.data or "")
    until = kept_until(form.hold.data) if kept else None
    if kept is None or until is None:
        return None
    return (kept.centre_id, int(kept.start.timestamp()) // MINUTE), until


# ---- families that may have a booking already


def _likely_the_same(form: PhoneBooking) -> list[Found]:
    contact = form.contact
    return finding.likely_the_same(form.answers.births, contact.name, contact.email or "", contact.mobile or "", now())


def _or_again(row: Found) -> dict[str, object]:
    """Give a booking as the list shows it; of one that is cancelled, that the family can be booked again."""
    return listed(row) | ({"state": f"Cancelled{_cancelled_on(row)}: book again"} if row.cancelled_at else {})


def _cancelled_on(row: Found) -> str:
    return f" on {long_day(civil_date(row.cancelled_at))}" if row.cancelled_at else ""


def _one(public_id: UUID) -> list[Found]:
    found = appointment_by_id(public_id)
    if found is None:
        return []
    to_come = found.start > now()
    row = Found(public_id, found.reference, found.name, found.births, found.start, found.centre, found.state, to_come)
    return [row]


# ---- the page


def _questions(form: Questions) -> str:
    return render_template("desk/phone.html", form=form, chosen=False)


def _chosen_from(form: PhoneBooking, same: list[Found] | None = None, *, must: bool = False) -> str:
    """Show the times and ask how to reach the family. `must` says that it is the same family, without a doubt."""
    asked = Questions()
    if not asked.accepted():  # what the first page let through came back changed
        return _questions(asked)
    form.offer_extra()
    kept, about = _kept(form), _asked_about(form)
    if _named_another(form) and about:
        form.share.data = None
        form.share.errors = (f"Ask again: at this time the question is about {about.name}",)
    return render_template(
        "desk/phone.html",
        form=form,
        chosen=True,
        groups=_desk_times(form).groups(kept[0] if kept else None),
        kept=_kept_words(kept),
        same=[_or_again(row) for row in same or ()],
        must=must,
        press=Form(formdata=None),
        may_open=may_open(),
        about=about,
        office=about is not None and about.id != form.place,
        **_to_say(form),
    )


def _asked_about(form: PhoneBooking) -> CentreCard | None:
    """Give the centre that the question on sharing names at the time chosen; at an office or a hospital a children's centre."""
    return centre_asked_about(form.place, form.answers.postcode or None, today()) if form.place else None


def _named_another(form: PhoneBooking) -> bool:
    """Say whether a yes was to a centre that is not the one of the time chosen; a no is to every centre."""
    about = _asked_about(form)
    return form.share.data == YES and about is not None and form.asked.data not in {None, "", str(about.id)}


def _desk_times(form: PhoneBooking) -> DeskTimes:
    only = int(form.centre.data) if (form.centre.data or "").isdecimal() else None
    return DeskTimes(Free(form.answers, today(), urgent=True), form.earliest, only)


def _kept_words(kept: tuple[Offer, KeptUntil] | None) -> dict[str, object] | None:
    if kept is None:
        return None
    (_centre, start), until = kept
    at = moment(start)
    when = f"{short_day(civil_date(at))}, {clock_time(at)}"
    return {"sentence": f"Kept until {clock_time(until.until)}: {when}.", "seconds_left": until.seconds_left}


def _to_say(form: PhoneBooking) -> dict[str, object]:
    answers = form.answers
    dates = deadline(answers.births, today())
    return {
        "last_lawful_day": long_day(dates.last_lawful_day),
        "left": days_from_now(dates.days_left) if dates.days_left >= 0 else "",
        "who_must_come": read_out_who(answers.parents),
        "bring": bring_sentences(answers.parents, declaration=answers.born_in_district is False),
    }
