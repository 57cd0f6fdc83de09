"""What the pages of staff share: their blueprint, and that nothing keeps a copy of them."""

from flask import Blueprint, Response, request, session

from registration.common.access import ROLES, roles

bp = Blueprint("staff", __name__, url_prefix="/staff")
everyone = roles(*ROLES)


def keep_private(response: Response) -> Response:
    """Let no browser or proxy keep a page of somebody who is signed in, or signing in."""
    if "_user_id" in session or request.blueprint in {bp.name, "security", "history"}:
        response.cache_control.private = True
        response.cache_control.no_store = True
    return response
