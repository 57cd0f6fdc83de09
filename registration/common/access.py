"""Who may open which address. Every route stands in exactly one list; what stands in none is closed."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import Response, abort, current_app, g, has_request_context, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as WebResponse

from registration.common.patience import extend
from registration.common.unsent import where_to_return

P = ParamSpec("P")

ROLES = (
    "registrar",
    "rota_manager",
    "booking_desk",
    "centre_worker",
    "data_officer",
    "evaluator",
    "administrator",
    "auditor",
)


def public(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Anyone may open it."""
    vars(view)["access"] = "public"
    return view


def roles(*names: str) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Only staff signed in with one of these roles may open it, and it may ask more of the database than a family's page.

    Others are told that they may not, strangers are asked to sign in.
    """
    unknown = set(names) - set(ROLES)
    if unknown or not names:
        message = f"not roles of ours: {sorted(unknown)}"
        raise ValueError(message)

    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        """Put the view on the list of these roles."""

        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            """Let in who holds one of the roles; 403 for others, and strangers are asked to sign in."""
            if not signed_in():
                return redirect(url_for("security.login", next=where_to_return()))
            if not has_role(*names):
                abort(403)
            extend()
            return view(*args, **kwargs)

        vars(guarded)["access"] = frozenset(names)
        return guarded

    return decorate


def signed_in() -> bool:
    """Say whether a member of staff is signed in."""
    return hasattr(current_app, "login_manager") and bool(_person().is_authenticated)


def has_role(*names: str) -> bool:
    """Say whether the person signed in holds one of the roles."""
    return signed_in() and any(role.name in names for role in _person().roles)


def current_actor() -> str:
    """Name who acts, for the record: 'staff:12', 'family' for a parent on the pages, 'service' outside a request."""
    if not has_request_context():
        return "service"
    if "actor" in g:
        return str(g.actor)
    return f"staff:{_person().id}" if signed_in() else "family"


def keep_private(response: Response) -> Response:
    """Let no browser or proxy keep what a page says of families or of those who work with them."""
    response.cache_control.no_store = True
    return response


def forgotten_here(response: WebResponse) -> WebResponse:
    """Have the browser drop the copies it holds of our pages (Clear-Site-Data); of this host alone."""
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _person() -> Any:  # noqa: ANN401 -- the member of staff, or a stranger
    """Give whoever asks, without common knowing the staff's tables."""
    from flask_login import current_user

    return current_user
