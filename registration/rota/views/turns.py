"""The rota of centre workers at the register office: who is there when, to sign families up."""

from http import HTTPStatus

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registration.centres.queries import participating_centres
from registration.common.access import current_actor, has_role, roles
from registration.common.clock import today
from registration.common.errors import Refused
from registration.common.forms import Form
from registration.common.times import spoken_span
from registration.common.transaction import commits, undo
from registration.rota.actions.turns import give_turn, take_turn_back
from registration.rota.forms.turns import TurnForm
from registration.rota.views.frame import bp, tab
from registration.staff.queries import names_of, who_may_sign_in
from registration.staff.rules import ROTA_MANAGERS, ROTA_READERS
from registration.staff.turns import turns


@bp.get("/sign-ups")
@roles(*ROTA_READERS)
def sign_ups() -> str:
    """List which centre workers are where from today on, to sign families up."""
    return _listed(TurnForm(formdata=None))


def _listed(form: TurnForm, fault: str = "") -> str:
    places = {card.id: card.name for card in participating_centres(today())}
    rows = [
        (
            turn.id,
            turn.day,
            f"{turn.day:%A %-d %B %Y}",
            spoken_span(turn.begins, turn.ends),
            turn.name,
            turn.centre_id,
            places.get(turn.centre_id, ""),
        )
        for turn in turns(today())
    ]
    return render_template(
        "rota/sign_ups.html", rows=rows, form=_prepared(form), fault=fault, may_change=has_role(*ROTA_MANAGERS)
    )


def _prepared(form: TurnForm) -> TurnForm:
    """Offer the centre workers, and the places, the register offices first."""
    cards = sorted(participating_centres(today()), key=lambda card: (card.kind != "register_office", card.name))
    workers = sorted(names_of(who_may_sign_in("centre_worker")).items(), key=lambda each: each[1])
    return form.offer(workers, [(card.id, card.name) for card in cards])


@bp.post("/sign-ups")
@roles(*ROTA_MANAGERS)
@commits
def give() -> ResponseReturnValue:
    """Put a centre worker on the rota."""
    form = _prepared(TurnForm())
    if not form.accepted():
        return _listed(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        give_turn(form.turning(), current_actor())
    except Refused as refusal:
        undo()
        form.day.errors = (refusal.sentence,)
        return _listed(form), HTTPStatus.CONFLICT
    return redirect(url_for("rota.sign_ups"), HTTPStatus.SEE_OTHER)


@bp.post("/sign-ups/<int(max=2147483647):turn_id>/remove")
@roles(*ROTA_MANAGERS)
@commits
def take_back_turn(turn_id: int) -> ResponseReturnValue:
    """Take a centre worker off the rota again."""
    if not Form().accepted():
        return _listed(TurnForm(formdata=None)), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        take_turn_back(turn_id, current_actor())
    except Refused as refusal:
        undo()
        return _listed(TurnForm(formdata=None), refusal.sentence), HTTPStatus.CONFLICT
    return redirect(url_for("rota.sign_ups"), HTTPStatus.SEE_OTHER)


tab("rota.sign_ups", "Sign-ups")
