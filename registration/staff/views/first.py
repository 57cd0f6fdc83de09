"""The first page after signing in: what needs one today, and what one may open."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from flask import (
    Flask,
    current_app,
    has_request_context,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_security.utils import validate_redirect_url
from markupsafe import Markup

from registration.common.access import has_role, signed_in
from registration.common.clock import london
from registration.common.times import spoken
from registration.staff.rules import ROLE_TITLES, Door
from registration.staff.security import person, sign_in_lasts, stay
from registration.staff.views.frame import bp, everyone

#: Draws a part of the first page for whoever is signed in; nothing where it has nothing for them.
Panel = Callable[[], Markup]


@bp.get("/")
@everyone
def first_page() -> str:
    """Say what needs the person today, who is signed in and what they may open."""
    user = person()
    return render_template(
        "staff/first_page.html",
        user=user,
        titles=[ROLE_TITLES[role.name] for role in user.roles],
        doors=_open_doors(),
        panels=[panel() for panel in current_app.extensions.get("staff_panels", ())],
        codes_missing=user.has_two_factor and not user.mf_recovery_codes,
    )


def offer(app: Flask, *doors: Door) -> None:
    """Put links on the first page and under the header, for whoever may open what they lead to."""
    app.extensions.setdefault("staff_doors", []).extend(doors)


def show(app: Flask, panel: Panel) -> None:
    """Put a part on the first page, under the parts put there before; the panel asks has_role() itself."""
    app.extensions.setdefault("staff_panels", []).append(panel)


@bp.post("/stay")
@everyone
def stay_signed_in() -> ResponseReturnValue:
    """Keep the person signed in; a script is told until when, others are led back to their page."""
    stay()
    if request.accept_mimetypes.best == "application/json":
        return jsonify(_lasting())
    wanted = request.form.get("next", "")
    return redirect(wanted if wanted and validate_redirect_url(wanted) else url_for("staff.first_page"))


def _lasting() -> dict[str, object]:
    """Say how long the sign-in lasts: seconds, the time of day in London, and whether staying is possible."""
    lasts = sign_in_lasts()
    until = london(datetime.fromtimestamp(lasts.ends, UTC))
    return {"seconds_left": int(lasts.ends - time.time()), "until": spoken(until.time()), "moves": lasts.moves}


def sections() -> dict[str, object]:
    """Give what stands under the header of staff pages, for every template: links, and how long the sign-in lasts."""
    if not has_request_context() or "_user_id" not in session or not signed_in():
        return {}
    doors = _open_doors()
    return {
        "sign_in_lasts": _lasting(),
        "sections": [
            {"text": door.title, "href": url_for(door.endpoint), "current": _current(door, doors)} for door in doors
        ],
    }


def _current(door: Door, doors: Sequence[Door]) -> str:
    """Give the aria-current of a link: the page itself, or the only way to where the page lies."""
    if any(each.endpoint == request.endpoint for each in doors):
        return "page" if door.endpoint == request.endpoint else ""
    here = [each for each in doors if each.endpoint.partition(".")[0] == request.blueprint]
    return "true" if here == [door] else ""


def _open_doors() -> list[Door]:
    doors: list[Door] = current_app.extensions.get("staff_doors", [])
    return [_as_told(door) for door in doors if may_open(door.endpoint)]


def _as_told(door: Door) -> Door:
    """Give a door with all that stands behind it for the person signed in."""
    return replace(door, text=f"{door.text} {door.more}") if door.more and may_open(door.more_for) else door


def may_open(endpoint: str) -> bool:
    """Say whether the person signed in may open a page."""
    access = vars(current_app.view_functions[endpoint])["access"]
    return access == "public" or has_role(*access)
