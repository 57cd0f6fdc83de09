"""Pages that belong to no capability: privacy, accessibility, cookies, and what is said when something goes wrong."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, current_app, make_response, render_template, request
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException

from registration.common.access import current_actor, public
from registration.common.authority import current_authority
from registration.common.clock import now
from registration.common.contacts import as_read
from registration.common.fields import choice_items, problems
from registration.common.i18n import current_language, is_for_staff
from registration.common.limits import client
from registration.common.links import external
from registration.common.outage import KINDS, is_outage, named
from registration.common.problems import problem_for
from registration.common.times import spoken

#: Where a narrow column may break an address: before a dot or an @.
_PARTS_OF_ADDRESS = re.compile(r"[.@]?[^.@]+|[.@]")

bp = Blueprint("pages", __name__)

#: Headers of a refusal that a browser or a program goes by.
KEPT_HEADERS = ("Allow", "Retry-After")


@bp.get("/privacy")
@public
def privacy() -> str:
    """Say what we do with what a family tells us (UK GDPR articles 13 and 14)."""
    return render_template("common/privacy.html")


@bp.get("/accessibility")
@public
def accessibility() -> str:
    """Say how usable the service is (Accessibility Regulations 2018, regulation 8)."""
    return render_template("common/accessibility.html")


@bp.get("/cookies")
@public
def cookies() -> str:
    """Say which cookies there are (PECR regulation 6: all are strictly necessary or asked for)."""
    return render_template("common/cookies.html")


@bp.get("/.well-known/security.txt")
@public
def security_txt() -> Response:
    """Say where to tell of a weakness (RFC 9116); the day it runs out moves on with the calendar, by the month."""
    lines = (
        f"Contact: mailto:{current_authority().email}",
        f"Expires: {until(now()):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {external(request.path)}",
    )
    return Response("\n".join([*lines, ""]), mimetype="text/plain")


def until(moment: datetime) -> datetime:
    """Give until when what we say of ourselves on a day holds: the first of the month seven months on, in UTC."""
    months = moment.year * 12 + moment.month - 1 + 7
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a person reads when a page cannot be given: what happened, and what to do next."""

    heading: Any
    advice: tuple[Any, ...]


_TYPED = _l("If you typed the web address, check it is correct.")
_PASTED = _l("If you pasted the web address, check you copied the whole address.")
_UNREAD = _l("We could not read what was sent")
_BACK = _l("Go back to the page before and try again.")
_LATER = _l("Try again in a few minutes.")
#: Added where something had been sent: a form is never acted on twice, by its hold, its version or its key.
_SENT = _l(
    "What you sent may not have been saved. Go back to the page before and send it again: nothing is done twice."
)
_STAFF_SENT = (
    "What you sent may not have been saved. Go back to the page before, which still has it, see there whether it was saved, "
    "and if not send it again."
)
_SAFE = _l("If you have already booked an appointment, it is safe.")
_CLOSED = Trouble(
    _l("You cannot see this page"),
    (_l("If you work for the council or a centre, sign in with the account that may see it."),),
)
_CLOSED_TO_STAFF = Trouble(
    "You cannot see this page",
    ("Your account may not open it. An administrator can change what it may do, and for which centres.",),
)

TROUBLES = {
    400: Trouble(_UNREAD, (_BACK,)),
    401: _CLOSED,
    403: _CLOSED,
    404: Trouble(_l("Page not found"), (_TYPED, _PASTED)),
    405: Trouble(_l("This page cannot be used this way"), (_BACK,)),
    409: Trouble(
        _l("This was changed meanwhile"),
        (
            _l("Somebody else, or you in another window, was a moment earlier. Nothing was done twice."),
            _l("Go back to the page before to see how it stands now, and try again."),
        ),
    ),
    410: Trouble(
        _l("This page is no longer here"), (_l("The link may have run out or been replaced by a newer one."),)
    ),
    413: Trouble(
        _l("That is too much to send"), (_l("Go back, make what you typed or the file shorter, and try again."),)
    ),
    415: Trouble(_UNREAD, (_BACK,)),
    422: Trouble(
        _l("Something that was sent cannot be used"),
        (_l("Go back to the page before, check what you typed and try again."),),
    ),
    429: Trouble(_l("Please wait a few minutes"), (_l("There were too many tries in a short time."), _LATER, _SAFE)),
    500: Trouble(_l("Sorry, there is a problem with the service"), (_LATER, _SAFE)),
    503: Trouble(_l("Sorry, the service is not available"), (_LATER, _SAFE)),
}
#: The same on pages for staff, where other words are needed: no appointment of theirs is at stake.
STAFF_TROUBLES = {
    400: Trouble(
        "We could not read what was sent",
        (
            "You may have been signed out meanwhile. Open the page anew, sign in if you are asked to, and send it again.",
        ),
    ),
    401: _CLOSED_TO_STAFF,
    403: _CLOSED_TO_STAFF,
    404: Trouble(
        "Page not found",
        (
            "If you typed or pasted the web address, check that all of it is correct.",
            "What it showed may have been deleted.",
        ),
    ),
    415: Trouble("We could not read what was sent", ("Go back to the page before and try again.",)),
    429: Trouble(
        "Please wait a few minutes",
        (
            "There were too many tries in a short time. Try again in a few minutes; after many wrong tries the wait is longer.",
            "If you have forgotten your password, ask for a new one on the page where you sign in.",
        ),
    ),
    500: Trouble(TROUBLES[500].heading, (_LATER,)),
    503: Trouble(TROUBLES[503].heading, (_LATER,)),
}
#: Refusals that may be somebody trying doors: form keys, access, sizes, too many tries.
NOTED = frozenset({400, 403, 405, 413, 415, 429})
#: Seconds after which a program may try again when the database does not answer: it heals by itself within ten.
TRY_AGAIN_AFTER = 10


