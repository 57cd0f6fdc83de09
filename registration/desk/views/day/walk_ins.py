"""A family comes without an appointment: the next free time here, or else the soonest ones."""

from collections.abc import Iterable
from http import HTTPStatus

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registration.booking.actions.refusals import AlreadyBooked, BookingRefused
from registration.booking.actions.walk_ins import take_in
from registration.booking.queries import MINUTE, appointment_by_id
from registration.booking.queries.walk_ins import Start, starts_later, starts_today
from registration.booking.wording import clock_time, short_day
from registration.centres.queries import centres_nearest
from registration.centres.rules import CentreCard
from registration.centres.rules import Place as From
from registration.common.access import current_actor, roles
from registration.common.clock import civil_date, now, today
from registration.common.transaction import commits, undo
from registration.desk.forms.walk_in import WalkIn
from registration.desk.views.day.frame import Place, bp, place_of
from registration.desk.wording import refusal_sentence
from registration.staff.rules import DAY_MARKERS


@bp.get("/<int:centre_id>/<day>/walk-in")
@roles(*DAY_MARKERS)
def walk_in(centre_id: int, day: str) -> str:
    """Ask what the booking of a family that stands there needs, with the times that are free."""
    return _drawn(_today_at(centre_id, day), WalkIn(formdata=None))


@bp.post("/<int:centre_id>/<day>/walk-in")
@roles(*DAY_MARKERS)
@commits
def book_walk_in(centre_id: int, day: str) -> ResponseReturnValue:
    """Book the family into the time chosen."""
    place, form = _today_at(centre_id, day), WalkIn()
    if not form.accepted():
        return _drawn(place, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        made = take_in(
            form.start,
            form.births,
            form.request(),
            now(),
            interpreter=form.interpreter.data,
            here=centre_id,
            actor=current_actor(),
        )
    except BookingRefused as refusal:
        undo()
        form.form_errors.append(_told(refusal))
        return _drawn(place, form), HTTPStatus.UNPROCESSABLE_ENTITY
    where = {"centre_id": made.centre_id, "day": civil_date(made.start).isoformat(), "_anchor": f"b-{made.public_id}"}
    return redirect(url_for("day.day_list", **where), HTTPStatus.SEE_OTHER)  # type: ignore[arg-type]


def _today_at(centre_id: int, day: str) -> Place:
    """Give the centre, today: nobody walks in on another day."""
    place = place_of(centre_id, day)
    if place.day != today():
        abort(HTTPStatus.NOT_FOUND)
    return place


def _told(refusal: BookingRefused) -> str:
    """Say why it cannot be booked; of a family that is booked already, where and when."""
    known = appointment_by_id(refusal.public_id) if isinstance(refusal, AlreadyBooked) else None
    if known is None:
        return refusal_sentence(refusal)
    when = f"{short_day(civil_date(known.start))} at {clock_time(known.start)}"
    return f"This family is booked already: {known.reference}, {when}, {known.centre}. Move that appointment instead."


def _drawn(place: Place, form: WalkIn) -> str:
    asked, interpreter = (place.centre.id, form.births, now()), bool(form.interpreter.data)
    here = starts_today(*asked, interpreter=interpreter)
    others = [] if here else starts_later(*asked, interpreter=interpreter)
    items = [*_items(here, {}), *_items(others, {card.id: card.name for card in _near(place)})]
    if form.time.data not in {item["value"] for item in items}:
        form.time.data = items[0]["value"] if here else None
    return render_template(
        "desk/day_walk_in.html", place=place, form=form, items=items, here=bool(here), at=clock_time(now())
    )


def _near(place: Place) -> Iterable[CentreCard]:
    card = place.centre
    return centres_nearest(From(card.postcode, card.easting, card.northing, card.latitude, card.longitude), place.day)


def _items(starts: Iterable[Start], named: dict[int, str]) -> list[dict[str, str]]:
    """Write times as radio buttons; those of today here need no day and no centre."""
    return [{"value": f"{start.centre_id}.{_minute(start)}", "text": _words(start, named)} for start in starts]


def _words(start: Start, named: dict[int, str]) -> str:
    at = clock_time(start.at)
    return f"{short_day(civil_date(start.at))}, {at}, {named.get(start.centre_id, '')}" if named else at


def _minute(start: Start) -> int:
    return int(start.at.timestamp()) // MINUTE
