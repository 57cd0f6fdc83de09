"""The languages of the parents' pages."""

from functools import cache

from babel import Locale
from babel.core import get_global
from flask import Flask, Response, current_app, has_request_context, request
from flask_babel import Babel, get_locale
from werkzeug.wrappers import Response as WebResponse

from registration.common.authority import current_authority
from registration.common.headers import cookie_name

#: Code of the language, and its own name for itself.
LANGUAGES = {"en": "English", "pl": "Polski", "ur": "اردو"}
RIGHT_TO_LEFT = frozenset({"ur"})
#: The first part of the addresses where staff work: their pages are in English only.
STAFF_ONLY = frozenset({"staff", "desk", "day", "rota", "cover", "history", "balance", "births", "reach", "pilot"})
YEAR = 365 * 24 * 3600


def known_language(tag: str) -> str:
    """Give a BCP 47 tag back when its first part is a language; ValueError if CLDR, as Babel brings it, knows none such."""
    if tag.split("-", maxsplit=1)[0].lower() not in _known_languages():
        raise ValueError("must be the code of a language like en, pl or ur")
    return tag


@cache
def _known_languages() -> frozenset[str]:
    """Collect CLDR's names, its older codes and its likely scripts: the last know many a language without a name there.

    British Sign Language is in none of them.
    """
    likely = {tag.split("_")[0] for tag in get_global("likely_subtags")}
    return frozenset({*Locale("en").languages, *get_global("language_aliases"), *likely, "bfi"})


def chosen_language() -> str:
    """Give the language asked for in the address, else the one chosen before, else English.

    Outside a request and on the pages of staff it is English always.
    """
    if not has_request_context() or is_for_staff():
        return "en"
    for wanted in (request.args.get("lang"), request.cookies.get(language_cookie())):
        if wanted in LANGUAGES:
            return str(wanted)
    return "en"


def language_cookie() -> str:
    """Give the name of the cookie that keeps the choice."""
    return cookie_name("lang", secure=bool(current_app.config["SESSION_COOKIE_SECURE"]))


def is_for_staff() -> bool:
    """Say whether the address asked for is one where staff work."""
    return request.path.split("/")[1] in STAFF_ONLY


def translation_unchecked() -> bool:
    """Say whether the page is in a machine's words that no person at the council has checked yet."""
    code = current_language()
    return code != "en" and code not in current_authority().translations_checked


def current_language() -> str:
    """Give the code of the language the page is in."""
    return str(get_locale() or "en")


def text_direction() -> str:
    """Give 'rtl' for languages written from right to left, else 'ltr'."""
    return "rtl" if current_language() in RIGHT_TO_LEFT else "ltr"


def _remember(response: Response) -> Response:
    wanted = request.args.get("lang")
    if wanted in LANGUAGES and not is_for_staff() and request.cookies.get(language_cookie()) != wanted:
        _keep(response, str(wanted), YEAR)
    return response


def forget_language(response: WebResponse) -> None:
    """Have the browser forget the choice."""
    _keep(response, "", 0)


def _keep(response: WebResponse, value: str, seconds: int) -> None:
    """Set the cookie; to be forgotten it needs all that it was set with."""
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(language_cookie(), value, max_age=seconds, httponly=True, samesite="Lax", secure=secure)


def init_languages(app: Flask) -> None:
    """Let parents choose a language with ?lang= on any page, kept in a cookie."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Europe/London"
    Babel(app, locale_selector=chosen_language)  # type: ignore[no-untyped-call]
    app.after_request(_remember)
    app.jinja_env.globals.update(
        languages=LANGUAGES,
        language_cookie=language_cookie,
        current_language=current_language,
        text_direction=text_direction,
        translation_unchecked=translation_unchecked,
    )
