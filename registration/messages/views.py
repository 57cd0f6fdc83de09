"""What Twilio tells us, the outbox of a demonstration, and the staff's page of messages that need a person."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from html import escape
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from registration.common.access import current_actor, has_role, keep_private, public, roles
from registration.common.authority import current_authority
from registration.common.clock import london, now
from registration.common.links import external
from registration.common.transaction import commits
from registration.messages import actions, queries, rules
from registration.messages.actions import AlreadyGone, subject
from registration.messages.carriers import signed_by_twilio
from registration.messages.forms import Press
from registration.messages.models import Message
from registration.messages.rules import State
from registration.messages.writing import direction, draft, write

bp = Blueprint("messages", __name__)
bp.after_request(keep_private)
#: What Twilio calls: no form of ours, so no CSRF token; its signature stands in for one.
receipts = Blueprint("receipts", __name__)

CHANGING = ("booking_desk", "rota_manager", "administrator")
READING = (*CHANGING, "auditor")


STATES = {
    State.QUEUED: _l("waiting to go out"),
    State.SENDING: _l("going out"),
    State.SENT: _l("sent"),
    State.DELIVERED: _l("arrived"),
    State.FAILED: _l("did not arrive"),
    State.BOUNCED: _l("did not arrive"),
    State.WITHDRAWN: _l("called back"),
    State.EXPIRED: _l("too late to be of use"),
    State.SUPPRESSED: _l("held back"),
}
CHANNELS = {"sms": _l("text message"), "email": _l("email")}


# ---- what Twilio tells us


def _from_twilio() -> None:
    """Let a request pass that Twilio signed for our public address; 403 for any other."""
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    signature = request.headers.get("X-Twilio-Signature", "")
    token = current_app.config["TWILIO_AUTH_TOKEN"]
    if not signed_by_twilio(external(request.path) + query, request.form, signature, token):
        abort(HTTPStatus.FORBIDDEN)


@receipts.post("/messages/twilio/status")
@public
@commits
def twilio_status() -> ResponseReturnValue:
    """Take Twilio's word on what became of a text."""
    _from_twilio()
    with suppress(ValueError):  # an id that is none of ours
        message_id = UUID(request.args.get("message", ""))
        code = request.form.get("ErrorCode", "")
        actions.receive(message_id, request.form.get("MessageStatus", ""), code, now=now())
    return "", HTTPStatus.NO_CONTENT


@receipts.post("/messages/twilio/incoming")
@public
@commits
def twilio_incoming() -> ResponseReturnValue:
    """Take a family's answer to a text: STOP and START are obeyed, anything else is told how to reach a person."""
    _from_twilio()
    number, wish = request.form.get("From", ""), rules.wish(request.form.get("Body", ""))
    answer = ""
    with suppress(ValueError):  # a sender that is no telephone number
        if wish == "stop":
            actions.stop(number, now=now())
        elif wish == "start":
            actions.resume(number)
        else:
            sentence = _("Nobody reads answers to this number. Please call %(telephone)s.", telephone=_telephone())
            answer = f"<Message>{escape(rules.plain(sentence))}</Message>"
    return Response(f'<?xml version="1.0" encoding="UTF-8"?><Response>{answer}</Response>', mimetype="text/xml")


def _telephone() -> str:
    return current_authority().telephone


# ---- the outbox of a demonstration

#: So many messages a page of it shows, and the last page anybody turns to.
PAGE, LAST_PAGE = 50, 10_000


@bp.get("/outbox")
@public
def outbox() -> str:
    """Show what families would get, in a demonstration that has no carrier; there is no such page elsewhere."""
    _only_in_a_demonstration()
    number = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    found = queries.on_screen(PAGE + 1, PAGE * (number - 1))
    return render_template(
        "messages/outbox.html",
        items=[_on_screen(message) for message in found[:PAGE]],
        older=number + 1 if len(found) > PAGE else None,
        newer=number - 1 if number > 1 else None,
    )


def _on_screen(message: Message) -> dict[str, Any]:
    return {
        "message": message,
        "written": write(draft(message)),
        "channel": CHANNELS[message.channel],
        "state": STATES[State(message.state)],
        "at": stamp(message.settled_at or message.due),
        "lang": message.locale.replace("_", "-"),
        "dir": direction(message.locale),
    }


@bp.get("/outbox/<uuid:message_id>/appointment.ics")
@public
def outbox_calendar(message_id: UUID) -> Response:
    """Give the calendar file that comes with an e-mail of the demonstration."""
    _only_in_a_demonstration()
    message = queries.one_on_screen(message_id)
    attached = write(draft(message)).calendar if message else None
    if attached is None:
        abort(HTTPStatus.NOT_FOUND)
    return Response(attached, mimetype="text/calendar", headers={"Content-Disposition": "attachment"})


def _only_in_a_demonstration() -> None:
    if not current_app.config["DEMO"]:
        abort(HTTPStatus.NOT_FOUND)


# ---- what staff must look after


def stamp(moment: datetime) -> str:
    """Give a moment as staff read it: 14 Apr, 10:30am."""
    local = london(moment)
    return f"{local.day} {local:%b}, {rules.english_time(local)}"


@bp.get("/staff/messages")
@roles(*READING)
def troubles() -> str:
    """Show what staff must do about messages: requests, letters to post, messages that did not arrive."""
    return _troubles()


def _troubles(fault: str = "") -> str:
    return render_template(
        "messages/troubles.html",
        tasks=queries.open_tasks(),
        letters=queries.letters_waiting(),
        failed=queries.in_trouble(),
        may_change=has_role(*CHANGING),
        form=Press(),
        fault=fault,
        stamp=stamp,
        subject=subject,
    )


def _done_or_gone(change: Callable[[], None]) -> ResponseReturnValue:
    """Make a change and show the list; where somebody was quicker, show it with the sentence that says so."""
    try:
        change()
    except AlreadyGone as gone:
        return _troubles(gone.sentence), HTTPStatus.CONFLICT
    return redirect(url_for("messages.troubles"), HTTPStatus.SEE_OTHER)


@bp.post("/staff/messages/<uuid:message_id>/retry")
@roles(*CHANGING)
@commits
def retry(message_id: UUID) -> ResponseReturnValue:
    """Send a message that did not arrive once more."""
    return _done_or_gone(lambda: actions.retry(message_id, actor=current_actor(), now=now()))


@bp.post("/staff/tasks/<int:task_id>/done")
@roles(*CHANGING)
@commits
def finish_task(task_id: int) -> ResponseReturnValue:
    """Mark what the service asked of staff as done."""
    return _done_or_gone(lambda: actions.finish(task_id, actor=current_actor(), now=now()))


@bp.get("/staff/letters/<uuid:message_id>")
@roles(*READING)
def letter(message_id: UUID) -> str:
    """Show a letter to print."""
    message = queries.letter(message_id)
    if message is None:
        abort(HTTPStatus.GONE)
    return render_template(
        "messages/letter.html",
        letter=Markup(write(draft(message)).body),  # noqa: S704 -- our own template, which escaped what it was given  # nosec B704
        written_in=message.locale.replace("_", "-"),
        written_direction=direction(message.locale),
        waiting=message.state == State.QUEUED,
        may_change=has_role(*CHANGING),
        form=Press(),
    )


@bp.post("/staff/letters/<uuid:message_id>")
@roles(*CHANGING)
@commits
def post_letter(message_id: UUID) -> ResponseReturnValue:
    """Mark a letter as printed and posted."""
    return _done_or_gone(lambda: actions.posted(message_id, actor=current_actor(), now=now()))