def _refused(error: HTTPException) -> Response:
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    original = getattr(error, "original_exception", None)
    if original is not None and is_outage(original):
        return _unavailable(original)
    if code in NOTED:
        _note(code)
    kept = error.get_response().headers
    return _say(code, {name: kept[name] for name in KEPT_HEADERS if name in kept})


def _note(code: int) -> None:
    """Write into the log what was refused to whom: never the address, which may be secret, nor anything that was sent."""
    asked = (code, request.method, request.endpoint or "nothing", current_actor(), client())
    current_app.logger.warning("Refused with %d: %s of %s, by %s, client %s", *asked)


def _unavailable(error: Exception) -> Response:
    """Say that the database does not answer; what happened is in the log only, without what was asked of it."""
    if not is_outage(error):
        raise error
    current_app.logger.error("The database cannot serve: %s", named(error))
    return _say(HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": str(TRY_AGAIN_AFTER)})


def _say(code: int, headers: dict[str, str]) -> Response:
    for_a_program = request.path.startswith("/api/")
    answer = problem_for(code) if for_a_program else make_response(_drawn(code), code)
    answer.headers.update(headers)
    return answer


def _drawn(code: int) -> str:
    """Draw the page; staff who are signed in keep the links to their other pages.

    Where the fault is ours it is drawn without the usual context: asking who is signed in would ask the database that may
    be out.
    """
    fallback = 400 if code < HTTPStatus.INTERNAL_SERVER_ERROR else 500
    said = TROUBLES | STAFF_TROUBLES if is_for_staff() else TROUBLES
    trouble = said.get(code, said[fallback])
    if request.method == "POST" and code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        trouble = Trouble(trouble.heading, (_STAFF_SENT if is_for_staff() else _SENT, *trouble.advice))
    facts = {"trouble": trouble, "for_staff": is_for_staff()}
    if is_for_staff() and code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return render_template("common/trouble.html", **facts)
    page = current_app.jinja_env.get_template("common/trouble.html")
    return page.render(
        authority=current_authority(),
        demonstration=current_app.config["DEMO"],
        mark=current_app.config["LOGO"],
        **facts,
    )


def same_page_in(language: str) -> str:
    """Give the address of this very page in another language, relative, so that nothing of it can lead elsewhere."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return "?" + urlencode([*kept, ("lang", language)])


def isolated(text: str) -> Markup:
    """Keep a name or an address in its own direction inside a right-to-left sentence."""
    return Markup("<bdi>{}</bdi>").format(text)


def telephone(number: str) -> Markup:
    """Make a number a link to ring it, in one piece and, inside a right-to-left sentence, in its own order."""
    rung, shown = escape(number.replace(" ", "")), escape(number.replace(" ", "\N{NO-BREAK SPACE}"))
    return Markup(f'<a class="govuk-link rs-telephone" href="tel:{rung}"><bdi>{shown}</bdi></a>')  # noqa: S704 -- escaped  # nosec B704


def telephone_hours() -> Markup:
    """Say when the telephone is answered, in the page's language where the council has written it, else in English."""
    authority, code = current_authority(), current_language()
    return _in_own_language(getattr(authority, f"telephone_hours_{code}", ""), authority.telephone_hours)


def start_note() -> Markup:
    """Say what the council says of its own on the start page, in the page's language where it has written it."""
    authority, code = current_authority(), current_language()
    return _in_own_language(getattr(authority, f"start_note_{code}", ""), authority.start_note)


def _in_own_language(own: str, english: str) -> Markup:
    """Give a text of the council's, or its English marked as such; on an English page there is no other."""
    return Markup("<span>{}</span>").format(own) if own else _in_english(english)


def _in_english(text: str) -> Markup:
    return Markup('<span lang="en" dir="ltr">{}</span>').format(text)


def as_centre_wrote(text: str) -> str:
    """Give what a centre wrote of itself, in English, marked as such on a page in another language (WCAG 3.1.2)."""
    return text if current_language() == "en" else _in_english(text)


def reached(contact: str) -> str:
    """Show how a family is reached: a number as a link to ring it, as it is dialled; an address breaks at its dots and its @."""
    if contact.startswith("+"):
        return telephone(as_read(contact))
    if "@" not in contact:
        return contact
    return Markup("<wbr>".join(_PARTS_OF_ADDRESS.findall(str(escape(contact)))))  # noqa: S704 -- escaped as a whole  # nosec B704


def init_app(app: Flask) -> None:
    """Answer every refusal with a page of ours, and give templates what the frame of each page needs."""
    app.register_error_handler(HTTPException, _refused)
    for kind in KINDS:
        app.register_error_handler(kind, _unavailable)
    app.jinja_env.filters.update(
        as_centre_wrote=as_centre_wrote, isolated=isolated, reached=reached, spoken=spoken, telephone=telephone
    )
    app.jinja_env.globals.update(choice_items=choice_items, problems=problems, same_page_in=same_page_in)
    app.jinja_env.globals.update(telephone_hours=telephone_hours, start_note=start_note)
