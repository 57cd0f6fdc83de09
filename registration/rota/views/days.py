"""Bank holidays, days on which centres are open or closed otherwise, and the rooms registrars sit in."""

from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.common.access import current_actor, has_role, roles
from registration.common.clock import now, today
from registration.common.errors import Refused
from registration.common.forms import Form
from registration.common.holidays import bank_holidays
from registration.common.transaction import commits, undo
from registration.rota.actions import days as day_actions
from registration.rota.actions import rooms as room_actions
from registration.rota.actions.restoring import CannotBringBack
from registration.rota.forms.days import EVERY, DayForm, NewRoom, RoomName
from registration.rota.queries.days import decided_days
from registration.rota.rules.conflicts import in_words
from registration.rota.views.frame import bp, seen, tab
from registration.rota.views.words import NONE_BACK, Names, sessions_told
from registration.staff.rules import ROTA_MANAGERS, ROTA_READERS

AHEAD = timedelta(days=548)


@bp.get("/days")
@roles(*ROTA_READERS)
def days() -> str:
    """List the bank holidays to come and what was decided of single days."""
    return _days()


def _days(form: DayForm | None = None, fault: str = "", reasons: Sequence[str] = (), again: str = "") -> str:
    day, names = today(), Names()
    return render_template(
        "rota/days.html",
        holidays=[(in_words(on), name) for on, name in sorted(bank_holidays().items()) if day <= on <= day + AHEAD],
        decided=[
            (each, in_words(each.day), EVERY if each.centre_id is None else names.centres[each.centre_id])
            for each in decided_days(day)
        ],
        form=(form or DayForm(formdata=None)).prepare(names.seats),
        fault=fault,
        reasons=reasons,
        again=again,
        may_change=has_role(*ROTA_MANAGERS),
    )


@bp.post("/days")
@roles(*ROTA_MANAGERS)
@commits
def decide_day() -> ResponseReturnValue:
    """Open or close a centre, or all, on a day; refused with the bookings where families would lose their time."""
    form = DayForm().prepare(Names().seats)
    if form.accepted():
        try:
            changed = day_actions.decide_day(
                int(form.centre.data) if form.centre.data else None,
                form.day.data,
                is_open=form.state.data == "open",
                reason=" ".join((form.reason.data or "").split()),
                actor=current_actor(),
                taken_in=seen().taken_in,
                now=now(),
            )
            open_now = form.state.data == "open"
            told = sessions_told(changed, "published again" if open_now else "withdrawn")
            flash(f"That is decided. {told}".strip(), "success")
            return redirect(url_for("rota.days"), HTTPStatus.SEE_OTHER)
        except CannotBringBack as refusal:
            undo()
            return _days(form, refusal.sentence, refusal.reasons), HTTPStatus.CONFLICT
        except Refused as refusal:
            undo()
            form.day.errors = (refusal.sentence,)
    return _days(form), HTTPStatus.UNPROCESSABLE_ENTITY


@bp.post("/days/<int(max=2147483647):day_id>/remove")
@roles(*ROTA_MANAGERS)
@commits
def forget_day(day_id: int) -> ResponseReturnValue:
    """Take back what was decided for a day."""
    if not Form().accepted():
        return _days(), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        back = day_actions.forget_day(day_id, current_actor(), now(), publish=NONE_BACK not in request.form)
    except CannotBringBack as refusal:
        undo()
        again = url_for("rota.forget_day", day_id=day_id)
        return _days(fault=refusal.sentence, reasons=refusal.reasons, again=again), HTTPStatus.CONFLICT
    except Refused as refusal:
        undo()
        return _days(fault=refusal.sentence), HTTPStatus.CONFLICT
    flash(" ".join(("That is taken back.", sessions_told(back, "published again"))).strip(), "success")
    return redirect(url_for("rota.days"), HTTPStatus.SEE_OTHER)


# ---- rooms


@bp.get("/rooms")
@roles(*ROTA_READERS)
def rooms() -> str:
    """List the rooms of every centre."""
    return _rooms()


def _rooms(form: NewRoom | None = None, fault: str = "", room_id: int = 0) -> str:
    """Show the rooms; those of the centre whose room could not be changed lie open."""
    names = Names()
    changing = next((seat.id for seat in names.seats if room_id in dict(seat.rooms)), None)
    asked = (form or NewRoom(formdata=None)).prepare(names.seats)
    return render_template(
        "rota/rooms.html",
        seats=names.seats,
        form=asked,
        fault=fault,
        changing=changing,
        may_change=has_role(*ROTA_MANAGERS),
    )


@bp.post("/rooms")
@roles(*ROTA_MANAGERS)
@commits
def add_room() -> ResponseReturnValue:
    """Add a room to a centre."""
    form = NewRoom().prepare(Names().seats)
    if form.accepted():
        try:
            room_actions.add_room(int(form.centre.data), form.name.data, current_actor())
            return redirect(url_for("rota.rooms"), HTTPStatus.SEE_OTHER)
        except Refused as refusal:
            undo()
            form.name.errors = (refusal.sentence,)
    return _rooms(form), HTTPStatus.UNPROCESSABLE_ENTITY


@bp.post("/rooms/<int(max=2147483647):room_id>/name")
@roles(*ROTA_MANAGERS)
@commits
def rename_room(room_id: int) -> ResponseReturnValue:
    """Give a room another name."""
    form = RoomName()
    fault = ""
    if form.accepted():
        try:
            room_actions.rename_room(room_id, form.name.data, current_actor())
            return redirect(url_for("rota.rooms"), HTTPStatus.SEE_OTHER)
        except Refused as refusal:
            undo()
            fault = refusal.sentence
    return _rooms(fault=fault or str(form.name.errors[0]), room_id=room_id), HTTPStatus.UNPROCESSABLE_ENTITY


@bp.post("/rooms/<int(max=2147483647):room_id>/remove")
@roles(*ROTA_MANAGERS)
@commits
def remove_room(room_id: int) -> ResponseReturnValue:
    """Take out a room that nothing was ever planned in."""
    if not Form().accepted():
        return _rooms(), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        room_actions.remove_room(room_id, current_actor())
    except Refused as refusal:
        undo()
        return _rooms(fault=refusal.sentence, room_id=room_id), HTTPStatus.CONFLICT
    return redirect(url_for("rota.rooms"), HTTPStatus.SEE_OTHER)


tab("rota.days", "Days")
tab("rota.rooms", "Rooms")
