"""Whether other services are told of a family, too: its answer, to change at any time, beside its booking."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.booking.forms.base import YES, yes_or_no
from registration.booking.forms.manage import Telling
from registration.booking.rules.requests import Appointment
from registration.booking.views.manage import SAVED, bp, with_booking
from registration.common.access import current_actor, public
from registration.common.clock import now
from registration.common.transaction import commits
from registration.families.queries import shares
from registration.families.tell_once.actions import AnswerOnTelling, answer
from registration.families.tell_once.queries import Named, Standing, standing_for
from registration.families.tell_once.rules import TELLING_WORDING


def _standing(appointment: Appointment) -> Standing:
    """Give where the family stands; 404 where there is nobody to tell, or it was not asked about the centre yet."""
    found = standing_for(appointment.family_id)
    if found is None or shares(appointment.family_id) is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


def _no_others(token: str) -> str:
    """Say to a family that said no to the centre that nobody else is told either, and how to change that."""
    return render_template("booking/manage/no_others.html", token=token)


@bp.get("/<token>/telling")
@public
@with_booking
def telling(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Show a family its answer on telling other services, to change it; or ask it of those that are new, alone."""
    standing = _standing(appointment)
    if not shares(appointment.family_id):
        return _no_others(token)
    asked, new = _asked_of(standing)
    share = None if new else standing.share
    return _page(token, asked, Telling(tell=request.args.get("tell", yes_or_no(share))), new=new)


@bp.post("/<token>/telling")
@public
@commits
@with_booking
def answer_telling(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Keep a family's new answer, and do at once what follows from it."""
    standing, form = _standing(appointment), Telling()
    if not shares(appointment.family_id):
        return _no_others(token), HTTPStatus.CONFLICT
    asked, new = _asked_of(standing)
    if not form.accepted():
        return _page(token, asked, form, new=new), HTTPStatus.UNPROCESSABLE_ENTITY
    services = tuple(service.id for service in asked)
    said = (form.tell.data == YES, services, TELLING_WORDING, "online", current_actor())
    answer(appointment.family_id, AnswerOnTelling(*said), now())
    flash(_("Your answer is saved."), SAVED)
    return redirect(url_for("manage.show", token=token), HTTPStatus.SEE_OTHER)


def _asked_of(standing: Standing) -> tuple[Sequence[Named], bool]:
    """Give the services to ask about, and whether they are only the new ones of those: the other answers stay as they are."""
    if "new" not in request.args:
        return standing.services, False
    new = standing.unanswered()
    if not new:  # answered meanwhile, in another window
        abort(HTTPStatus.NOT_FOUND)
    return new, True


def _page(token: str, services: Sequence[Named], form: Telling, *, new: bool) -> str:
    return render_template("booking/manage/telling.html", token=token, form=form, services=services, new=new)
