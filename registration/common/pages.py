"""Pages that belong to no capability: privacy, accessibility, cookies, and what is said when something goes wrong."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, current_app, make_response, render_template, request
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from registration.common.access import public
from registration.common.authority import current_authority
from registration.common.contacts import as_read
from registration.common.fields import choice_items, problems
from registration.common.i18n import current_language, is_for_staff
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


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a person reads when a page cannot be given: what happened, and what to do next."""

    heading: Any
    advice: tuple[Any, ...]


_TYPED = _l("If you typed the web address, check it is correct.")
_PASTED = _l("If you pasted the web address, check you copied the whole address.")
_LATER = _l("Try again in a few minutes.")
_SAFE = _l("If you have already booked an appointment, it is safe.")

TROUBLES = {
    400: Trouble(_l("We could not read what was sent"), (_l("Go back to the page before and try again."),)),
    403: Trouble(
        _l("You cannot see this page"),
        (_l("If you work for the council or a centre, sign in with the account that may see it."),),
    ),
    404: Trouble(_l("Page not found"), (_TYPED, _PASTED)),
    405: Trouble(_l("This page cannot be used this way"), (_l("Go back to the page before and try again."),)),
    410: Trouble(
        _l("This page is no longer here"), (_l("The link may have run out or been replaced by a newer one."),)
    ),
    413: Trouble(
        _l("That is too much to send"), (_l("Go back, make what you typed or the file shorter, and try again."),)
    ),
    429: Trouble(_l("Please wait a few minutes"), (_l("There were too many tries in a short time."), _LATER, _SAFE)),
    500: Trouble(_l("Sorry, there is a problem with the service"), (_LATER, _SAFE)),
    503: Trouble(_l("Sorry, the service is not available"), (_LATER, _SAFE)),
}
#: The same on pages for staff, where other words are needed: no appointment of theirs is at stake.
STAFF_TROUBLES = {
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
#: Seconds after which a program may try again when the database does not answer.
TRY_AGAIN_AFTER = 60


def _refused(error: HTTPException) -> Response:
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(getattr(error, "original_exception", None), OperationalError | PoolTimeout):
        return _unavailable(error)
    kept = error.get_response().headers
    return _say(code, {name: kept[name] for name in KEPT_HEADERS if name in kept})


def _unavailable(_error: Exception) -> Response:
    """Say that the database does not answer; what happened is in the log only."""
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
    facts = {"trouble": said.get(code, said[fallback]), "for_staff": is_for_staff()}
    if is_for_staff() and code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return render_template("common/trouble.html", **facts)
    page = current_app.jinja_env.get_template("common/trouble.html")
    return page.render(authority=current_authority(), demonstration=current_app.config["DEMO"], **facts)


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
    return Markup(f'<a class="govuk-link rs-telephone" href="tel:{rung}"><bdi>{shown}</bdi></a>')  # noqa: S704 -- escaped


def telephone_hours() -> Markup:
    """Say when the telephone is answered, in the page's language where the council has written it, else in English."""
    authority, code = current_authority(), current_language()
    own = getattr(authority, f"telephone_hours_{code}", "")
    return Markup("<span>{}</span>").format(own) if own else _in_english(authority.telephone_hours)


def _in_english(text: str) -> Markup:
    return Markup('<span lang="en" dir="ltr">{}</span>').format(text)


def reached(contact: str) -> str:
    """Show how a family is reached: a number as a link to ring it, as it is dialled; an address breaks at its dots and its @."""
    if contact.startswith("+"):
        return telephone(as_read(contact))
    if "@" not in contact:
        return contact
    return Markup("<wbr>".join(_PARTS_OF_ADDRESS.findall(str(escape(contact)))))  # noqa: S704 -- escaped as a whole


def init_app(app: Flask) -> None:
    """Answer every refusal with a page of ours, and give templates what the frame of each page needs."""
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(PoolTimeout, _unavailable)
    app.jinja_env.filters.update(isolated=isolated, reached=reached, spoken=spoken, telephone=telephone)
    app.jinja_env.globals.update(choice_items=choice_items, problems=problems, same_page_in=same_page_in)
    app.jinja_env.globals["telephone_hours"] = telephone_hours
