"""Where times run dry: cluster by cluster the families who will find none, and what would help."""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registration.balancing.actions import NoSuchCluster, open_desk_places
from registration.balancing.outlook import forecast
from registration.balancing.rules.alarm import WEEKS
from registration.balancing.rules.intervals import Interval
from registration.balancing.rules.outlook import Help, Session
from registration.booking.wording import clock_time, day_and_month
from registration.common.access import current_actor, has_role, roles
from registration.common.clock import civil_date, london, now
from registration.common.forms import Form
from registration.common.transaction import commits
from registration.desk.views.frame import bp
from registration.rota.rules.patterns import half_of
from registration.staff.rules import DESK_READERS, ROTA_MANAGERS

#: Who is told where times run dry: numbers, and no family.
SUPPLY_READERS = (*DESK_READERS, "evaluator")
LARGEST = 2147483647


@dataclass(frozen=True, slots=True)
class Step:
    """One half-day that would help, in words, and where it can be opened."""

    words: str
    href: str


@bp.get("/lists/running-dry")
@roles(*SUPPLY_READERS)
def running_dry() -> str:
    """Show, cluster by cluster, which families will find no time by day 42, and what would help."""
    found = forecast(now())
    weeks = found.clusters[0].weeks if found.clusters else ()
    return render_template(
        "desk/work_supply.html",
        clusters=[(each, steps(each.help)) for each in found.clusters],
        weeks=[day_and_month(week.monday) for week in weeks],
        most_weeks=WEEKS,
        made=f"{clock_time(found.made_at)} on {day_and_month(civil_date(found.made_at))}",
        published_to=found.published_to and day_and_month(found.published_to),
        may_open=has_role(*ROTA_MANAGERS),
        form=Form(),
        families=families,
        between=between,
    )


def steps(found: Help | None) -> list[Step]:
    """Say each half-day that would help: One more Thursday afternoon at Elland in the week of 7 December (Dana Shaw, Room 2)."""
    return [] if found is None else [Step(_half_day(each), _where_opened(each)) for each in found.sessions]


def _half_day(each: Session) -> str:
    begins = london(each.begins)
    monday = begins.date() - timedelta(days=begins.weekday())
    when = f"{begins:%A} {half_of(begins.time())} at {each.centre} in the week of {day_and_month(monday)}"
    return f"One more {when} ({each.registrar}, {each.room})"


def _where_opened(each: Session) -> str:
    begins, ends = london(each.begins), london(each.ends)
    return url_for(
        "rota.ask_extra",
        registrar=each.registrar_id,
        centre=each.centre_id,
        day=begins.date().isoformat(),
        begins=f"{begins:%H:%M}",
        ends=f"{ends:%H:%M}",
        reason="Times run dry",
    )


def families(number: float) -> str:
    """Say a number that is to be expected: 'none', 'fewer than 1', '3'."""
    if number < 1:
        return "fewer than 1" if number else "none"
    return f"{number:.0f}"


def between(found: Interval) -> str:
    """Say a number with its range: '3 (0 to 7)'."""
    return families(found.value) + (f" ({found.lo:.0f} to {found.hi:.0f})" if found.hi else "")


@bp.post(f"/lists/running-dry/<int(max={LARGEST}):cluster_id>/open")
@roles(*ROTA_MANAGERS)
@commits
def open_kept(cluster_id: int) -> ResponseReturnValue:
    """Open to everybody what is kept for the telephone desk in a cluster."""
    if Form().accepted():
        try:
            open_desk_places(cluster_id, now(), current_actor())
        except NoSuchCluster:
            abort(HTTPStatus.NOT_FOUND)
    return redirect(url_for("desk.running_dry"), HTTPStatus.SEE_OTHER)
