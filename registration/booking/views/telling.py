"""Whether other services are told of a family, too: its answer, to change at any time, beside its booking."""

from http import HTTPStatus

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.booking.forms.base import YES, yes_or_no
from registration.booking.forms.manage import Telling
from registration.booking.rules.requests import Appointment
from registration.booking.views.manage import bp, with_booking
from registration.common.access import current_actor, public
from registration.common.clock import now
from registration.common.transaction import commits
from registration.families.queries import shares
from registration.families.tell_once.actions import AnswerOnTelling, answer
from registration.families.tell_once.queries import Standing, standing_for
from registration.families.tell_once.rules import TELLING_WORDING


def _standing(appointment: Appointment) -> Standing:
    """Give where the family stands; 404 where there is nobody to tell, or the family said no to the centre."""
    found = standing_for(appointment.family_id)
    if found is None or not shares(appointment.family_id):
        abort(HTTPStatus.NOT_FOUND)
    return found


@bp.get("/<token>/telling")
@public
@with_booking
def telling(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Show a family its answer on telling other services, to change it."""
    standing = _standing(appointment)
    return _asked(token, standing, Telling(tell=request.args.get("tell", yes_or_no(standing.share))))


@bp.post("/<token>/telling")
@public
@commits
@with_booking
def answer_telling(appointment: Appointment, token: str) -> ResponseReturnValue:
    """Keep a family's new answer, and do at once what follows from it."""
    standing, form = _standing(appointment), Telling()
    if not form.accepted():
        return _asked(token, standing, form), HTTPStatus.UNPROCESSABLE_ENTITY
    said = (form.tell.data == YES, standing.service_ids, TELLING_WORDING, "online", current_actor())
    answer(appointment.family_id, AnswerOnTelling(*said), now())
    return redirect(url_for("manage.show", token=token), HTTPStatus.SEE_OTHER)


def _asked(token: str, standing: Standing, form: Telling) -> str:
    return render_template("booking/manage/telling.html", token=token, form=form, services=standing.names)
