"""What needs the person signed in today: numbers that are links, then today's sessions. It differs by role."""

from dataclasses import dataclass

from flask import render_template, url_for
from markupsafe import Markup

from registration.balancing.outlook import forecast
from registration.booking.wording import clock_time, day_and_month
from registration.common.access import has_role
from registration.common.clock import now, today
from registration.desk.today import SessionToday, registrar_of, sessions_on
from registration.desk.views.work import OUTCOME_READERS, own_registrar
from registration.desk.worklists import counts
from registration.staff.rules import DAY_READERS, DESK_READERS
from registration.staff.scope import own_centres
from registration.staff.security import person


@dataclass(frozen=True, slots=True)
class Figure:
    """A number on the first page: what it counts, where it leads, who is shown it."""

    name: str
    endpoint: str
    one: str
    many: str
    roles: tuple[str, ...]


FIGURES = (
    Figure("without_time", "desk.without_time", "family without a time", "families without a time", DESK_READERS),
    Figure("unanswered", "desk.unanswered", "offer not answered", "offers not answered", DESK_READERS),
    Figure("unmarked", "desk.outcomes_missing", "outcome missing", "outcomes missing", OUTCOME_READERS),
    Figure("tasks", "messages.troubles", "call or message to see to", "calls and messages to see to", DESK_READERS),
    Figure("dry", "desk.running_dry", "cluster running dry", "clusters running dry", DESK_READERS),
)


def needs_today() -> Markup:
    """Draw what needs the person signed in; nothing for a role that works with no family."""
    shown = [figure for figure in FIGURES if has_role(*figure.roles)]
    may_see_sessions = has_role(*DAY_READERS)
    if not shown and not may_see_sessions:
        return Markup()
    drawn = render_template(
        "desk/first.html",
        figures=_figures(shown),
        sessions=_sessions() if may_see_sessions else None,
        day=f"{today():%A} {day_and_month(today())}",
        day_iso=today().isoformat(),
    )
    return Markup(drawn)  # noqa: S704 -- our own template, which escaped what it was given  # nosec B704


def _figures(shown: list[Figure]) -> list[dict[str, object]]:
    names = {figure.name for figure in shown}
    counted = counts(names, now(), own_registrar() if "unmarked" in names else None)
    if "dry" in names:
        counted["dry"] = sum(each.is_dry for each in forecast(now()).clusters)
    return [
        {
            "number": counted[figure.name],
            "words": figure.one if counted[figure.name] == 1 else figure.many,
            "href": url_for(figure.endpoint),
        }
        for figure in shown
    ]


def _sessions() -> list[tuple[SessionToday, str]]:
    """Give today's sessions as the person may see them: a registrar's own, a worker's own centres', or all."""
    registrar = registrar_of(person().id)
    found = sessions_on(today(), registrar_id=registrar, centre_ids=own_centres())
    return [(each, f"{clock_time(each.begins)} to {clock_time(each.ends)}") for each in found]
