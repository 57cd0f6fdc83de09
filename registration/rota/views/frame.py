"""What the pages of the rota have in common: their addresses, their tabs, and what they ask of what stands above."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import Blueprint, Flask, current_app, request, url_for

from registration.common.access import has_role, keep_private
from registration.rota.rules import Expected, Taken

bp = Blueprint("rota", __name__, url_prefix="/rota")
bp.after_request(keep_private)


#: The pages that stand beside each other, by endpoint; who may not open one is not shown it.
TABS: list[tuple[str, str]] = []
#: The order they stand in; any other comes after these.
ORDER = ("Week", "Drafts", "Weekly patterns", "Registrars", "Absences", "Days", "Rooms", "Extra session", "Calendars")


@dataclass(frozen=True, slots=True)
class Seen:
    """What families have, which the rota asks and does not know: the application hands these questions in.

    `taken_in` gives the times booked or held, by session; `booked_minutes` how many minutes of each session are;
    `births_per_week` the births a week to expect from a day on, of every cluster, with what the figure is told from;
    `take_over` has what families have in a session be with the registrar who takes it over;
    `are_told` whether families who were told of an absence have still to answer.
    """

    taken_in: Callable[[Collection[int]], Mapping[int, Sequence[Taken]]]
    booked_minutes: Callable[[Collection[int]], Mapping[int, int]]
    births_per_week: Callable[[date], Mapping[int, Expected]]
    take_over: Callable[[int, int], None]
    are_told: Callable[[int], bool] = lambda _absence_id: False


def see(app: Flask, seen: Seen) -> None:
    """Hand the pages of an application their questions about families."""
    app.extensions["rota_seen"] = seen


def seen() -> Seen:
    """Give the questions about families."""
    return cast("Seen", current_app.extensions["rota_seen"])


def tab(endpoint: str, title: str) -> None:
    """Put a page beside the others of the rota."""
    TABS.append((endpoint, title))
    TABS.sort(key=lambda each: ORDER.index(each[1]) if each[1] in ORDER else len(ORDER))


@bp.context_processor
def tabs() -> dict[str, object]:
    """Give the links to the pages that stand beside each other, for whoever may open them."""
    return {
        "tabs": [
            {"text": title, "href": url_for(endpoint), "current": _current(url_for(endpoint))}
            for endpoint, title in TABS
            if has_role(*vars(current_app.view_functions[endpoint])["access"])
        ]
    }


def _current(address: str) -> str:
    """Give the aria-current of a link: to the page itself, or to the one that a page lies under."""
    if request.path == address:
        return "page"
    return "true" if request.path.startswith(f"{address}/") else ""
