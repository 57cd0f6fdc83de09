"""Calendar feeds: the files that calendar programs read, and the page where they are opened and revoked."""

from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from registration.booking.actions.feeds import open_feed, revoke_feed, token_of
from registration.booking.feeds import written
from registration.booking.forms.feeds import NewFeed
from registration.booking.queries.feeds import Feed, entries, feed_by_digest, feed_by_id, live_feeds
from registration.centres.queries import participating_centres
from registration.common.access import current_actor, has_role, public, roles
from registration.common.clock import civil_date, now
from registration.common.errors import Refused
from registration.common.forms import Form
from registration.common.links import digest, external
from registration.common.transaction import commits, undo
from registration.rota.queries.people import registrar_of
from registration.rota.queries.week import colleagues
from registration.rota.views.frame import bp as rota
from registration.rota.views.frame import tab
from registration.staff.rules import ROTA_MANAGERS
from registration.staff.security import person

bp = Blueprint("feeds", __name__)

#: What was is of use for a while: a registrar looks back at the week.
BACK = timedelta(weeks=4)
#: Registrars open and revoke their own; the auditor sees which there are, and no address.
KEEPERS = ("registrar", *ROTA_MANAGERS)


@bp.get("/calendar/<token>.ics")
@public
def calendar(token: str) -> Response:
    """Give a calendar program the appointments of one registrar or one centre; 404 for a secret that opens nothing."""
    moment = now()
    feed = feed_by_digest(digest(token), civil_date(moment))
    if feed is None:
        abort(HTTPStatus.NOT_FOUND)
    answer = make_response(written(feed, entries(feed, moment - BACK)))
    answer.mimetype = "text/calendar"
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@rota.get("/calendars")
@roles(*KEEPERS, "auditor")
def calendars() -> str:
    """List the calendars there are, with their addresses for whoever may have them."""
    return _page(_prepared(NewFeed(formdata=None)))


@rota.post("/calendars")
@roles(*KEEPERS)
@commits
def open_calendar() -> ResponseReturnValue:
    """Open a calendar under a new secret address."""
    form = _prepared(NewFeed())
    if form.accepted():
        try:
            open_feed(current_actor(), civil_date(now()), **form.subject())
            return redirect(url_for("rota.calendars"))
        except Refused as refusal:
            undo()
            form.of.errors = (refusal.sentence,)
    return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY


@rota.post("/calendars/<int(max=2147483647):feed_id>/revoke")
@roles(*KEEPERS)
@commits
def revoke_calendar(feed_id: int) -> ResponseReturnValue:
    """Revoke a calendar: whoever reads it has nothing any more."""
    feed = feed_by_id(feed_id, civil_date(now()))
    if feed is None:
        abort(HTTPStatus.NOT_FOUND)
    if not _mine(feed):
        abort(HTTPStatus.FORBIDDEN)
    if not Form().accepted():
        abort(HTTPStatus.BAD_REQUEST)
    revoke_feed(feed_id, current_actor(), now())
    return redirect(url_for("rota.calendars"))


def _own_number() -> int | None:
    """Give the number of the registrar who is signed in; none for anybody else."""
    own = registrar_of(person().id)
    return None if own is None else own.id


def _mine(feed: Feed) -> bool:
    return has_role(*ROTA_MANAGERS) or (feed.registrar_id is not None and feed.registrar_id == _own_number())


def _page(form: NewFeed) -> str:
    day = civil_date(now())
    shown = live_feeds(day) if has_role(*ROTA_MANAGERS, "auditor") else live_feeds(day, _own_number() or 0)
    may_have = has_role(*KEEPERS)
    return render_template(
        "rota/calendars.html",
        form=form,
        press=Form(formdata=None),
        feeds=[(feed, external(url_for("feeds.calendar", token=token_of(feed))) if may_have else "") for feed in shown],
        may_open=may_have and len(form.of.choices) > 1,
        may_have=may_have,
    )


def _prepared(form: NewFeed) -> NewFeed:
    """Offer a manager every registrar and centre, a registrar their own calendar only."""
    day = civil_date(now())
    if has_role(*ROTA_MANAGERS):
        people = [SelectChoice(f"registrar:{each.id}", each.name) for each in colleagues(day)]
        centres = [SelectChoice(f"centre:{card.id}", card.name) for card in participating_centres(day)]
    else:
        own = _own_number()
        people, centres = [SelectChoice(f"registrar:{own}", "My own")] if own is not None else [], []
    form.of.choices = [SelectChoice("", "Choose whose"), *people, *centres]
    return form


tab("rota.calendars", "Calendars")
