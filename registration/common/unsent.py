"""What staff sent after their sign-in was over: kept in the browser's session, for them alone, until they are back.

Nobody is to fill in a form twice because a telephone call took half an hour (WCAG 2.2.1, 3.3.7). Nothing is kept of a stranger,
of what another site sent, or of pages where one signs in.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from flask import current_app, flash, request, session, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.routing import RequestRedirect

from registration.common.clock import london
from registration.common.links import digest
from registration.common.origin import from_other_site, page_before
from registration.common.times import spoken

#: The field by which a form comes back to be shown as it was typed, and not to be acted on.
AS_TYPED = "as_typed"
#: How long a form is kept.
KEPT_FOR = timedelta(hours=1)
#: The most letters that are kept of one form.
MOST_LETTERS = 100_000
#: What every form carries beside what was typed.
NOT_TYPED = frozenset({"csrf_token", "next", AS_TYPED})
#: A button of a list, which says what it is about itself: pressed, not typed, and by then the list may be another.
PRESSED = frozenset({"mark"})
#: Where passwords and codes are typed.
_SIGN_IN = "security"
_KEY = "unsent"
_WHO = "signed_in_before"


@dataclass(frozen=True, slots=True)
class Unsent:
    """A form that was sent too late: where to, its fields in their order, whose it is, and until when it is kept.

    `until` is in seconds since 1970. `files`: a file came with it, which is not kept.
    """

    path: str
    fields: list[tuple[str, str]]
    owner: str
    until: float
    files: bool

    @property
    def shows_again(self) -> bool:
        """Say whether its address shows a form, so that it can be shown as it was typed."""
        return answers_get(self.path)

    @property
    def until_words(self) -> str:
        """Say until when it is kept, as the time of day in London."""
        return spoken(london(datetime.fromtimestamp(self.until, UTC)).time())


def remember_who(key: str) -> None:
    """Note whose sign-in ran out in this browser, named as Flask-Login does, so that only they see what they sent after it."""
    session[_WHO] = digest(key).hex()


def signed_in_again(key: str) -> None:
    """Forget what somebody else left in this browser: the person now signed in is named as Flask-Login does."""
    session.pop(_WHO, None)
    if session.get(_KEY, {}).get("owner") != digest(key).hex():
        session.pop(_KEY, None)


def where_to_return() -> str:
    """Give where signing in leads: the page asked for, or to what was sent to it, which is kept; else to the page before."""
    if request.method in {"GET", "HEAD"}:
        return request.full_path
    if keep(str(session.get(_WHO, ""))):
        return url_for("staff.unsent_form")
    _say_what_is_lost()
    if answers_get(request.path):
        return request.full_path
    return page_before() or url_for("staff.first_page")


def keep_for(key: str) -> bool:
    """Keep the form in hand for a person, named as Flask-Login does; say whether there was something to keep."""
    return keep(digest(key).hex())


def keep(owner: str) -> bool:
    """Keep the form in hand for its owner; False where there is none, it holds nothing, is too large, or another site sent it."""
    fields = [(name, text) for name, text in _sent().items(multi=True) if name not in NOT_TYPED]
    typed = sum(len(text) for _, text in fields)
    if (
        not (owner and typed)
        or {name for name, _ in fields} <= PRESSED
        or typed > MOST_LETTERS
        or request.blueprint == _SIGN_IN
        or from_other_site()
    ):
        return False
    until = time.time() + KEPT_FOR.total_seconds()
    session[_KEY] = msgspec.to_builtins(
        Unsent(
            request.full_path.rstrip("?"), fields, owner, until, any(file.filename for file in request.files.values())
        )
    )
    flash("What you typed is kept for an hour. Sign in, and it is shown to you again.", "kept")
    return True


def _say_what_is_lost() -> None:
    """Tell whoever was signed out on purpose, here or elsewhere, that a form was not kept; nothing to whom another site sent."""
    names = {name for name, text in _sent().items(multi=True) if text} - NOT_TYPED
    if not names or request.blueprint == _SIGN_IN or from_other_site():
        return
    if names <= PRESSED:
        flash("What you pressed was not done, as you had been signed out. Sign in, and press it again.", "kept")
    else:
        flash(
            "What you sent was not saved and not kept, as you had been signed out. Your browser may still have it: go back.",
            "kept",
        )


def unsent(key: str) -> Unsent | None:
    """Give the form kept for a person, named as Flask-Login does; None where there is none, or its hour is over."""
    kept: Any = session.get(_KEY)
    if kept is None or kept["owner"] != digest(key).hex() or kept["until"] < time.time():
        return None
    return msgspec.convert(kept, Unsent)


def forget_unsent() -> None:
    """Forget the form that was kept."""
    session.pop(_KEY, None)


def answers_get(path: str) -> bool:
    """Say whether a page stands at an address."""
    try:
        current_app.create_url_adapter(request).match(path.partition("?")[0], method="GET")  # type: ignore[union-attr]
    except (NotFound, MethodNotAllowed, RequestRedirect):
        return False
    return True


def is_as_typed() -> bool:
    """Say whether a form came back only to be shown."""
    return AS_TYPED in _sent()


def _sent() -> MultiDict[str, str]:
    """Give what was sent, nothing where it is too large to be read: a stranger is to meet the sign-in and nothing else."""
    try:
        return request.form
    except RequestEntityTooLarge:
        return MultiDict()
